"""A worker as its client has it: starts the process, asks, hears, notices when it dies or stands still, and ends it.

Light: the app and the queue import this, and never what a worker loads.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any, Self

from v2a_foley.engine.worker.ending import end_group
from v2a_foley.engine.worker.lines import lines
from v2a_foley.engine.worker.logs import LogPump
from v2a_foley.engine.worker.messages import Event, Request, error_of, read_event, request_line
from v2a_foley.errors import Cancelled, FoleyError, ProtocolError, WorkerDied

START = 120.0
"""Seconds that a worker gets to say that it is ready."""
GRACE = 30.0
"""Seconds that cancelled work gets to stop, before its worker is ended."""
_LAST = 12.0
"""Seconds that a worker gets to end by itself when asked to; it gives its work ten."""
_LOOK = 0.1
"""Seconds between two looks at whether to stop."""
_STRAY = 5.0
"""Seconds that the streams of a process that is gone get to end; whoever else holds them open is not waited for."""
_FOR_MEMORY = 9
"""The signal that an operating system without memory sends."""


class WorkerProcess:
    """A worker process: started when it is first needed, and again when it has died.

    One request is done at a time; others wait for it. Nothing is kept between a worker and the one that follows it
    but the log.
    """

    def __init__(
        self, *, device: str = "auto", threads: int | None = None, log: Path | None = None, patience: float = 600.0
    ) -> None:
        """Keep what to start; nothing is started yet.

        Args:
            device: where its networks run when a request leaves it open.
            threads: threads of its networks; None: as many as torch sees fit.
            log: file to which all that it says beside messages is appended; None: only its end is kept.
            patience: seconds without a report after which a worker at work counts as standing still.
        """
        self._command = [sys.executable, "-P", "-m", "v2a_foley.cli.main", "worker", f"--device={device}"]
        if threads is not None:
            self._command.append(f"--threads={threads}")
        self.log, self.patience = log, patience
        self._running: _Running | None = None
        self._turn = threading.Lock()
        self._closed = threading.Event()
        self._asked = 0

    def __enter__(self) -> Self:
        """Return itself; the process starts with the first request."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.close()

    @property
    def pid(self) -> int | None:
        """Number of the process, or None where none runs."""
        running = self._running
        return running.process.pid if running is not None and running.lives else None

    def request(
        self,
        do: str,
        params: Mapping[str, Any],
        *,
        told: Callable[[Event], None] | None = None,
        stopped: threading.Event | None = None,
        log: Path | None = None,
    ) -> Mapping[str, Any]:
        """Ask for something and wait for its result.

        Args:
            do: what, a key of ``schema.REQUESTS``.
            params: what it needs to know.
            told: called with every event before the result.
            stopped: when set, the request is cancelled.
            log: where the process's words go during this request, in place of the worker's own log.

        Returns:
            The value of its result.

        Raises:
            WorkerDied: the process crashed, was killed, stood still or talked nonsense; the next request starts anew.
            Cancelled: ``stopped`` was set, or the worker was closed.
            FoleyError: whatever the work itself raised, of the same type; a ``FoleyError`` itself where the program
                has a defect.
        """
        value: Mapping[str, Any] = {}
        with closing(self.events(do, params, stopped=stopped, log=log)) as events:
            for event in events:
                if event.event == "result":
                    value = event.values["value"]
                elif told is not None:
                    told(event)
        return value

    def events(
        self,
        do: str,
        params: Mapping[str, Any],
        *,
        stopped: threading.Event | None = None,
        log: Path | None = None,
    ) -> Generator[Event, None, None]:
        """Ask for something and yield what is told of it; the last event is its ``result``.

        An iterator that is closed before its end cancels the request. Arguments and errors as for ``request``.
        """
        stopped = stopped or threading.Event()
        while not self._turn.acquire(timeout=_LOOK):
            if stopped.is_set() or self._closed.is_set():
                raise Cancelled
        try:
            if stopped.is_set() or self._closed.is_set():
                raise Cancelled
            self._asked += 1
            request = Request(f"r{self._asked}", do, params)
            line = request_line(request)
            if self._running is None or not self._running.lives:
                self._put_down()
                self._running = _Running(self._command, log or self.log)
            running = self._running
            running.pump.to(log or self.log)
            try:
                yield from self._conversation(running, request, line, stopped)
            finally:
                running.pump.to(self.log)
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the process, and wait until it is gone; may be called by any thread, and more than once."""
        self._closed.set()  # work that goes on in another thread is cancelled, and gives way
        with self._turn:
            running = self._running
            if running is not None and running.ready and running.lives:
                running.send(request_line(Request("end", "shutdown", {})))
                self._put_down(grace=_LAST)
            self._put_down()

    def _put_down(self, *, grace: float = 0.0) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.end(grace=grace)

    def _conversation(
        self, running: _Running, request: Request, line: bytes, stopped: threading.Event
    ) -> Generator[Event, None, None]:
        """Send a request and yield its events; however it is left, the worker is free again, or ended."""
        over = False
        try:
            self._await_ready(running, stopped)
            running.send(line)
            cancelled_at, heard_at = 0.0, time.monotonic()
            while not over:
                if not cancelled_at and (stopped.is_set() or self._closed.is_set()):
                    cancelled_at = time.monotonic()
                    running.send(request_line(Request(f"{request.id}-stop", "cancel", {"target": request.id})))
                event = running.hear(_LOOK)
                if event is None:
                    if cancelled_at and time.monotonic() - cancelled_at > GRACE:
                        raise Cancelled
                    _check_patience(time.monotonic() - heard_at, self.patience)
                elif event.id == request.id or (event.id is None and event.event == "error"):
                    heard_at = time.monotonic()
                    over = event.ends and event.id is not None
                    if event.event == "error":
                        raise error_of(event)
                    yield event
        except _Ended as end:
            over = True
            raise self._died(running, end) from end
        finally:
            if not over:
                self._free(running, request)

    def _await_ready(self, running: _Running, stopped: threading.Event) -> None:
        begun = time.monotonic()
        while not running.ready:
            event = running.hear(_LOOK)
            if stopped.is_set() or self._closed.is_set():
                raise Cancelled
            if event is not None and event.event == "ready":
                running.ready = True
            else:
                _check_patience(time.monotonic() - begun, START)

    def _free(self, running: _Running, request: Request) -> None:
        """Let the worker stop what nobody waits for any more; one that does not is ended."""
        until, stop = time.monotonic() + min(GRACE, self.patience), f"{request.id}-free"
        with suppress(_Ended):
            if running.ready:
                running.send(request_line(Request(stop, "cancel", {"target": request.id})))
            while running.ready and time.monotonic() < until:
                event = running.hear(_LOOK)
                if event is None or not event.ends:
                    continue
                if event.id == request.id or (event.id == stop and not event.values["value"]["found"]):
                    return
        self._put_down()

    def _died(self, running: _Running, end: _Ended) -> FoleyError:
        """Return the error for a worker that is gone, or has to go."""
        code = running.end(grace=0.0 if end.words else 2.0)
        self._running = None
        said = running.pump.last()
        return WorkerDied(
            f"The worker process {end.words or _how_it_ended(code)}. Its log ends: {said or '(nothing)'}",
            hint="The next request starts another one.",
        )


class _Ended(Exception):
    """A worker's output ended; or, with words, the worker must be ended because of what they say."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.words = words


