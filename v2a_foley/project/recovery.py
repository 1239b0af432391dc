"""What was not saved when a program ended: tells what an autosave has that the document has not. Chooses nothing."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from v2a_foley.errors import ProjectError
from v2a_foley.files import translated
from v2a_foley.project.document import from_document
from v2a_foley.project.links import read_table
from v2a_foley.project.model import Project
from v2a_foley.project.places import AUTOSAVE, DOCUMENT, absolute

BASE = "autosave_of"
"""Member of an autosave: the hash of the document that was open."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recovery:
    """An autosave that is newer than the document.

    Attributes:
        project: what it holds.
        saved: when it was written.
        changes: how many of what differ from the document (``{"cues changed": 3, "takes added": 1}``).
    """

    project: Project
    saved: datetime
    changes: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """What to tell the user."""
        what = ", ".join(f"{count} {name}" for name, count in self.changes.items()) or "other details"
        when = self.saved.astimezone().strftime("%Y-%m-%d %H:%M")
        return f"Changes of {when} were not saved: {what}."


def recovery(folder: Path) -> Recovery | None:
    """Return what an autosave has that the document has not; None where there is no autosave, or nothing new in it.

    An autosave that cannot be read is left where it is, with a warning in the log.

    Raises:
        ProjectError: the document itself cannot be read.
    """
    root = absolute(folder)
    path = root / AUTOSAVE
    if not path.exists():
        return None
    document, content = read_table(root / DOCUMENT)
    try:
        saved, _ = read_table(path)
        base = saved.pop(BASE, None)
        newer = path.stat().st_mtime_ns > (root / DOCUMENT).stat().st_mtime_ns
        if base != hashlib.sha256(content).hexdigest() and not newer:
            return None
        found = from_document(saved, root)
        when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (ProjectError, OSError, OverflowError) as error:
        _log.warning("%s cannot be read, and is left where it is: %s", AUTOSAVE, error)
        return None
    known = from_document(document, root)
    return None if found == known else Recovery(found, when, differences(known, found))


def discard(folder: Path) -> None:
    """Remove the autosave of a project.

    Raises:
        OutputError: it cannot be removed.
    """
    try:
        (absolute(folder) / AUTOSAVE).unlink(missing_ok=True)
    except OSError as error:
        raise translated(error, folder / AUTOSAVE) from error


def differences(before: Project, after: Project) -> dict[str, int]:
    """Return how many shots, cues, takes and other things were added, removed or changed; only what differs."""
    counts: dict[str, int] = {}
    _compare(counts, "shots", ((s.index, s) for s in before.shots), ((s.index, s) for s in after.shots))
    _compare(counts, "cues", ((c.id, c) for c in before.cues), ((c.id, c) for c in after.cues))
    _compare(counts, "parked cues", ((c.id, c) for c in before.parked), ((c.id, c) for c in after.parked))
    _compare(counts, "takes", _takes(before), _takes(after))
    _compare(counts, "settings", before.settings.items(), after.settings.items())
    if (before.media, before.film, before.profile) != (after.media, after.film, after.profile):
        counts["facts of the film changed"] = 1
    return {name: count for name, count in counts.items() if count}


def _takes(project: Project) -> Iterable[tuple[tuple[str, str], object]]:
    return (((cue.id, take.id), take) for cue in (*project.cues, *project.parked) for take in cue.takes)


def _compare(
    counts: dict[str, int], name: str, before: Iterable[tuple[object, object]], after: Iterable[tuple[object, object]]
) -> None:
    old, new = dict(before), dict(after)
    counts[f"{name} added"] = len(new.keys() - old.keys())
    counts[f"{name} removed"] = len(old.keys() - new.keys())
    both = old.keys() & new.keys()
    counts[f"{name} changed"] = sum(old[key] is not new[key] and old[key] != new[key] for key in both)
