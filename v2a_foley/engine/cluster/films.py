"""Films on a cluster: the desk that an actor has for them, and a hand of the queue that lets actors do its orders.

An actor does not make the film itself: it starts the same worker process as the queue does on one machine. So a crash
of a network costs an attempt and not the actor, threads are set before anything is loaded, and the bits are the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from v2a_foley.engine.cluster.carriage import Carriage, Shared
from v2a_foley.engine.cluster.converse import carried_out, converse
from v2a_foley.engine.cluster.crew import Actor, Crew
from v2a_foley.engine.cluster.door import ADDRESS, connect
from v2a_foley.engine.cluster.freight import Store
from v2a_foley.engine.queue.hands import Order
from v2a_foley.engine.worker.hand import WorkerHand, order_of, order_params
from v2a_foley.errors import UsageError
from v2a_foley.progress import ProgressEvent

SHARED, STORE = "shared", "store"
FILES = (SHARED, STORE)
"""How films get to the nodes: all see the same paths, or they travel through Ray's store."""


class FilmDesk:
    """Does orders in a worker process of its node; runs inside an actor."""

    def __init__(self, device: str, patience: float) -> None:
        """Keep what to start; see ``WorkerHand``."""
        self._hand = WorkerHand("cluster", device=device, patience=patience)

    def carry_out(
        self, order: Mapping[str, Any], told: Callable[[ProgressEvent], None], stopped: threading.Event, log: Path
    ) -> Mapping[str, Any]:
        """Do an order; see ``seat.Desk``."""
        return self._hand.carry_out(order_of(order), told, stopped, log)

    def close(self) -> None:
        """End the process."""
        self._hand.close()


class RayHand:
    """Lets an actor of a cluster do each order: any that has nothing to do; see ``hands.Hand``."""

    def __init__(self, name: str, crew: Crew, carriage: Carriage, closed: Callable[[], None]) -> None:
        """Keep who does the work.

        Args:
            name: what the log and the report call it.
            crew: the actors; shared by all hands.
            carriage: how files get to them and back.
            closed: called once, when the hand is closed.
        """
        self._name, self._crew, self._carriage, self._closed = name, crew, carriage, closed
        self._stopped = threading.Event()
        self._open = True

    @property
    def name(self) -> str:
        """What the log and the report call it."""
        return self._name

    def carry_out(
        self, order: Order, told: Callable[[ProgressEvent], None], stopped: threading.Event, log: Path
    ) -> Mapping[str, Any]:
        """Do an order to its end and return its result; arguments and errors as ``hands.Hand`` has them."""

        def work(actor: Actor) -> Mapping[str, Any]:
            with self._carriage.journey(actor, order) as journey:
                told_here = partial(
                    converse, self._crew, actor, order_params(journey.order), told, stopped, log,
                    meanwhile=journey.meanwhile,
                )  # fmt: skip
                return journey.arrived(told_here())

        return carried_out(self._crew, work, told, stopped, log)

    def close(self) -> None:
        """Let go of the cluster; the last of its hands leaves it."""
        if self._open:
            self._open = False
            self._closed()


def ray_hands(
    count: int | None = None,
    *,
    address: str = ADDRESS,
    files: str = SHARED,
    threads: int = 1,
    device: str = "auto",
    patience: float = 600.0,
) -> list[RayHand]:
    """Connect to a cluster and return its hands.

    Args:
        count: how many; by default one a GPU of the cluster, or else one for so many cores as a worker has threads.
        address: ``auto``, ``local`` or ``HOST:PORT``; see ``door.connect``.
        files: ``shared`` where all nodes see the same paths as this machine, ``store`` where films travel.
        threads: threads of each worker, for which cores are set aside where there are no GPUs.
        device: where the networks run.
        patience: seconds without a report after which a worker counts as standing still.

    Raises:
        UsageError: the address or the way of the files is not known, or nobody answers there.
        DependencyMissing: Ray is not installed.
    """
    if files not in FILES:
        raise UsageError(f"--files {files!r} is not known.", hint=f"Choose one of {', '.join(FILES)}.")
    cluster = connect(address)
    try:
        places = cluster.places(threads)
    except BaseException:
        cluster.close()
        raise
    crew = Crew(cluster, partial(FilmDesk, device, patience), places)
    carriage: Carriage = Shared(crew) if files == SHARED else Store(crew)
    open_hands, turn = set(range(count or places.count)), threading.Lock()

    def closed(number: int) -> None:
        with turn:
            open_hands.discard(number)
            last = not open_hands
        if last:
            crew.close()

    return [RayHand(f"ray:{n}", crew, carriage, partial(closed, n)) for n in sorted(open_hands)]
