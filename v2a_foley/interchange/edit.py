"""The one neutral timeline that all formats are written from and read into. Values only; files are others' business.

All times are exact seconds. An edit's own clock begins at its zero, which bears the timecode ``Edit.start``; a medium's
clock is that of its timecode or time reference, so that its first frame or sample lies at ``Medium.start``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from v2a_foley.timebase import Timecode

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class LaneKind(StrEnum):
    """What lies on a lane."""

    PICTURE = "picture"
    SOUND = "sound"


class Role(StrEnum):
    """What a lane's sound is for; the words are those of Final Cut's roles where it has one."""

    PICTURE = "video"
    ORIGINAL = "dialogue"
    BACKGROUND = "effects.background"
    EFFECTS = "effects.fx"
    FOLEY = "effects.foley"
    STEM = "effects.stem"
    OTHER = ""


@dataclass(frozen=True)
class Medium:
    r"""A file that items play.

    Attributes:
        path: as its own system writes it: ``/films/a.mov``, ``C:\films\a.mov``, ``\\server\films\a.mov``; relative ones
            lie beside the timeline. Empty where the timeline names none.
        start: when its first frame or sample lies, on its own clock.
        duration: its length.
        name: what an editor shows of it; the file's name without the suffix by default.
        rate: frames a second of its picture; None where it has none.
        timecode: of its first frame, with its rate and whether numbers are dropped; None where it has none.
        size: width and height of its picture; None where it has none.
        channels: of its sound; 0 where it has none.
        sample_rate: of its sound, in hertz.
    """

    path: str
    start: Fraction = Fraction(0)
    duration: Fraction = Fraction(0)
    name: str = ""
    rate: Fraction | None = None
    timecode: Timecode | None = None
    size: tuple[int, int] | None = None
    channels: int = 0
    sample_rate: int = 48_000


@dataclass(frozen=True)
class Mark:
    """A marker.

    Attributes:
        time: when: on the edit's clock for an edit's markers, from the item's start for an item's.
        name: what it says.
        duration: how long; mostly 0.
        note: whatever else it says.
        colour: one of ``red``, ``orange``, ``yellow``, ``green``, ``cyan``, ``blue``, ``purple``; empty: none.
        facts: what only a program of ours reads.
    """

    time: Fraction
    name: str = ""
    duration: Fraction = Fraction(0)
    note: str = ""
    colour: str = ""
    facts: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, compare=False)


@dataclass(frozen=True)
class Item:
    """A part of a medium on a lane.

    Attributes:
        name: what an editor shows of it.
        start: when it begins, on the edit's clock.
        duration: how long; more than 0.
        medium: what it plays; None where that is not known.
        source: where in the medium it begins, on the medium's clock.
        enabled: whether it is seen or heard.
        gain: in decibels.
        fade_in: seconds, within the duration.
        fade_out: seconds, within the duration.
        marks: its markers, in order.
        others: further media that could be played instead, by name (further takes), alike in start and duration.
        facts: what only a program of ours reads.
    """

    name: str
    start: Fraction
    duration: Fraction
    medium: Medium | None = None
    source: Fraction = Fraction(0)
    enabled: bool = True
    gain: float = 0.0
    fade_in: Fraction = Fraction(0)
    fade_out: Fraction = Fraction(0)
    marks: tuple[Mark, ...] = ()
    others: Mapping[str, Medium] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, compare=False)

    @property
    def end(self) -> Fraction:
        """When it ends, on the edit's clock."""
        return self.start + self.duration

    @property
    def source_end(self) -> Fraction:
        """Where in the medium it ends, on the medium's clock."""
        return self.source + self.duration


@dataclass(frozen=True)
class Lane:
    """A track: items that do not overlap, in order, with gaps between.

    Attributes:
        name: of the track.
        kind: whether pictures or sounds lie on it.
        items: in order of their starts.
        role: what the sound is for.
        enabled: whether it is seen or heard.
    """

    name: str
    kind: LaneKind
    items: tuple[Item, ...] = ()
    role: Role = Role.OTHER
    enabled: bool = True


@dataclass(frozen=True)
class Edit:
    """A timeline.

    Attributes:
        name: of the timeline.
        rate: frames a second, exact (24000/1001, never 23.976).
        start: the timecode of its zero; its rate is ``rate``, and it says whether numbers are dropped.
        lanes: pictures first, the lowest first; then sounds in the order in which an editor shows them from above.
        size: width and height of the picture; None where not known.
        marks: its own markers, in order.
        facts: what only a program of ours reads.
    """

    name: str
    rate: Fraction
    start: Timecode
    lanes: tuple[Lane, ...] = ()
    size: tuple[int, int] | None = None
    marks: tuple[Mark, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, compare=False)

    def __post_init__(self) -> None:
        """Refuse a start that counts other frames than the edit."""
        if self.start.rate != self.rate:
            raise ValueError(f"the start counts {self.start.rate} frames a second, the edit {self.rate}")

    @property
    def duration(self) -> Fraction:
        """From its zero to the end of what ends last."""
        return max((item.end for lane in self.lanes for item in lane.items), default=Fraction(0))

    @property
    def pictures(self) -> tuple[Lane, ...]:
        """The lanes of pictures."""
        return tuple(lane for lane in self.lanes if lane.kind is LaneKind.PICTURE)

    @property
    def sounds(self) -> tuple[Lane, ...]:
        """The lanes of sounds."""
        return tuple(lane for lane in self.lanes if lane.kind is LaneKind.SOUND)

    def media(self) -> Iterator[Medium]:
        """Yield every medium once, in the order of the lanes."""
        seen: set[Medium] = set()
        for lane in self.lanes:
            for item in lane.items:
                for medium in (item.medium, *item.others.values()):
                    if medium is not None and medium not in seen:
                        seen.add(medium)
                        yield medium
