"""Answers HTTP for a worker: who may ask, how much, and how long; and the events as they come. No work is done here."""

from __future__ import annotations

import hmac
import json
import logging
import os
import select
import socket
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from v2a_foley.engine.worker.client import WorkerProcess
from v2a_foley.engine.worker.messages import Refused, Request, error_values, event_line, read_request
from v2a_foley.engine.worker.schema import LONGEST, VERSION
from v2a_foley.errors import FoleyError, OutputError, ProtocolError
from v2a_foley.version import VERSION as PROGRAM

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
"""The only address that is listened at."""
REQUESTS, HEALTH = "/v1/requests", "/v1/health"
MOST_AT_ONCE = 32
"""Connections at a time; more are closed at once."""
SILENCE = 20.0
"""Seconds that a client may take for its next byte, or to read what it is sent."""
TO_ASK = 60.0
"""Seconds that a client gets to say all that it asks."""
_LOOK = 0.1


class Door(ThreadingHTTPServer):
    """Listens on loopback, and knows the token and the requests that are open."""

    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"  # there it would let another program take the port over
    request_queue_size = MOST_AT_ONCE

    def __init__(self, port: int, token: str, worker: WorkerProcess, stop: threading.Event) -> None:
        """Take the port.

        Args:
            port: 0: any that is free.
            token: what a client must show.
            worker: does what is asked.
            stop: set when a client asks for the end.

        Raises:
            OutputError: the port is taken, or not for us.
        """
        self.token, self.worker, self.stop = token.encode("ascii"), worker, stop
        self._open: dict[str, threading.Event] = {}
        self._state = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        try:
            super().__init__((HOST, port), Exchange)
        except (OSError, OverflowError) as error:
            raise OutputError(
                f"Port {port} cannot be listened at: {error}.", hint="Choose another with --port, or 0 for any."
            ) from error

    def server_bind(self) -> None:
        """Take the port, without asking anybody for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    @property
    def hosts(self) -> frozenset[str]:
        """What a request's Host may be; a page whose name was pointed at this machine sends its own."""
        return frozenset(f"{name}:{self.server_port}" for name in (HOST, "localhost"))

    @property
    def busy(self) -> int:
        """How many requests are open."""
        return len(self._open)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:  # noqa: ANN401 - as in the base
        """Answer in a thread of its own, while there are not too many of them."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(
        self,
        request: socket.socket | tuple[bytes, socket.socket],
        client_address: Any,  # noqa: ANN401 - as in the base
    ) -> None:
        """Answer, and make room for the next."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say in the log what went wrong with a connection; a client that goes away is no fault."""
        log.info("A connection ended early: %s.", sys.exc_info()[1])

    @contextmanager
    def opened(self, name: str) -> Iterator[threading.Event]:
        """Keep a request among the open ones; what is given stops it.

        Raises:
            ProtocolError: there is one of that name.
        """
        stopped = threading.Event()
        with self._state:
            if name in self._open:
                raise ProtocolError(f"There is a request {name!r} already.", hint="Give each an id of its own.")
            self._open[name] = stopped
        try:
            yield stopped
        finally:
            with self._state:
                del self._open[name]

    def cancel(self, name: str) -> bool:
        """Stop a request, and tell whether there was one."""
        with self._state:
            stopped = self._open.get(name)
        if stopped is not None:
            stopped.set()
        return stopped is not None

    def stop_all(self) -> None:
        """Stop every request."""
        with self._state:
            for stopped in self._open.values():
                stopped.set()


