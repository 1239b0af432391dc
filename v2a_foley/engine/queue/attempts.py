"""What one job goes through: a hand that dies under it, a disk without room, until it is done or has failed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from v2a_foley.engine.plain import RESULTS
from v2a_foley.engine.queue.hands import Hand, Order
from v2a_foley.engine.queue.room import Patience, for_want_of_room, takes_files
from v2a_foley.errors import Cancelled, FoleyError, OutOfMemory, ProjectLocked, WorkerDied
from v2a_foley.files import translated
from v2a_foley.progress import ProgressEvent

TRYING = "trying"
"""Where the work of a film marks the takes that it is making (``engine/projects/trials.py``)."""
_MOST_DEATHS = 100
"""How often a job may take its hand down, whatever for."""
_LOCKED = 60.0
"""Seconds to wait for a worker that outlived its queue to leave the job's folder."""


@dataclass
class Attempts:
    """What a job may still cost.

    Attributes:
        most: how often it may take its hand down without getting further.
        patience: how long it may wait for room.
    """

    most: int
    patience: Patience


@dataclass(frozen=True)
class Told:
    """Who is told: of progress, and of what holds the job up."""

    progress: Callable[[ProgressEvent], None]
    held_up: Callable[[str], None]


def carry_out(
    hand: Hand, order: Order, limits: Attempts, told: Told, stopped: threading.Event, log: Path
) -> Mapping[str, Any]:
    """Return the result of an order, tried again where that may help.

    A hand that died begins it again where its takes are; a disk without room is waited for. What is wrong with the
    order itself is not tried twice.

    Raises:
        FoleyError: what the last attempt ended with.
        Cancelled: ``stopped`` was set.
    """
    deaths, own, waiting = 0, 0, time.monotonic() + _LOCKED
    while True:
        before = _takes_in_work(order)
        try:
            _make_folders(order)
            return hand.carry_out(order, told.progress, stopped, log)
        except (WorkerDied, OutOfMemory) as error:
            deaths += 1
            own += not _takes_in_work(order) - before
            say(log, f"attempt {deaths} ended: {error}")
            if own >= limits.most or deaths >= _MOST_DEATHS:
                raise
        except ProjectLocked:
            if time.monotonic() > waiting:
                raise
            stopped.wait(0.5)
        except Cancelled:
            raise
        except FoleyError as error:
            folders = folders_of(order)
            if not for_want_of_room(error, folders):
                raise
            say(log, f"waiting for room: {error}")
            told.held_up(f"waiting for room: {error.message}")
            limits.patience.wait(error, lambda: takes_files(folders_of(order)), stopped)
            told.held_up("")
        if stopped.is_set():
            raise Cancelled


def _takes_in_work(order: Order) -> set[tuple[str, int]]:
    """Return the markers of takes that were being made: what died then is a take's, and counted against it alone."""
    found = set()
    for path in (order.work / TRYING).glob("*.json"):
        try:
            found.add((path.name, path.stat().st_mtime_ns))
        except OSError:  # it was made meanwhile
            continue
    return found


def _make_folders(order: Order) -> None:
    """Make the folders that an order's results are written to.

    Raises:
        DiskFull: the disk is full.
        OutputError: they cannot be made.
    """
    for folder in folders_of(order):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise translated(error, folder) from error


def folders_of(order: Order) -> list[Path]:
    """Return the folders that an order's results are written to."""
    written = [order.output.parent, order.work.parent]
    for name in RESULTS:
        if name in order.settings:
            place = Path(order.settings[name])
            written.append(place if name == "stems" else place.parent)
    return written


def say(log: Path, text: str) -> None:
    """Add a line of the queue's own to a job's log."""
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    try:
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{moment} queue: {text}\n")
    except OSError:  # a log that cannot be written must not stop the work that it tells of
        return
