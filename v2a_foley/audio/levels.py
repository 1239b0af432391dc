"""Decibels and factors. Nothing here measures a sound."""

from __future__ import annotations

from math import inf, log10

CENTRE = 10 ** (-3.0103 / 20)
"""What a mono sound is multiplied by on each of two loudspeakers, so that it is as loud as from one (equal power)."""


def to_gain(decibels: float) -> float:
    """Return the factor that a level change in decibels stands for; −inf dB is 0."""
    return float(10 ** (decibels / 20))


def to_decibels(gain: float) -> float:
    """Return a factor (or an amplitude, full scale 1) in decibels; −inf for 0."""
    return 20 * log10(abs(gain)) if gain else -inf
