"""The shots of a new cut: those of the old film where its pictures are, and new ones where they are not."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from v2a_foley.project.conform.follow import Following, Strip, frames_of
from v2a_foley.project.conform.match import Run
from v2a_foley.project.model import Shot
from v2a_foley.timebase import TimeRange

_SHORTEST = 6
"""Frames that no picture of the old film is found for, and that are nevertheless no shot of their own: a dissolve."""


@dataclass(frozen=True)
class Followings:
    """The shots of a new cut.

    Attributes:
        shots: all of them, in order; those that appeared have a range, and nothing was seen of them yet.
        appeared: numbers of the new shots that the old film does not have.
        vanished: the old shots of which no picture is left.
        moved: (old number, new number) of those that come after a shot that was after them, or not at the same time.
    """

    shots: tuple[Shot, ...]
    appeared: frozenset[int]
    vanished: tuple[Shot, ...]
    moved: tuple[tuple[int, int], ...]


def follow_shots(old: Sequence[Shot], strip: Strip, following: Following, cuts: Mapping[int, str]) -> Followings:
    """Return the shots of a new cut.

    A shot that is in the new cut keeps what was seen of it, and its cuts are those that it had, by hand or not.

    Args:
        old: the old film's shots.
        strip: the old film.
        following: knows where its pictures are.
        cuts: by their frames, what was found as a cut in the new film, and how; heeded where its pictures are new.
    """
    spans = [frames_of(shot.range, strip.clock) for shot in old]
    starts = _starts(old, spans, following, cuts)
    shots: list[Shot] = []
    appeared: set[int] = set()
    moved: list[tuple[int, int]] = []
    left = {shot.index for shot in old}
    frames = len(following.clock)
    for index, (first, last) in enumerate(pairwise([*starts, frames]), start=1):
        span = TimeRange(following.clock.time(first), following.clock.time(last))
        place = _shown(spans, following.runs, first, last, len(strip.clock))
        if place is None:
            shots.append(Shot(index, span, starts[first]))
            appeared.add(index)
            continue
        shot = old[place]
        left.discard(shot.index)
        shots.append(replace(shot, index=index, range=span, found=starts[first]))
        if span.start != shot.range.start:
            moved.append((shot.index, index))
    seen = {place for run in following.runs for place in _touched(spans, run)}
    vanished = tuple(shot for place, shot in enumerate(old) if shot.index in left and place not in seen)
    return Followings(tuple(shots), frozenset(appeared), vanished, tuple(moved))


def _starts(
    old: Sequence[Shot], spans: Sequence[tuple[int, int]], following: Following, cuts: Mapping[int, str]
) -> dict[int, str]:
    """Return the frames of the new film at which a shot begins, rising, and how each was found."""
    found: dict[int, str] = {}
    before = 0
    for run in following.runs:
        for frame in _cuts_between(before, run.new, cuts):
            found[frame] = cuts.get(frame, "cut")
        found[run.new] = cuts.get(run.new, "cut")
        for shot, (first, _) in zip(old, spans, strict=True):
            if run.old < first < run.old_end:
                found[run.new + first - run.old] = "cut" if shot.found == "start" else shot.found
        before = run.new_end
    for frame in _cuts_between(before, len(following.clock), cuts):
        found[frame] = cuts.get(frame, "cut")
    if following.runs and following.runs[0].new < _SHORTEST:
        del found[following.runs[0].new]
    return {0: "start", **{frame: found[frame] for frame in sorted(found) if 0 < frame < len(following.clock)}}


def _cuts_between(first: int, last: int, cuts: Mapping[int, str]) -> Iterator[int]:
    """Yield the cuts of a stretch with new pictures; a few frames between two known stretches are none."""
    if last - first >= _SHORTEST:
        yield first
        yield from (frame for frame in cuts if first + _SHORTEST <= frame <= last - _SHORTEST)


def _shown(spans: Sequence[tuple[int, int]], runs: Sequence[Run], first: int, last: int, live: int) -> int | None:
    """Return the place in the list of the old shot that a stretch of the new film shows for the most part, or None."""
    seen: Counter[int] = Counter()
    for run in runs[max(0, bisect_left(runs, first, key=lambda run: run.new) - 1) :]:
        if run.new >= last:
            break
        low, high = max(run.new, first) - run.new + run.old, min(run.new_end, last) - run.new + run.old
        if low < min(high, live):
            for place in _touched(spans, Run(low, 0, min(high, live) - low)):
                seen[place] += min(high, live, spans[place][1]) - max(low, spans[place][0])
    best = max(seen, key=lambda place: seen[place], default=None)
    return best if best is not None and 2 * sum(seen.values()) >= last - first else None


def _touched(spans: Sequence[tuple[int, int]], run: Run) -> Iterator[int]:
    """Yield the places of the shots that a run shows something of."""
    for place in range(bisect_left(spans, run.old + 1, key=lambda span: span[1]), len(spans)):
        if spans[place][0] >= run.old_end:
            return
        yield place


def cuts_by_frame(cuts: Sequence[tuple[Fraction, str]], following: Following) -> dict[int, str]:
    """Return cuts by the frames at which they lie."""
    return {following.clock.frame_at(time): how for time, how in cuts}
