"""Edits of a cue's parts: words, seed, layer, level, fades, hits, curve, take. Not where it lies, nor single hits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from v2a_foley.errors import UsageError
from v2a_foley.project.edits.edit import Edit
from v2a_foley.project.edits.fields import CUE_FIELDS, check_cue
from v2a_foley.project.edits.finding import cue_at, place_of, with_cue
from v2a_foley.project.model import Cue, Project


@dataclass(frozen=True)
class SetCue(Edit):
    """Set parts of a cue: its words, seed, layer, level, fades, hits, curve or take, by the table of parts below.

    Attributes:
        cue: its id.
        values: the new values by the parts' names.
    """

    cue: str
    values: Mapping[str, Any]

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Set {_titles(self.values)} of {self.cue}"

    @property
    def subject(self) -> str:
        """The cue, and which of its parts."""
        return f"cue {self.cue} {' '.join(sorted(self.values))}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Set them."""
        known = [name for name, field in CUE_FIELDS.items() if field.by_hand]
        strangers = set(self.values) - set(known)
        if strangers or not self.values:
            raise UsageError(
                f"A cue has no part {min(strangers)!r} that can be set." if strangers else "Nothing is to be set.",
                hint=f"Set one of {', '.join(known)}.",
            )
        _, old = cue_at(project, self.cue)
        return changed(project, old, replace(old, **self.values), *self.values)


@dataclass(frozen=True)
class RestoreCue(Edit):
    """Give a cue, or a parked one, parts as it had them before: what takes back other edits. Nothing is checked anew.

    Attributes:
        cue: its id.
        values: the old values by the parts' names.
    """

    cue: str
    values: Mapping[str, Any]

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Restore {_titles(self.values)} of {self.cue}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Put them back."""
        if set(self.values) - set(CUE_FIELDS):
            raise UsageError("A cue has no such part.", hint=f"Parts are {', '.join(CUE_FIELDS)}.")
        place = place_of(project.parked, self.cue)
        if place is not None:
            old = project.parked[place]
            parked = with_cue(project.parked, place, replace(old, **self.values))
            return replace(project, parked=parked), taken_back(old, *self.values)
        place, old = cue_at(project, self.cue)
        cues = with_cue(project.cues, place, replace(old, **self.values))
        return project.with_cues(cues), taken_back(old, *self.values)


def changed(project: Project, old: Cue, new: Cue, *names: str) -> tuple[Project, Edit]:
    """Return the project with parts of a cue changed, once they are checked, and what takes that back.

    Args:
        project: the project.
        old: its cue.
        new: the cue as it shall be.
        names: the parts in which the two differ.

    Raises:
        UsageError: a part cannot be so.
    """
    check_cue(project, new, names)
    place, _ = cue_at(project, old.id)
    return project.with_cues(with_cue(project.cues, place, new)), taken_back(old, *names)


def taken_back(old: Cue, *names: str) -> RestoreCue:
    """Return the edit that gives a cue its old values of some of its parts."""
    return RestoreCue(old.id, MappingProxyType({name: getattr(old, name) for name in names}))


def _titles(names: Mapping[str, Any]) -> str:
    return " and ".join(CUE_FIELDS[name].title if name in CUE_FIELDS else name for name in names)
