"""Where in a new cut the pictures under a range of time are: pieces of the range, each with its new place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

from v2a_foley.project.conform.match import Run
from v2a_foley.timebase import TimeRange

SEAM = 12
"""Frames between two stretches of one shot that are bridged: a flash, a caption, a dissolve of the cut."""


class Clock(Protocol):
    """The exact times of a film's frames."""

    def __len__(self) -> int:
        """How many frames there are."""
        ...

    def time(self, frame: int) -> Fraction:
        """Return when a frame starts; the one after the last starts at the end."""
        ...

    def frame_at(self, time: Fraction) -> int:
        """Return the frame on screen at a time, the first or the last one beyond the picture's ends."""
        ...


@dataclass(frozen=True)
class Strip:
    """Pictures that were searched in the new cut: the old film, or those of a parked cue.

    Attributes:
        clock: their times.
        first: how runs number the first of them.
    """

    clock: Clock
    first: int = 0


@dataclass(frozen=True)
class Piece:
    """A part of a range, and where its picture is now.

    Attributes:
        old: the part, on the old film's clock.
        new: where it is on the new one's.
        frames: how many frames that are.
        shift: the new number of its frames less the old one.
    """

    old: TimeRange
    new: TimeRange
    frames: int
    shift: int

    def moment(self, time: Fraction) -> Fraction:
        """Return where a moment of the old film is now, beyond the ends as if the piece went on."""
        pace = self.new.duration / self.old.duration  # 1 but where the new cut has another rate
        return self.new.start + (time - self.old.start) * pace


@dataclass(frozen=True)
class Following:
    """Says where pictures went.

    Attributes:
        runs: what was matched, in the order of the new film.
        clock: of the new film.
        end: when the new film ends.
    """

    runs: tuple[Run, ...]
    clock: Clock
    end: Fraction

    def pieces(self, span: TimeRange, strip: Strip) -> tuple[Piece, ...]:
        """Return where the pictures under a range are now, in the order of the new film; one may be there twice."""
        first, last = frames_of(span, strip.clock)
        found = []
        for run in self.runs:
            begin, end = max(run.old - strip.first, first), min(run.old_end - strip.first, last)
            if begin < end:
                shift = run.new - run.old + strip.first
                piece = self._piece(span, strip.clock, (begin, end), (first, last), shift)
                if piece is not None:
                    found.append(piece)
        return tuple(found)

    def _piece(
        self, span: TimeRange, old: Clock, part: tuple[int, int], whole: tuple[int, int], shift: int
    ) -> Piece | None:
        """Return one piece; where the range does not begin or end on a frame, neither does it."""
        begin, end = part
        start = span.start if begin == whole[0] else old.time(begin)
        stop = span.end if end == whole[1] else old.time(end)
        new_start = self.clock.time(begin + shift) + start - old.time(begin)
        new_stop = self.clock.time(end + shift) + stop - old.time(end)
        start, new_start = start + max(Fraction(0), -new_start), max(Fraction(0), new_start)
        stop, new_stop = stop - max(Fraction(0), new_stop - self.end), min(self.end, new_stop)
        if start >= stop or new_start >= new_stop:
            return None
        return Piece(TimeRange(start, stop), TimeRange(new_start, new_stop), end - begin, shift)


def frames_of(span: TimeRange, clock: Clock) -> tuple[int, int]:
    """Return the first frame that a range shows, and the one after the last: one frame at the least."""
    first, last = clock.frame_at(span.start), clock.frame_at(span.end)
    if span.end > clock.time(last):
        last += 1
    return first, min(max(last, first + 1), len(clock))


def bridged(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return runs with those joined that go on after a few frames, as a shot does under a flash or a caption."""
    found: list[Run] = []
    for run in runs:
        before = found[-1] if found else None
        if before is not None and run.new - run.old == before.new - before.old and run.new - before.new_end <= SEAM:
            found[-1] = replace(before, length=run.new_end - before.new)
        else:
            found.append(run)
    return tuple(found)


def uncovered(span: TimeRange, parts: Sequence[TimeRange]) -> tuple[TimeRange, ...]:
    """Return the parts of a range that no other range covers."""
    found, at = [], span.start
    for part in sorted(parts, key=lambda part: part.start):
        if part.start > at:
            found.append(TimeRange(at, min(part.start, span.end)))
        at = max(at, part.end)
    if at < span.end:
        found.append(TimeRange(at, span.end))
    return tuple(found)
