"""A voice made of formants, so that tests of speech need no recording and no program: silero-vad takes it for one."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.signal import lfilter, resample_poly

_RATE = 16_000
_VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (530, 1840, 2480),
    (570, 840, 2410),
    (300, 870, 2240),
    (660, 1720, 2410),
)
_WIDTHS = (60, 90, 140)


@cache
def voice(seconds: float, seed: int = 0) -> np.ndarray:
    """Somebody speaks in phrases: ``float32 (n,)`` at 16 kHz, peaks about 0.25."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(seconds * _RATE))
    at = 0.05
    while at < seconds - 0.4:
        for _ in range(rng.integers(4, 9)):
            word = _syllable(rng)
            if rng.random() < 0.5:
                word = np.concatenate((_consonant(rng), word))
            start = round(at * _RATE)
            part = out[start : start + len(word)]
            part += word[: len(part)]
            at += len(word) / _RATE
        at += rng.uniform(0.25, 0.5)
    return (out * 0.25).astype(np.float32)


def voice_at_48k(seconds: float, seed: int = 0) -> np.ndarray:
    """The same at 48 kHz."""
    return resample_poly(voice(seconds, seed), 3, 1).astype(np.float32)


def _syllable(rng: np.random.Generator) -> np.ndarray:
    """A glottal pulse train whose pitch falls, through three resonances that move from one vowel to another."""
    count = round(rng.uniform(0.12, 0.26) * _RATE)
    pitch = np.linspace(rng.uniform(110, 150), rng.uniform(90, 130), count)
    source = lfilter([1, -1], [1, -0.95], np.diff(np.floor(np.cumsum(pitch) / _RATE), prepend=0))
    sound = source + 0.02 * rng.standard_normal(count)
    one, other = (_VOWELS[rng.integers(len(_VOWELS))] for _ in range(2))
    for first, last, width in zip(one, other, _WIDTHS, strict=True):
        sound = _resonance(sound, np.linspace(first, last, count), width)
    time = np.arange(count) / _RATE
    sound *= np.clip(np.minimum(time / 0.02, (count / _RATE - time) / 0.04), 0, 1)
    return sound / max(np.abs(sound).max(), 1e-9)


def _consonant(rng: np.random.Generator) -> np.ndarray:
    count = round(0.06 * _RATE)
    return lfilter([1, -0.9], [1], rng.standard_normal(count)) * np.hanning(count) * 0.15


def _resonance(sound: np.ndarray, frequencies: np.ndarray, width: float) -> np.ndarray:
    radius = np.exp(-np.pi * width / _RATE)
    turns = 2 * radius * np.cos(2 * np.pi * frequencies / _RATE)
    out, one, two = np.empty(len(sound)), 0.0, 0.0
    for number, (value, turn) in enumerate(zip(sound, turns, strict=True)):
        one, two = (1 - turn + radius * radius) * value + turn * one - radius * radius * two, one
        out[number] = one
    return out
