"""Carries out a queue: a thread for each hand, which takes the next job that waits until none is left.

How far the jobs are lies in ``state.py``; what one job goes through in ``attempts.py``.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from v2a_foley.engine.plain import RESULTS
from v2a_foley.engine.queue.attempts import Attempts, Told, carry_out, say
from v2a_foley.engine.queue.estimate import time_left
from v2a_foley.engine.queue.hands import Hand, Order
from v2a_foley.engine.queue.jobs import Job, results_of
from v2a_foley.engine.queue.keep import put_away, tidy, work_folder
from v2a_foley.engine.queue.places import LOGS, resolved
from v2a_foley.engine.queue.report import log_end, summary_of
from v2a_foley.engine.queue.requests import answer_requests
from v2a_foley.engine.queue.room import Patience
from v2a_foley.engine.queue.rows import Failure, Row, State
from v2a_foley.engine.queue.state import QueueState
from v2a_foley.errors import Cancelled, DiskFull, FoleyError, OutputError
from v2a_foley.progress import Progress, ProgressEvent

LOGGER = logging.getLogger(__name__)
SKIP, REPLACE, STOP = "skip", "replace", "stop"
EXISTING = (SKIP, REPLACE, STOP)
_LOOK = 0.1
"""Seconds between two looks at what was asked of the queue."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class RunOptions:
    """How a queue is carried out; nothing here decides a sound.

    Attributes:
        existing: what becomes of files that lie at a job's outputs: ``skip`` the job, ``replace`` them, or ``stop``.
        attempts: how often a job may take its hand down, beyond what single shots may, before it fails.
        patience: seconds to wait for room on a disk that is full or read-only.
        projects: whether the projects are kept, for an editor to open.
    """

    existing: str = STOP
    attempts: int = 3
    patience: float = 900.0
    projects: bool = False


def run(state: QueueState, hands: Sequence[Hand], options: RunOptions, threads: int, progress: Progress) -> None:
    """Carry out all that waits; the caller holds the queue. Hands are not closed.

    Args:
        state: the queue.
        hands: what carries out the jobs; each gets a thread of its own.
        options: how.
        threads: threads of every network, the same for all hands and every run of this batch.
        progress: told of the whole under ``batch``, and of each hand under its name; also stops the work.

    Raises:
        Cancelled: the work was stopped; what was begun waits again.
        FoleyError: the queue's own files cannot be read or written.
    """
    run = _Run(state, options, threads, progress)
    state.take_back()
    tidy(state, keep=options.projects)
    workers = [threading.Thread(target=run.work, args=(hand,), name=hand.name, daemon=True) for hand in hands]
    for each in workers:
        each.start()
    try:
        run.attend(workers)
    finally:
        run.stop()
        for each in workers:
            each.join()
    if run.broken is not None:
        raise run.broken
    if progress.cancelled:
        raise Cancelled("Stopped; what was done is kept.", hint=f"Go on: v2a-foley batch resume {state.folder.name!r}")


