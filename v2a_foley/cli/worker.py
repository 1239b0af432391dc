"""``v2a-foley worker``: the process that the app and editor hooks talk to. What it does is in ``engine/worker/``."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from v2a_foley.cli.session import session

Device = Annotated[
    str, typer.Option("--device", metavar="auto|cpu|cuda[:N]|mps", help="Where networks run unless a request says.")
]
Threads = Annotated[int | None, typer.Option("--threads", min=1, max=1024, help="Threads of every network.")]


def worker(device: Device = "auto", threads: Threads = None) -> None:
    """Answer requests on standard input, as JSON lines; see docs/worker.md."""
    if threads is not None:  # read by torch when it loads
        os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(threads)
    from v2a_foley.compute import check_device
    from v2a_foley.engine.worker.desk import Desk
    from v2a_foley.engine.worker.stdio import work

    with session(as_json=False):
        check_device(device)
    work(Desk(device))
