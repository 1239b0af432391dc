"""Edits of which cues there are and where they lie: added, removed, moved, trimmed, split, parked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction

from v2a_foley.errors import UsageError
from v2a_foley.project.edits.edit import Edit, Steps
from v2a_foley.project.edits.fields import check_cue, check_range
from v2a_foley.project.edits.finding import check_new_id, checked_place, cue_at, free_cue_id, place_of, with_cue
from v2a_foley.project.edits.numbering import shots_under
from v2a_foley.project.edits.parts import changed, taken_back
from v2a_foley.project.events import Event
from v2a_foley.project.model import Cue, Project
from v2a_foley.timebase import TimeRange, as_clock


def new_cue(project: Project, event: Event, span: TimeRange) -> Cue:
    """Return a cue of an event that a project does not have yet, on the event's layer, with a free id."""
    return Cue(free_cue_id(project), event.layer, span, shots_under(project.shots, span), event)


@dataclass(frozen=True)
class AddCue(Edit):
    """Add a cue.

    Attributes:
        cue: the cue, with an id that is free. Without numbers of shots it belongs to those that it overlaps.
    """

    cue: Cue

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Add cue {self.cue.id}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Add it at the end of the list."""
        check_new_id(project, self.cue.id)
        cue = self.cue if self.cue.shots else replace(self.cue, shots=shots_under(project.shots, self.cue.range))
        check_cue(project, cue)
        check_new_takes(project, [take.id for take in cue.takes])
        return project.with_cues((*project.cues, cue)), RemoveCue(cue.id)


@dataclass(frozen=True)
class PutBackCue(Edit):
    """Put a cue back where it was in the list: what takes back its removal. Only its id is checked anew.

    Attributes:
        cue: the cue.
        place: its place in the list of cues, from 0.
    """

    cue: Cue
    place: int

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Put back cue {self.cue.id}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Put it back."""
        check_new_id(project, self.cue.id, old=True)
        place = checked_place(self.place, project.cues)
        check_new_takes(project, [take.id for take in self.cue.takes])
        cues = (*project.cues[:place], self.cue, *project.cues[place:])
        return project.with_cues(cues), RemoveCue(self.cue.id)


@dataclass(frozen=True)
class RemoveCue(Edit):
    """Remove a cue with its takes; their files stay.

    Attributes:
        cue: its id.
    """

    cue: str

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Remove cue {self.cue}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Remove it."""
        place, cue = cue_at(project, self.cue)
        return project.with_cues(with_cue(project.cues, place)), PutBackCue(cue, place)


@dataclass(frozen=True)
class MoveCue(Edit):
    """Move a whole cue in time, its hits and its curve with it. It keeps its sound.

    Attributes:
        cue: its id.
        to: where it then starts, on the film's clock.
    """

    cue: str
    to: Fraction

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Move cue {self.cue}"

    @property
    def subject(self) -> str:
        """The cue's place."""
        return f"cue {self.cue} start"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Move it."""
        _, cue = cue_at(project, self.cue)
        by = self.to - cue.range.start
        moved = _moved(cue, by)
        return _placed(project, cue, moved, "hits", "intensity")


@dataclass(frozen=True)
class TrimCue(Edit):
    """Move the start or the end of a cue, or both. What is heard in between stays where it is on the film's clock.

    Hits and points of the curve that fall outside are kept, for when the cue is opened again.

    Attributes:
        cue: its id.
        start: where it then starts, or None to leave it.
        end: where it then ends, or None to leave it.
    """

    cue: str
    start: Fraction | None = None
    end: Fraction | None = None

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Trim cue {self.cue}"

    @property
    def subject(self) -> str:
        """Which ends of the cue."""
        return f"cue {self.cue} trim {self.start is not None} {self.end is not None}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Trim it."""
        _, cue = cue_at(project, self.cue)
        start = cue.range.start if self.start is None else self.start
        end = cue.range.end if self.end is None else self.end
        if start >= end:
            raise UsageError(
                f"Cue {cue.id!r} would end before it starts.",
                hint=f"It lies from {as_clock(cue.range.start)} to {as_clock(cue.range.end)}; remove it instead.",
            )
        return _placed(project, cue, _cut_out(cue, TimeRange(start, end)), "slip")


