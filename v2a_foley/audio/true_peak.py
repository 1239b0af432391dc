"""What a sound reaches between its samples (true peak, ITU-R BS.1770-5 annex 2), by eightfold oversampling.

The standard asks for fourfold at least, which can miss 0.5 dB at 20 kHz; this misses 0.1.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.stream import Samples

REACH = 24
"""Samples on either side that a value between two samples depends on."""

_FACTOR = 8


@cache
def _phases() -> NDArray[np.float32]:
    """The interpolators for 1/8 to 7/8 of the way to the next sample: ``float32 (7, 2 * REACH)``.

    A sinc under a Kaiser window, normalised so that a constant stays what it is.
    """
    rows = []
    for step in range(1, _FACTOR):
        distance = np.arange(-REACH + 1, REACH + 1) - step / _FACTOR
        window = np.i0(6.0 * np.sqrt(np.clip(1 - (distance / REACH) ** 2, 0, 1))) / np.i0(6.0)
        row = np.sinc(distance) * window
        rows.append(row / row.sum())
    return np.asarray(rows, np.float32)


@cache
def _largest_growth() -> float:
    """The factor by which a true peak can exceed the largest sample around it at most."""
    return float(np.abs(_phases()).sum(axis=1).max())


def oversample(sound: Samples) -> NDArray[np.float32]:
    """Return each sample with the seven values between it and the next.

    Args:
        sound: ``float32 (channels, REACH + n + REACH)``: the part wanted, with its surroundings.

    Returns:
        ``float32 (channels, 8, n)``.
    """
    channels, length = sound.shape[0], sound.shape[1] - 2 * REACH
    result = np.empty((channels, _FACTOR, length), np.float32)
    result[:, 0] = sound[:, REACH : REACH + length]
    for channel in range(channels):
        for step, taps in enumerate(_phases(), 1):
            result[channel, step] = np.correlate(sound[channel, 1:], taps, "valid")[:length]
    return result


class PeakMeter:
    """The largest sample and the largest true peak of a stream."""

    def __init__(self, channels: int) -> None:
        """Start in silence."""
        self._kept: Samples = np.zeros((channels, 2 * REACH), np.float32)
        self.sample_peak = 0.0
        self._between = 0.0

    def feed(self, block: Samples) -> None:
        """Measure samples ``float32 (channels, n)``."""
        if not block.shape[1]:
            return
        sound = np.concatenate((self._kept, block), axis=1)
        self._kept = sound[:, -2 * REACH :]
        self.sample_peak = max(self.sample_peak, float(np.abs(block).max()))
        for start, stop in hot_runs(sound, self.true_peak):
            self._between = max(self._between, float(np.abs(oversample(sound[:, start : stop + 2 * REACH])).max()))

    @property
    def true_peak(self) -> float:
        """The largest value at or between the samples so far, full scale 1."""
        return max(self.sample_peak, self._between)

    def finish(self) -> float:
        """Return the true peak once the stream has ended."""
        self.feed(np.zeros_like(self._kept))
        return self.true_peak


def hot_runs(sound: Samples, level: float) -> list[tuple[int, int]]:
    """Find the places where a sound's true peak can exceed a level; elsewhere it cannot, and need not be computed.

    First by the samples alone, then by the values half-way between them: a band-limited wave that stays 3 dB below a
    level at twice the sample rate stays below it everywhere.

    Args:
        sound: ``float32 (channels, REACH + n + REACH)``: the part wanted, with its surroundings.
        level: amplitude.

    Returns:
        Ranges within ``n``, rising, apart from each other.
    """
    length = sound.shape[1] - 2 * REACH
    if length <= 0:
        return []
    loud = np.flatnonzero((np.abs(sound) > level / _largest_growth()).any(axis=0))
    runs = []
    for start, stop in _cells(loud - REACH, REACH, length):
        part = sound[:, start : stop + 2 * REACH]
        height = np.abs(part[:, REACH : REACH + stop - start]).max(axis=0)
        for channel in part:
            half = np.correlate(channel[1:], _phases()[_FACTOR // 2 - 1], "valid")[: stop - start]
            height = np.maximum(height, np.abs(half))
        near = np.flatnonzero(height > 0.7 * level)
        runs += [(start + first, start + last) for first, last in _cells(near, 1, stop - start)]
    return runs


def _cells(places: NDArray[np.intp], reach: int, length: int, cell: int = 256) -> list[tuple[int, int]]:
    """Return ranges within ``length``, in whole cells, that hold places and what lies within reach of them."""
    marked = np.zeros(-(-length // cell), bool)
    for shift in (-reach, 0, reach):
        shifted = places + shift
        marked[shifted[(shifted >= 0) & (shifted < length)] // cell] = True
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marked, [False])).astype(np.int8)))
    return [(int(a) * cell, min(int(b) * cell, length)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
