"""The worker's process: hears requests on standard input, does one at a time, and tells of it on standard output.

What is asked is done in ``desk.py``. A client that goes away cancels what it asked for, and the process ends.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir
from types import FrameType
from typing import IO, Any

from v2a_foley.engine.border import border
from v2a_foley.engine.worker.desk import Desk
from v2a_foley.engine.worker.ending import end_descendants
from v2a_foley.engine.worker.lines import lines
from v2a_foley.engine.worker.messages import (
    Refused,
    Request,
    error_values,
    event_line,
    read_request,
)
from v2a_foley.errors import Cancelled, FoleyError, ProtocolError
from v2a_foley.leftovers import sweep
from v2a_foley.progress import Progress, ProgressEvent
from v2a_foley.version import VERSION as PROGRAM

log = logging.getLogger(__name__)

MOST_WAITING = 100
"""Requests that may wait for their turn."""
LAST_SECONDS = 10.0
"""What work gets to clean up after itself once the client is gone."""
_OFTEN = 0.05
"""Seconds between two reports of the same stage."""


@dataclass
class TellingProgress(Progress):
    """Progress whose warnings are told as they come up."""

    warned: Callable[[str], None] | None = None

    def warn(self, sentence: str) -> None:
        """Keep a sentence for the user, and tell it if it is new."""
        new = sentence not in self.warnings
        super().warn(sentence)
        if new and self.warned is not None:
            self.warned(sentence)


@dataclass
class Mouth:
    """Writes lines to a client, whole ones, from any thread.

    Attributes:
        handle: the file descriptor to write to.
        gone: called when nobody reads any more.
    """

    handle: int
    gone: Callable[[], None]
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _closed: bool = False

    def say(self, line: bytes) -> None:
        """Write a line; where the client is gone, that is told and nothing is written."""
        with self._turn:
            if self._closed:
                return
            try:
                while line:
                    line = line[os.write(self.handle, line) :]
            except OSError:
                self._closed = True
        if self._closed:
            self.gone()


class Worker:
    """One worker: its client, its desk, and the requests that wait."""

    def __init__(self, heard: IO[bytes], said: int, desk: Desk, *, end: Callable[[int], None]) -> None:
        """Take the streams to the client.

        Args:
            heard: where requests come from.
            said: file descriptor that events go to.
            desk: does the work.
            end: ends the process with an exit code; called by another thread than the one that works.
        """
        self._heard, self._desk, self._end = heard, desk, end
        self._mouth = Mouth(said, gone=lambda: self.close("nobody reads the events", 0))
        self._waiting: queue.Queue[Request | None] = queue.Queue()
        self._open: dict[str, TellingProgress] = {}
        self._state = threading.Lock()
        self._closing = False
        self._done = threading.Event()
        self._current: str | None = None

    def run(self) -> None:
        """Work until the client is gone or asks for the end; call it on the main thread."""
        self._mouth.say(event_line("ready", pid=os.getpid(), program=PROGRAM, device=self._desk.device))
        threading.Thread(target=self._listen, name="worker-ears", daemon=True).start()
        for request in iter(self._waiting.get, None):
            self._do(request)
        self._done.set()

    def close(self, why: str, code: int) -> None:
        """Cancel everything and end the process; may be called by any thread, and more than once."""
        with self._state:
            if self._closing:
                return
            self._closing = True
            at_work = list(self._open.values())
        log.info("The worker ends: %s.", why)
        for progress in at_work:
            progress.cancel()
        self._waiting.put(None)
        threading.Thread(target=self._leave, args=(code,), name="worker-end", daemon=True).start()

    def tell_log(self, level: str, text: str) -> None:
        """Tell the client a line of the log, while something is being done for it."""
        current = self._current
        if current is not None:
            self._mouth.say(event_line("log", current, level=level, text=text))

    def _leave(self, code: int) -> None:
        if not self._done.wait(LAST_SECONDS):
            log.warning("The work did not stop within %g s; it is ended as it is.", LAST_SECONDS)
        try:
            end_descendants()
        finally:
            self._end(code)

    def _listen(self) -> None:
        """Hear the client out; what it asks for is put down, what stops other work is done at once."""
        with suppress(OSError, ValueError):
            for line in lines(self._heard):
                self._hear(line)
        self.close("the client is gone", 0)

    def _hear(self, line: bytes) -> None:
        asked = read_request(line)
        if isinstance(asked, Refused):
            self._fail(asked.id if asked.id not in self._open else None, asked.error)
        elif asked.do == "cancel":
            self._mouth.say(event_line("result", asked.id, value={"found": self._cancel(asked.params["target"])}))
        elif asked.do == "shutdown":
            self._mouth.say(event_line("result", asked.id, value={}))
            self.close("it was asked to", 0)
        else:
            self._accept(asked)

    def _accept(self, request: Request) -> None:
        with self._state:
            twice, full = request.id in self._open, len(self._open) >= MOST_WAITING
            if not (twice or full or self._closing):
                self._open[request.id] = self._progress(request.id)
                self._waiting.put(request)
                return
        if twice:
            error = ProtocolError(f"There is a request {request.id!r} already.", hint="Give each an id of its own.")
            self._fail(None, error)
        elif full:
            error = ProtocolError(f"{MOST_WAITING} requests wait already.", hint="Wait for some to be done.")
            self._fail(request.id, error)
        else:
            self._fail(request.id, Cancelled("The worker is about to end."))

    def _cancel(self, target: str) -> bool:
        with self._state:
            progress = self._open.get(target)
        if progress is not None:
            progress.cancel()
        return progress is not None

    def _progress(self, name: str) -> TellingProgress:
        """Return what the work of a request reports to; a stage that reports too often is told of now and then."""
        last: dict[str, float] = {}

        def hear(event: ProgressEvent) -> None:
            now = time.monotonic()
            if not event.finished and now - last.get(event.stage, 0.0) < _OFTEN:
                return
            last[event.stage] = 0.0 if event.finished else now
            self._mouth.say(
                event_line(
                    "progress", name, stage=event.stage, done=float(event.done), total=float(event.total),
                    message=event.message, finished=event.finished,
                )
            )  # fmt: skip

        return TellingProgress(hear, warned=lambda text: self._mouth.say(event_line("warning", name, text=text)))

    def _do(self, request: Request) -> None:
        progress = self._open[request.id]

        def tell(event: str, **values: Any) -> None:  # noqa: ANN401 - what the table of events says
            self._mouth.say(event_line(event, request.id, **values))

        log.info("%s %s begins.", request.do, request.id)
        begun, outcome = time.monotonic(), "done"
        self._current = request.id
        try:
            with border():
                progress.check()
                value = self._desk.carry_out(request, progress, tell)
                said = event_line("result", request.id, value=value)
        except FoleyError as error:
            outcome = f"{type(error).__name__}: {error.message}"
            said = event_line("error", request.id, **error_values(error))
        except (Exception, SystemExit) as error:  # whatever goes wrong in one request, the next one is done
            outcome = "by a mistake of the program"
            log.exception("%s %s failed.", request.do, request.id)
            said = event_line("error", request.id, **error_values(error))
        self._current = None
        log.info("%s %s ends after %.3f s: %s", request.do, request.id, time.monotonic() - begun, outcome)
        with self._state:
            del self._open[request.id]
        self._mouth.say(said)

    def _fail(self, name: str | None, error: FoleyError) -> None:
        self._mouth.say(event_line("error", name, **error_values(error)))


class _LogToClient(logging.Handler):
    """Hands lines of the log to a worker's client."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(logging.INFO)
        self._worker = worker

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._worker.tell_log(record.levelname, self.format(record))
        except Exception:  # as logging's own handlers do: a line of the log must not end the work
            self.handleError(record)