@dataclass(frozen=True)
class SplitCue(Edit):
    """Cut a cue in two. The halves sound as the whole did: each keeps the takes, and begins where it was in them.

    Attributes:
        cue: its id, which the first half keeps.
        at: where, inside the cue.
        new: the id of the second half, which must be free.
    """

    cue: str
    at: Fraction
    new: str

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Split cue {self.cue}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Split it."""
        place, cue = cue_at(project, self.cue)
        check_new_id(project, self.new)
        if not cue.range.start < self.at < cue.range.end:
            raise UsageError(
                f"{as_clock(self.at)} does not lie inside cue {cue.id!r}.",
                hint=f"Choose a time between {as_clock(cue.range.start)} and {as_clock(cue.range.end)}.",
            )
        first = _cut_out(cue, TimeRange(cue.range.start, self.at))
        second = _cut_out(cue, TimeRange(self.at, cue.range.end))
        # A take's id is unique in the project, so that the second half has its own ids for the same files.
        ids = {take.id: f"{self.new}t{number}" for number, take in enumerate(cue.takes, start=1)}
        check_new_takes(project, ids.values())
        # Where sound goes on across the cut, a fade of the program's own choice would be heard as a dip or a bump.
        inner = Fraction(0) if cue.takes else None
        halves = (
            replace(
                first,
                shots=_shots_of(project, cue, first),
                hits=tuple(hit for hit in cue.hits if hit.time < self.at),
                fade_out=inner,
            ),
            replace(
                second,
                id=self.new,
                shots=_shots_of(project, cue, second),
                hits=tuple(hit for hit in cue.hits if hit.time >= self.at),
                fade_in=inner,
                takes=tuple(replace(take, id=ids[take.id]) for take in cue.takes),
                active=None if cue.active is None else ids.get(cue.active),
            ),
        )
        for half in halves:
            check_range(project, half.range)
        back = taken_back(cue, "range", "shots", "hits", "fade_out")
        inverse = Steps(f"Join cue {cue.id}", (RemoveCue(self.new), back))
        return project.with_cues(with_cue(project.cues, place, *halves)), inverse


@dataclass(frozen=True)
class ParkCue(Edit):
    """Put a cue aside: it is kept with its takes, and not heard.

    Attributes:
        cue: its id.
        place: its place among the parked cues, from 0; the end by default.
    """

    cue: str
    place: int | None = None

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Park cue {self.cue}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Put it aside, as it is."""
        here, cue = cue_at(project, self.cue)
        place = checked_place(self.place, project.parked)
        parked = (*project.parked[:place], cue, *project.parked[place:])
        return replace(project, cues=with_cue(project.cues, here), parked=parked), UnparkCue(
            cue.id, place=here, shots=cue.shots
        )


@dataclass(frozen=True)
class UnparkCue(Edit):
    """Bring a parked cue back.

    Attributes:
        cue: its id.
        to: where it then starts, on the film's clock; where it did by default.
        place: its place in the list of cues, from 0; the end by default.
        shots: numbers of the shots that it then belongs to; those that it overlaps by default.
    """

    cue: str
    to: Fraction | None = None
    place: int | None = None
    shots: tuple[int, ...] | None = None

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Bring back cue {self.cue}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Bring it back."""
        here = place_of(project.parked, self.cue)
        if here is None:
            there = ", ".join(cue.id for cue in project.parked[:10])
            raise UsageError(
                f"No cue {self.cue!r} is parked.", hint=f"Parked are {there}." if there else "None is parked."
            )
        old = project.parked[here]
        new = old if self.to is None else _moved(old, self.to - old.range.start)
        new = replace(new, shots=shots_under(project.shots, new.range) if self.shots is None else self.shots)
        # Shots are named by what takes a parking back: the cue then lay there, wherever that was.
        if self.shots is None:
            check_cue(project, new, ("range", "shots"))
        place = checked_place(self.place, project.cues)
        cues = (*project.cues[:place], new, *project.cues[place:])
        inverse: Edit = ParkCue(old.id, here)
        if new != old:
            back = taken_back(old, "range", "shots", "hits", "intensity", "anchor")
            inverse = Steps(inverse.label, (inverse, back))
        return replace(project, cues=cues, parked=with_cue(project.parked, here)), inverse


def check_new_takes(project: Project, names: Collection[str]) -> None:
    """Refuse ids that a take of the project has already.

    Raises:
        UsageError: one has.
    """
    if not names:
        return
    new = frozenset(names)
    taken = [take.id for cues in (project.cues, project.parked) for cue in cues for take in cue.takes if take.id in new]
    if taken or len(new) < len(names):
        raise UsageError(f"There is a take {min(taken or new)!r} already.", hint="Give the new one another id.")


def _placed(project: Project, cue: Cue, new: Cue, *names: str) -> tuple[Project, Edit]:
    """Return the project with a cue in another place, and the shots that it then belongs to."""
    check_range(project, new.range)
    new = replace(new, shots=_shots_of(project, cue, new))
    return changed(project, cue, new, "range", "shots", "anchor", *names)


def _shots_of(project: Project, old: Cue, new: Cue) -> tuple[int, ...]:
    """Return the shots that a cue belongs to in its new range: those that it overlaps."""
    return old.shots if new.range == old.range else shots_under(project.shots, new.range)


def _anchored(cue: Cue, start: Fraction) -> Fraction | None:
    """Return the anchor of a cue that then starts elsewhere: its seed stays that of its first place."""
    anchor = cue.range.start if cue.anchor is None else cue.anchor
    return None if anchor == start else anchor


def _cut_out(cue: Cue, span: TimeRange) -> Cue:
    """Return a cue of another range whose takes stay where they are on the film's clock."""
    slip = cue.slip + (span.start - cue.range.start) if cue.takes else cue.slip
    return replace(cue, range=span, slip=slip, anchor=_anchored(cue, span.start))


def _moved(cue: Cue, by: Fraction) -> Cue:
    """Return a cue that lies elsewhere, with all that it holds."""
    span = TimeRange(cue.range.start + by, cue.range.end + by)
    curve = cue.intensity
    return replace(
        cue,
        range=span,
        anchor=_anchored(cue, span.start),
        hits=tuple(replace(hit, time=hit.time + by) for hit in cue.hits),
        intensity=None if curve is None else replace(curve, times=tuple(time + by for time in curve.times)),
    )
