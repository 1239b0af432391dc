"""One order carried out by one actor, as its caller has it: begun, heard of, stopped, its end returned or raised.

What is in an order is not known here, nor how its files get there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from v2a_foley.engine.cluster.crew import ANSWER, Actor, Crew
from v2a_foley.engine.cluster.door import Lost
from v2a_foley.engine.worker.messages import Event, error_of
from v2a_foley.errors import Cancelled, FoleyError, WorkerDied
from v2a_foley.progress import ProgressEvent

_NEWS = 0.5
"""Seconds that a call for news waits for some."""
_GRACE = 60.0
"""Seconds that stopped work gets to end, before its actor is ended."""
_SHOWN = 300
"""Characters of a log's end that a sentence holds."""


def converse(
    crew: Crew,
    actor: Actor,
    order: Mapping[str, Any],
    told: Callable[[ProgressEvent], None],
    stopped: threading.Event,
    log: Path,
    *,
    meanwhile: Callable[[], None] = lambda: None,
) -> Mapping[str, Any]:
    """Let an actor carry out an order, and return its result; the actor has nothing to do afterwards.

    Args:
        crew: whose actor it is.
        actor: who does it.
        order: what, as plain values.
        told: called with every report of progress.
        stopped: when set, the work is stopped.
        log: file to which what the work says is appended.
        meanwhile: called again and again while the work goes on.

    Raises:
        Lost: the actor is gone; the order may be half done.
        Cancelled: ``stopped`` was set.
        FoleyError: what the work raised.
    """
    crew.cluster.call(actor.handle, "start", dict(order), seconds=ANSWER)
    until = 0.0
    while True:
        if stopped.is_set() and not until:
            until = time.monotonic() + _GRACE
            crew.cluster.call(actor.handle, "stop", seconds=ANSWER)
        if until and time.monotonic() > until:
            raise Lost("It did not stop when it was asked to.")
        news = crew.cluster.call(actor.handle, "news", _NEWS, seconds=ANSWER)
        if news["log"]:
            with log.open("ab") as file:
                file.write(news["log"])
        for each in news["events"]:
            told(ProgressEvent(**each))
        if news["end"] is not None:
            return _ended(news["end"])
        meanwhile()


def carried_out(
    crew: Crew,
    work: Callable[[Actor], Mapping[str, Any]],
    told: Callable[[ProgressEvent], None],
    stopped: threading.Event,
    log: Path,
) -> Mapping[str, Any]:
    """Borrow an actor, let it do something, and give it back, or strike it off where it was lost.

    Raises:
        WorkerDied: the actor was lost; what it did has to be done again, and will be done by another one.
        Cancelled: ``stopped`` was set.
        FoleyError: what the work raised.
    """
    wait = ProgressEvent("cluster", 0, 0, "waiting for a node with room")
    actor = crew.borrow(stopped, lambda: told(wait))
    try:
        found = work(actor)
    except Lost as error:
        crew.lose(actor)
        if stopped.is_set():
            raise Cancelled from error
        raise WorkerDied(
            f"The worker on the node {actor.name} was lost: {error} Its log ends: {_end_of(log)}",
            hint="The next attempt is made on another one.",
        ) from error
    except FoleyError:
        crew.give_back(actor)
        raise
    except BaseException:  # a defect, or Ctrl-C: nobody knows what the actor is at
        crew.lose(actor)
        raise
    crew.give_back(actor)
    return found


def _ended(end: Mapping[str, Any]) -> Mapping[str, Any]:
    if "error" in end:
        raise error_of(Event("error", None, MappingProxyType(dict(end["error"]))))
    value: Mapping[str, Any] = end["value"]
    return value


def _end_of(log: Path) -> str:
    """Return the last words of a log."""
    try:
        words = " ".join(log.read_text(encoding="utf-8", errors="replace")[-2000:].split())
    except OSError:
        words = ""
    return (words if len(words) <= _SHOWN else f"… {words[-_SHOWN:]}") or "(nothing)"
