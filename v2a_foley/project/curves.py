"""What becomes of a curve of intensity when part of it is drawn anew: its points, and where they lie on the screen."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from fractions import Fraction

from v2a_foley.project.model import Intensity, Region
from v2a_foley.timebase import TimeRange


def region_at(curve: Intensity, time: Fraction) -> Region | None:
    """Return where on the screen a curve's cause is at a time, on straight lines; None where that is not known."""
    if not curve.regions:
        return None
    after = bisect_right(curve.times, time)
    if after in (0, len(curve.times)):
        return curve.regions[min(after, len(curve.times) - 1)]
    start, end = curve.times[after - 1 : after + 1]
    one, two = curve.regions[after - 1 : after + 1]
    if time == start or one == two:
        return one
    part = float((time - start) / (end - start))
    pairs = ((one.x, two.x), (one.y, two.y), (one.width, two.width), (one.height, two.height))
    return Region(*(min(1.0, max(0.0, a + part * (b - a))) for a, b in pairs))


def kept_regions(new: Intensity, old: Intensity | None) -> Intensity:
    """Return a curve with the regions of another at its times, where it has none of its own."""
    if new.regions or old is None or not old.regions:
        return new
    found = (region_at(old, time) for time in new.times)
    return replace(new, regions=tuple(each for each in found if each is not None))


def drawn(old: Intensity | None, points: Intensity, span: TimeRange) -> Intensity:
    """Return a curve with the points from the first to the last time of some others replaced by these.

    Regions stay those of the old curve where the new points have none. Where there was no curve the cause was steady,
    and stays so at the ends of its cue.

    Args:
        old: the curve, or None for steady.
        points: the new points; their times rise.
        span: of the cue.
    """
    if old is None:
        ends = [time for time in (span.start, span.end) if not points.times[0] <= time <= points.times[-1]]
        if not ends:
            return points
        old = Intensity(tuple(ends), (1.0,) * len(ends))
    if not old.regions:
        points = replace(points, regions=())
    points = kept_regions(points, old)
    before = sum(time < points.times[0] for time in old.times)
    after = len(old.times) - sum(time > points.times[-1] for time in old.times)
    return Intensity(
        (*old.times[:before], *points.times, *old.times[after:]),
        (*old.values[:before], *points.values, *old.values[after:]),
        (*old.regions[:before], *points.regions, *old.regions[after:]),
    )
