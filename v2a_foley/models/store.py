"""Where models lie on this machine, and whether they are what they should be. Touches no network.

A model's folder appears by one rename and vanishes by one rename: it is there whole or not at all. What was not
finished lies in a hidden folder beside it, from which ``pull`` goes on.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from v2a_foley.errors import DiskFull, FoleyError, ModelDamaged, ModelMissing, UsageError
from v2a_foley.files import translated
from v2a_foley.models.record import Record, read_record, sha256_of, write_record
from v2a_foley.models.table import Model, model, models
from v2a_foley.progress import Progress

ROOM_LEFT = 64 * 1024 * 1024
"""Bytes that must stay free on the disk beside what is written."""


def models_folder() -> Path:
    """Return where models lie (``V2A_FOLEY_MODELS`` overrides the system's own place for a user's data)."""
    override = os.environ.get("V2A_FOLEY_MODELS")
    if override:
        return Path(override)
    from platformdirs import user_data_path

    return user_data_path("v2a-foley", appauthor=False) / "models"


def home(name: str) -> Path:
    """Return the folder in which a model lies when it is installed."""
    return models_folder() / model(name).name


def _there(folder: Path) -> bool:
    """Tell whether a folder of a model exists.

    Raises:
        ModelMissing: that cannot be found out.
    """
    try:
        return folder.exists()
    except OSError as error:
        raise ModelMissing(
            f"The folder of the models, {str(models_folder())!r}, cannot be read: {error.strerror or error}.",
            hint="Set V2A_FOLEY_MODELS to a folder that you may read.",
        ) from error


def partial_folder(name: str) -> Path:
    """Return the folder in which an unfinished download lies."""
    return models_folder() / f".{model(name).name}.partial"


@dataclass(frozen=True)
class State:
    """How a model stands.

    Attributes:
        model: its entry in the table.
        state: ``not installed``, ``installed``, ``partial`` or ``damaged``.
        place: its folder, or None where there is none.
        held: bytes on the disk.
        says: what is wrong, where something is.
    """

    model: Model
    state: str
    place: Path | None
    held: int = 0
    says: str = ""


def state_of(name: str, progress: Progress | None = None) -> State:
    """Return how a model stands; files that were written to since are hashed again."""
    entry, folder, partial = model(name), home(name), partial_folder(name)
    if _there(folder):
        try:
            record = _checked(name, progress or Progress())
        except ModelDamaged as error:
            return State(entry, "damaged", folder, _held(folder), error.message)
        return State(entry, "installed", folder, record.size)
    if _there(partial):
        return State(entry, "partial", partial, _held(partial), "The download was not finished.")
    return State(entry, "not installed", None)


def states(progress: Progress | None = None) -> list[State]:
    """Return how every model of the table stands."""
    return [state_of(name, progress) for name in models()]


def installed(progress: Progress | None = None) -> dict[str, Path]:
    """Return the folders of the models that are installed and whole, by name."""
    return {each.model.name: each.place for each in states(progress) if each.state == "installed" and each.place}


def installed_path(name: str) -> Path | None:
    """Return the folder of a model, or None where it is not installed; a damaged one is an error.

    Raises:
        UsageError: there is no model of this name.
        ModelDamaged: it is there and is not what it should be.
    """
    return require(name) if _there(home(name)) else None


def require(name: str, progress: Progress | None = None) -> Path:
    """Return the folder of a model that must be installed.

    Sizes and times of writing are compared with the record; a file that was written to since is hashed again.

    Raises:
        UsageError: there is no model of this name.
        ModelMissing: it is not installed.
        ModelDamaged: it is there and is not what it should be.
        Cancelled: the caller asked to stop while a file was hashed.
    """
    folder = home(name)
    if not _there(folder):
        raise ModelMissing(f"The model {name!r} is not installed.", hint=f"Get it: v2a-foley models pull {name}")
    _checked(name, progress or Progress())
    return folder


def verify(name: str, progress: Progress | None = None) -> Record:
    """Hash every file of an installed model and compare.

    Raises:
        UsageError: there is no model of this name.
        ModelMissing: it is not installed.
        ModelDamaged: a file is not what it should be.
        Cancelled: the caller asked to stop.
    """
    if not _there(home(name)):
        raise ModelMissing(f"The model {name!r} is not installed.", hint=f"Get it: v2a-foley models pull {name}")
    return _checked(name, progress or Progress(), everything=True)


def _checked(name: str, progress: Progress, *, everything: bool = False) -> Record:
    """Return the record of an installed model after comparing its files with it, and it with the table."""
    entry, folder = model(name), home(name)
    record = read_record(folder)
    _against_table(entry, record)
    doubtful, times = [], {}
    for file in record.files:
        try:
            status = folder.joinpath(*file.path.split("/")).stat()
        except OSError as error:
            raise _damaged(name, f"{file.path} is missing or cannot be read") from error
        if status.st_size != file.size:
            raise _damaged(name, f"{file.path} has {status.st_size:,} bytes instead of {file.size:,}")
        times[file.path] = status.st_mtime_ns
        if everything or status.st_mtime_ns != file.mtime_ns:
            doubtful.append(file)
    if not doubtful:
        return record
    with progress.stage("checking", sum(file.size for file in doubtful)) as stage:
        for file in doubtful:
            path = folder.joinpath(*file.path.split("/"))
            try:
                found = sha256_of(path, stage, file.path)
            except OSError as error:
                raise _damaged(name, f"{file.path} cannot be read") from error
            if found != file.sha256:
                raise _damaged(name, f"{file.path} was changed or is broken (its SHA-256 differs)")
    touched = tuple(replace(file, mtime_ns=times[file.path]) for file in record.files)
    if touched == record.files:
        return record
    record = replace(record, files=touched)
    with suppress(FoleyError):  # a folder that may only be read: the files are right, and are hashed again next time
        write_record(folder, record)
    return record


def _against_table(entry: Model, record: Record) -> None:
    """Refuse a record that names another model, lacks a file, or differs from what is pinned in the source."""
    recorded = {file.path: file for file in record.files}
    if record.name != entry.name:
        raise _damaged(entry.name, f"its record is that of {record.name!r}")
    for file in entry.files:
        if file.path not in recorded:
            raise _damaged(entry.name, f"its record lacks {file.path}")
        if file.sha256 is not None and recorded[file.path].sha256 != file.sha256:
            raise _damaged(entry.name, f"{file.path} is not of the revision that this program is made for")


def _damaged(name: str, reason: str) -> ModelDamaged:
    return ModelDamaged(
        f"The model {name!r} is damaged: {reason}.",
        hint=f"Fetch what is broken again: v2a-foley models pull {name}",
    )


def remove(name: str) -> int:
    """Remove a model and any unfinished download of it; return the bytes that this freed.

    Raises:
        UsageError: there is no model of this name, or nothing of it is on this machine.
        OutputError: the folder may not be changed.
    """
    places = home(name), partial_folder(name)
    if not any(_there(each) or each.is_symlink() for each in places):
        raise UsageError(f"The model {name!r} is not installed.", hint="See what is: v2a-foley models list")
    with locked(name, Progress()):
        doomed = [each for each in places if each.exists() or each.is_symlink()]
        freed = sum(_held(each) for each in doomed)
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
        if folder.is_symlink():
            folder.unlink()
            return
        gone = folder.with_name(f".{folder.name.strip('.')}.gone-{uuid.uuid4().hex[:8]}")
        folder.rename(gone)
        shutil.rmtree(gone)
    except OSError as error:
        raise translated(error, folder) from error


def _held(folder: Path) -> int:
    held = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # gone meanwhile: another process is at work on it
            held += path.stat().st_size if path.is_file() else 0
    return held


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
