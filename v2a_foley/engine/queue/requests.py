"""What other processes ask of a queue: pause, resume, retry, cancel, reorder.

They leave a request, and the process that holds the queue answers. Where nobody holds it, the one that asks holds it
for as long as it takes to answer itself.
"""

from __future__ import annotations

import json
import os
import platform
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from v2a_foley.engine.queue.places import STATE_FOLDER
from v2a_foley.engine.queue.rows import OPEN, Row, State
from v2a_foley.engine.queue.state import QueueState
from v2a_foley.errors import FoleyError, ProjectLocked, UsageError
from v2a_foley.files import translated

LOCK = "queue.lock"
_SPAN = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
_PATIENCE = 10.0
"""Seconds to wait for who holds the queue to answer."""

Stop = Callable[[str], bool]
"""Stops a job that is in work, by its id; false where it is not."""


@contextmanager
def holding(folder: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold a batch's queue while the block runs; the system lets go of it however the process ends.

    Args:
        folder: the batch's.
        patience: seconds to wait for another that holds it.

    Raises:
        ProjectLocked: another process works on it.
        OutputError: the lock cannot be written.
    """
    from filelock import FileLock, Timeout

    path = folder / STATE_FOLDER / LOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=patience)
        lock.acquire()
    except Timeout as error:
        raise ProjectLocked(
            f"Another process works on the batch in {str(folder)!r}.",
            hint="See how far it is: v2a-foley batch status DIR",
        ) from error
    except OSError as error:
        raise translated(error, path) from error
    try:
        yield
    finally:
        lock.release()


def is_held(folder: Path) -> bool:
    """Tell whether a process works on a batch's queue."""
    try:
        with holding(folder):
            return False
    except ProjectLocked:
        return True


def say_holder(state: QueueState) -> None:
    """Write down which process works on the queue."""
    state.put(holder={"process": os.getpid(), "machine": platform.node(), "since": time.time()})


def ask(state: QueueState, verb: str, jobs: Sequence[str] = ()) -> tuple[str, bool]:
    """Ask something of a queue, and return the answer, and whether a process works on the queue.

    Args:
        state: the queue.
        verb: ``pause``, ``resume``, ``retry``, ``cancel``, ``first`` or ``last``.
        jobs: numbers, spans, ids or outputs of the jobs that it is about; none for all.

    Raises:
        UsageError: there is no such job, or the one who holds the queue does not answer.
    """
    chosen(state, jobs)  # a mistake is told at once
    with state.changing() as connection:
        number = connection.execute(
            "INSERT INTO requests (verb, jobs) VALUES (?, ?)", (verb, json.dumps(list(jobs)))
        ).lastrowid
    until, held = time.monotonic() + _PATIENCE, True
    while True:
        with state.changing() as connection:
            found = connection.execute("SELECT answer FROM requests WHERE number = ?", (number,)).fetchone()
            if found is not None and found[0] is not None:
                connection.execute("DELETE FROM requests WHERE number = ?", (number,))
                return str(found[0]), held
        if time.monotonic() > until:
            raise UsageError(
                "The process that works on the batch does not answer; it will see the request.",
                hint="See how far it is: v2a-foley batch status DIR",
            )
        try:
            with holding(state.folder):
                answer_requests(state)
                held = False
        except ProjectLocked:
            time.sleep(0.05)


def answer_requests(state: QueueState, stop: Stop = lambda _: False) -> bool:
    """Do what was asked of the queue, which this process holds; return whether there was anything."""
    with state.changing() as connection:
        waiting = connection.execute("SELECT number, verb, jobs FROM requests WHERE answer IS NULL").fetchall()
    for number, verb, jobs in waiting:
        try:
            answer = _VERBS[verb](state, [str(each) for each in json.loads(jobs)], stop)
        except FoleyError as error:
            answer = str(error)
        except (KeyError, ValueError, TypeError):
            answer = f"{verb!r} is nothing that a queue does."
        with state.changing() as connection:
            connection.execute("UPDATE requests SET answer = ? WHERE number = ?", (answer, number))
            connection.execute("DELETE FROM requests WHERE number < ? AND answer IS NOT NULL", (number - 100,))
    return bool(waiting)


def chosen(state: QueueState, words: Sequence[str]) -> list[Row]:
    """Return the jobs that words name, in the order in which they name them; all jobs for no words.

    Raises:
        UsageError: a word names no job.
    """
    rows = state.rows()
    if not words:
        return rows
    found: dict[str, Row] = {}
    for word in words:
        span = _SPAN.fullmatch(word)
        first, last = (int(span[1]), int(span[2] or span[1])) if span else (1, 0)
        named = [each for each in rows if first <= each.number <= last or word in (each.id, each.job.output)]
        if not named:
            raise UsageError(f"There is no job {word!r} in this batch.", hint="See them: v2a-foley batch status DIR")
        found |= {each.id: each for each in named}
    return list(found.values())


def _pause(state: QueueState, words: Sequence[str], _stop: Stop) -> str:
    if not words:
        state.put(paused=True)
        return "Paused: what is in work is finished, nothing more is begun."
    rows = [each for each in chosen(state, words) if each.state is State.WAITING]
    for row in rows:
        state.move(row.id, State.PAUSED)
    return f"{_jobs(len(rows))} paused."


def _resume(state: QueueState, words: Sequence[str], _stop: Stop) -> str:
    if not words:
        state.put(paused=False)
    rows = [each for each in chosen(state, words) if each.state is State.PAUSED]
    for row in rows:
        state.move(row.id, State.WAITING)
    return "The batch goes on." if not words else f"{_jobs(len(rows))} resumed."


def _retry(state: QueueState, words: Sequence[str], _stop: Stop) -> str:
    rows = [each for each in chosen(state, words) if each.state is State.FAILED or (words and each.state not in OPEN)]
    for row in rows:
        state.again(row.id)
    return f"{_jobs(len(rows))} will be tried again."


def _cancel(state: QueueState, words: Sequence[str], stop: Stop) -> str:
    rows = [each for each in chosen(state, words) if each.state in OPEN]
    for row in rows:
        if not stop(row.id):
            state.move(row.id, State.CANCELLED)
    return f"{_jobs(len(rows))} cancelled."


def _first(state: QueueState, words: Sequence[str], _stop: Stop) -> str:
    rows = chosen(state, words)
    state.reorder(each.id for each in rows)
    return f"{_jobs(len(rows))} put first."


def _last(state: QueueState, words: Sequence[str], _stop: Stop) -> str:
    rows = chosen(state, words)
    state.reorder((each.id for each in rows), to_end=True)
    return f"{_jobs(len(rows))} put last."


_VERBS = {"pause": _pause, "resume": _resume, "retry": _retry, "cancel": _cancel, "first": _first, "last": _last}


def _jobs(count: int) -> str:
    return "One job" if count == 1 else f"{count} jobs"
