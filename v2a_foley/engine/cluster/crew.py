"""The actors of a cluster that carry out orders: as many as it has room for, lent to whoever has something to be done.

An actor that was lost is replaced as soon as some node has room; until then what is to be done waits for one of the
others. What is said to an actor is not known here.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from v2a_foley import __version__
from v2a_foley.engine.cluster.door import Cluster, Lost, Places
from v2a_foley.engine.cluster.seat import Desk, Seat
from v2a_foley.errors import Cancelled, UsageError

log = logging.getLogger(__name__)

ANSWER = 120.0
"""Seconds that an actor gets to answer a call that asks for no work, before it counts as lost."""
_LOOK = 0.1
_GOODBYE = 20.0
"""Seconds that an actor gets to end what it holds."""
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Variables that decide bits; Ray sets the first in its actors."""


@dataclass(frozen=True, eq=False)
class Actor:
    """An actor that has said who it is.

    Attributes:
        handle: Ray's own.
        name: the machine that it is on, and its process's number.
    """

    handle: Any
    name: str


class Crew:
    """The actors. Its methods may be called by any thread."""

    def __init__(self, cluster: Cluster, desk: Callable[[], Desk], places: Places) -> None:
        """Keep what to start; actors start when they are needed.

        Args:
            cluster: where.
            desk: makes what an actor works with; a function of a module that every node has.
            places: how many there are at most, and what each takes.
        """
        self.cluster = cluster
        self._desk, self._places = desk, places
        self._state = threading.RLock()
        self._idle: list[Actor] = []
        self._coming: dict[Any, Any] = {}
        """Handles of actors that start, by what says that they have."""
        self._lent: set[Actor] = set()
        self._closed = False

    def borrow(self, stopped: threading.Event, waiting: Callable[[], None] = lambda: None) -> Actor:
        """Return an actor that has nothing to do; waits for one.

        Args:
            stopped: when set, no longer waits.
            waiting: called now and then while there is none.

        Raises:
            Cancelled: ``stopped`` was set, or the crew was closed.
            DependencyMissing: no actor can be started on a node.
            UsageError: a node has another version of the program.
        """
        looks = 0
        while True:
            with self._state:
                if stopped.is_set() or self._closed:
                    raise Cancelled
                self._welcome()
                if self._idle:
                    found = self._idle.pop()
                    self._lent.add(found)
                    return found
                if len(self._coming) + len(self._lent) < self._places.count:
                    self._hire()
            looks += 1
            if looks % 50 == 0:
                waiting()
            stopped.wait(_LOOK)

    def give_back(self, actor: Actor) -> None:
        """Take an actor back that has done its work."""
        with self._state:
            self._lent.discard(actor)
            if not self._closed:
                self._idle.append(actor)
                return
        self._part(actor)

    def lose(self, actor: Actor) -> None:
        """Strike an actor off; what is left of it is ended."""
        with self._state:
            self._lent.discard(actor)
        self.cluster.dismiss(actor.handle)

    def close(self) -> None:
        """End all actors, and leave the cluster. May be called twice."""
        with self._state:
            already, self._closed = self._closed, True
            idle, coming, lent = self._idle, list(self._coming.values()), list(self._lent)
            self._idle, self._coming = [], {}
        if already:
            return
        for actor in idle:
            self._part(actor)
        for handle in [*coming, *(each.handle for each in lent)]:
            self.cluster.dismiss(handle)
        self.cluster.close()

    def _hire(self) -> None:
        threads: Mapping[str, str | None] = {name: os.environ.get(name) for name in _THREADS}
        handle = self.cluster.hire(Seat, self._desk, threads, places=self._places)
        self._coming[self.cluster.begin(handle, "describe")] = handle

    def _welcome(self) -> None:
        """Take in the actors that have started, and strike off those that were lost before they had."""
        for answer in self.cluster.answered(list(self._coming)):
            handle = self._coming.pop(answer)
            try:
                who = self.cluster.get(answer, ANSWER)
            except Lost as error:
                log.info("An actor was lost as it started: %s", error)
                continue
            if who["program"] != __version__:
                self.cluster.dismiss(handle)
                raise UsageError(
                    f"The node {who['host']!r} has v2a-foley {who['program']}, this machine {__version__}.",
                    hint="Install the same version on every node.",
                )
            self._idle.append(Actor(handle, f"{who['host']}:{who['pid']}"))

    def _part(self, actor: Actor) -> None:
        """Let an actor end what it holds, and end it."""
        with suppress(Lost):
            self.cluster.call(actor.handle, "close", seconds=_GOODBYE)
        self.cluster.dismiss(actor.handle)
