"""From motion to hits and intensity curves, by the kind of cue. Seeing the motion is the business of ``video``."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from v2a_foley.project import Event, Follows, Hit, Intensity, Kind, Region
from v2a_foley.timebase import TimeRange
from v2a_foley.video.motion import Motion

SLOW = Fraction(1, 2)
"""Seconds over which the motion is averaged for what has weight: an engine's speed does not follow single frames."""
FAST = Fraction(1, 10)
"""The same for what is rubbed, rolled or waved: it sounds with each stroke."""
SMOOTHING = MappingProxyType(
    dict.fromkeys(("abrasion", "bicycle", "cloth", "hull", "rolling", "sliding", "stirring"), FAST)
)
"""By the procedural family of an event; any other is slow."""
STEPS = Fraction(5, 2)
"""Points of a curve within its smoothing: it shows no more than was kept."""
MOST_POINTS = 2000
"""Points of one curve at most, however long its cue."""
FLOOR = 0.1
"""The intensity of a driven sound while nothing moves: an engine idles 12 dB softer, what is rubbed all but stops."""


def followed(
    motion: Motion, span: TimeRange, event: Event, sync: str = "auto"
) -> tuple[tuple[Hit, ...], Intensity | None]:
    """Return the hits and the curve of a cue, as far as they are wanted.

    Args:
        motion: what moved in the film.
        span: the cue's range.
        event: what sounds.
        sync: ``auto`` for both, ``events`` for hits only, ``envelope`` for curves only, ``off`` for neither.
    """
    hits = hits_of(motion, span, event) if sync in ("auto", "events") else ()
    return hits, intensity_of(motion, span, event) if sync in ("auto", "envelope") else None


def hits_of(motion: Motion, span: TimeRange, event: Event) -> tuple[Hit, ...]:
    """Return the moments at which a cue's impulses sound: the sharp peaks of motion within its range.

    Events that are not struck by what moves, and kinds other than impulses, have none.
    """
    if event.kind is not Kind.IMPULSE or event.follows is not Follows.HITS:
        return ()
    return tuple(
        Hit(peak.time, peak.strength, None if peak.region is None else _region(np.array(peak.region)))
        for peak in motion.within(span).peaks
    )


def intensity_of(motion: Motion, span: TimeRange, event: Event) -> Intensity | None:
    """Return how strongly a continuous cue sounds over its range, and where; None for a steady one.

    The level rises with the motion, from ``FLOOR`` to 1, smoothed as the event's family wants it.
    """
    if event.kind is not Kind.CONTINUOUS or event.follows is not Follows.MOTION:
        return None
    part = motion.within(span)
    if len(part.times) < 2 or float(np.max(part.energy)) <= 0:
        return None
    seconds = np.array([float(time - span.start) for time in part.times])
    smoothing = SMOOTHING.get(event.family, SLOW)
    reach = max(1, round(float(smoothing) * len(seconds) / max(float(span.duration), 1e-6)))
    steps = min(MOST_POINTS - 1, max(1, int(span.duration * STEPS / smoothing)))
    times = tuple(span.start + span.duration * i / steps for i in range(steps + 1))
    at = np.array([float(time - span.start) for time in times])
    levels = np.interp(at, seconds, _smooth(part.energy.astype(np.float64), reach))
    values = tuple(float(FLOOR + (1 - FLOOR) * min(1.0, level)) for level in levels)
    if len(part.regions) != len(seconds):
        return Intensity(times, values)
    sides = [np.interp(at, seconds, _smooth(side, reach)) for side in part.regions.astype(np.float64).T]
    return Intensity(times, values, tuple(_region(place) for place in np.stack(sides, axis=1)))


def _smooth(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return values averaged over so many neighbours to either side, ``float64 (n,)``."""
    window = np.hanning(2 * reach + 1)
    smooth: NDArray[np.float64] = np.convolve(np.pad(values, reach, mode="edge"), window / window.sum(), mode="valid")
    return smooth


def _region(place: NDArray[np.float64]) -> Region:
    x, y, width, height = (round(float(value), 4) for value in np.clip(place, 0.0, 1.0))
    return Region(x, y, width, height)
