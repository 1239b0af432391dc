"""How models come to their place and leave it: by one rename each, so that one is there whole or not at all.

Also the room that they need, and the lock that keeps two processes from changing the same model.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from v2a_foley.errors import DiskFull, UsageError
from v2a_foley.files import translated
from v2a_foley.models.record import Record, write_record
from v2a_foley.models.store import held_in, home, is_there, models_folder, partial_folder
from v2a_foley.models.table import model
from v2a_foley.progress import Progress

ROOM_LEFT = 64 * 1024 * 1024
"""Bytes that must stay free on the disk beside what is written."""


def remove(name: str) -> int:
    """Remove a model and any unfinished download of it; return the bytes that this freed.

    Raises:
        UsageError: there is no model of this name, or nothing of it is on this machine.
        OutputError: the folder may not be changed.
    """
    places = home(name), partial_folder(name)
    if not any(is_there(each) or each.is_symlink() for each in places):
        raise UsageError(f"The model {name!r} is not installed.", hint="See what is: v2a-foley models list")
    with locked(name, Progress()):
        doomed = [each for each in places if each.exists() or each.is_symlink()]
        freed = sum(held_in(each) for each in doomed)
        for each in doomed:
            _away(each)
        return freed


def place(name: str, made: Path, record: Record) -> Path:
    """Rename a finished folder to its place, with its record; what stood there is removed.

    Raises:
        DiskFull: there is no room for the record.
        OutputError: the place cannot be written to.
    """
    folder = home(name)
    write_record(made, record)
    old = folder.with_name(f".{name}.old-{uuid.uuid4().hex[:8]}")
    try:
        if folder.exists() or folder.is_symlink():
            folder.rename(old)
        try:
            made.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    except OSError as error:
        raise translated(error, folder) from error
    if old.exists() or old.is_symlink():
        _away(old)
    return folder


def _away(folder: Path) -> None:
    """Make a folder vanish by one rename, then free its bytes."""
    try:
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
            return
        gone = folder.with_name(f".{folder.name.strip('.')}.gone-{uuid.uuid4().hex[:8]}")
        folder.rename(gone)
        shutil.rmtree(gone)
    except OSError as error:
        raise translated(error, folder) from error


def check_room(wanted: int, name: str) -> None:
    """Refuse to begin what cannot be finished on this disk.

    Raises:
        DiskFull: fewer bytes are free than ``wanted`` and a little more.
        OutputError: the folder of the models cannot be made.
    """
    folder = models_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise translated(error, folder) from error
    if wanted and free < wanted + ROOM_LEFT:
        raise DiskFull(
            f"The model {name!r} needs {wanted / 1e9:.2f} GB more, and {free / 1e9:.2f} GB are free.",
            hint="Free some space, or set V2A_FOLEY_MODELS to a folder on another disk.",
        )


@contextmanager
def locked(name: str, progress: Progress) -> Iterator[None]:
    """Keep other processes from changing the same model while the block runs; waits for them, and can be cancelled.

    Raises:
        OutputError: the folder of the models cannot be written to.
        Cancelled: the caller asked to stop while another process was at work.
    """
    from filelock import FileLock, Timeout

    check_room(0, name)
    lock = FileLock(models_folder() / f".{model(name).name}.lock")
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            with progress.stage("waiting", message=f"another v2a-foley is at work on {name}") as stage:
                while not lock.is_locked:
                    stage.tell(0, f"another v2a-foley is at work on {name}")
                    with suppress(Timeout):
                        lock.acquire(timeout=0.2)
    except OSError as error:
        raise translated(error, models_folder()) from error
    try:
        for kind in ("import", "gone", "old"):  # left by a process that was killed: nobody is at work on them now
            for stale in models_folder().glob(f".{name}.{kind}-*"):
                shutil.rmtree(stale, ignore_errors=True)
        yield
    finally:
        lock.release()
