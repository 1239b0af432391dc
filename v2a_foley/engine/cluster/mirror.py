"""Files of the caller on a node that shares no disk with it: a folder in which they lie as they do at home.

Each path lies below one root as it lies below ``/`` at home, so that how files lie to each other is the same, and a
path is translated by its beginning alone. Nothing here knows how bytes get from one machine to the other.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from v2a_foley.errors import ProtocolError, SourceError
from v2a_foley.files import translated

CHUNK = 16 << 20
"""Bytes that travel together."""
_SCRATCH = re.compile(r"^\.?v2a-foley-[0-9a-f]{8}-\d+-")
_LEFT = re.compile(r"(?:\.lock|-wal|-shm|-journal)$")
_WORDS = (".json", ".otio")
"""Files of words in which paths of this node are put right on the way home."""


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def glimpse(path: Path) -> bytes | None:
    """Return how a file begins, or the first names in a folder that are not hidden; None where it is not to be read."""
    try:
        if path.is_dir():
            names = sorted(each.name for each in path.iterdir() if not each.name.startswith("."))
            return os.fsencode("\n".join(names[:100]))
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return None


def lasting(path: Path, root: Path) -> bool:
    """Tell whether a file below a root is one to keep: not scratch, not a lock."""
    parts = path.relative_to(root).parts
    return not any(_SCRATCH.match(part) for part in parts) and not _LEFT.search(path.name)


def files_of(place: Path) -> Iterator[Path]:
    """Yield the files at a place: the file itself, or those in the folder that are to keep, in the order of names."""
    if place.is_file():
        yield place
    elif place.is_dir():
        yield from (each for each in sorted(place.rglob("*")) if each.is_file() and lasting(each, place))


@dataclass
class Mirror:
    """The folder on the node.

    Attributes:
        root: where it is; made when the first file comes.
    """

    root: Path
    _there: dict[str, str] = field(default_factory=dict)
    """Digests of the files that came from home, by their paths there."""
    _known: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    """Size, time of change and digest of the files that were looked at, by their paths at home."""

    def rooted(self) -> str:
        """Return the root."""
        return str(self.root)

    def here(self, path: str) -> Path:
        """Return where a path of home lies on this node.

        Raises:
            ProtocolError: it is not absolute, or leads elsewhere.
        """
        whole = Path(path)
        if not whole.is_absolute() or ".." in whole.parts:
            raise ProtocolError(f"{path[:200]!r} is no absolute path.", hint="Report it: the program made it.")
        return self.root.joinpath(*(part.rstrip(":") for part in whole.parts[1:]))

    def translated(self, value: Any) -> Any:  # noqa: ANN401 - plain values
        """Return plain values with every path of this node as it is at home."""
        if isinstance(value, str):
            return value.removeprefix(str(self.root)) if value.startswith(f"{self.root}/") else value
        if isinstance(value, dict):
            return {key: self.translated(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.translated(each) for each in value]
        return value

    def outward(self, value: Any, paths: Collection[str]) -> Any:  # noqa: ANN401 - plain values
        """Return plain values with every one of some paths of home as it is on this node."""
        if isinstance(value, str):
            return str(self.here(value)) if value in paths else value
        if isinstance(value, dict):
            return {key: self.outward(each, paths) for key, each in value.items()}
        if isinstance(value, list):
            return [self.outward(each, paths) for each in value]
        return value

    def lacks(self, wanted: Sequence[tuple[str, str]]) -> list[str]:
        """Return the paths of those files, given as path and digest, that are not here, or are others here."""
        return [path for path, digest in wanted if self._there.get(path) != digest or not self.here(path).is_file()]

    def folder(self, path: str) -> None:
        """Make a folder, and those around it."""
        try:
            self.here(path).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise translated(error, self.here(path)) from error

    def receive(self, file: Mapping[str, Any], offset: int, data: bytes) -> None:
        """Take a piece of a file; with the last one, check it and put it into its place.

        Args:
            file: its ``path`` at home, ``digest``, ``size`` in bytes, and ``changed``: when, in ns since 1970.
            offset: where the piece belongs, bytes.
            data: the piece.

        Raises:
            SourceError: its bytes are not those that were promised.
            OutputError: it cannot be written.
            DiskFull: the disk is full.
        """
        path: str = file["path"]
        place = self.here(path)
        part = place.with_name(f"{place.name}.part")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with part.open("r+b" if offset else "wb") as opened:
                opened.seek(offset)
                opened.write(data)
            if offset + len(data) < file["size"]:
                return
            if digest_of(part) != file["digest"]:
                part.unlink()
                raise SourceError(f"{place.name!r} changed on its way to a node.", hint="Start again.")
            os.utime(part, ns=(file["changed"], file["changed"]))  # an order is known again by its film's time, too
            part.replace(place)
        except OSError as error:
            raise translated(error, place) from error
        self._there[path] = file["digest"]
        self._known.pop(path, None)

    def made(self, places: Sequence[str]) -> list[tuple[str, int, str]]:
        """Return what lies at some paths of home and did not come from there: path, bytes and digest of each."""
        found = []
        for each in places:
            for file in files_of(self.here(each)):
                with suppress(FileNotFoundError):  # it was taken away meanwhile
                    path = f"/{file.relative_to(self.root).as_posix()}"
                    size, digest = self._looked_at(path, file)
                    if self._there.get(path) != digest:
                        found.append((path, size, digest))
        return found

    def gone(self, place: str) -> list[str]:
        """Return the paths below a path of home at which a file lay here that home has, too, and lies no more."""
        return [path for path in self._there if Path(path).is_relative_to(place) and not self.here(path).exists()]

    def read(self, path: str, offset: int) -> bytes:
        """Return a piece of a file."""
        with self.here(path).open("rb") as file:
            file.seek(offset)
            return file.read(CHUNK)

    def keep(self, path: str, digest: str) -> None:
        """Note that home has this file now."""
        self._there[path] = digest

    def forget(self, places: Iterable[str]) -> None:
        """Remove what lies at some paths of home."""
        for each in places:
            here = self.here(each)
            if here.is_dir():
                shutil.rmtree(here, ignore_errors=True)
            else:
                here.unlink(missing_ok=True)
        self._there = {path: digest for path, digest in self._there.items() if self.here(path).exists()}
        self._known = {path: known for path, known in self._known.items() if path in self._there}

    def words_put_right(self, path: str, data: bytes) -> bytes:
        """Return a file's bytes with the paths of this node in it as they are at home, if it is one of words."""
        if not path.endswith(_WORDS):
            return data
        return data.replace(self.root.as_uri().encode(), b"file://").replace(str(self.root).encode(), b"")

    def _looked_at(self, path: str, file: Path) -> tuple[int, str]:
        facts = file.stat()
        known = self._known.get(path)
        if known is None or known[:2] != (facts.st_size, facts.st_mtime_ns):
            known = (facts.st_size, facts.st_mtime_ns, digest_of(file))
            self._known[path] = known
        return known[0], known[2]
