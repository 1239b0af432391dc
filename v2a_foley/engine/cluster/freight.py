"""The files of an order where nodes share no disk with the caller: sent in pieces through Ray, and brought home.

What is made on a node comes home while the work goes on, so that little is lost with the node.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from v2a_foley.engine.cluster.carriage import Journey
from v2a_foley.engine.cluster.crew import ANSWER, Actor, Crew
from v2a_foley.engine.cluster.door import Lost
from v2a_foley.engine.cluster.mirror import CHUNK, Mirror, digest_of, files_of, lasting
from v2a_foley.engine.projects.receipt import RECEIPT, STAGED
from v2a_foley.engine.queue.hands import Order
from v2a_foley.errors import FoleyError, MediaNotFound, ProtocolError
from v2a_foley.files import translated, writing

READ = ("cuts", "spot_from", "library", "mapper", "init", "profile", "cues", "onsets")
"""Settings that may name a file or a folder to read."""
WRITTEN = ("stems", "spotting", "timeline", "contact_sheet")
"""Settings that may name a file or a folder to write."""
_OFTEN = 5.0
"""Seconds between two looks at what an actor has made meanwhile."""


@dataclass
class Store:
    """Nodes share no disk: files travel, are checked by their hash, and come back as they are made."""

    crew: Crew
    _digests: dict[tuple[Path, int, int], str] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def journey(self, actor: Actor, order: Order) -> Iterator[Journey]:
        """See ``Carriage``."""
        try:
            order.work.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise translated(error, order.work) from error
        root = Mirror(Path(self._call(actor, "rooted")))
        of_order = [order.source, order.work, order.output, *_named(order, WRITTEN)]
        try:
            self._send(actor, order, root)
            for folder in {order.work, *(each.parent for each in of_order)}:
                self._call(actor, "folder", str(folder))
            looked = time.monotonic()

            def meanwhile() -> None:
                nonlocal looked
                if time.monotonic() - looked > _OFTEN:
                    self._fetch(actor, root, order, [order.work])
                    looked = time.monotonic()

            def arrived(value: Mapping[str, Any]) -> Mapping[str, Any]:
                self._fetch(actor, root, order, [order.work, *_homes(order)], end=True)
                found: Mapping[str, Any] = root.translated(dict(value))
                return found

            yield Journey(_there(order, root), meanwhile, arrived)
        except FoleyError:
            self._fetch(actor, root, order, [order.work])  # what was made is not made again
            raise
        finally:
            with suppress(Lost):
                self._call(actor, "forget", [str(each) for each in of_order])

    def _send(self, actor: Actor, order: Order, root: Mirror) -> None:
        """Bring the files that an order needs to a node, but for those that it has."""
        paths = {str(each) for each in (order.source, order.output, *_named(order, (*READ, *WRITTEN)))}
        parcels = {
            str(file): self._parcel(file)
            for place in (order.source, order.output, *_named(order, (*READ, *WRITTEN)))
            for file in files_of(place)
        }
        for file in files_of(order.work):
            if file.parent == order.work and file.suffix == ".json":
                words = json.dumps(root.outward(json.loads(file.read_bytes()), paths)).encode()
                parcels[str(file)] = _words(file, words)
            else:
                parcels[str(file)] = self._parcel(file)
        sent = {path: each for path, each in parcels.items() if _travels(Path(path), order, home=False)}
        for path in self._call(actor, "lacks", [(path, each.facts["digest"]) for path, each in sent.items()]):
            for offset, data in sent[path].pieces():
                ref = self.crew.cluster.put(data)
                self.crew.cluster.call(actor.handle, "receive", sent[path].facts, offset, ref, seconds=ANSWER)

    def _fetch(self, actor: Actor, root: Mirror, order: Order, places: list[Path], *, end: bool = False) -> None:
        """Bring home what is new at some paths: sounds before the words that speak of them, the receipt last."""
        found = self._call(actor, "made", [str(each) for each in places])
        for path, size, digest in sorted(
            found, key=lambda each: (each[0].endswith(RECEIPT), each[0].endswith(".json"))
        ):
            place = Path(path)
            if ".." in place.parts or not any(place.is_relative_to(each) for each in places):
                raise ProtocolError(f"A node sent {path[:200]!r}, which nobody asked for.", hint="Report it.")
            if _travels(place, order, home=end):
                self._bring(actor, root, place, size, digest)
                self._call(actor, "keep", path, digest)
        for path in self._call(actor, "gone", str(order.work)):
            if ".." not in Path(path).parts and Path(path).is_relative_to(order.work):
                Path(path).unlink(missing_ok=True)

    def _bring(self, actor: Actor, root: Mirror, place: Path, size: int, digest: str) -> None:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise translated(error, place) from error
        with writing(place) as part:
            seen = hashlib.sha256()
            with part.open("wb") as file:
                offset = 0
                while offset < size:
                    data = self._call(actor, "read", str(place), offset)
                    if not data:
                        break
                    seen.update(data)
                    file.write(data)
                    offset += len(data)
            if seen.hexdigest() != digest:
                raise Lost(f"{place.name!r} changed on its way from the node.")
            if size <= CHUNK:
                part.write_bytes(root.words_put_right(place.name, part.read_bytes()))

    def _parcel(self, file: Path) -> _Parcel:
        try:
            facts = file.stat()
            key = (file, facts.st_size, facts.st_mtime_ns)
            with self._turn:
                known = self._digests.get(key)
            digest = known or digest_of(file)
        except OSError as error:
            raise _unreadable(file, error) from error
        with self._turn:
            self._digests[key] = digest
        return _Parcel({"path": str(file), "digest": digest, "size": facts.st_size, "changed": facts.st_mtime_ns}, file)

    def _call(self, actor: Actor, method: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the method returns
        return self.crew.cluster.call(actor.handle, "files", method, *arguments, seconds=ANSWER)


@dataclass(frozen=True)
class _Parcel:
    """A file on its way: what the node is told of it, and where its bytes come from."""

    facts: Mapping[str, Any]
    source: Path | bytes

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """Yield offsets and bytes; one piece at least."""
        if isinstance(self.source, bytes):
            yield 0, self.source
            return
        offset = 0
        try:
            with self.source.open("rb") as file:
                while (data := file.read(CHUNK)) or not offset:
                    yield offset, data
                    offset += len(data) or 1
        except OSError as error:
            raise _unreadable(self.source, error) from error


def _words(file: Path, data: bytes) -> _Parcel:
    digest = hashlib.sha256(data).hexdigest()
    changed = file.stat().st_mtime_ns
    return _Parcel({"path": str(file), "digest": digest, "size": len(data), "changed": changed}, data)


def _unreadable(file: Path, error: OSError) -> MediaNotFound:
    return MediaNotFound(f"{str(file)!r} cannot be read: {error.strerror}.", hint="Check the path.")


def _travels(file: Path, order: Order, *, home: bool) -> bool:
    """Tell whether a file of an order is brought; what is staged and the receipt for it are of one machine alone.

    Args:
        file: its path at home.
        order: the order.
        home: whether all is done, and comes home for good.
    """
    if not file.is_relative_to(order.work):
        return lasting(file, Path(file.anchor))
    inner = file.relative_to(order.work).parts
    return lasting(file, order.work) and inner[0] != STAGED and (home or inner != (RECEIPT,))


def _named(order: Order, names: tuple[str, ...]) -> list[Path]:
    """Return the absolute paths that an order's settings name."""
    values = [order.settings.get(name) for name in names]
    return [Path(each) for each in values if isinstance(each, str) and Path(each).is_absolute()]


def _homes(order: Order) -> list[Path]:
    """Return where an order's results may lie: the timeline's takes lie beside it."""
    beside = [each.parent for each in _named(order, ("timeline",))]
    return [order.output, *_named(order, WRITTEN), *beside]


def _there(order: Order, root: Mirror) -> Order:
    """Return an order with its paths as they are on the node."""
    named = {str(each) for each in _named(order, (*READ, *WRITTEN))}
    settings = {
        key: str(root.here(value)) if isinstance(value, str) and value in named and key in (*READ, *WRITTEN) else value
        for key, value in order.settings.items()
    }
    return replace(
        order, source=root.here(str(order.source)), output=root.here(str(order.output)),
        work=root.here(str(order.work)), settings=settings,
    )  # fmt: skip
