"""What a sound is like, in figures: colour, noisiness, pulse, strikes, decay, pitch. What they should be is not here.

The sound is one channel at 48 kHz. Where a figure means nothing (the pitch of noise) it is still a number; who asks for
it knows what it is asked of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.onsets import FLOOR, HOPS, attacks
from v2a_foley.errors import UsageError
from v2a_foley.timebase import SAMPLE_RATE

Wave = NDArray[np.floating]
"""``float (n,)``, one channel."""

_LOW, _HIGH = 40.0, 18_000.0
"""The band, in hertz, in which colour is measured."""
_FRAMES = 1000
"""Readings of the envelope a second."""
_ACTIVE = 0.1
"""Share of the loudest reading (-20 dB) from which a moment counts as sounding."""


def centroid(wave: Wave) -> float:
    """Return the mean frequency of the power spectrum, in hertz (Peeters 2004, weighted by power)."""
    hertz, power = _spectrum(wave)
    return float(np.sum(hertz * power) / np.sum(power))


def rolloff(wave: Wave) -> float:
    """Return the frequency, in hertz, below which 85 % of the power lies (Tzanetakis & Cook 2002)."""
    hertz, power = _spectrum(wave)
    return float(hertz[int(np.searchsorted(np.cumsum(power), 0.85 * np.sum(power)))])


def flatness(wave: Wave) -> float:
    """Return geometric over arithmetic mean of the power in third octaves, 0 (one tone) to 1 (power in all alike).

    After the spectral flatness of MPEG-7, on a logarithmic axis, so that it does not depend on the sound's length.
    """
    hertz, power = _spectrum(wave)
    edges = np.geomspace(_LOW, _HIGH, 28)
    bands = np.array([power[(hertz >= a) & (hertz < b)].mean() for a, b in pairwise(edges)])
    bands = np.maximum(bands, 1e-9 * bands.max())
    return float(np.exp(np.mean(np.log(bands))) / np.mean(bands))


def tonality(wave: Wave) -> float:
    """Return how far partials stand above the spectrum around them, in decibels: 3–10 for noise, 20–60 for tones."""
    from scipy import ndimage, signal

    part = _sounding(wave)
    hertz, power = signal.welch(part, SAMPLE_RATE, nperseg=min(16_384, len(part)))
    inside = (hertz >= _LOW) & (hertz <= _HIGH)
    level = 10 * np.log10(np.maximum(power[inside], 1e-12 * power[inside].max()))
    above = level - ndimage.median_filter(level, size=101)
    loud = level >= level.max() - 40
    return float(np.sort(above[loud])[-3:].mean())


def modulation_rate(wave: Wave) -> float:
    """Return the strongest rate of the envelope between 0.5 and 200 a second, in hertz."""
    curve = envelope(wave)
    spectrum = np.abs(np.fft.rfft((curve - curve.mean()) * np.hanning(len(curve)), 4 * len(curve)))
    rates = np.fft.rfftfreq(4 * len(curve), 1 / _FRAMES)
    inside = (rates >= max(0.5, 1.5 * _FRAMES / len(curve))) & (rates <= 200)
    return float(rates[inside][np.argmax(spectrum[inside])])


def modulation_depth(wave: Wave) -> float:
    """Return how unsteady the level is up to 20 a second: the envelope's deviation over its mean, 0 for steady."""
    curve = envelope(wave)
    smooth = np.convolve(curve, np.ones(25) / 25, mode="valid")[::10]
    return float(smooth.std() / max(float(smooth.mean()), 1e-12))


