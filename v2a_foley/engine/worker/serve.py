"""The worker over HTTP, for programs that cannot start a process: loopback only, and only for who knows the token.

Nothing is done here: requests are passed to a worker process, so that its end is an error and not the end of this.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import threading
from collections.abc import Callable
from types import FrameType

from v2a_foley.engine.worker.addresses import Address, published
from v2a_foley.engine.worker.client import WorkerProcess
from v2a_foley.engine.worker.http_door import Door
from v2a_foley.engine.worker.schema import VERSION

log = logging.getLogger(__name__)


def serve(port: int, worker: WorkerProcess, say: Callable[[str], None]) -> None:
    """Serve until a signal or a request says to stop; call it on the main thread.

    Args:
        port: where to listen on 127.0.0.1; 0: any that is free.
        worker: does the work; closed at the end.
        say: called once it listens, with a line of JSON: port, process and the file with the token, not the token.

    Raises:
        OutputError: the port is taken, or the file with the token cannot be written.
    """
    token = secrets.token_urlsafe(32)
    stop = threading.Event()
    door = Door(port, token, worker, stop)

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    listening = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.1}, name="worker-http")
    try:
        with published(Address(door.server_port, os.getpid(), token)) as path:
            listening.start()
            say(
                json.dumps(
                    {"v": VERSION, "event": "serving", "port": door.server_port, "pid": os.getpid(), "file": str(path)}
                )
            )
            stop.wait()
    finally:
        if listening.ident is not None:
            door.shutdown()
            listening.join()
        door.stop_all()
        door.server_close()
        worker.close()
        for number, handler in before.items():
            signal.signal(number, handler)
