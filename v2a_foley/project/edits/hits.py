"""Edits of a cue's hits, one at a time. A hit is named by its exact time: a cue has one at a time of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from v2a_foley.errors import UsageError
from v2a_foley.project.edits.edit import Edit
from v2a_foley.project.edits.fields import check_strength
from v2a_foley.project.edits.finding import cue_at
from v2a_foley.project.edits.parts import changed
from v2a_foley.project.model import Cue, Hit, Project
from v2a_foley.timebase import as_clock


@dataclass(frozen=True)
class AddHit(Edit):
    """Add a hit to a cue.

    Attributes:
        cue: the cue's id.
        at: when, on the film's clock, inside the cue and where it has no hit yet.
        strength: how hard, 0 to 1.
    """

    cue: str
    at: Fraction
    strength: float = 1.0

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Add hit to {self.cue}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Add it, in order of time."""
        _, cue = cue_at(project, self.cue)
        return _hit(project, cue, None, Hit(self.at, self.strength))


@dataclass(frozen=True)
class MoveHit(Edit):
    """Move a hit of a cue.

    Attributes:
        cue: the cue's id.
        at: when it is, exactly.
        to: when it shall be, inside the cue.
    """

    cue: str
    at: Fraction
    to: Fraction

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Move hit of {self.cue}"

    @property
    def subject(self) -> str:
        """The hit."""
        return f"cue {self.cue} hit {self.at}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Move it."""
        _, cue = cue_at(project, self.cue)
        hit = _hit_at(cue, self.at)
        return _hit(project, cue, hit, replace(hit, time=self.to))


@dataclass(frozen=True)
class StrikeHit(Edit):
    """Say how hard a hit of a cue is; at 0 it is silent.

    Attributes:
        cue: the cue's id.
        at: when it is, exactly.
        strength: how hard, 0 to 1.
    """

    cue: str
    at: Fraction
    strength: float

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Set strength of a hit of {self.cue}" if self.strength else f"Mute hit of {self.cue}"

    @property
    def subject(self) -> str:
        """The hit's strength."""
        return f"cue {self.cue} strength {self.at}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Set it."""
        _, cue = cue_at(project, self.cue)
        hit = _hit_at(cue, self.at)
        return _hit(project, cue, hit, replace(hit, strength=self.strength))


@dataclass(frozen=True)
class RemoveHit(Edit):
    """Remove a hit of a cue.

    Attributes:
        cue: the cue's id.
        at: when it is, exactly.
    """

    cue: str
    at: Fraction

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Remove hit of {self.cue}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Remove it."""
        _, cue = cue_at(project, self.cue)
        return _hit(project, cue, _hit_at(cue, self.at), None)


def _hit_at(cue: Cue, at: Fraction) -> Hit:
    for hit in cue.hits:
        if hit.time == at:
            return hit
    raise UsageError(
        f"Cue {cue.id!r} has no hit at {as_clock(at)}.", hint=f"It has {len(cue.hits)}; name one by its exact time."
    )


def _hit(project: Project, cue: Cue, old: Hit | None, new: Hit | None) -> tuple[Project, Edit]:
    """Return the project with one hit of a cue changed, added or removed."""
    hits = list(cue.hits)
    if old is not None:
        hits.remove(old)
    if new is not None:
        check_strength(new.strength)
        if not cue.range.contains(new.time):
            raise UsageError(
                f"A hit at {as_clock(new.time)} does not lie in cue {cue.id!r}.",
                hint=f"Choose a time from {as_clock(cue.range.start)} to before {as_clock(cue.range.end)}.",
            )
        if any(hit.time == new.time for hit in hits):
            raise UsageError(f"Cue {cue.id!r} has a hit at {as_clock(new.time)} already.", hint="Move that one.")
        hits.append(new)
    return changed(project, cue, replace(cue, hits=tuple(sorted(hits, key=lambda hit: hit.time))), "hits")
