"""Makes the folders of projects: for a new one, and for one that is saved under another name."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from v2a_foley.errors import ProjectError, UsageError
from v2a_foley.files import translated, writing
from v2a_foley.project.fingerprint import fingerprint
from v2a_foley.project.locks import Lock
from v2a_foley.project.model import Cue, Project
from v2a_foley.project.places import DOCUMENT, PICTURE, TAKES, absolute, check_takes
from v2a_foley.project.records.takes import record_file, sound_file
from v2a_foley.project.recovery import discard
from v2a_foley.project.storage import OpenProject, digests


def create_project(folder: Path, project: Project, *, takes_from: Path | None = None) -> OpenProject:
    """Make a project's folder, save a project into it, and return it open.

    Args:
        folder: to be made; where it exists, it holds no project yet.
        project: its takes lie in the folder already, or in ``takes_from``. It gets an id, and its film a fingerprint,
            where they lack them.
        takes_from: the folder of another project, from which the takes are copied.

    Raises:
        UsageError: there is a project in the folder already.
        ProjectLocked: somebody else is making one there.
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """
    root = absolute(folder)
    try:
        for each in (root, root / TAKES):
            each.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, root) from error
    lock = Lock(root)
    try:
        _check_free(root)
        if project.film is None and project.media.path.is_file():
            project = replace(project, film=fingerprint(project.media.path))
        project = replace(project, id=project.id or uuid.uuid4().hex)
        if takes_from is not None:
            _copy(absolute(takes_from), root, project)
        opened = OpenProject(root, project, lock, None)
        opened.save()
    except BaseException:
        lock.release()
        raise
    return opened


def _check_free(root: Path) -> None:
    if (root / DOCUMENT).exists():
        raise UsageError(f"There is a project in {root.name!r} already.", hint="Choose another folder.")


def save_as(opened: OpenProject, folder: Path) -> OpenProject:
    """Save a project into a folder of its own, with copies of its takes, and return that open; the old one is closed.

    The copy gets an id of its own. The old folder stays as it was last saved.

    Raises:
        UsageError: there is a project in the folder already.
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """
    root = absolute(folder)
    made = create_project(root, replace(_moved(opened.project, root), id=""), takes_from=opened.folder)
    if opened.holds_lock and opened.recovery is None:
        discard(opened.folder)  # what it held is saved here
    opened.close()
    return made


def _moved(project: Project, root: Path) -> Project:
    """Return a project whose takes lie in another folder."""

    def there(cues: Iterable[Cue]) -> tuple[Cue, ...]:
        return tuple(
            replace(cue, takes=tuple(replace(take, path=root / TAKES / sound_file(take.digest)) for take in cue.takes))
            for cue in cues
        )

    return replace(project, cues=there(project.cues), parked=there(project.parked))


def _copy(source: Path, root: Path, project: Project) -> None:
    """Copy what a project has beside its document into another folder."""
    wanted = [name for each in digests(project) for name in (sound_file(each), record_file(each))]
    there = check_takes(source, wanted)
    files = [(source / TAKES / name, root / TAKES / name) for name in wanted if name in there]
    picture = source / PICTURE
    if picture.is_file() and not picture.is_symlink():
        files.append((picture, root / PICTURE))
    for origin, place in files:
        if not place.exists():
            try:
                with writing(place) as part:
                    shutil.copyfile(origin, part)
            except FileNotFoundError as error:
                raise ProjectError(f"The take {origin.name!r} vanished while it was copied.") from error
