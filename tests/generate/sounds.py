"""What the tests of sound makers share: making one sound whole, and measuring it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
from scipy import signal

from v2a_foley.generate import SoundRequest
from v2a_foley.generate.procedural import FAMILIES, Procedural
from v2a_foley.project import Event, Kind, Layer

RATE = 48_000


def event(family: str, how: Kind = Kind.CONTINUOUS, /, **params) -> Event:
    return Event("a_test", "a test", "TESTing", "TEST", "ING", how, Layer.FX, -23.0, family, params=params)


def make(what: Event, seconds: float = 3.0, **request) -> np.ndarray:
    """Make a whole sound, ``(channels, n)``."""
    sound = Procedural().make(SoundRequest(what, round(seconds * RATE), **request))
    return np.concatenate(list(sound.blocks), axis=1)


def variants() -> Iterator[tuple[str, dict[str, str]]]:
    """Every family in every kind, species, material or surface that it knows."""
    for family in FAMILIES.values():
        words = [
            (item.name, item.metadata["choices"])
            for item in dataclasses.fields(family.params)
            if "choices" in item.metadata
        ]
        if not words:
            yield family.name, {}
        for name, choices in words:
            for value in choices:
                yield family.name, {name: value}


def rms(wave: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.asarray(wave, float) ** 2)))


def centroid(wave: np.ndarray) -> float:
    """Mean frequency of the power spectrum, in hertz."""
    hertz, power = signal.welch(wave, RATE, nperseg=8192)
    return float(np.sum(hertz * power) / np.sum(power))


def share(wave: np.ndarray, low: float, high: float) -> float:
    """Share of the power between two frequencies."""
    hertz, power = signal.welch(wave, RATE, nperseg=8192)
    inside = (hertz >= low) & (hertz < high)
    return float(np.sum(power[inside]) / np.sum(power))


def flatness(wave: np.ndarray, low: float, high: float) -> float:
    """Geometric over arithmetic mean of the power spectrum in a band: 1 for noise, near 0 for tones."""
    hertz, power = signal.welch(wave, RATE, nperseg=8192)
    part = power[(hertz >= low) & (hertz < high)]
    return float(np.exp(np.mean(np.log(part + 1e-20))) / np.mean(part))


def envelope(wave: np.ndarray, frames: int = 200) -> np.ndarray:
    """Root mean square ``frames`` times a second."""
    hop = RATE // frames
    n = len(wave) // hop
    return np.sqrt(np.mean(np.asarray(wave[: n * hop], float).reshape(n, hop) ** 2, axis=1))


def pitch(wave: np.ndarray, low: float, high: float) -> float:
    """Fundamental frequency, in hertz: the highest peak of the autocorrelation of the whitened sound.

    The spectrum is compressed, so that formants do not pass for pitches (Tolonen & Karjalainen 2000).
    """
    wave = (np.asarray(wave, float) - np.mean(wave)) * np.hanning(len(wave))
    spectrum = np.abs(np.fft.rfft(wave, 2 * len(wave)))
    spectrum[np.fft.rfftfreq(2 * len(wave), 1 / RATE) > 5000] = 0
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(len(wave)), 2 * len(wave))) ** 2)[: len(wave)]
    correlation = np.fft.irfft(spectrum**0.6)[: len(wave)] / np.sqrt(np.maximum(window / window[0], 0.02))
    first, last = int(RATE / high), min(int(RATE / low), len(wave) - 1)
    return RATE / (first + int(np.argmax(correlation[first : last + 1])))


def modulation(wave: np.ndarray, low: float, high: float) -> float:
    """Strongest rate of the envelope between two rates, in hertz."""
    frames = 1000
    curve = envelope(wave, frames)
    spectrum = np.abs(np.fft.rfft((curve - curve.mean()) * np.hanning(len(curve)), 8 * len(curve)))
    rates = np.fft.rfftfreq(8 * len(curve), 1 / frames)
    inside = (rates >= low) & (rates <= high)
    return float(rates[inside][np.argmax(spectrum[inside])])


def ringing(wave: np.ndarray, drop: float = 30.0) -> float:
    """Seconds until the envelope has fallen by so many decibels from its peak, for good."""
    level = 20 * np.log10(envelope(wave, 500) + 1e-9)
    top = int(np.argmax(level))
    above = np.nonzero(level > level[top] - drop)[0]
    return float((above[-1] - top) / 500)


def alike(one: np.ndarray, other: np.ndarray, lag: float = 0.0) -> float:
    """Largest normalised cross-correlation within so many seconds of lag."""
    a, b = np.asarray(one, float), np.asarray(other, float)
    n = len(a) + len(b)
    both = np.fft.irfft(np.fft.rfft(a, n) * np.conj(np.fft.rfft(b, n)), n) / np.sqrt(np.sum(a**2) * np.sum(b**2))
    reach = int(lag * RATE)
    return float(np.max(np.abs(np.concatenate([both[: reach + 1], both[len(both) - reach :]]))))


def first_variants() -> Iterator[tuple[str, dict[str, str]]]:
    """Every family once, in its second kind where it has several."""
    seen: dict[str, list[dict[str, str]]] = {}
    for family, params in variants():
        seen.setdefault(family, []).append(params)
    for family, several in seen.items():
        yield family, several[min(1, len(several) - 1)]