def onset_rate(wave: Wave) -> float:
    """Return how many attacks there are a second, at least 0.2 s apart each."""
    hop = SAMPLE_RATE // HOPS
    count = max(1, len(wave) // hop)
    power = np.mean(np.pad(np.asarray(wave, float), (0, hop))[: count * hop].reshape(count, hop) ** 2, axis=1)
    found, _ = attacks(np.maximum(10 * np.log10(power + 1e-15), FLOOR))
    return len(found) / (len(wave) / SAMPLE_RATE)


def decay(wave: Wave) -> float:
    """Return the seconds from the loudest moment until the level has fallen by 20 dB for good."""
    curve = np.convolve(envelope(wave), np.ones(5) / 5, mode="same")
    top = int(np.argmax(curve))
    above = np.flatnonzero(curve > _ACTIVE * curve[top])
    return float((above[-1] - top) / _FRAMES)


def length(wave: Wave) -> float:
    """Return the seconds from the first to the last moment within 20 dB of the loudest."""
    curve = envelope(wave)
    above = np.flatnonzero(curve > _ACTIVE * curve.max())
    return float((above[-1] - above[0] + 1) / _FRAMES)


def pitch(wave: Wave) -> float:
    """Return the fundamental, in hertz from 30 to 6000, of the loudest stretch of 0.2 s (compressed autocorrelation).

    After Tolonen & Karjalainen (2000): the spectrum is compressed, so that formants do not pass for pitches.
    """
    size = min(len(wave), SAMPLE_RATE // 5)
    curve = np.convolve(envelope(wave), np.ones(max(1, size * _FRAMES // SAMPLE_RATE)), mode="valid")
    first = int(np.argmax(curve)) * SAMPLE_RATE // _FRAMES
    part = np.asarray(wave[first : first + size], float)
    window = np.hanning(len(part))
    spectrum = np.abs(np.fft.rfft((part - part.mean()) * window, 2 * len(part)))
    spectrum[np.fft.rfftfreq(2 * len(part), 1 / SAMPLE_RATE) > 8000] = 0
    shape = np.fft.irfft(np.abs(np.fft.rfft(window, 2 * len(part))) ** 2)[: len(part)]
    correlation = np.fft.irfft(spectrum**0.6)[: len(part)] / np.maximum(shape / shape[0], 0.05)
    high = min(SAMPLE_RATE // 30, len(part) - 1)
    below = np.flatnonzero(correlation[: high + 1] < 0)  # what lies before is the peak at no lag at all
    low = max(SAMPLE_RATE // 6000, int(below[0]) if len(below) else 0)
    found = correlation[low : high + 1]
    first = int(np.argmax(found >= 0.9 * found.max()))  # not a multiple of the period
    while first + 1 < len(found) and found[first + 1] > found[first]:
        first += 1
    return float(SAMPLE_RATE / (low + first))


DESCRIPTORS: Mapping[str, Callable[[Wave], float]] = MappingProxyType(
    {
        "centroid": centroid,
        "rolloff": rolloff,
        "flatness": flatness,
        "tonality": tonality,
        "modulation_rate": modulation_rate,
        "modulation_depth": modulation_depth,
        "onset_rate": onset_rate,
        "decay": decay,
        "length": length,
        "pitch": pitch,
    }
)
"""Every descriptor by its name."""


def described(wave: Wave, names: tuple[str, ...] = tuple(DESCRIPTORS)) -> dict[str, float]:
    """Return some descriptors of a sound by name.

    Raises:
        UsageError: the sound is silent or shorter than 20 ms, or a descriptor is not known.
    """
    unknown = set(names) - set(DESCRIPTORS)
    if unknown:
        raise UsageError(f"There is no descriptor {min(unknown)!r}.", hint=f"There are {', '.join(DESCRIPTORS)}.")
    if len(wave) < SAMPLE_RATE // 50 or not np.any(wave):
        raise UsageError("A sound that is silent or shorter than 20 ms cannot be described.")
    return {name: DESCRIPTORS[name](wave) for name in names}


def envelope(wave: Wave) -> NDArray[np.float64]:
    """Return the level as root mean square, ``float64 (m,)``, 1000 readings a second."""
    hop = SAMPLE_RATE // _FRAMES
    count = len(wave) // hop
    power: NDArray[np.float64] = np.mean(np.asarray(wave[: count * hop], float).reshape(count, hop) ** 2, axis=1)
    return np.sqrt(power)


def _sounding(wave: Wave) -> Wave:
    """Return the part from the first to the last moment within 40 dB of the loudest."""
    curve = envelope(wave)
    above = np.flatnonzero(curve > 0.01 * curve.max())
    hop = SAMPLE_RATE // _FRAMES
    return wave[above[0] * hop : max((above[-1] + 1) * hop, above[0] * hop + 256)]


def _spectrum(wave: Wave) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return frequencies and the power at each, from 40 Hz to 18 kHz, of the part that sounds."""
    from scipy import signal

    part = _sounding(wave)
    hertz, power = signal.welch(part, SAMPLE_RATE, nperseg=min(4096, len(part)), nfft=4096)
    inside = (hertz >= _LOW) & (hertz <= _HIGH)
    return hertz[inside], power[inside]
