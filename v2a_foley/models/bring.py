"""Takes a model from a folder that was made elsewhere: a hub's cache, a clone, a disk. Touches no network."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

from v2a_foley.errors import InputError, ModelDamaged, UsageError
from v2a_foley.files import translated
from v2a_foley.models.places import check_room, locked, place
from v2a_foley.models.record import BLOCK, FileRecord, Record, now
from v2a_foley.models.store import home, models_folder, state_of
from v2a_foley.models.table import Model, ModelFile, model
from v2a_foley.progress import Progress, Stage

_LONGEST_HEADER = 100_000_000


def import_folder(name: str, source: Path, progress: Progress | None = None) -> Path:
    """Copy a model's files from a folder to their place, and return it.

    Each file is compared with the table where that has its SHA-256; elsewhere it is looked at for being whole. Links
    are followed, and become files. Files that the model does not need are not copied.

    Args:
        name: the model's name.
        source: a folder with the model's files, or a hub cache's folder of the repository (``models--owner--name``).
        progress: told how far it is.

    Raises:
        UsageError: there is no model of this name, or it is installed already.
        InputError: the folder is missing, or lacks files.
        ModelDamaged: a file is not what is pinned, or is not whole.
        DiskFull: there is no room.
        OutputError: the folder of the models cannot be written to.
        Cancelled: the caller asked to stop; nothing is left behind.
    """
    entry, progress = model(name), progress or Progress()
    folder = _inside(entry, source)
    found = _found(entry, folder)
    with locked(name, progress):
        if state_of(name, progress).state == "installed":
            raise UsageError(
                f"The model {name!r} is installed already.", hint=f"Remove it first: v2a-foley models remove {name}"
            )
        check_room(sum(path.stat().st_size for path in found.values()), name)
        made = models_folder() / f".{name}.import-{uuid.uuid4().hex[:8]}"
        try:
            made.mkdir()
            return _copied(entry, found, made, progress)
        except OSError as error:
            raise translated(error, home(name)) from error
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _inside(entry: Model, source: Path) -> Path:
    """Return the folder that holds the files: the one given, or the right commit inside a hub cache's folder."""
    try:
        if not source.is_dir():
            raise InputError(
                f"There is no folder {str(source)!r}.", hint=f"Name the folder with the files of {entry.name}."
            )
        cached = source / f"models--{entry.repository.replace('/', '--')}"
        commits = (cached if cached.is_dir() else source) / "snapshots"
        if not commits.is_dir():
            return source
        if entry.revision is not None and (commits / entry.revision).is_dir():
            return commits / entry.revision
        there = sorted(each for each in commits.iterdir() if each.is_dir())
    except OSError as error:
        raise _unreadable(source, error) from error
    if len(there) != 1:
        raise InputError(
            f"The cache {str(source)!r} holds {len(there)} commits of {entry.name!r}.",
            hint="Name the folder of one of them, below its 'snapshots'.",
        )
    return there[0]


def _found(entry: Model, folder: Path) -> dict[str, Path]:
    """Return the files' true places; all of them must be there, and be files."""
    found, missing = {}, []
    for file in entry.files:
        path = folder.joinpath(*file.path.split("/"))
        try:
            true = path.resolve(strict=True)
            is_file = stat.S_ISREG(true.stat().st_mode)
        except (OSError, RuntimeError):
            is_file = False
        if is_file:
            found[file.path] = true
        else:
            missing.append(file)
    if missing:
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputError(
            f"The folder {str(folder)!r} is no whole copy of {entry.name!r}: it lacks {missing[0].path}{others}.",
            hint=f"It is from {missing[0].origin or entry.repository} on the hub; a folder that 'pull' made has all.",
        )
    return found


def _copied(entry: Model, found: dict[str, Path], made: Path, progress: Progress) -> Path:
    records = []
    with progress.stage("copying", sum(path.stat().st_size for path in found.values())) as stage:
        for file in entry.files:
            target = made.joinpath(*file.path.split("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            records.append(_copy(entry, file, found[file.path], target, stage))
    revision = entry.revision if all(file.sha256 is not None for file in entry.files) else None
    record = Record(entry.name, entry.repository, revision, "import", entry.licence, now(), tuple(records))
    return place(entry.name, made, record)


def _copy(entry: Model, file: ModelFile, source: Path, target: Path, stage: Stage) -> FileRecord:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as written:
        for block in _blocks(source):
            written.write(block)
            digest.update(block)
            size += len(block)
            stage.advance(len(block), file.path)
    if file.size is not None and size != file.size:
        raise _wrong(entry, file, f"it has {size:,} bytes instead of {file.size:,}")
    if file.sha256 is not None and digest.hexdigest() != file.sha256:
        raise _wrong(entry, file, "its SHA-256 is not the one that this program pins")
    if file.sha256 is None and (fault := fault_of(target)):
        raise _wrong(entry, file, fault)
    return FileRecord(file.path, size, digest.hexdigest(), target.stat().st_mtime_ns)


def _blocks(source: Path) -> Iterator[bytes]:
    """Read a file of the copy; what goes wrong here is the copy's fault, not that of the place it is copied to."""
    try:
        with source.open("rb") as stream:
            while block := stream.read(BLOCK):
                yield block
    except OSError as error:
        raise _unreadable(source, error) from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{str(path)!r} cannot be read: {error.strerror or error}.", hint="Check its permissions and disk."
    )


def _wrong(entry: Model, file: ModelFile, how: str) -> ModelDamaged:
    where = f"{entry.repository} at {entry.revision}" if entry.revision else entry.repository
    return ModelDamaged(
        f"{file.path} is not that of {entry.name!r}: {how}.", hint=f"Make the copy again, from {where} on the hub."
    )


def fault_of(path: Path) -> str:
    """Tell what shows, without its hash, that a file was cut off or is none of its kind; empty where nothing does."""
    size = path.stat().st_size
    if size == 0:
        return "it is empty"
    with path.open("rb") as stream:
        start = stream.read(64)
    if start.startswith(b"version https://git-lfs"):
        return "it is a pointer of git-lfs, not the file itself"
    if path.suffix == ".json":
        try:
            json.loads(path.read_text("utf-8"))
        except ValueError:
            return "it is no JSON"
    if path.suffix == ".safetensors":
        return _fault_of_tensors(path, size)
    if path.suffix in {".bin", ".pt"} and start.startswith(b"PK") and not zipfile.is_zipfile(path):
        return "it was cut off"
    return ""


def _fault_of_tensors(path: Path, size: int) -> str:
    """Compare a safetensors file's length with what its header promises."""
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= min(size - 8, _LONGEST_HEADER):
            return "it is no safetensors file, or was cut off"
        try:
            header = json.loads(stream.read(length))
            end = max((each["data_offsets"][1] for name, each in header.items() if name != "__metadata__"), default=0)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            return "its header cannot be read"
    return "" if size == 8 + length + end else f"it has {size:,} bytes instead of {8 + length + end:,}"
