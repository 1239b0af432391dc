"""Turns Foley down where the film's own sound speaks, by a gain curve from its level in the band of voices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.stream import Follower, Samples
from v2a_foley.timebase import SAMPLE_RATE

_HOP = 480
"""Samples between two readings of the level: 10 ms."""
_WINDOW = 2 * _HOP
_BAND = (150, 7000)
"""Hertz between which voices live; rumble and hiss outside do not duck anything."""


@dataclass(frozen=True)
class Ducking:
    """How Foley makes room.

    Attributes:
        depth: decibels by which it is turned down.
        threshold: level of the original in the band of voices, in dBFS, at which it is all the way down.
        knee: decibels below the threshold over which it goes down by degrees.
        attack: seconds that it takes to go down; it is down when the original starts.
        hold: seconds that it stays down after the original ends.
        release: seconds that it takes to come back up.
    """

    depth: float = 9.0
    threshold: float = -42.0
    knee: float = 6.0
    attack: float = 0.1
    hold: float = 0.3
    release: float = 0.5


class Ducker:
    """Computes the gain for Foley from blocks of the original; gains come late by the attack and 20 ms."""

    def __init__(self, channels: int, settings: Ducking) -> None:
        """Start in silence."""
        self._settings = settings
        self._buffer: Samples = np.zeros((channels, _HOP), np.float32)
        frames = SAMPLE_RATE / _HOP
        fall = settings.depth / max(1.0, settings.release * frames)
        # Two frames more of look-ahead and hold cover the window of a reading and the line between two readings.
        self._follower = Follower(max(1, round(settings.attack * frames / 2)) + 1, round(settings.hold * frames), fall)
        self._last: float | None = None
        self._fed = self._given = 0

    def feed(self, original: Samples) -> NDArray[np.float32]:
        """Take a block ``float32 (channels, n)``, and return the gains ``float32 (m,)`` that are certain by now."""
        self._fed += original.shape[1]
        return self._curve(self._follower.feed(self._readings(original)))

    def finish(self) -> NDArray[np.float32]:
        """Return the gains of the rest of the stream."""
        rest = self._fed - self._given
        silence = np.zeros((len(self._buffer), _WINDOW), np.float32)
        curve = np.concatenate((self._follower.feed(self._readings(silence)), self._follower.finish()))
        return self._curve(np.append(curve, curve[-1:]))[:rest]

    def _readings(self, original: Samples) -> NDArray[np.float64]:
        """Return how far down each frame asks Foley to be, in decibels; frame k is centred on sample ``k * _HOP``."""
        self._buffer = np.concatenate((self._buffer, original), axis=1)
        frames = max(0, (self._buffer.shape[1] - _WINDOW) // _HOP + 1)
        if not frames:
            return np.zeros(0)
        used = self._buffer[:, : (frames - 1) * _HOP + _WINDOW]
        self._buffer = self._buffer[:, frames * _HOP :]
        if not used.any():
            return np.zeros(frames)
        window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
        low, high = (round(edge * _WINDOW / SAMPLE_RATE) for edge in _BAND)
        pieces = np.lib.stride_tricks.sliding_window_view(used, _WINDOW, axis=1)[:, ::_HOP]
        spectrum = np.fft.rfft(pieces * window)[..., low : high + 1]
        power = 2 * (spectrum.real**2 + spectrum.imag**2).sum(axis=(0, 2)) / (_WINDOW * float((window**2).sum()))
        level = 10 * np.log10(power + 1e-20)
        settings = self._settings
        part = np.clip((level - settings.threshold) / settings.knee + 1, 0, 1)
        return np.asarray(settings.depth * part * part * (3 - 2 * part), np.float64)

    def _curve(self, decibels: NDArray[np.float64]) -> NDArray[np.float32]:
        """Join the frames by straight lines, in decibels."""
        if not len(decibels):
            return np.zeros(0, np.float32)
        points = decibels if self._last is None else np.append(self._last, decibels)
        self._last = float(points[-1])
        if not points.any():
            gains = np.ones((len(points) - 1) * _HOP, np.float32)
        else:
            part = np.arange(_HOP) / _HOP
            lines = points[:-1, np.newaxis] * (1 - part) + points[1:, np.newaxis] * part
            gains = (10 ** (-lines.ravel() / 20)).astype(np.float32)
        self._given += len(gains)
        return gains
