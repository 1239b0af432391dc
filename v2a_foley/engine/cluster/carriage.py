"""How the files of an order get to an actor's node and back: by a disk that both see, or through Ray's store."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from v2a_foley.engine.cluster.crew import ANSWER, Actor, Crew
from v2a_foley.engine.cluster.mirror import glimpse
from v2a_foley.engine.queue.hands import Order
from v2a_foley.errors import MediaNotFound, UsageError
from v2a_foley.files import translated
from v2a_foley.leftovers import own_prefix

_SEEN = 10.0
"""Seconds that a shared disk gets to show a new file to another node."""


@dataclass(frozen=True)
class Journey:
    """An order on its way.

    Attributes:
        order: as the node is to have it.
        meanwhile: to be called now and then while the work goes on.
        arrived: takes the node's result and returns it as it is at home, where all files are now.
    """

    order: Order
    meanwhile: Callable[[], None]
    arrived: Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Carriage(Protocol):
    """Brings files to actors and back."""

    def journey(self, actor: Actor, order: Order) -> AbstractContextManager[Journey]:
        """Bring what an order needs to an actor; leaving the block removes what is of no more use there.

        Raises:
            Lost: the actor is gone.
            FoleyError: the files cannot be brought.
        """
        ...


class Shared:
    """Nodes see the same paths as this machine; that is made sure of, once for each actor and folder."""

    def __init__(self, crew: Crew) -> None:
        """Keep whose actors they are."""
        self._crew = crew
        self._sure: set[tuple[Actor, Path]] = set()

    @contextmanager
    def journey(self, actor: Actor, order: Order) -> Iterator[Journey]:
        """See ``Carriage``.

        Raises:
            UsageError: the node does not see the film or the folders.
        """
        try:
            order.work.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise translated(error, order.work) from error
        for folder in {order.work.parent, order.output.parent}:
            self.require_folder(actor, folder)
        self.require_source(actor, order.source)
        yield Journey(order, lambda: None, lambda value: value)

    def require_source(self, actor: Actor, path: Path) -> None:
        """Make sure that an actor sees a file or a folder to read from.

        Raises:
            UsageError: it does not.
            MediaNotFound: this machine itself cannot read it.
        """
        here = glimpse(path)
        if here is None:
            raise MediaNotFound(f"{str(path)!r} cannot be read.", hint="Check the path, and whether you may read it.")
        if self._crew.cluster.call(actor.handle, "sees", str(path), seconds=ANSWER) != here:
            raise _unseen(actor, path)

    def require_folder(self, actor: Actor, folder: Path) -> None:
        """Make sure that an actor sees a folder to write to: a file is written here and looked for there, once.

        Raises:
            UsageError: it does not.
            OutputError: this machine itself cannot write there.
            DiskFull: the disk is full.
        """
        if (actor, folder) not in self._sure:
            self._probe(actor, folder)
            self._sure.add((actor, folder))

    def _probe(self, actor: Actor, folder: Path) -> None:
        """Write a file into a folder, and see whether the node sees it."""
        text = hashlib.sha256(f"{actor.name} {time.time_ns()}".encode()).hexdigest().encode()
        probe = folder / f"{own_prefix(hidden=True)}{text[:16].decode()}.probe"
        until = time.monotonic() + _SEEN
        try:
            probe.write_bytes(text)
            while self._crew.cluster.call(actor.handle, "sees", str(probe), seconds=ANSWER) != text:
                if time.monotonic() > until:
                    raise _unseen(actor, folder)
                time.sleep(0.5)
        except OSError as error:
            raise translated(error, probe) from error
        finally:
            with suppress(OSError):
                probe.unlink(missing_ok=True)


def _unseen(actor: Actor, path: Path) -> UsageError:
    return UsageError(
        f"The node {actor.name} does not see {str(path)!r} as this machine does.",
        hint="Mount the same disk at the same path on every node, or add --files store.",
    )
