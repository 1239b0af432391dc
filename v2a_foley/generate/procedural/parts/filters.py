"""Filters that remember their state between blocks, and their designs. scipy is imported at the first use."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from v2a_foley.audio.convolution import Convolution
from v2a_foley.generate.procedural.family import RATE, Wave

_TOP = RATE * 0.46


class Filter:
    """A cascade of second-order sections that runs on from block to block, ``(n,)`` or ``(channels, n)``."""

    def __init__(self, *designs: Wave) -> None:
        """Chain designs (each ``(sections, 6)``)."""
        self._sos = np.concatenate(designs)
        self._zi: Wave | None = None

    def __call__(self, wave: Wave) -> Wave:
        """Filter the next samples."""
        from scipy import signal

        if self._zi is None:
            self._zi = np.zeros((len(self._sos), *wave.shape[:-1], 2))
        out, self._zi = signal.sosfilt(self._sos, wave, axis=-1, zi=self._zi)
        return np.asarray(out)


def coloured(*designs: Wave, then: Wave | None = None) -> Filter:
    """Chain designs into a filter that gives white noise of unit variance a colour, and leaves it its variance.

    Args:
        designs: the colour.
        then: a design after it, whose losses stay.
    """
    from scipy import signal

    sos = np.concatenate(designs)
    click = np.zeros(16_384)
    click[0] = 1.0
    energy = float(np.sum(signal.sosfilt(sos, click) ** 2))
    sos[0, :3] /= np.sqrt(energy)
    return Filter(sos) if then is None else Filter(sos, then)


def once(wave: Wave, *designs: Wave) -> Wave:
    """Filter a whole sound through a chain of designs."""
    return Filter(*designs)(wave)


@lru_cache(maxsize=512)
def lowpass(hertz: float, order: int = 2) -> Wave:
    """Butterworth low-pass."""
    from scipy import signal

    return np.asarray(signal.butter(order, min(hertz, _TOP), fs=RATE, output="sos"))


@lru_cache(maxsize=512)
def highpass(hertz: float, order: int = 2) -> Wave:
    """Butterworth high-pass."""
    from scipy import signal

    return np.asarray(signal.butter(order, min(hertz, _TOP), btype="highpass", fs=RATE, output="sos"))


@lru_cache(maxsize=512)
def band(low: float, high: float, order: int = 1) -> Wave:
    """Butterworth band-pass between two frequencies; the slopes are ``order`` times 6 dB an octave."""
    from scipy import signal

    edges = (max(low, 8.0), min(high, _TOP))
    return np.asarray(signal.butter(order, edges, btype="bandpass", fs=RATE, output="sos"))


def rounded(hertz: float) -> float:
    """Round a frequency to steps of 4 %, so that designs that differ by less than one hears are made once."""
    return float(np.exp(0.04 * np.round(np.log(hertz) / 0.04)))


def resonance(hertz: float, q: float) -> Wave:
    """Two-pole resonance with unit gain at its peak and none at zero and the top (constant peak gain)."""
    angle = 2 * np.pi * min(hertz, _TOP) / RATE
    radius = np.exp(-angle / (2 * q))
    gain = (1 - radius**2) / 2
    return np.array([[gain, 0.0, -gain, 1.0, -2 * radius * np.cos(angle), radius**2]])


def peak(hertz: float, q: float, decibels: float) -> Wave:
    """Bell equaliser: a lift or a dip round one frequency."""
    amplitude, angle = 10 ** (decibels / 40), 2 * np.pi * min(hertz, _TOP) / RATE
    alpha, cosine = np.sin(angle) / (2 * q), np.cos(angle)
    a0 = 1 + alpha / amplitude
    zeros = [(1 + alpha * amplitude) / a0, -2 * cosine / a0, (1 - alpha * amplitude) / a0]
    return np.array([[*zeros, 1.0, -2 * cosine / a0, (1 - alpha / amplitude) / a0]])


@lru_cache(maxsize=64)
def slope(decibels: float, low: float = 50.0, high: float = 18_000.0) -> Wave:
    """Straight spectral slope in dB an octave (-3 pink, -6 brown), unit gain at 1 kHz: alternating poles and zeros."""
    from scipy import signal

    pairs = 8
    corners = np.geomspace(low, high, pairs)
    shift = (high / low) ** (-decibels / 6.02 / (pairs - 1))
    poles = np.exp(-2 * np.pi * corners / RATE)
    zeros = np.exp(-2 * np.pi * np.clip(corners * shift, 1.0, 120_000) / RATE)
    sos = np.asarray(signal.zpk2sos(zeros, poles, 1.0))
    _, at = signal.sosfreqz(sos, worN=[1000.0], fs=RATE)
    sos[0, :3] /= abs(at[0])
    return sos


def leak(seconds: float) -> Wave:
    """One-pole low-pass of unit gain at zero, whose response dies away with a time constant."""
    keep = float(np.exp(-1 / (seconds * RATE)))
    return np.array([[1 - keep, 0.0, 0.0, 1.0, -keep, 0.0]])


class Pole:
    """One-pole low-pass for control curves, with a time constant in seconds; starts at the first value it meets."""

    def __init__(self, seconds: float) -> None:
        """Keep the time constant."""
        self._keep = float(np.exp(-1 / (max(seconds, 1e-5) * RATE)))
        self._last: float | None = None

    def __call__(self, curve: Wave) -> Wave:
        """Smooth the next samples, ``(n,)``."""
        from scipy import signal

        start = float(curve[0]) if self._last is None else self._last
        out, _ = signal.lfilter([1 - self._keep], [1.0, -self._keep], curve, zi=[self._keep * start])
        self._last = float(out[-1])
        return np.asarray(out)


class Delay:
    """A fixed delay that runs on from block to block, ``(n,)``."""

    def __init__(self, seconds: float) -> None:
        """Keep an empty line."""
        self._line = np.zeros(max(1, int(seconds * RATE)))

    def __call__(self, wave: Wave) -> Wave:
        """Return the next samples, delayed."""
        both = np.concatenate([self._line, wave])
        self._line = both[len(wave) :]
        return both[: len(wave)]


Reverb = Convolution
"""What a small body or room around a sound does: convolution with its response."""


def decaying_noise(rng: np.random.Generator, seconds: float, *, direct: float = 0.0, start: float = 0.002) -> Wave:
    """A room-like response of exponentially decaying noise (60 dB over ``seconds``), unit energy besides the direct."""
    n = max(8, int(seconds * RATE))
    tail = rng.standard_normal(n) * np.exp(-6.9 * np.arange(n) / n)
    tail[: int(start * RATE)] = 0
    tail /= np.sqrt(np.sum(tail**2)) + 1e-12
    tail[0] = direct
    return tail
