"""Where models lie on this machine, and whether they are what they should be. Changes nothing but their records."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from v2a_foley.errors import FoleyError, ModelDamaged, ModelMissing
from v2a_foley.models.record import Record, read_record, sha256_of, write_record
from v2a_foley.models.table import Model, model, models
from v2a_foley.progress import Progress


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


def is_there(folder: Path) -> bool:
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
    if is_there(folder):
        try:
            record = _checked(name, progress or Progress())
        except ModelDamaged as error:
            return State(entry, "damaged", folder, held_in(folder), error.message)
        return State(entry, "installed", folder, record.size)
    if is_there(partial):
        return State(entry, "partial", partial, held_in(partial), "The download was not finished.")
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
    return require(name) if is_there(home(name)) else None


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
    if not is_there(folder):
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
    if not is_there(home(name)):
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


def held_in(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    held = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # gone meanwhile: another process is at work on it
            held += path.stat().st_size if path.is_file() else 0
    return held