class Exchange(BaseHTTPRequestHandler):
    """One connection, which carries one request."""

    server: Door
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "v2a-foley", ""
    timeout = SILENCE
    _KIND: ClassVar[str] = "application/x-ndjson"

    def handle_one_request(self) -> None:
        """Answer one request; who is too slow in asking is hung up on."""
        self._too_late = threading.Timer(TO_ASK, self._hang_up)
        self._too_late.daemon = True
        self._too_late.start()
        try:
            super().handle_one_request()
        finally:
            self._too_late.cancel()
            self.close_connection = True

    def do_GET(self) -> None:
        """Tell whether the worker is there."""
        if not self._admitted(HEALTH):
            return
        worker = self.server.worker
        self._answer(
            200, json.dumps({
                "v": VERSION, "program": PROGRAM, "pid": os.getpid(), "worker": worker.pid,
                "requests": self.server.busy,
            }).encode("ascii") + b"\n", kind="application/json",
        )  # fmt: skip

    def do_POST(self) -> None:
        """Do what is asked, and tell of it until it is done."""
        if not self._admitted(REQUESTS):
            return
        body = self._body()
        if body is None:
            return
        self._too_late.cancel()
        asked = read_request(body)
        if isinstance(asked, Refused):
            self._answer(400, event_line("error", asked.id, **error_values(asked.error)))
        elif asked.do == "cancel":
            found = self.server.cancel(asked.params["target"])
            self._answer(200, event_line("result", asked.id, value={"found": found}))
        elif asked.do == "shutdown":
            self._answer(200, event_line("result", asked.id, value={}))
            self.server.stop.set()
        else:
            self._work(asked)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Put a line into our log in place of standard error."""
        log.debug(format, *args)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse as a typed error, where the base would write a page."""
        self._refuse(code, message or "The request is not understood")

    def _work(self, asked: Request) -> None:
        """Pass a request on and write its events as they come."""
        try:
            with self.server.opened(asked.id) as stopped, self._watched(stopped):
                self._begin(200, self._KIND)
                self._pass_on(asked, stopped)
        except ProtocolError as error:
            self._answer(409, event_line("error", None, **error_values(error)))

    def _pass_on(self, asked: Request, stopped: threading.Event) -> None:
        try:
            with closing(self.server.worker.events(asked.do, asked.params, stopped=stopped)) as events:
                for event in events:
                    self.wfile.write(event_line(event.event, asked.id, **event.values))
        except FoleyError as error:
            self.wfile.write(event_line("error", asked.id, **error_values(error)))

    @contextmanager
    def _watched(self, stopped: threading.Event) -> Iterator[None]:
        """Stop the request when the client hangs up, also while there is nothing to write."""
        over = threading.Event()

        def watch() -> None:
            while not over.is_set():
                with suppress(OSError, ValueError):
                    readable, _, _ = select.select([self.connection], [], [], _LOOK)
                    if not readable or self.connection.recv(4096):
                        continue
                stopped.set()
                return

        watcher = threading.Thread(target=watch, name="worker-http-watch", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _admitted(self, path: str) -> bool:
        """Tell whether a request may be answered; where not, that is said."""
        if len(self.headers.get_all("Host", [])) != 1 or self.headers["Host"].lower() not in self.server.hosts:
            return self._refuse(403, "This address is not served here")
        scheme, _, shown = self.headers.get("Authorization", "").partition(" ")
        known = hmac.compare_digest(shown.strip().encode("utf-8", "surrogateescape"), self.server.token)
        if scheme.lower() != "bearer" or not known:
            return self._refuse(401, "The token is missing or wrong")
        if self.path != path:
            return self._refuse(404, f"There is only {REQUESTS} to post to and {HEALTH} to get")
        return True

    def _body(self) -> bytes | None:
        """Return what was posted, or None where it was refused or broke off."""
        said = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers or len(said) != 1 or not (said[0].isascii() and said[0].isdigit()):
            self._refuse(411, "A request must say its length, in one Content-Length")
            return None
        length = int(said[0][:20])
        if length > LONGEST:
            self._refuse(413, f"A request may have {LONGEST} bytes at most")
            return None
        body = self.rfile.read(length)
        return body if len(body) == length else None

    def _refuse(self, code: int, why: str) -> bool:
        self.close_connection = True
        error = ProtocolError(f"{why}.", hint="See docs/worker.md for how a worker is asked.")
        self._answer(code, event_line("error", None, **error_values(error)))
        return False

    def _answer(self, code: int, body: bytes, *, kind: str = _KIND) -> None:
        self._begin(code, kind, len(body))
        self.wfile.write(body)

    def _begin(self, code: int, kind: str, length: int | None = None) -> None:
        """Write the head of an answer; without a length, the answer ends with the connection."""
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        if code == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
