"""A process that does an order and is killed on the way: ``python -m tests.engine.projects.killed ORDER.json WHEN``.

WHEN is the name of an event at whose sound a maker from a plugin takes the process down, or ``step N``: the process is
killed right after the Nth file got its name in the job's folder or its outputs.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from v2a_foley import hooks
from v2a_foley.engine.projects import film
from v2a_foley.engine.queue.hands import Order
from v2a_foley.generate.procedural import Procedural
from v2a_foley.progress import Progress


def order_of(path: Path) -> Order:
    told = json.loads(path.read_text())
    return Order(**{**told, **{name: Path(told[name]) for name in ("source", "output", "work")}})


class Rough:
    """A plugin's maker: the synthesis without an identity, that dies over one event."""

    name = "rough"

    def __init__(self, deadly: str) -> None:
        self.deadly, self.inner = deadly, Procedural()

    def can_make(self, request):
        return self.inner.can_make(request)

    def make(self, request, progress=None):
        if request.event.name == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        with (Path(os.environ["MADE"])).open("a") as file:
            file.write(f"{request.event.name}\n")
        return self.inner.make(request, progress)


def dying_after(steps: int) -> None:
    """Have the process killed after so many files got their names."""
    true, left = Path.replace, [steps]

    def replace(self, target):
        moved = true(self, target)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return moved

    Path.replace = replace


def main() -> None:
    order, when = order_of(Path(sys.argv[1])), sys.argv[2]
    if when.startswith("step "):
        dying_after(int(when.split()[1]))
    elif when:
        hooks.generators = lambda *_: [Rough(when)]
    sys.stdout.write(json.dumps(film(order, Progress())))


if __name__ == "__main__":
    main()
