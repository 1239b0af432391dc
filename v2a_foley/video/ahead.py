"""Runs an iterator ahead of whoever reads it, in a thread of its own. Knows nothing of what it carries."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Over:
    """The end of the items, with what ended them where that was an error."""

    error: BaseException | None = None


@dataclass
class _Runner(Generic[T]):
    """The thread's side: fills a bounded queue until the items end or nobody wants them any more."""

    items: Iterable[T]
    ready: queue.Queue[T | _Over]
    unwanted: threading.Event = field(default_factory=threading.Event)

    def put(self, item: T | _Over) -> None:
        """Wait for room in the queue, but no longer than the item is wanted."""
        while not self.unwanted.is_set():
            try:
                self.ready.put(item, timeout=0.1)
            except queue.Full:
                continue
            return

    def run(self) -> None:
        """Carry the items over; an error travels to the reader, as it is."""
        try:
            for item in self.items:
                self.put(item)
                if self.unwanted.is_set():
                    return
        except BaseException as error:
            self.put(_Over(error))
        else:
            self.put(_Over())


def run_ahead(items: Iterable[T], *, depth: int = 2) -> Generator[T, None, None]:
    """Yield items that a thread makes ahead of time.

    The thread is waited for when the reader is done, fails or is closed: none is left behind, and at most one
    item is made in vain.

    Args:
        items: read in the thread, and there alone.
        depth: how many finished items may wait.

    Raises:
        BaseException: whatever reading the items raised.
    """
    runner: _Runner[T] = _Runner(items, queue.Queue(depth))
    thread = threading.Thread(target=runner.run, name="v2a-foley-decode", daemon=True)
    thread.start()
    try:
        while True:
            item = runner.ready.get()
            if not isinstance(item, _Over):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                return
    finally:
        runner.unwanted.set()
        thread.join()
