"""A worker process of this machine as a hand of the queue. How it is talked to is in ``client.py``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from v2a_foley.engine.queue.hands import Order
from v2a_foley.engine.worker.client import WorkerProcess
from v2a_foley.engine.worker.messages import Event
from v2a_foley.progress import ProgressEvent


class WorkerHand:
    """Does one order at a time in a process of its own, which stays warm in between; see ``hands.Hand``."""

    def __init__(self, name: str, *, device: str = "auto", threads: int | None = None, patience: float = 600.0) -> None:
        """Keep what to start; the process starts with the first order.

        Args:
            name: what the log and the report call it.
            device: where its networks run.
            threads: threads of its networks outside of orders, which say their own.
            patience: seconds without a report after which it counts as standing still.
        """
        self._name = name
        self._worker = WorkerProcess(device=device, threads=threads, patience=patience)

    @property
    def name(self) -> str:
        """What the log and the report call it."""
        return self._name

    @property
    def pid(self) -> int | None:
        """Number of its process, or None where none runs."""
        return self._worker.pid

    def carry_out(
        self, order: Order, told: Callable[[ProgressEvent], None], stopped: threading.Event, log: Path
    ) -> Mapping[str, Any]:
        """Do an order to its end and return its result; arguments and errors as ``hands.Hand`` has them."""

        def hear(event: Event) -> None:
            if event.event == "progress":
                told(event.progress())

        return self._worker.request("film", order_params(order), told=hear, stopped=stopped, log=log)

    def close(self) -> None:
        """End the process, and wait until it is gone. May be called twice."""
        self._worker.close()


def order_params(order: Order) -> dict[str, Any]:
    """Return an order as the parameters of the request ``film``."""
    return {
        "id": order.id,
        "source": str(order.source),
        "output": str(order.output),
        "settings": dict(order.settings),
        "work": str(order.work),
        "threads": order.threads,
        "attempts": order.attempts,
    }


def order_of(params: Mapping[str, Any]) -> Order:
    """Return the order that the parameters of a request ``film`` stand for."""
    return Order(
        id=params["id"],
        source=Path(params["source"]),
        output=Path(params["output"]),
        settings=params.get("settings", {}),
        work=Path(params["work"]),
        threads=params.get("threads", 1),
        attempts=params.get("attempts", 3),
    )
