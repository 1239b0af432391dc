"""Runs several pieces of work side by side, each in a thread of its own, and hands over what they give in their order.

Whoever reads gets everything of the first piece, then everything of the second, and so on, while the next ones are at
work already. How much may wait is bounded; nothing is known of what it is.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Work = TypeVar("Work")
Made = TypeVar("Made")

_GLANCE = 0.1
"""Seconds after which a wait looks whether anybody still wants it to go on."""


@dataclass(frozen=True)
class _Over:
    error: BaseException | None = None


@dataclass(eq=False)
class _Piece(Generic[Work, Made]):
    """One piece of work: its thread, and what it made that nobody has taken yet."""

    work: Work
    make: Callable[[Work], Iterable[Made]]
    turn: threading.Semaphore
    stopped: threading.Event
    depth: int
    ready: queue.Queue[Made | _Over] = field(init=False)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.ready = queue.Queue(self.depth)
        self.thread = threading.Thread(target=self._run, name="v2a-foley-clips", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            made: Iterator[Made] | None = None
            while True:
                with self.turn:  # never held while waiting for room: the piece whose turn it is must get on
                    if self.stopped.is_set():
                        return
                    made = iter(self.make(self.work)) if made is None else made
                    try:
                        one = next(made)
                    except StopIteration:
                        break
                if not self._put(one):
                    return
        except BaseException as error:
            self._put(_Over(error))
        else:
            self._put(_Over())

    def _put(self, made: Made | _Over) -> bool:
        """Wait for room; tell whether it is still wanted."""
        while not self.stopped.is_set():
            try:
                self.ready.put(made, timeout=_GLANCE)
            except queue.Full:
                continue
            return True
        return False


def side_by_side(
    works: Iterable[Work],
    make: Callable[[Work], Iterable[Made]],
    *,
    threads: int,
    depth: int = 2,
    waiting: Callable[[], None] = lambda: None,
) -> Generator[tuple[Work, Made | None], None, None]:
    """Yield what is made of each piece of work, in order, and None after the last of each.

    Args:
        works: read as they are needed, by the caller's thread.
        make: called in a thread; what it yields is handed over one by one.
        threads: how many pieces are at work at once; as many more may lie finished.
        depth: how much of one piece may wait.
        waiting: called now and then while there is nothing to hand over; may raise.

    Raises:
        BaseException: whatever ``make`` or ``works`` raised, in its turn. No thread is left behind.
    """
    coming: Iterator[Work] = iter(works)
    turn, stopped = threading.Semaphore(threads), threading.Event()
    pieces: deque[_Piece[Work, Made]] = deque()
    try:
        while True:
            while len(pieces) < 2 * threads:
                try:
                    work = next(coming)
                except StopIteration:
                    break
                pieces.append(_Piece(work, make, turn, stopped, depth))
            if not pieces:
                return
            for made in _handed_over(pieces[0], waiting):
                yield pieces[0].work, made
            yield pieces.popleft().work, None
    finally:
        stopped.set()
        for piece in pieces:
            piece.thread.join()


def _handed_over(piece: _Piece[Work, Made], waiting: Callable[[], None]) -> Iterator[Made]:
    while True:
        try:
            made = piece.ready.get(timeout=_GLANCE)
        except queue.Empty:
            waiting()
            continue
        if not isinstance(made, _Over):
            yield made
        elif made.error is not None:
            raise made.error
        else:
            return
