"""Where a cue lies in its project, and how one value of a tuple is replaced. Nothing here changes what a cue says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from v2a_foley.errors import UsageError
from v2a_foley.project.model import Cue, Project

_NUMBERED = re.compile(r"^c(\d{1,12})$", re.ASCII)


def free_cue_id(project: Project) -> str:
    """Return an id that no cue of a project has, parked ones included: one past the highest ``c`` number."""
    numbers = (_NUMBERED.match(cue.id) for cues in (project.cues, project.parked) for cue in cues)
    return f"c{max((int(match[1]) for match in numbers if match), default=0) + 1}"


def place_of(cues: Sequence[Cue], name: str) -> int | None:
    """Return where the cue of an id stands, from 0, or None where it is not there."""
    return next((place for place, cue in enumerate(cues) if cue.id == name), None)


def cue_at(project: Project, name: str) -> tuple[int, Cue]:
    """Return where a cue that sounds stands, from 0, and the cue.

    Raises:
        UsageError: there is no such cue, or it is parked.
    """
    place = place_of(project.cues, name)
    if place is not None:
        return place, project.cues[place]
    if place_of(project.parked, name) is not None:
        raise UsageError(f"Cue {name!r} is parked.", hint="Bring it back first, with the edit unpark_cue.")
    return 0, project.cue(name)


def with_cue(cues: tuple[Cue, ...], place: int, *instead: Cue) -> tuple[Cue, ...]:
    """Return cues with the one at a place replaced by others, or by none."""
    return (*cues[:place], *instead, *cues[place + 1 :])


def check_new_id(project: Project, name: str, *, old: bool = False) -> None:
    """Refuse an id that cannot name one more cue; an old one may be of any form, as documents have it.

    Raises:
        UsageError: it is empty, too long, not of plain letters, or taken.
    """
    if not old and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", name):
        raise UsageError(f"{name!r} cannot be a cue's id.", hint=f"Use letters and digits: {free_cue_id(project)}.")
    if place_of(project.cues, name) is not None or place_of(project.parked, name) is not None:
        raise UsageError(f"There is a cue {name!r} already.", hint=f"Call the new one {free_cue_id(project)}.")


def checked_place(place: int | None, values: Sequence[object]) -> int:
    """Return where a new value goes in a list: at the end where nothing is said.

    Raises:
        UsageError: the list has no such place.
    """
    if place is None:
        return len(values)
    if 0 <= place <= len(values):
        return place
    raise UsageError(f"There is no place {place} in a list of {len(values)}.", hint="Leave the place out.")
