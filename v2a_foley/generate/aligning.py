"""Where a sound that lasts agrees best with the moments of the picture. Shifts nothing, and hears no meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REACH = 0.5
"""Seconds by which a sound may be shifted, either way."""
READINGS = 200
"""Readings of the onset strength a second."""
_WINDOW = 0.016
_BACK = 2
_WIDTH = 0.015
_RELUCTANCE = 0.02
_AT_ONCE = 4096

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """How a sound agrees with hits.

    Attributes:
        shift: samples to leave out at its beginning; negative: to put before it.
        agreement: with that shift, 0 (nothing strikes where it should) to 1 (all, and nothing else).
    """

    shift: int
    agreement: float


def onset_strength(wave: NDArray[np.float32], sample_rate: int) -> Floats:
    """Return how much of a sound begins at each moment: spectral flux, ``READINGS`` a second.

    Magnitudes are compressed by their logarithm, so that soft beginnings count (after Klapuri 1999, Böck 2012); what
    climbs over 10 ms is summed over all frequencies.

    Args:
        wave: mono, ``float32 (samples,)``.
        sample_rate: hertz.
    """
    size = max(16, round(_WINDOW * sample_rate) // 2 * 2)
    count = max(1, int(len(wave) * READINGS / sample_rate))
    peak = float(np.abs(wave).max(initial=0.0))
    if peak <= 0:
        return np.zeros(count)
    first = np.round((np.arange(-_BACK, count) + 1) * sample_rate / READINGS).astype(np.int64)
    padded = np.pad(wave / np.float32(peak), (size, size))
    starts = np.maximum(0, first + size // 2)
    window = np.hanning(size).astype(np.float32)
    flux = np.zeros(count)
    for begin in range(0, count, _AT_ONCE):
        these = starts[begin : min(begin + _AT_ONCE, count) + _BACK]
        frames = padded[np.minimum(these[:, None] + np.arange(size), len(padded) - 1)] * window
        levels = np.log1p(100 * np.abs(np.fft.rfft(frames, axis=1)) / size)
        flux[begin : begin + len(these) - _BACK] = np.maximum(0, levels[_BACK:] - levels[:-_BACK]).sum(axis=1)
    return flux


def best_fit(wave: NDArray[np.float32], sample_rate: int, hits: Sequence[tuple[float, float]], reach: int) -> Fit:
    """Return the shift at which a sound's beginnings agree best with hits; none where all are as good.

    The agreement is the cosine between its onset strength, above the usual, and a bump of 15 ms at every hit.

    Args:
        wave: mono, ``float32 (samples,)``.
        sample_rate: hertz.
        hits: (sample, strength 0 to 1), on the wave's samples before it is shifted.
        reach: samples that it may be shifted at most, either way.
    """
    flux = onset_strength(wave, sample_rate)
    flux = np.maximum(0, flux - np.median(flux))
    at = np.arange(len(flux)) / READINGS
    wanted = np.zeros(len(flux))
    for sample, strength in hits:
        bump = float(strength) * np.exp(-0.5 * np.square((at - sample / sample_rate) / _WIDTH))
        wanted = np.maximum(wanted, bump)
    size = float(np.linalg.norm(flux) * np.linalg.norm(wanted))
    if size <= 0:
        return Fit(0, 0.0)
    most = min(int(reach * READINGS / sample_rate), len(flux) - 1)
    padded = np.pad(flux, most)
    fits = np.correlate(padded, wanted, mode="valid") / size
    lags = np.arange(-most, most + 1)
    chosen = int(np.argmax(fits - _RELUCTANCE * np.abs(lags) / max(1, most)))
    lag = int(lags[chosen])
    return Fit(round(lag * sample_rate / READINGS), float(np.clip(fits[chosen], 0, 1)))


def best_shift(wave: NDArray[np.float32], sample_rate: int, hits: Sequence[tuple[float, float]]) -> int:
    """Return the samples to leave out at a sound's beginning, within half a second either way; see ``best_fit``."""
    return best_fit(wave, sample_rate, hits, round(REACH * sample_rate)).shift


def shifted(wave: NDArray[np.float32], shift: int) -> NDArray[np.float32]:
    """Return a sound as long that begins ``shift`` samples later in itself; what it lacks then is itself, mirrored."""
    if not shift:
        return wave
    shift = max(1 - len(wave), min(shift, len(wave) - 1))
    moved = wave[max(0, shift) :] if shift > 0 else wave[: len(wave) + shift]
    return np.asarray(np.pad(moved, (max(0, -shift), max(0, shift)), mode="symmetric"), np.float32)
