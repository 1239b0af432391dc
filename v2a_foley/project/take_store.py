"""The takes in a project's folder: immutable sounds named by their content, and beside each how it was made."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from v2a_foley.errors import ProjectError
from v2a_foley.files import translated, writing
from v2a_foley.project.document import from_text
from v2a_foley.project.model import Take
from v2a_foley.project.places import TAKES, absolute, check_takes, own_folder
from v2a_foley.project.records.takes import read_takes, record_file, sound_file, write_takes
from v2a_foley.project.records.values import Wrong, table

FORMAT = "v2a-foley-take"
VERSION = 1
_LARGEST = 1 << 24
_log = logging.getLogger(__name__)


def digest_of(path: Path) -> str:
    """Return SHA-256 of a file, in hexadecimal.

    Raises:
        ProjectError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ProjectError(f"The take {path.name!r} cannot be read: {error.strerror}.") from error


def store_take(folder: Path, wav: Path, take: Take) -> Take:
    """Move a sound into a project's folder, write its record beside it, and return the take that lies there.

    A sound that is there already is not written again. Killed in between, it leaves a sound without a record, which
    the next call completes.

    Args:
        folder: the project's.
        wav: the sound; it is moved, and gone afterwards.
        take: what is known of it; its path and its digest are replaced.

    Raises:
        ProjectError: the sound cannot be read, or its record holds what no document can hold.
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """
    takes = own_folder(absolute(folder), TAKES)
    digest = digest_of(wav)
    stored = replace(take, path=takes / sound_file(digest), digest=digest)
    record = _record(stored)
    try:
        takes.mkdir(parents=True, exist_ok=True)
        check_takes(folder, [sound_file(digest)])
        if stored.path.exists() and stored.path.stat().st_size == wav.stat().st_size:
            wav.unlink()
        else:
            _move(wav, stored.path)
    except OSError as error:
        raise translated(error, stored.path) from error
    _write(takes, stored, record)
    return stored


def load_takes(folder: Path) -> dict[str, Take]:
    """Return the takes that lie in a project's folder, by the keys that they were made under.

    What is damaged, or has no sound, is left out, with a warning in the log.

    Raises:
        ProjectError: the folder of takes is a link, or cannot be read.
    """
    takes = absolute(folder) / TAKES
    names = check_takes(folder, [])
    found: dict[str, Take] = {}
    for name in sorted(each for each in names if each.endswith(".json")):
        try:
            take = _read(takes / name, takes)
        except (OSError, Wrong, ProjectError) as error:
            _log.warning("The record %s/%s of a take is left out: %s", TAKES, name, error)
            continue
        sound = take.path
        if not sound.is_file() or sound.is_symlink():
            _log.warning("The take %s/%s has no sound, and is left out.", TAKES, name)
        elif take.key:
            found[take.key] = take
    return found


def _record(take: Take) -> bytes:
    try:
        record = {"format": FORMAT, "version": VERSION, **write_takes([take])[0]}
        return json.dumps(record, ensure_ascii=True, allow_nan=False, indent=1).encode()
    except ValueError as error:  # what no document can hold, NaN
        raise ProjectError(f"The take {take.id!r} cannot be written: {error}.") from error


def _write(takes: Path, take: Take, record: bytes) -> None:
    """Write the record of a take; one of the same sound made under another key gets a file of its own."""
    path = takes / record_file(take.digest)
    if path.exists():
        try:
            if _read(path, takes).key == take.key:
                return
            path = path.with_name(f"{path.stem}-{take.key[:16]}.json")
        except (OSError, Wrong, ProjectError) as error:
            _log.warning("The record %s/%s was damaged, and is written anew: %s", TAKES, path.name, error)
    with writing(path) as part:
        part.write_bytes(record)


def _read(path: Path, takes: Path) -> Take:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        raise Wrong("is no file, or too large")
    record: dict[str, Any] = table(from_text(path.read_bytes(), path.name))
    if record.pop("format", None) != FORMAT or record.pop("version", None) != VERSION:
        raise Wrong("is no record of a take")
    return read_takes([record], takes)[0]


def _move(source: Path, destination: Path) -> None:
    """Rename a finished file into its place; from another disk it is copied beside it first."""
    with source.open("rb") as file:
        os.fsync(file.fileno())
    try:
        source.replace(destination)
    except OSError:
        with writing(destination) as part:
            shutil.copyfile(source, part)
        source.unlink()
