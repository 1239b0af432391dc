"""Finds where a sound strikes, from its level, and which of its strikes are worth cutting out. Cuts nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

HOPS = 200
"""Energy readings a second."""
MOST_ONSETS = 64
FLOOR = -120.0
"""Decibels of a reading of silence."""
_RISE = 9.0
_APART = 0.2


def attacks(decibels: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Find where a sound strikes: the level climbs by 9 dB over the mean of the 20 ms before.

    Args:
        decibels: levels, ``HOPS`` a second.

    Returns:
        The readings in which attacks begin, rising, at least 0.2 s apart (what follows closer, like the toe after the
        heel, belongs to the same sound), and the level that each reaches within 30 ms.
    """
    back, ahead = HOPS // 50, HOPS * 3 // 100
    padded = np.concatenate([np.full(back, FLOOR), decibels, np.full(ahead, FLOOR)])
    power = 10 ** (padded / 10)
    sums = np.concatenate([[0.0], np.cumsum(power)])
    before = 10 * np.log10((sums[back : back + len(decibels)] - sums[: len(decibels)]) / back + 10 ** (FLOOR / 10))
    reached = np.lib.stride_tricks.sliding_window_view(padded[back:], ahead)[: len(decibels)].max(axis=1)
    rise = decibels - before
    candidates = np.flatnonzero((rise >= _RISE) & (reached >= decibels.max() - 30))
    kept: list[int] = []
    for index in candidates:
        if not kept or index - kept[-1] >= _APART * HOPS:
            kept.append(int(index))
        elif reached[index] > reached[kept[-1]] + 12:
            kept[-1] = int(index)
    strongest = sorted(sorted(kept, key=lambda i: -reached[i])[:MOST_ONSETS])
    found = np.array(strongest, dtype=np.intp)
    return found, reached[found]


def strongest(
    onsets: Sequence[int], strengths: Sequence[float], start: int, end: int, sample_rate: int
) -> list[tuple[int, int]]:
    """Choose the attacks within 12 dB of the strongest, strongest first, each with the sample where it must end.

    Args:
        onsets: beginnings of attacks, in samples, rising.
        strengths: level that each reaches, in decibels.
        start: where the sound begins.
        end: where it stops.
        sample_rate: hertz.

    Returns:
        (onset, until) of each; the whole sound where there is no attack.
    """
    if not onsets:
        return [(start, end)]
    ends = [*(onset - sample_rate // 100 for onset in onsets[1:]), end]
    loudest = max(strengths)
    strong = [
        (strength, onset, max(until, onset + sample_rate // 50))
        for onset, until, strength in zip(onsets, ends, strengths, strict=True)
        if strength >= loudest - 12
    ]
    return [(onset, until) for _, onset, until in sorted(strong, key=lambda one: (-one[0], one[1]))]
