"""From the onset net's curve to onsets: peaks above a threshold, apart from each other, and not at cuts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from v2a_foley.sync.onsets.curve import OnsetCurve

APART = Fraction(7, 100)
"""Seconds between two onsets, at least."""
LATE = Fraction(3, 200)
"""Seconds by which an onset is meant to be late: sound may be 45 ms late and 15 ms early (ATSC IS-191), and the middle
of that is where an error costs least. It is never later than its frame for this."""
_PARTS = 256
"""Parts of a frame's interval that are told apart."""
_SIZE = 0.2
"""Width and height, as parts of the picture's, of what an onset's place stands for: two cells or three."""


@dataclass(frozen=True)
class Onset:
    """A moment that sounds.

    Attributes:
        time: on the film's clock.
        strength: 0 to 1.
        likelihood: 0 to 1, at least the threshold.
        region: centre from the left and from the top, width and height, as parts of the picture's.
    """

    time: Fraction
    strength: float
    likelihood: float
    region: tuple[float, float, float, float]


def pick_onsets(
    curve: OnsetCurve, threshold: float, *, cuts: Collection[Fraction] = (), early: bool = True
) -> tuple[Onset, ...]:
    """Return the onsets of a curve, in order.

    Of peaks nearer than ``APART`` the likelier stays, of equal ones the first. So the onsets at a higher threshold
    are those at a lower one whose likelihood reaches it.

    Args:
        curve: what the net says.
        threshold: the least likelihood.
        cuts: starts of shots: what appears with a cut does not sound.
        early: whether an onset lies before its frame's start by what the net says, less ``LATE``; else it is that
            start. It never lies before the frame before.
    """
    likelihood, times = curve.likelihood, curve.times
    if len(times) == 0:
        return ()
    at_cut = np.array([time in cuts for time in times]) if (cuts := frozenset(cuts)) else np.zeros(len(times), bool)
    around = np.pad(np.where(at_cut, -1.0, likelihood), 1, constant_values=-1.0)
    middle = around[1:-1]
    peaks = np.flatnonzero((middle >= max(threshold, 0.0)) & (middle >= around[:-2]) & (middle >= around[2:]))
    kept: list[int] = []
    taken: list[Fraction] = []
    for index in peaks[np.argsort(-middle[peaks], kind="stable")]:
        time = times[index]
        first, last = bisect_right(taken, time - APART), bisect_left(taken, time + APART)
        if first == last:
            taken.insert(first, time)
            kept.append(int(index))
    return tuple(_onset(curve, index, early=early) for index in sorted(kept))


def _onset(curve: OnsetCurve, index: int, *, early: bool) -> Onset:
    time = curve.times[index]
    if early and index:
        part = Fraction(round(min(1.0, max(0.0, float(curve.early[index]))) * _PARTS), _PARTS)
        time -= max(Fraction(0), part * (time - curve.times[index - 1]) - LATE)
    x, y = (min(1.0, max(0.0, float(each))) for each in curve.place[index])
    return Onset(time, float(curve.strength[index]), float(curve.likelihood[index]), (x, y, _SIZE, _SIZE))
