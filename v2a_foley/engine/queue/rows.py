"""What the queue knows of each job, as values, and the states that a job can be in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from v2a_foley.engine.queue.jobs import Job


class State(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (State.WAITING, State.RUNNING, State.PAUSED)
"""The states of what is still to be done."""


@dataclass(frozen=True)
class Failure:
    """Why a job failed.

    Attributes:
        type: name of the error.
        message: what is wrong.
        hint: what to do next.
        log: the last lines of the job's log.
    """

    type: str
    message: str
    hint: str = ""
    log: str = ""


@dataclass(frozen=True)
class Row:
    """One job in the queue.

    Attributes:
        id: the job's.
        number: what it is called in the queue, from 1; never given to another.
        job: what is to be done.
        state: how far it is.
        size: bytes of its film.
        attempts: how often it was begun.
        fresh: whether it was never begun, so that what lies at its output's name is somebody else's.
        note: what holds it up, or why it was skipped.
        worker: which hand has it, or had it last.
        started: seconds since 1970 at which it was begun last; 0 for never.
        seconds: how long the last attempt took.
        failure: why it failed, where it did.
        summary: what its result was, where it is done (``report.summary_of``).
    """

    id: str
    number: int
    job: Job
    state: State
    size: int = 0
    attempts: int = 0
    fresh: bool = True
    note: str = ""
    worker: str = ""
    started: float = 0.0
    seconds: float = 0.0
    failure: Failure | None = None
    summary: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
