"""The moment at which a film is done: a receipt that says which finished file goes where, before any goes there.

See docs/adr/0017. What the files hold is decided elsewhere.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from v2a_foley.errors import OutputError
from v2a_foley.files import translated, write_text, writing

RECEIPT = "receipt.json"
STAGED = "staged"
_PIECE = 1 << 20


@dataclass
class Staging:
    """Holds finished files in a job's own folder (``delivering.Box``), where a kill leaves them for the next attempt.

    Attributes:
        work: the job's folder.
    """

    work: Path
    _places: dict[Path, Path] = field(default_factory=dict)

    def path(self, destination: Path) -> Path:
        """Return where to write a file whose place will be ``destination``."""
        return self.folder(destination.parent) / destination.name

    def folder(self, destination: Path) -> Path:
        """Return a folder to write into; every file in it will be placed in the folder ``destination``."""
        place = destination.absolute()
        if place not in self._places:
            staged = self.work / STAGED / str(len(self._places))
            try:
                staged.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise translated(error, staged) from error
            self._places[place] = staged
        return self._places[place]

    def moves(self) -> list[Move]:
        """Return what goes where, hashed; in the order of names."""
        return [
            Move(path.relative_to(self.work).as_posix(), place / path.name, path.stat().st_size, _sha256(path))
            for place, staged in self._places.items()
            for path in sorted(staged.iterdir())
        ]


@dataclass(frozen=True)
class Move:
    """A finished file on its way.

    Attributes:
        staged: where it waits, relative to the job's folder.
        final: where it goes, absolute.
        size: bytes.
        digest: SHA-256, hexadecimal.
    """

    staged: str
    final: Path
    size: int
    digest: str


@dataclass(frozen=True)
class Receipt:
    """What a finished film consists of.

    Attributes:
        moves: its files.
        result: what its job answers, as plain values.
    """

    moves: tuple[Move, ...]
    result: Mapping[str, Any]


def write_receipt(work: Path, receipt: Receipt) -> None:
    """Write a receipt in one step; from then on the film is done.

    Raises:
        DiskFull: the disk is full.
        OutputError: the folder cannot be written.
    """
    moves = [[each.staged, str(each.final), each.size, each.digest] for each in receipt.moves]
    write_text(work / RECEIPT, json.dumps({"moves": moves, "result": receipt.result}))


def read_receipt(work: Path) -> Receipt | None:
    """Return the receipt in a job's folder, or None where there is none.

    Raises:
        OutputError: it is there and cannot be read.
    """
    try:
        read = json.loads((work / RECEIPT).read_text(encoding="utf-8"))
        moves = tuple(Move(staged, Path(final), size, digest) for staged, final, size, digest in read["moves"])
        return Receipt(moves, read["result"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"The receipt in {str(work)!r} cannot be read: {error}.", hint="Remove that folder, and run the job again."
        ) from error


def delivered(work: Path, receipt: Receipt) -> bool:
    """Give every file its name, as far as it has not got it yet; tell whether all of them then lie there whole.

    Raises:
        DiskFull: the disk is full.
        OutputError: a place cannot be written; the rest stays where it is, to be moved later.
    """
    whole = True
    for move in receipt.moves:
        staged = work / move.staged
        if staged.is_file():
            _move(staged, move.final)
        else:
            whole = whole and _is(move)
    return whole


def _move(staged: Path, final: Path) -> None:
    """Give a file its name, on whichever disk that is."""
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            staged.replace(final)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            with writing(final) as part:
                shutil.copyfile(staged, part)
            staged.unlink()
    except OSError as error:
        raise translated(error, final) from error


def _is(move: Move) -> bool:
    """Tell whether a file lies at its place and is what it was."""
    try:
        return move.final.stat().st_size == move.size and _sha256(move.final) == move.digest
    except OSError:  # it is not there, or may not be looked at
        return False


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
