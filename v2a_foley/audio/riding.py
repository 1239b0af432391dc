"""A slow gain, ridden as a hand rides a fader, that keeps the loudest three seconds of a programme below a limit.

Planned on the energies of the whole mix, so that one curve can move every stem alike. Peaks are the limiter's business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.weighting import HOP, Energies, gated, moments, short_terms

_SPARE = 0.15
"""LU under the limit that the loudest three seconds are held to."""
_WINDOW = 30
"""Hops of the short-term window."""
_CURVE = np.hanning(35)[1:-1] / 40
"""The curve along which the gain goes down and comes back, 3.3 s in all; a fraction, because neighbours add to it."""
_ROUNDS = 60
"""Rounds of lowering what is still too loud."""
_MOST_MORE = 40.0
"""Decibels above a still gain at which a plan gives up."""
_STEPS = 18
"""Halvings of that range: the last is finer than a meter tells."""


@dataclass(frozen=True, eq=False)
class Ride:
    """What is done to the level of a whole programme.

    Attributes:
        gain_db: decibels on everything.
        cuts: decibels by which each tenth of a second is turned down besides, ``float64 (n,)``; None for nowhere.
    """

    gain_db: float = 0.0
    cuts: NDArray[np.float64] | None = None

    def gains(self, start: int, samples: int) -> NDArray[np.float32] | np.float32:
        """Return the factors of so many samples from one on: one for all, or ``float32 (samples,)``."""
        if self.cuts is None:
            return np.float32(10 ** (self.gain_db / 20))
        places = (np.arange(start, start + samples) - HOP / 2) / HOP
        cuts = np.interp(places, np.arange(len(self.cuts)), self.cuts)
        return (10 ** ((self.gain_db - cuts) / 20)).astype(np.float32)


def limited(energies: Energies, still: Ride, limit: float) -> Ride:
    """Return the ride that leaves a programme as loud as a still gain would, its loudest three seconds below a limit.

    What is turned down in some places is made good by a higher gain everywhere, as far as the limit lets it.

    Args:
        energies: of the programme as it is.
        still: the gain.
        limit: LUFS.
    """
    ride = _cut(energies, still.gain_db, limit)
    if ride.cuts is None:
        return still
    target = gated(moments(energies)) + still.gain_db
    low, high = still.gain_db, still.gain_db + _MOST_MORE
    for _ in range(_STEPS):
        gain = (low + high) / 2
        ride = _cut(energies, gain, limit)
        if gated(moments(ridden(energies, ride))) < target:
            low = gain
        else:
            high = gain
    return ride


def ridden(energies: Energies, ride: Ride) -> Energies:
    """Return what the energies of a programme become."""
    cuts = 0.0 if ride.cuts is None else ride.cuts[: len(energies)]
    return np.asarray(energies * 10 ** ((ride.gain_db - cuts) / 10), np.float64)


def _cut(energies: Energies, gain: float, limit: float) -> Ride:
    """Return a gain with the cuts that it needs.

    Around the middle of every window that is too loud the gain goes down along a slow curve, by what the window is
    over; what is over still, goes down again. What a few rounds leave over is taken from whole windows.
    """
    cuts = np.zeros(len(energies))
    for _ in range(_ROUNDS):
        over = _over(energies, gain, cuts, limit)
        if over.max() < _SPARE / 2:
            break
        middle = np.pad(over, (0, _WINDOW // 2), mode="edge")[_WINDOW // 2 :]
        cuts += np.convolve(middle, _CURVE, "same")
    else:
        over = _over(energies, gain, cuts, limit)
        padded = np.concatenate((over, np.zeros(_WINDOW - 1)))
        needed = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW).max(axis=-1)
        cuts += _smooth(needed)
    return Ride(gain, cuts) if cuts.any() else Ride(gain)


def _over(energies: Energies, gain: float, cuts: NDArray[np.float64], limit: float) -> NDArray[np.float64]:
    """Return by how many LU the three seconds that end with each hop are over the limit."""
    with np.errstate(divide="ignore"):
        loud = 10 * np.log10(short_terms(energies * 10 ** ((gain - cuts) / 10))) - 0.691
    return np.maximum(loud - (limit - _SPARE), 0)


def _smooth(needed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a curve that is nowhere below another and moves no faster than the ease lets it."""
    from scipy.ndimage import maximum_filter1d

    reach = maximum_filter1d(needed, len(_CURVE), mode="nearest")
    return np.convolve(np.pad(reach, len(_CURVE) // 2, mode="edge"), _CURVE / _CURVE.sum(), "valid")