@dataclass
class _Run:
    """One run over a queue: what is in work, and whether it is to end."""

    state: QueueState
    options: RunOptions
    threads: int
    progress: Progress
    broken: FoleyError | None = None
    _ending: threading.Event = field(default_factory=threading.Event)
    _in_work: dict[str, threading.Event] = field(default_factory=dict)
    _cancelled: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attend(self, workers: Sequence[threading.Thread]) -> None:
        """Answer requests and tell how far the whole is, until the workers have ended."""
        began = time.monotonic()
        told: object = None
        while any(each.is_alive() for each in workers) and not self.progress.cancelled and self.broken is None:
            self._lasting(lambda: answer_requests(self.state, self._cancel))
            counts = self.state.counts()
            if counts != told:
                told = counts
                self._tell_whole(counts, time.monotonic() - began, len(workers))
            for each in workers:
                if each.is_alive():
                    each.join(_LOOK)
                    break
        if not self.progress.cancelled and self.broken is None:
            self._tell_whole(self.state.counts(), time.monotonic() - began, len(workers))

    def stop(self) -> None:
        """Let every hand stop what it does."""
        self._ending.set()
        with self._lock:
            for stopped in self._in_work.values():
                stopped.set()

    def work(self, hand: Hand) -> None:
        """Take jobs and carry them out, until none is left or the run ends."""
        try:
            while not self._ending.is_set():
                if self.state.get("paused", False):
                    self._ending.wait(_LOOK)
                    continue
                row = self._lasting(lambda: self._claim(hand))
                if row is not None:
                    self._do(hand, row)
                elif not self._in_work:
                    return
                else:
                    self._ending.wait(_LOOK)
        except FoleyError as error:
            self.broken = self.broken or error
        except Exception as error:
            LOGGER.exception("The queue's own thread failed.")
            self.broken = self.broken or FoleyError(
                f"The queue failed by a defect of its own: {error!r}.", hint="Report it, with the lines above."
            )

    def _claim(self, hand: Hand) -> Row | None:
        with self._lock:
            row = self.state.claim(hand.name)
            if row is not None:
                self._in_work[row.id] = threading.Event()
            return row

    def _do(self, hand: Hand, row: Row) -> None:
        """Carry out a job that was claimed, and say what became of it."""
        stopped, began = self._in_work[row.id], time.monotonic()
        log = self.state.folder / LOGS / f"{row.id}.log"
        try:
            settled = self._settled(row)
            if settled is not None:
                self._lasting(lambda: self.state.move(row.id, *settled))
                return
            log.parent.mkdir(parents=True, exist_ok=True)
            order = order_of(self.state.folder, row, self.threads)
            self._lasting(lambda: self.state.begin(row.id))
            told = Told(
                lambda event: self._tell(hand, row, event),
                lambda text: self._lasting(lambda: self.state.note(row.id, text)),
            )
            limits = Attempts(self.options.attempts, Patience(self.options.patience))
            say(log, f"{hand.name} begins {row.job.output}, attempt {row.attempts + 1}")
            result = carry_out(hand, order, limits, told, stopped, log)
            summary = summary_of(result, self.state.folder)
            spent = time.monotonic() - began
            say(log, f"done after {spent:.1f} s")
            self._lasting(lambda: self.state.finish(row.id, summary, spent))
            self._lasting(lambda: put_away(self.state.folder, row, keep=self.options.projects))
        except Cancelled:
            by_request = row.id in self._cancelled
            after = State.CANCELLED if by_request else State.WAITING
            self._lasting(lambda: self.state.move(row.id, after))
            if by_request:
                shutil.rmtree(work_folder(self.state.folder, row.id), ignore_errors=True)
        except FoleyError as error:
            self._fail(row, error, log, time.monotonic() - began)
        except OSError as error:
            from v2a_foley.files import translated

            self._fail(row, translated(error, Path(error.filename or log)), log, time.monotonic() - began)
        finally:
            with self._lock:
                self._in_work.pop(row.id, None)
                self._cancelled.discard(row.id)
            self._tell(hand, row, ProgressEvent("", 1, 1, finished=True))

    def _settled(self, row: Row) -> tuple[State, str] | None:
        """Return what becomes of a job without work: it was never begun, and its output is there already.

        Raises:
            OutputError: the output is there, and is not to be replaced.
        """
        if not row.fresh or self.options.existing == REPLACE:
            return None
        there = next(existing(self.state.folder, row.job), None)
        if there is None:
            return None
        if self.options.existing == SKIP:
            return State.SKIPPED, f"{there} was there already"
        raise OutputError(f"{there!r} exists already.", hint="Move it away, or add --existing replace (or skip).")

    def _fail(self, row: Row, error: FoleyError, log: Path, seconds: float) -> None:
        say(log, f"failed: {error}")
        failure = Failure(type(error).__name__, error.message, error.hint, log_end(log))
        self._lasting(lambda: self.state.fail(row.id, failure, seconds))

    def _cancel(self, name: str) -> bool:
        with self._lock:
            stopped = self._in_work.get(name)
            if stopped is None:
                return False
            self._cancelled.add(name)
            stopped.set()
            return True

    def _lasting(self, work: Callable[[], _T]) -> _T:
        """Do something to the queue's own files; where their disk is full or read-only, wait, and do it again."""
        patience = Patience(self.options.patience)
        while True:
            try:
                return work()
            except (DiskFull, OutputError) as error:
                LOGGER.warning("The queue waits: %s", error.message)
                patience.wait(error, lambda: True, self._ending)
                if self._ending.is_set():
                    raise

    def _tell(self, hand: Hand, row: Row, event: ProgressEvent) -> None:
        if self.progress.listener is not None:
            message = f"{row.job.output}: {event.stage or 'done'} {event.message}".strip()
            self.progress.listener(ProgressEvent(hand.name, event.done, event.total, message))

    def _tell_whole(self, counts: dict[State, int], seconds: float, workers: int) -> None:
        if self.progress.listener is None:
            return
        ended = sum(
            count for state, count in counts.items() if state not in (State.WAITING, State.RUNNING, State.PAUSED)
        )
        words = [f"{counts[State.DONE]} done"]
        words += [f"{counts[each]} {each.value}" for each in (State.FAILED, State.PAUSED) if counts[each]]
        left = time_left(self.state, workers)
        words += [f"about {left} left"] if left else []
        if self.state.get("paused", False):
            words = ["paused", *words]
        self.progress.listener(ProgressEvent("batch", ended, sum(counts.values()), ", ".join(words)))


def existing(folder: Path, job: Job) -> Iterator[str]:
    """Yield the files that a job would write and that are there, relative to the batch's folder."""
    return (place for place in results_of(job) if resolved(folder, place).exists())


def order_of(folder: Path, row: Row, threads: int) -> Order:
    """Return the order of a job: its places on this machine.

    Raises:
        OutputError: a link leads out of the batch's folder.
    """
    values = {
        name: str(resolved(folder, value)) if name in RESULTS else value for name, value in row.job.settings.items()
    }
    # What lay there was looked at when the job was begun; from then on it is this job's own, perhaps half delivered.
    values["overwrite"] = True
    output = resolved(folder, row.job.output)
    return Order(row.id, row.job.source, output, values, work_folder(folder.resolve(), row.id), threads)
