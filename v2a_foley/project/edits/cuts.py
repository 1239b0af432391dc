"""Edits of the picture's cuts: shots are split, merged, and their cuts moved. Cues keep their times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType

from v2a_foley.errors import UsageError
from v2a_foley.project.edits.edit import Edit
from v2a_foley.project.edits.numbering import free_number, recut
from v2a_foley.project.model import Project, Shot
from v2a_foley.timebase import TimeRange, as_clock

BY_HAND = "list"
"""How a cut was found that the user gave: as those of a list of cuts."""


@dataclass(frozen=True)
class SplitShot(Edit):
    """Cut a shot in two at a time. Both halves keep what was seen; the second gets a number that is free.

    Attributes:
        shot: its number.
        at: the new cut, on the film's clock, more than half a frame from the shot's ends.
    """

    shot: int
    at: Fraction

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Split shot {self.shot}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Cut the shot."""
        place = project.place_of(self.shot)
        whole = project.shots[place]
        _check_cut(project, self.at, whole.range)
        halves = (
            replace(whole, range=TimeRange(whole.range.start, self.at)),
            replace(whole, range=TimeRange(self.at, whole.range.end), index=free_number(project), found=BY_HAND),
        )
        return _replaced(project, place, 1, halves)


@dataclass(frozen=True)
class MergeShots(Edit):
    """Join a shot with the one after it. What was seen is that of the longer; the number is that of the first.

    Attributes:
        shot: number of the first of the two.
    """

    shot: int

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Merge shot {self.shot} with the next"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Join the shots."""
        place = project.place_of(self.shot)
        if place + 1 == len(project.shots):
            raise UsageError(
                f"Shot {self.shot} is the last one; there is none to merge it with.",
                hint="Merge the one before it: a shot is merged with the next.",
            )
        first, second = _neighbours(project, place)
        longer = first if first.range.duration >= second.range.duration else second
        span = TimeRange(first.range.start, second.range.end)
        return _replaced(project, place, 2, (replace(longer, index=self.shot, range=span, found=first.found),))


@dataclass(frozen=True)
class MoveCut(Edit):
    """Move the cut at which a shot begins.

    Attributes:
        shot: number of the shot that begins at it; any but the first of the film.
        to: where it goes, on the film's clock, inside the two shots that it parts.
    """

    shot: int
    to: Fraction

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Move cut of shot {self.shot}"

    @property
    def subject(self) -> str:
        """The cut."""
        return f"cut {self.shot}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Move the cut."""
        place = project.place_of(self.shot)
        if place == 0:
            raise UsageError("The first shot begins with the film.", hint="Move the cut of a later one.")
        earlier, later = _neighbours(project, place - 1)
        _check_cut(project, self.to, TimeRange(earlier.range.start, later.range.end))
        moved = (
            replace(earlier, range=TimeRange(earlier.range.start, self.to)),
            replace(later, range=TimeRange(self.to, later.range.end), found=BY_HAND),
        )
        return _replaced(project, place - 1, 2, moved)


@dataclass(frozen=True)
class ReplaceShots(Edit):
    """Put other shots in place of some that cover the same range: what takes back a split, a merger or a moved cut.

    Attributes:
        first: number of the first shot that goes.
        count: how many go.
        shots: those that come, contiguous, each with a number that no other shot has.
        numbers: by a cue's id, the numbers of the shots that it then belongs to, where these are not those of the new
            shots that it overlaps.
    """

    first: int
    count: int
    shots: tuple[Shot, ...]
    numbers: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Restore cuts at shot {self.first}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Replace the shots."""
        place = project.place_of(self.first)
        if self.count < 1 or not self.shots:
            raise UsageError("Shots can only be replaced by shots.", hint="Name at least one that goes and one.")
        going = project.shots[place : place + self.count]
        starts = [shot.range.start for shot in self.shots]
        ends = [shot.range.end for shot in self.shots]
        joined = starts[1:] == ends[:-1] and all(start < end for start, end in zip(starts, ends, strict=True))
        whole = len(going) == self.count and (starts[0], ends[-1]) == (going[0].range.start, going[-1].range.end)
        if not joined or not whole:
            raise UsageError(
                f"The shots that were to replace shot {self.first} do not cover the same part of the film.",
                hint="Undo the edits that came in between first.",
            )
        come = {shot.index for shot in self.shots}
        stay = {shot.index for shot in (*project.shots[:place], *project.shots[place + self.count :])}
        if len(come) < len(self.shots) or not come.isdisjoint(stay) or min(come) < 1:
            raise UsageError("A number of the new shots is that of another.", hint="Give each one of its own, from 1.")
        return _replaced(project, place, self.count, self.shots, self.numbers)


@dataclass(frozen=True)
class SetShot(Edit):
    """Correct what is known of a shot.

    Attributes:
        shot: its number.
        scene: the scene that it belongs to, from 1, or None to leave it.
        unsure: whether nothing sure was seen in it, or None to leave it.
    """

    shot: int
    scene: int | None = None
    unsure: bool | None = None

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Correct shot {self.shot}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Change the shot."""
        place = project.place_of(self.shot)
        old = project.shots[place]
        if self.scene is not None and self.scene < 0:
            raise UsageError(f"There is no scene {self.scene}.", hint="Scenes count from 1; 0 is no scene.")
        new = replace(
            old,
            scene=old.scene if self.scene is None else self.scene,
            unsure=old.unsure if self.unsure is None else self.unsure,
        )
        shots = (*project.shots[:place], new, *project.shots[place + 1 :])
        inverse = SetShot(
            self.shot,
            None if self.scene is None else old.scene,
            None if self.unsure is None else old.unsure,
        )
        return project.with_shots(shots), inverse


def _replaced(
    project: Project,
    place: int,
    count: int,
    shots: tuple[Shot, ...],
    numbers: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
) -> tuple[Project, Edit]:
    """Return the project with other shots, and the edit that brings the old ones back, with the cues' own numbers."""
    new, back = recut(project, place, count, shots, numbers)
    old = project.shots[place : place + count]
    return new, ReplaceShots(shots[0].index, len(shots), old, MappingProxyType(back))


def _neighbours(project: Project, place: int) -> tuple[Shot, Shot]:
    """Return the shot at a place and the one that follows it without a gap."""
    first, second = project.shots[place : place + 2]
    if first.range.end != second.range.start:
        raise UsageError("The project does not hold all shots of its film.", hint="Cut the whole project.")
    return first, second


def _check_cut(project: Project, at: Fraction, within: TimeRange) -> None:
    """Refuse a cut that lies outside of a range, or within half a frame of its ends."""
    rate = project.media.picture.rate
    half = 1 / (2 * rate) if rate > 0 else Fraction(0)
    if within.start + half < at < within.end - half:
        return
    where = f"{as_clock(within.start)} to {as_clock(within.end)}"
    raise UsageError(
        f"There can be no cut at {as_clock(at)}: it does not lie inside {where}, half a frame from either end.",
        hint="Choose a time between the cuts before and after it.",
    )
