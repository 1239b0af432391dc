"""A project's folder while a program has it open: loads, saves, autosaves, and notices what others do to it meanwhile.

It has no thread of its own: who holds it tells it of edits, and calls ``tick`` now and then. New folders are made in
``creating``.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from v2a_foley.errors import FoleyError, MediaNotFound, MediaUnreadable, ProjectError, ProjectLocked, UsageError
from v2a_foley.files import translated, writing
from v2a_foley.leftovers import sweep
from v2a_foley.project import backups
from v2a_foley.project.document import from_document, to_document, to_text
from v2a_foley.project.links import Link, find_film, linked, read_table, remember
from v2a_foley.project.locks import Lock
from v2a_foley.project.model import Project
from v2a_foley.project.places import AUTOSAVE, BACKUPS, DOCUMENT, TAKES, absolute, check_takes, media_text, own_folder
from v2a_foley.project.records.takes import sound_file
from v2a_foley.project.recovery import BASE, Recovery, discard, recovery

EDITS = 25
"""After so many edits what is not saved is autosaved."""
SECONDS = 60.0
"""Or so long after the first of them."""


@dataclass(frozen=True)
class _State:
    """What a document on disk looked like when it was last read or written."""

    size: int
    modified: int
    digest: str


class OpenProject:
    """A project that this process has open: its folder, its lock, and what of it is not saved yet.

    Attributes:
        folder: the project's, absolute.
        project: as it is now.
        recovery: what an autosave holds that the document does not, until ``recover`` or ``discard_recovery``.
        film_error: why the film was not found, or None where it was; the project can be edited without it.
    """

    def __init__(self, folder: Path, project: Project, lock: Lock, state: _State | None) -> None:
        """Take what ``open_project`` and ``create_project`` made ready."""
        self.folder, self.project = folder, project
        self.recovery: Recovery | None = None
        self.film_error: FoleyError | None = None
        self._lock, self._state = lock, state
        self._saved: Project | None = project if state is not None else None
        self._edits, self._since = 0, 0.0

    def __enter__(self) -> Self:
        """Hold it while a block runs."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of it; saves nothing."""
        self.close()

    @property
    def unsaved(self) -> bool:
        """Whether it differs from what was last saved."""
        return self.project is not self._saved

    @property
    def missing_takes(self) -> tuple[str, ...]:
        """Names of the sound files that the project speaks of and that are not in its folder."""
        wanted = [sound_file(digest) for digest in digests(self.project)]
        names = check_takes(self.folder, wanted)
        return tuple(name for name in wanted if name not in names)

    def edited(self, project: Project, now: float | None = None) -> None:
        """Take the project after an edit; ``now`` is a clock's reading in seconds (``time.monotonic``)."""
        self.project = project
        self._edits += 1
        if self._edits == 1:
            self._since = time.monotonic() if now is None else now

    def tick(self, now: float | None = None) -> bool:
        """Autosave after 25 edits or 60 s, and keep the lock fresh; cheap otherwise.

        Returns:
            Whether it autosaved.

        Raises:
            OutputError: the autosave cannot be written.
            DiskFull: the disk is full.
        """
        self._lock.refresh()
        now = time.monotonic() if now is None else now
        if not self._edits or (self._edits < EDITS and now - self._since < SECONDS):
            return False
        self.autosave()
        return True

    def autosave(self) -> None:
        """Write what is not saved beside the document, which stays as it is.

        Raises:
            OutputError: the autosave cannot be written.
            DiskFull: the disk is full.
        """
        self._keep_unchosen()
        base = "" if self._state is None else self._state.digest
        _write(self.folder / AUTOSAVE, to_text({**to_document(self.project, self.folder), BASE: base}))
        self._edits = 0

    def save(self, *, overwrite: bool = False) -> None:
        """Write the document, keeping the one before among the backups.

        Args:
            overwrite: replace what another program wrote meanwhile (it too goes to the backups).

        Raises:
            ProjectError: another program changed the document meanwhile.
            ProjectLocked: the lock was broken, and another program may have the project open.
            OutputError: the folder cannot be written to.
            DiskFull: the disk is full.
        """
        if not overwrite:
            self._check_alone()
        self._keep_unchosen()
        project = self.project
        content = to_text(to_document(project, self.folder))
        path = self.folder / DOCUMENT
        backups.keep(path)
        _write(path, content)
        self._state = _state(path, content)
        self._saved, self._edits = project, 0
        self._remember_film()
        discard(self.folder)

    def reload(self) -> Project:
        """Take the project as it is on disk now, and drop what was not saved.

        Raises:
            ProjectError: it cannot be read.
        """
        self.project, self._state, self.film_error = _read(self.folder)
        self._saved, self._edits = self.project, 0
        return self.project

    def recover(self) -> Project:
        """Take what the autosave holds; it is saved with the next ``save``.

        Raises:
            UsageError: there is nothing to recover.
        """
        if self.recovery is None:
            raise UsageError("There is nothing to recover.")
        found = self.recovery.project
        self.edited(replace(found, media=replace(found.media, path=self.project.media.path)))
        self.recovery = None
        return self.project

    def discard_recovery(self) -> None:
        """Drop what the autosave holds.

        Raises:
            OutputError: it cannot be removed.
        """
        self.recovery = None
        discard(self.folder)

    @property
    def holds_lock(self) -> bool:
        """Whether the project's lock is still this one's: it may have been broken by hand."""
        return self._lock.ours

    def close(self) -> None:
        """Let go of the project. What is not saved stays in the last autosave alone. May be called twice."""
        self._lock.release()

    def _check_alone(self) -> None:
        if not self.holds_lock:
            raise ProjectLocked(
                f"The lock of the project {self.folder.name!r} was broken; another program may have it open.",
                hint="Save it under another name, or reload it.",
            )
        path = self.folder / DOCUMENT
        if self._state is None or not path.exists():
            return
        found = path.stat()
        if (found.st_size, found.st_mtime_ns) == (self._state.size, self._state.modified):
            return
        if hashlib.sha256(path.read_bytes()).hexdigest() != self._state.digest:
            raise ProjectError(
                f"Another program changed the project {self.folder.name!r} since it was opened.",
                hint="Save it under another name, reload it, or overwrite what is there.",
            )

    def _keep_unchosen(self) -> None:
        """Put an autosave that nobody has chosen or dropped yet where no later one replaces it."""
        if self.recovery is None:
            return
        folder = own_folder(self.folder, BACKUPS)
        stamp = self.recovery.saved.strftime("%Y%m%dT%H%M%SZ")
        try:
            folder.mkdir(exist_ok=True)
            (self.folder / AUTOSAVE).replace(folder / f"autosave-{stamp}.json")
        except FileNotFoundError:
            pass
        except OSError as error:
            raise translated(error, folder) from error
        self.recovery = None

    def _remember_film(self) -> None:
        """Remember for this user a film that no document can point to: one that lies elsewhere."""
        path, film = self.project.media.path, self.project.film
        outside = media_text(path, self.folder) is None
        if outside and film is not None and self.project.id and linked(self.project.id) != (said := Link(path, film)):
            remember(self.project.id, said)