def work(desk: Desk) -> None:
    """Be a worker: take over this process's streams and signals, and serve until the client is gone."""
    heard, said = _private_streams()
    sweep(Path(gettempdir()))  # what a worker that was killed left may be many gigabytes
    faulthandler.enable()
    worker = Worker(heard, said, desk, end=_end)
    logger = logging.getLogger("v2a_foley")
    logger.setLevel(logging.INFO)
    to_log = logging.StreamHandler()
    to_log.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(to_log)
    logger.addHandler(_LogToClient(worker))
    _end_on_signals(worker)
    worker.run()
    threading.Event().wait()  # the thread that closes ends the process


def _private_streams() -> tuple[IO[bytes], int]:
    """Keep the client's streams for messages; what libraries and children print goes to standard error."""
    heard, said = os.dup(0), os.dup(1)
    sys.stdout.flush()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for handle in (heard, said):
            msvcrt.setmode(handle, os.O_BINARY)
    return os.fdopen(heard, "rb"), said


def _end_on_signals(worker: Worker) -> None:
    """Let SIGINT and SIGTERM end the worker at once, even while its main thread is deep inside a library."""
    here, there = socket.socketpair()
    there.setblocking(False)

    def nothing(_number: int, _frame: FrameType | None) -> None:
        """The byte that arrives at the other end says it."""

    def wait() -> None:
        number = here.recv(1)[0]
        worker.close(f"signal {number}", Cancelled.exit_code)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, nothing)
    signal.set_wakeup_fd(there.detach(), warn_on_full_buffer=False)
    threading.Thread(target=wait, name="worker-signals", daemon=True).start()


def _end(code: int) -> None:
    with suppress(OSError, ValueError):  # nobody may read the log any more
        sys.stderr.flush()
    os._exit(code)
