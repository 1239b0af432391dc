"""Edits of a cue's hits, one at a time or all at once. A hit is named by its exact time: a cue has one at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from v2a_foley.errors import UsageError
from v2a_foley.project.edits.edit import Edit
from v2a_foley.project.edits.fields import check_strength
from v2a_foley.project.edits.finding import cue_at
from v2a_foley.project.edits.parts import changed
from v2a_foley.project.model import Cue, Hit, Project, Region
from v2a_foley.timebase import as_clock


@dataclass(frozen=True)
class AddHit(Edit):
    """Add a hit to a cue.

    Attributes:
        cue: the cue's id.
        at: when, on the film's clock, inside the cue and where it has no hit yet.
        strength: how hard, 0 to 1.
        region: where on the screen, or None where that is not known.
    """

    cue: str
    at: Fraction
    strength: float = 1.0
    region: Region | None = None

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Add hit to {self.cue}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Add it, in order of time."""
        _, cue = cue_at(project, self.cue)
        check_strength(self.strength)
        return _hit(project, cue, None, Hit(self.at, self.strength, self.region))


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
    """Say how hard a hit of a cue is; at 0 it is the faintest. What shall not be heard is muted.

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
        return f"Set strength of a hit of {self.cue}"

    @property
    def subject(self) -> str:
        """The hit's strength."""
        return f"cue {self.cue} strength {self.at}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Set it."""
        _, cue = cue_at(project, self.cue)
        hit = _hit_at(cue, self.at)
        check_strength(self.strength)
        return _hit(project, cue, hit, replace(hit, strength=self.strength))


@dataclass(frozen=True)
class MuteHit(Edit):
    """Mute a hit of a cue, or let it sound again. It stays where it is, with its strength.

    Attributes:
        cue: the cue's id.
        at: when it is, exactly.
        muted: whether it makes no sound.
    """

    cue: str
    at: Fraction
    muted: bool = True

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"{'Mute' if self.muted else 'Unmute'} hit of {self.cue}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Mute it, or not; one that was trimmed away too."""
        _, cue = cue_at(project, self.cue)
        old = _hit_at(cue, self.at)
        hits = tuple(replace(hit, muted=self.muted) if hit is old else hit for hit in cue.hits)
        return changed(project, cue, replace(cue, hits=hits), "hits")


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


@dataclass(frozen=True)
class ReplaceHits(Edit):
    """Give a cue other hits in place of all that lie in it: tapped in one pass, or taken anew from a list.

    Hits that were trimmed away stay.

    Attributes:
        cue: the cue's id.
        hits: the new ones, in any order, inside the cue, each at a time of its own; none for no hits.
    """

    cue: str
    hits: tuple[Hit, ...]

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Replace hits of {self.cue}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Replace them."""
        _, cue = cue_at(project, self.cue)
        for hit in self.hits:
            _check_inside(cue, hit)
        if len({hit.time for hit in self.hits}) < len(self.hits):
            raise UsageError(
                f"Two of the new hits of cue {cue.id!r} lie at one time.", hint="Give each a time of its own."
            )
        outside = [hit for hit in cue.hits if not cue.range.contains(hit.time)]
        hits = tuple(sorted((*outside, *self.hits), key=lambda hit: hit.time))
        return changed(project, cue, replace(cue, hits=hits), "hits")


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
        _check_inside(cue, new)
        if any(hit.time == new.time for hit in hits):
            raise UsageError(f"Cue {cue.id!r} has a hit at {as_clock(new.time)} already.", hint="Move that one.")
        hits.append(new)
    return changed(project, cue, replace(cue, hits=tuple(sorted(hits, key=lambda hit: hit.time))), "hits")


def _check_inside(cue: Cue, hit: Hit) -> None:
    """Refuse a hit that does not lie in its cue."""
    if not cue.range.contains(hit.time):
        raise UsageError(
            f"A hit at {as_clock(hit.time)} does not lie in cue {cue.id!r}.",
            hint=f"Choose a time from {as_clock(cue.range.start)} to before {as_clock(cue.range.end)}.",
        )