def open_project(folder: Path, *, break_lock: bool = False) -> OpenProject:
    """Open the project in a folder, for changes. A film that is not found is told in ``film_error``, not raised.

    Args:
        folder: the project's.
        break_lock: open it whoever has it open.

    Raises:
        ProjectError: there is none, or it cannot be read.
        ProjectLocked: it is open elsewhere.
        OutputError: the folder cannot be written to.
    """
    root = absolute(folder)
    if not (root / DOCUMENT).is_file():
        read_table(root / DOCUMENT)  # says what is wrong, before a lock is put into a folder that holds no project
    lock = Lock(root, break_it=break_lock)
    try:
        sweep(root)
        sweep(own_folder(root, TAKES))
        project, state, film_error = _read(root)
        opened = OpenProject(root, project, lock, state)
        opened.film_error = film_error
        opened.recovery = recovery(root)
    except BaseException:
        lock.release()
        raise
    return opened


def read_project(folder: Path) -> Project:
    """Return the project in a folder, to look at: nothing is locked, nothing is written, the film need not be there.

    Raises:
        ProjectError: there is none, or it cannot be read.
    """
    return _read(absolute(folder))[0]


def _read(root: Path) -> tuple[Project, _State, FoleyError | None]:
    """Return the project in a folder, what its document looks like, and why its film was not found."""
    path = root / DOCUMENT
    document, content = read_table(path)
    project = from_document(document, root)
    film_error: FoleyError | None = None
    try:
        found = find_film(project.id, project.media.path, project.film, root)
        project = replace(project, media=replace(project.media, path=found))
        said = linked(project.id)
        if said is not None and said.path == found and said.film != project.film:
            project = replace(project, film=said.film)  # another content, which the user took all the same
    except (MediaNotFound, MediaUnreadable, ProjectError) as error:
        film_error = error
    return project, _state(path, content), film_error


def _state(path: Path, content: bytes) -> _State:
    found = path.stat()
    return _State(found.st_size, found.st_mtime_ns, hashlib.sha256(content).hexdigest())


def _write(path: Path, content: bytes) -> None:
    with writing(path) as part:
        part.write_bytes(content)


def digests(project: Project) -> list[str]:
    """Return the digests of all takes of a project, each once."""
    return list(dict.fromkeys(take.digest for cue in (*project.cues, *project.parked) for take in cue.takes))
