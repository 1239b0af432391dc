"""Fetches a model into a hidden folder, and renames that to its place when all of it is there and right."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from v2a_foley.errors import Cancelled
from v2a_foley.files import translated, write_text
from v2a_foley.models import hub
from v2a_foley.models.fetch import Fetch
from v2a_foley.models.places import check_room, locked, place
from v2a_foley.models.plan import Plan
from v2a_foley.models.record import FileRecord, Record, now
from v2a_foley.models.store import home, partial_folder, state_of
from v2a_foley.progress import Progress

PLAN = "v2a-foley-pull.json"
"""The file in an unfinished download that says of which commit it is."""


def pull(wanted: Plan, progress: Progress | None = None) -> Path:
    """Fetch what was planned, and return the model's folder. Goes on where an earlier download was stopped.

    Raises:
        Cancelled: the caller asked to stop; what was fetched is kept.
        ModelMissing: the network is forbidden, or the hub out of reach for too long; what was fetched is kept.
        ModelDamaged: the hub sends bytes that are not what is pinned.
        DiskFull: there is no room.
        OutputError: the folder of the models cannot be written to.
    """
    name, progress = wanted.model.name, progress or Progress()
    hub.refuse_offline(name)
    with locked(name, progress):
        if state_of(name, progress).state == "installed":
            return home(name)
        partial = partial_folder(name)
        try:
            _prepare(wanted, partial)
            return _pulled(wanted, partial, progress)
        except Cancelled as error:
            raise Cancelled(
                f"Cancelled; {_held(wanted, partial) / 1e6:,.0f} of {wanted.size / 1e6:,.0f} MB are kept.",
                hint=f"Go on from there: v2a-foley models pull {name}",
            ) from error
        except OSError as error:
            raise translated(error, partial) from error


def _prepare(wanted: Plan, partial: Path) -> None:
    """Make the folder for the unfinished download; what is there of another commit, or unasked for, is removed."""
    broken, note = home(wanted.model.name), partial / PLAN
    if partial.exists() and _revision_of(note) not in {None, wanted.revision}:
        shutil.rmtree(partial)
    if broken.is_dir() and not broken.is_symlink() and not partial.exists():
        broken.rename(partial)  # a damaged model: what is whole in it need not be fetched again
    partial.mkdir(exist_ok=True)
    write_text(note, json.dumps({"revision": wanted.revision}))
    keep = {partial.joinpath(*file.path.split("/")) for file in wanted.files} | {note}
    for path in list(partial.rglob("*")):
        if path.is_symlink() or (path.is_file() and path not in keep):
            path.unlink()
    for path in keep:
        path.parent.mkdir(parents=True, exist_ok=True)


def _revision_of(note: Path) -> str | None:
    try:
        return str(json.loads(note.read_text("utf-8"))["revision"])
    except (OSError, ValueError, TypeError, KeyError):
        return None  # not written, or not to its end: what is there is hashed, which tells right from wrong


def _held(wanted: Plan, partial: Path) -> int:
    paths = {partial.joinpath(*file.path.split("/")): file.size for file in wanted.files}
    return sum(min(path.stat().st_size, size) for path, size in paths.items() if path.exists())


def _pulled(wanted: Plan, partial: Path, progress: Progress) -> Path:
    entry = wanted.model
    check_room(wanted.size - _held(wanted, partial), entry.name)
    records = []
    with progress.stage("downloading", wanted.size) as stage:
        for file in wanted.files:
            path = partial.joinpath(*file.path.split("/"))
            digest = Fetch(entry.name, file, path, stage).run()
            records.append(FileRecord(file.path, file.size, digest, path.stat().st_mtime_ns))
    (partial / PLAN).unlink()
    record = Record(entry.name, entry.repository, wanted.revision, "hub", entry.licence, now(), tuple(records))
    return place(entry.name, partial, record)
