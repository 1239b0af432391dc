"""From motion to hits and intensity curves, by the kind of cue. Seeing the motion is the business of ``video``."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from v2a_foley.project import Event, Follows, Hit, Intensity, Kind
from v2a_foley.timebase import TimeRange
from v2a_foley.video.motion import Motion

CURVE_STEP = Fraction(1, 5)
"""Seconds between two points of an intensity curve."""
SMOOTHING = 0.5
"""Seconds over which the motion is averaged for a curve: an engine's speed does not follow single frames."""
FLOOR = 0.45
"""The intensity of a driven sound while nothing moves: an engine idles, it does not stop."""


def hits_of(motion: Motion, span: TimeRange, event: Event) -> tuple[Hit, ...]:
    """Return the moments at which a cue's impulses sound: the sharp peaks of motion within its range.

    Events that are not struck by what moves, and kinds other than impulses, have none.
    """
    if event.kind is not Kind.IMPULSE or event.follows is not Follows.HITS:
        return ()
    return tuple(Hit(peak.time, peak.strength) for peak in motion.within(span).peaks)


def intensity_of(motion: Motion, span: TimeRange, event: Event) -> Intensity | None:
    """Return how strongly a continuous cue sounds over its range, from smoothed motion; None for a steady one."""
    if event.kind is not Kind.CONTINUOUS or event.follows is not Follows.MOTION:
        return None
    part = motion.within(span)
    if len(part.times) < 2 or float(np.max(part.energy)) <= 0:
        return None
    seconds = np.array([float(time - span.start) for time in part.times])
    reach = max(1, round(SMOOTHING * len(seconds) / max(float(span.duration), 1e-6)))
    window = np.hanning(2 * reach + 1)
    padded = np.pad(part.energy.astype(np.float64), reach, mode="edge")
    smooth = np.convolve(padded, window / window.sum(), mode="valid")
    steps = max(1, int(span.duration / CURVE_STEP))
    times = tuple(span.start + span.duration * i / steps for i in range(steps + 1))
    levels = np.interp([float(time - span.start) for time in times], seconds, smooth)
    return Intensity(times, tuple(float(FLOOR + (1 - FLOOR) * min(1.0, level)) for level in levels))
