"""Progress and cancellation: what long work tells its caller, and how the caller stops it.

Work takes a ``Progress`` and reports to it; whoever started the work decides what becomes of the reports
(a bar, a line of JSON, nothing). Nothing here draws.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from v2a_foley.errors import Cancelled


@dataclass(frozen=True)
class ProgressEvent:
    """One report: ``done`` of ``total`` units of a stage (``total`` 0: unknown), and what is being done now."""

    stage: str
    done: float
    total: float
    message: str = ""
    finished: bool = False


@dataclass
class Progress:
    """Passes reports on, keeps the seconds spent a stage, and raises ``Cancelled`` once asked to stop.

    Attributes:
        listener: called with every report; must return fast.
        seconds: wall-clock seconds spent in each stage, without those of stages inside it, so that they add up;
            filled as stages end.
        warnings: sentences for the user, in the order in which they came up.
    """

    listener: Callable[[ProgressEvent], None] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _open: list[list[float]] = field(default_factory=list, repr=False)
    """Of every open stage, outermost first, in a list of one: the seconds that stages inside it took."""

    def cancel(self) -> None:
        """Ask the work to stop at its next report; may be called from any thread or a signal handler."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether the work was asked to stop."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise ``Cancelled`` if the work was asked to stop."""
        if self._stop.is_set():
            raise Cancelled

    def warn(self, sentence: str) -> None:
        """Keep a sentence that the user should read when the work is done; repeated ones are kept once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    @contextmanager
    def stage(self, name: str, total: float = 0, message: str = "") -> Iterator[Stage]:
        """Open a stage; its time is added to ``seconds[name]`` when it closes, however it closes.

        Stages may lie inside each other; they are opened by one thread. One in a generator may close after those
        around it.
        """
        self.check()
        started = time.perf_counter()
        stage = Stage(self, name, total)
        stage.tell(0, message)
        inside, around = [0.0], self._open[-1] if self._open else [0.0]
        self._open.append(inside)
        try:
            yield stage
        finally:
            spent = time.perf_counter() - started
            self.seconds[name] = self.seconds.get(name, 0.0) + spent - inside[0]
            around[0] += spent
            self._open = [each for each in self._open if each is not inside]
        if self.listener is not None:
            self.listener(ProgressEvent(name, stage.total, stage.total, finished=True))


@dataclass
class Stage:
    """One stage of the work while it is open."""

    progress: Progress
    name: str
    total: float
    done: float = 0.0

    def tell(self, done: float, message: str = "") -> None:
        """Report how far the stage is.

        Raises:
            Cancelled: the caller asked the work to stop.
        """
        self.progress.check()
        self.done = done
        if self.progress.listener is not None:
            self.progress.listener(ProgressEvent(self.name, done, self.total, message))

    def advance(self, units: float = 1, message: str = "") -> None:
        """Report that so many more units are done."""
        self.tell(self.done + units, message)
