"""A look-ahead true-peak limiter that hands out its gain curve, so that one curve can multiply every stem.

It may leave part of the sound alone (the film's own): then the curve is for the rest, and keeps the sum below the
ceiling, or below what the untouched part reaches thereabouts by itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.levels import to_gain
from v2a_foley.audio.stream import Follower, Samples
from v2a_foley.audio.true_peak import REACH, hot_runs, oversample
from v2a_foley.timebase import SAMPLE_RATE

_MARGIN = 0.05
"""Decibels under the ceiling that peaks are held to: as much as true-peak meters differ by."""
_FULL_SCALE = 1 - 2.0**-23
"""The largest sample that 24 bits hold."""
_CELL = 480
"""Samples for which the level of the untouched part is taken together."""
_SHADE = 0.02
"""Decibels by which the sum may exceed what the untouched part reaches, so that it need not fall silent there."""
_BACK = 0.25
"""Seconds in which the gain returns from 0 to 1, at most."""
_BACK_BESIDE = 0.08
"""The same beside an untouched part, whose peak masks a short dip, and would leave a hole in a long one."""
_AROUND = 50
"""Cells on either side that "thereabouts" means: half a second."""


class Limiter:
    """Computes the gain that keeps a stream's true peak below a ceiling.

    The gain falls smoothly over 3 ms before a peak, and returns within 250 ms (80 ms beside an untouched part). Where
    no peak comes near the ceiling it is exactly 1. Gains are as many as the samples fed, and come late by 3 ms, or by
    half a second where a part is left alone.

    Args:
        channels: how many the sound has.
        ceiling: dBTP.
        beside: whether another sound, which is left alone, sounds beside the limited one.
    """

    def __init__(self, channels: int, ceiling: float = -1.0, *, beside: bool = False) -> None:
        """Start in silence."""
        self._ceiling = to_gain(ceiling - _MARGIN)
        self._sound: Samples = np.zeros((channels, REACH), np.float32)
        self._fixed: Samples | None = self._sound if beside else None
        self._peaks = np.zeros(_AROUND)
        millisecond = SAMPLE_RATE // 1000
        back = _BACK_BESIDE if beside else _BACK
        self._follower = Follower(3 * millisecond // 2, hold=millisecond, fall=1 / (back * SAMPLE_RATE))
        self._fed = self._given = 0

    def feed(self, sound: Samples, fixed: Samples | None = None) -> NDArray[np.float32]:
        """Take a block, and return the gains that are certain by now.

        Args:
            sound: what the gains will multiply, ``float32 (channels, n)``.
            fixed: what sounds beside it and is left alone, of the same shape.

        Returns:
            ``float32 (m,)``, 0 to 1, going on where the last ones ended.
        """
        self._fed += sound.shape[1]
        self._append(sound, fixed)
        return self._advance(final=False)

    def finish(self) -> NDArray[np.float32]:
        """Return the gains of the rest of the stream."""
        rest = self._fed - self._given
        silence = np.zeros((len(self._sound), REACH + -self._fed % _CELL), np.float32)
        self._append(silence, silence)
        gains = self._advance(final=True)
        return np.concatenate((gains, _gains(self._follower.finish())))[:rest]

    def _append(self, sound: Samples, fixed: Samples | None) -> None:
        self._sound = np.concatenate((self._sound, sound), axis=1)
        if self._fixed is not None and fixed is not None:
            self._fixed = np.concatenate((self._fixed, fixed), axis=1)

    def _advance(self, *, final: bool) -> NDArray[np.float32]:
        """Take as many whole cells out of the buffer as are certain, and return what the follower makes of them."""
        cells = max(0, (self._sound.shape[1] - 2 * REACH) // _CELL)
        ceilings = None
        if self._fixed is not None:
            known = len(self._peaks) - _AROUND
            self._peaks = np.concatenate((self._peaks, self._cell_peaks(self._fixed, known, cells)))
            if final:
                self._peaks = np.concatenate((self._peaks, np.zeros(_AROUND)))
            cells = max(0, len(self._peaks) - 2 * _AROUND)
            around = np.lib.stride_tricks.sliding_window_view(self._peaks, 2 * _AROUND + 1) if cells else self._peaks
            highest = np.maximum(around.max(axis=-1) * to_gain(_SHADE), self._ceiling) if cells else self._peaks
            ceilings = np.repeat(highest, _CELL)
            self._peaks = self._peaks[cells:]
        if not cells:
            return np.zeros(0, np.float32)
        length = cells * _CELL
        needs = self._needs(length, ceilings)
        self._sound = self._sound[:, length:]
        if self._fixed is not None:
            self._fixed = self._fixed[:, length:]
        gains = _gains(self._follower.feed(needs))
        self._given += len(gains)
        return gains

    def _cell_peaks(self, fixed: Samples, start: int, stop: int) -> NDArray[np.float64]:
        """Return the true peaks of cells of the untouched part; 0 where they are safely below the ceiling."""
        if stop <= start:
            return np.zeros(0)
        part = fixed[:, start * _CELL : stop * _CELL + 2 * REACH]
        peaks = np.zeros((stop - start) * _CELL)
        for first, last in hot_runs(part, self._ceiling):
            peaks[first:last] = np.abs(oversample(part[:, first : last + 2 * REACH])).max(axis=(0, 1))
        return np.asarray(peaks.reshape(-1, _CELL).max(axis=1))

    def _needs(self, length: int, ceilings: NDArray[np.float64] | None) -> NDArray[np.float64]:
        """Return how much less than 1 the gain of each sample must be, as the samples around it see it."""
        sound = self._sound[:, : length + 2 * REACH]
        fixed = None if self._fixed is None else self._fixed[:, : length + 2 * REACH]
        total = sound if fixed is None else sound + fixed
        needs = np.zeros(length)
        for start, stop in hot_runs(total, self._ceiling):
            span = slice(start, stop + 2 * REACH)
            if not sound[:, span].any():
                continue
            moving = oversample(sound[:, span])
            if fixed is None or ceilings is None:
                peak = np.abs(moving).max(axis=(0, 1))
                needs[start:stop] = 1 - self._ceiling / np.maximum(peak, self._ceiling)
            else:
                needs[start:stop] = _needs_beside(moving, oversample(fixed[:, span]), ceilings[start:stop])
        return needs


def _gains(curve: NDArray[np.float64]) -> NDArray[np.float32]:
    return (1 - np.minimum(curve, 1)).astype(np.float32)


def _needs_beside(
    moving: NDArray[np.float32], fixed: NDArray[np.float32], ceilings: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how much less than 1 a gain must be for ``|fixed + gain * moving|`` to stay below the ceilings.

    Args:
        moving: ``(channels, 8, n)``, oversampled.
        fixed: the same.
        ceilings: ``(n,)``; the samples themselves stay below full scale besides.
    """
    limits = np.repeat(ceilings[np.newaxis], moving.shape[1], axis=0)
    limits[0] = np.minimum(limits[0], _FULL_SCALE)
    needs = np.zeros(moving.shape)
    total = moving + fixed
    over = np.abs(total) > limits
    sign = np.sign(total[over])
    part = sign * moving[over]
    room = np.broadcast_to(limits, moving.shape)[over] - sign * fixed[over]
    with np.errstate(divide="ignore", invalid="ignore"):
        needs[over] = np.where(part > 0, 1 - np.clip(room / part, 0, 1), 0)
    return np.asarray(needs.max(axis=(0, 1)))
