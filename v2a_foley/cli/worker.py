"""``v2a-foley worker``: the process that the app and editor hooks talk to. What it does is in ``engine/worker/``."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from v2a_foley.cli.session import session
from v2a_foley.compute import check_device

Device = Annotated[
    str, typer.Option("--device", metavar="auto|cpu|cuda[:N]|mps", help="Where networks run unless a request says.")
]
Threads = Annotated[int | None, typer.Option("--threads", min=1, max=1024, help="Threads of every network.")]


Serve = Annotated[bool, typer.Option("--serve", help="Answer on HTTP instead, at 127.0.0.1 and with a token.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Where to listen; 0: wherever there is room.")]


def worker(device: Device = "auto", threads: Threads = None, serve: Serve = False, port: Port = 0) -> None:
    """Answer requests of other programs, as JSON lines on standard input and output; see docs/worker.md."""
    with session(as_json=False):
        check_device(device)
        if serve:
            from v2a_foley.engine.worker.client import WorkerProcess
            from v2a_foley.engine.worker.serve import serve as serve_http

            return serve_http(port, WorkerProcess(device=device, threads=threads), typer.echo)
    if threads is not None:  # read by torch when it loads
        os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(threads)
    from v2a_foley.engine.worker.desk import Desk
    from v2a_foley.engine.worker.stdio import work

    return work(Desk(device))