class _Running:
    """One process: its streams and the threads that talk to it and hear it."""

    def __init__(self, command: list[str], log: Path | None) -> None:
        """Start it."""
        self.process = subprocess.Popen(  # noqa: S603 - our own program, as a list, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        if self.process.stdin is None or self.process.stdout is None or self.process.stderr is None:
            raise AssertionError("asked for pipes and got none")
        self.ready = False
        self._over = False
        self._heard: queue.Queue[Event | _Ended] = queue.Queue()
        self._said: queue.Queue[bytes | None] = queue.Queue()
        self.pump = LogPump(self.process.stderr, log)
        self._ears = _thread(self._listen, self.process.stdout)
        self._mouth = _thread(self._talk, self.process.stdin)

    @property
    def lives(self) -> bool:
        """Whether it can still be talked to."""
        return not self._over and self._ears.is_alive()

    def send(self, line: bytes) -> None:
        """Send a line; does not wait until it is read, which a process that stands still never does."""
        self._said.put(line)

    def hear(self, seconds: float) -> Event | None:
        """Return the next event, or None where none comes in so many seconds.

        Raises:
            _Ended: there will be none.
        """
        try:
            heard = self._heard.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(heard, _Ended):
            self._over = True
            raise heard
        return heard

    def end(self, *, grace: float = 0.0) -> int:
        """End it with all that it started, and return its exit code."""
        self._over = True
        self._said.put(None)
        code = end_group(self.process, grace=grace)
        for thread in (self._mouth, self._ears):
            thread.join(_STRAY)
        self.pump.finish(_STRAY)
        return code

    def _listen(self, output: IO[bytes]) -> None:
        with output:
            try:
                for line in lines(output):
                    self._heard.put(read_event(line))
            except ProtocolError as error:
                self._heard.put(_Ended(f"talked nonsense ({error.message.rstrip('.')}) and was ended"))
                return
            self._heard.put(_Ended())

    def _talk(self, its_input: IO[bytes]) -> None:
        """Write what is to be sent; the end of the process's output tells it when nobody reads that."""
        with suppress(OSError), its_input:
            for line in iter(self._said.get, None):
                its_input.write(line)
                its_input.flush()


def _thread(run: Callable[[IO[bytes]], None], stream: IO[bytes]) -> threading.Thread:
    thread = threading.Thread(target=run, args=(stream,), name="worker-client", daemon=True)
    thread.start()
    return thread


def _check_patience(silent: float, patience: float) -> None:
    """Give up on a worker that was silent for too many seconds."""
    if silent > patience:
        raise _Ended(f"stood still for {patience:g} s and was ended")


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended unasked (exit code {code})"
    why = ", perhaps for want of memory" if -code == _FOR_MEMORY else ""
    return f"was killed (signal {-code}){why}"
