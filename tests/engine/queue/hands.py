"""Hands that work within this process: they write what was asked for, and fail in the ways that a test names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from v2a_foley.engine.queue.hands import Order
from v2a_foley.errors import Cancelled
from v2a_foley.progress import ProgressEvent


@dataclass
class TestHand:
    """Writes an order's output: the film's own bytes and the settings. Notes every order that it gets.

    ``troubles`` holds, by the film's name, the errors that its next attempts end with; ``gate`` lets it wait in work.
    """

    __test__ = False

    name: str = "test:0"
    troubles: dict[str, list[Exception]] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    gate: threading.Event | None = None
    begun: threading.Event = field(default_factory=threading.Event)
    closed: int = 0

    def carry_out(
        self, order: Order, told: Callable[[ProgressEvent], None], stopped: threading.Event, log: Path
    ) -> Mapping[str, Any]:
        self.orders.append(order)
        with log.open("a") as file:
            file.write(f"{self.name} begins {order.source.name}\n")
        order.work.mkdir(parents=True, exist_ok=True)
        (order.work / "take.wav").write_bytes(b"x" * 100)
        told(ProgressEvent("generate", 1, 2))
        self.begun.set()
        while self.gate is not None and not self.gate.wait(0.01):
            if stopped.is_set():
                raise Cancelled
        if self.troubles.get(order.source.name):
            raise self.troubles[order.source.name].pop(0)
        order.output.write_bytes(order.source.read_bytes() + repr(sorted(order.settings.items())).encode())
        return {
            "output": str(order.output), "stems": {}, "integrated_lufs": -23.0, "true_peak_dbtp": -1.5,
            "warnings": ["It is quiet."], "delivery": None,
        }  # fmt: skip

    def close(self) -> None:
        self.closed += 1


def films(folder: Path, *names: str) -> Path:
    """Make files that are called like films."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 10)
    return folder
