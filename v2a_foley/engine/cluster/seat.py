"""What an actor is inside: a place on a node where orders are done one at a time, heard of and stopped from afar.

It knows neither Ray nor what the work is. Its caller asks for news again and again; a caller that no longer asks is
gone, and its work is stopped, so that a node cut off from the others does not go on with what is done again elsewhere.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from v2a_foley import __version__
from v2a_foley.engine.border import border
from v2a_foley.engine.cluster.mirror import Mirror, glimpse
from v2a_foley.engine.worker.messages import error_values
from v2a_foley.files import translated
from v2a_foley.leftovers import own_prefix, sweep
from v2a_foley.progress import ProgressEvent

LEASE = 30.0
"""Seconds without being asked for news after which the caller counts as gone."""
_MOST_NEWS = 1000
"""Reports of progress that wait to be asked for; of more, the oldest are forgotten."""


class Desk(Protocol):
    """Carries out orders on its node, one at a time, and keeps what it has loaded."""

    def carry_out(
        self, order: Mapping[str, Any], told: Callable[[ProgressEvent], None], stopped: threading.Event, log: Path
    ) -> Mapping[str, Any]:
        """Do an order, as plain values, and return its result, as plain values; see ``hands.Hand``."""
        ...

    def close(self) -> None:
        """End what it holds."""
        ...


class Seat:
    """The inside of an actor. Every method but the first returns at once, or after the seconds that it is given."""

    def __init__(self, desk: Callable[[], Desk], environment: Mapping[str, str | None]) -> None:
        """Sit down.

        Args:
            desk: makes what does the work.
            environment: variables to set, or with None to remove, before that.
        """
        for name, value in environment.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        scratch = Path(tempfile.gettempdir())
        sweep(scratch)
        try:
            self._folder = Path(tempfile.mkdtemp(prefix=own_prefix(), dir=scratch)).resolve()
        except OSError as error:
            raise translated(error, scratch) from error
        self._mirror = Mirror(self._folder / "files")
        self._desk = desk()
        self._state = threading.Condition()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._news: list[ProgressEvent] = []
        self._end: dict[str, Any] | None = None
        self._log, self._read, self._asked = self._folder / "log", 0, time.monotonic()

    def describe(self) -> dict[str, Any]:
        """Return who sits here: the machine's name, the process's number, versions of the program and of Python."""
        python = ".".join(map(str, sys.version_info[:2]))
        return {"host": platform.node(), "pid": os.getpid(), "program": __version__, "python": python}

    def start(self, order: Mapping[str, Any]) -> None:
        """Begin with an order; the one before has ended."""
        with self._state:
            if self._thread is not None and self._thread.is_alive():
                raise AssertionError("one order at a time")
            self._stopped, self._news, self._end = threading.Event(), [], None
            self._read, self._asked = 0, time.monotonic()
            self._log.write_bytes(b"")
            self._thread = threading.Thread(target=self._work, args=(order, self._stopped), name="seat", daemon=True)
            self._thread.start()
        threading.Thread(target=self._watch, args=(self._thread, self._stopped), name="seat-lease", daemon=True).start()

    def news(self, seconds: float) -> dict[str, Any]:
        """Return what came up since the last call, waiting so long for something.

        Returns:
            ``events``: reports of progress; ``log``: bytes of the log; ``end``: None while the work goes on, then
            ``{"value": …}`` or ``{"error": …}``, as a worker's last event says it.
        """
        with self._state:
            self._asked = time.monotonic()
            self._state.wait_for(lambda: self._news or self._end, timeout=seconds)
            news, self._news = self._news, []
            end = self._end
        with self._log.open("rb") as file:
            file.seek(self._read)
            said = file.read(1 << 20)
            self._read += len(said)
            left = file.read(1)
        return {"events": [asdict(each) for each in news], "log": said, "end": None if left else end}

    def stop(self) -> None:
        """Ask the work to stop; its end is still to be asked for."""
        self._stopped.set()

    def close(self) -> None:
        """End the work and what the desk holds, and remove the seat's folder."""
        self._stopped.set()
        self._desk.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def sees(self, path: str) -> bytes | None:
        """Return how a file begins here, or the first names in a folder; None where it is not to be read."""
        return glimpse(Path(path))

    def receive(self, file: Mapping[str, Any], offset: int, data: bytes) -> None:
        """Take a piece of a file into the mirror; a method of its own, since Ray lays ``data`` in for a reference."""
        self._asked = time.monotonic()
        self._mirror.receive(file, offset, data)

    def files(self, method: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the method returns
        """Call another method of the seat's mirror."""
        self._asked = time.monotonic()
        return getattr(self._mirror, method)(*arguments)

    def _work(self, order: Mapping[str, Any], stopped: threading.Event) -> None:
        try:
            with border():
                end = {"value": dict(self._desk.carry_out(order, self._tell, stopped, self._log))}
        except BaseException as error:
            end = {"error": error_values(error)}
        with self._state:
            self._end = end
            self._state.notify_all()

    def _tell(self, event: ProgressEvent) -> None:
        with self._state:
            self._news = [*self._news[-_MOST_NEWS:], event]
            self._state.notify_all()

    def _watch(self, work: threading.Thread, stopped: threading.Event) -> None:
        """Stop work that nobody asks after."""
        while work.is_alive():
            work.join(1.0)
            if time.monotonic() - self._asked > LEASE:
                stopped.set()
