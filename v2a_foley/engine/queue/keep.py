"""A job's own folder: where it lies, and what becomes of it once the job is done. Projects are read elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import gettempdir

from v2a_foley.engine.queue.places import PROJECTS, STATE_FOLDER, resolved
from v2a_foley.engine.queue.rows import Row, State
from v2a_foley.engine.queue.state import QueueState
from v2a_foley.files import safe_name, translated
from v2a_foley.leftovers import sweep
from v2a_foley.project.places import CACHE, DOCUMENT, PICTURE, TAKES

WORK = "work"
SUFFIX = ".foley"
_OF_A_PROJECT = (DOCUMENT, TAKES, CACHE, PICTURE)
_GONE = (State.DONE, State.SKIPPED, State.CANCELLED)


def work_folder(folder: Path, name: str) -> Path:
    """Return the folder of a job's work."""
    return folder / STATE_FOLDER / WORK / name


def put_away(folder: Path, row: Row, *, keep: bool) -> None:
    """Remove the folder of a job that is done, or keep the project in it under a free name among the batch's projects.

    Raises:
        DiskFull: the disk is full.
        OutputError: the folder cannot be written to.
    """
    work = work_folder(folder, row.id)
    if keep and (work / DOCUMENT).is_file():
        _keep(folder, work, row)
    shutil.rmtree(work, ignore_errors=True)


def tidy(state: QueueState, *, keep: bool) -> None:
    """Remove what killed processes left: scratch files beside the outputs, the work of jobs that are done."""
    home = state.folder / STATE_FOLDER / WORK
    rows = {row.id: row for row in state.rows()}
    for path in sorted(home.iterdir()) if home.is_dir() else ():
        row = rows.get(path.name)
        if row is not None and row.state is State.DONE:
            put_away(state.folder, row, keep=keep)
        elif row is None or row.state in _GONE:
            shutil.rmtree(path, ignore_errors=True)
    for folder in {Path(gettempdir()), *(resolved(state.folder, each.job.output).parent for each in rows.values())}:
        sweep(folder)


def _keep(folder: Path, work: Path, row: Row) -> None:
    """Move the project in a job's folder to the batch's projects, and let it find its film from there."""
    from v2a_foley.engine.projects.keeping import read_project, write_project

    home = folder / PROJECTS
    name = safe_name(Path(row.job.output).stem)
    try:
        for path in sorted(work.iterdir()):
            if path.name not in _OF_A_PROJECT:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        home.mkdir(exist_ok=True)
        number, place = 1, home / f"{name}{SUFFIX}"
        while place.exists():
            number += 1
            place = home / f"{name} {number}{SUFFIX}"
        work.rename(place)
    except OSError as error:
        raise translated(error, home) from error
    write_project(place, read_project(place, media=row.job.source))
