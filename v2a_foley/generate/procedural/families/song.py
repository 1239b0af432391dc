"""Birdsong: whistled syllables of the syrinx (after Fletcher 1988), motifs and phrases. It knows no species."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Wave
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, line, seconds, swell


def whistle(
    duration: float,
    hertz: tuple[tuple[float, float], ...],
    rng: np.random.Generator,
    *,
    trill: tuple[float, float] = (0.0, 0.0),
    harmonics: tuple[float, ...] = (1.0, 0.08, 0.02),
    beat: float = 0.0,
) -> Wave:
    """Whistle one syllable.

    Args:
        duration: seconds.
        hertz: pitch over time, points (share of the duration, hertz).
        rng: source of chance.
        trill: rate in hertz and depth, as a share, of a frequency modulation.
        harmonics: levels of the partials.
        beat: depth of a fast amplitude modulation (two voices of the syrinx).
    """
    n = seconds(duration)
    time = clock(n)
    pitch = line(hertz, n) * (1 + 0.004 * np.interp(np.arange(n), np.linspace(0, n, 9), rng.standard_normal(9)))
    if trill[0]:
        pitch = pitch * (1 + trill[1] * np.sin(2 * np.pi * trill[0] * time + rng.random() * 6.28))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    wave = sum(a * np.sin((k + 1) * phase) for k, a in enumerate(harmonics))
    wave = wave * (1 + 0.12 * np.interp(np.arange(n), np.linspace(0, n, 7), rng.standard_normal(7)))
    if beat:
        wave = wave * (1 - beat * (0.5 + 0.5 * np.sin(2 * np.pi * between(rng, 90, 180) * time)))
    return np.asarray(wave * swell(n, min(0.012, duration * 0.25), min(0.03, duration * 0.4)))


def _motif(own: np.random.Generator, low: float, high: float) -> Callable[[np.random.Generator], Wave]:
    """Invent one syllable shape that a singer repeats: a sweep, an arch, a trill or a buzz."""
    centre = low * (high / low) ** own.random()
    length = between(own, 0.035, 0.16)
    shape = int(own.integers(5))
    start, middle, end = (centre * 2 ** (0.55 * own.standard_normal()) for _ in range(3))
    repeats = 1 if length > 0.1 else int(own.integers(1, 7))
    gap = between(own, 0.015, 0.06)

    def sing(rng: np.random.Generator) -> Wave:
        bend = around(rng, 1.0, 0.015)
        points = tuple((u, float(np.clip(f * bend, 1400, 9500))) for u, f in ((0.0, start), (0.5, middle), (1.0, end)))
        trill = (between(rng, 28, 55), 0.06) if shape == 3 else (0.0, 0.0)
        parts, at = [], 0.0
        for _ in range(repeats):
            syllable = whistle(length * around(rng, 1, 0.04), points, rng, trill=trill, beat=0.6 if shape == 4 else 0.0)
            parts.append((at, syllable * between(rng, 0.8, 1.0)))
            at += length + gap * around(rng, 1, 0.06)
        return lay(parts)

    return sing


def songbird(own: np.random.Generator, low: float = 2300, high: float = 6200) -> Callable[[np.random.Generator], Wave]:
    """Return a singer with a repertoire of its own; each call of it is a new phrase."""
    repertoire = [_motif(own, low, high) for _ in range(int(own.integers(4, 8)))]
    speed = between(own, 0.7, 1.4)

    def phrase(rng: np.random.Generator) -> Wave:
        parts, at = [], 0.0
        order = rng.permutation(len(repertoire))[: int(rng.integers(2, len(repertoire)))]
        for k in order:
            wave = repertoire[int(k)](rng)
            parts.append((at, wave * between(rng, 0.5, 1.0)))
            at += len(wave) / RATE + between(rng, 0.02, 0.13) / speed
        return lay(parts)

    return phrase
