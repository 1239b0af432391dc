"""What is written beside an installed model: which files it has, and what they hash to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from v2a_foley.errors import ModelDamaged
from v2a_foley.files import write_text
from v2a_foley.models.table import MANIFEST, checked_path
from v2a_foley.progress import Stage

FORMAT = 1
BLOCK = 1 << 20
"""Bytes that are read at a time."""


@dataclass(frozen=True)
class FileRecord:
    """One installed file: its path inside the model, bytes, SHA-256, and when it was last written (nanoseconds)."""

    path: str
    size: int
    sha256: str
    mtime_ns: int


@dataclass(frozen=True)
class Record:
    """What is known of an installed model.

    Attributes:
        name: the model's name in the table.
        repository: its place on the hub.
        revision: the commit that its files are of; None for an import that nothing could be compared with.
        origin: ``hub`` or ``import``.
        licence: the licence that was shown, as an SPDX identifier.
        installed: when, as ISO 8601 in UTC.
        files: every file of it.
    """

    name: str
    repository: str
    revision: str | None
    origin: str
    licence: str
    installed: str
    files: tuple[FileRecord, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def now() -> str:
    """Return the time as records have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_record(folder: Path) -> Record:
    """Read the record of the model in a folder.

    Raises:
        ModelDamaged: there is none, or it cannot be read.
    """
    try:
        return _parsed(json.loads((folder / MANIFEST).read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelDamaged(
            f"The record of the model {folder.name!r} is missing or cannot be read.",
            hint=f"Fetch the model again: v2a-foley models pull {folder.name}",
        ) from error


def _parsed(found: dict[str, Any]) -> Record:
    if found.pop("format") != FORMAT:
        raise ValueError("the record is of another format")
    listed = tuple(FileRecord(**file) for file in found.pop("files"))
    for file in listed:
        checked_path(file.path)
    return Record(files=listed, **found)


def write_record(folder: Path, record: Record) -> None:
    """Write the record of the model in a folder, in one step.

    Raises:
        DiskFull: the disk is full.
        OutputError: the folder cannot be written to.
    """
    write_text(folder / MANIFEST, json.dumps({"format": FORMAT, **asdict(record)}, indent=2) + "\n")


def sha256_of(path: Path, stage: Stage | None = None, label: str = "") -> str:
    """Return the SHA-256 of a file; a stage hears how many bytes more were read, and may stop the work."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            if stage is not None:
                stage.advance(len(block), label)
    return digest.hexdigest()
