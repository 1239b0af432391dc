"""What carries out one job at a time: a worker process of this machine, or an actor on a cluster. Values alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from v2a_foley.progress import ProgressEvent


@dataclass(frozen=True)
class Order:
    """One film to be done. It says all that decides the result, so that every hand makes the same bits of it.

    Attributes:
        id: of the job, unique in its queue.
        source: the film, absolute.
        output: the film to write, absolute.
        settings: fields of ``RunSettings`` that differ from their defaults, as plain values (paths as texts).
        work: folder of this job alone, absolute: its project, its takes, its receipt. What is found there is gone on
            with. It may be removed once the job is done.
        threads: threads of every network; the bits depend on them.
        attempts: how often one shot may take its worker down before it is left without sound.
    """

    id: str
    source: Path
    output: Path
    settings: Mapping[str, Any]
    work: Path
    threads: int = 1
    attempts: int = 3


class Hand(Protocol):
    """Carries out one order at a time, and keeps its models warm in between."""

    @property
    def name(self) -> str:
        """What the log and the report call it (``cpu:0``, ``cuda:1``, ``node-3``)."""
        ...

    def carry_out(
        self,
        order: Order,
        told: Callable[[ProgressEvent], None],
        stopped: threading.Event,
        log: Path,
    ) -> Mapping[str, Any]:
        """Do an order to its end and return its result, as ``RunResult.as_dict`` has it.

        Args:
            order: what to do.
            told: called with every report of progress.
            stopped: when set, the work is cancelled.
            log: file to which everything that the work has to say is appended.

        Raises:
            WorkerDied: the process crashed, was killed, or stood still past its limit; the message ends with the last
                lines of its log. The hand is ready again: it starts anew with the next order.
            Cancelled: ``stopped`` was set.
            FoleyError: whatever the work itself raised, of the same type.
        """
        ...

    def close(self) -> None:
        """End what it holds: processes, actors. May be called twice."""
        ...
