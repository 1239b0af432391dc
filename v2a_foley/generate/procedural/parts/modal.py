"""Banks of ringing modes, the sound of everything that is struck, and the damping of materials.

A mode is a damped sinusoid. Time is cut into rows, so that all modes of a sound are one matrix product:
``exp(s (iB + j)) = exp(s i B) exp(s j)``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Wave

_ROW = 512


def ring(hertz: Wave, t60: Wave, gains: Wave, *, floor: float = 1e-4, longest: float = 12.0) -> Wave:
    """Sum damped sines that start together at phase zero.

    Args:
        hertz: frequencies, ``(m,)``; those above 20 kHz are left out.
        t60: seconds in which each loses 60 dB, ``(m,)``.
        gains: starting amplitudes, ``(m,)``, of either sign.
        floor: the sound ends where its loudest mode is this far down.
        longest: seconds at most.

    Returns:
        The sound, ``(n,)``.
    """
    hertz, t60, gains = (np.atleast_1d(np.asarray(part, float)) for part in (hertz, t60, gains))
    keep = (hertz < 20_000) & (hertz > 15)
    hertz, t60, gains = hertz[keep], np.maximum(t60[keep], 2e-3), gains[keep]
    top = np.max(np.abs(gains)) + 1e-12
    reach = t60 / 6.908 * np.log(np.maximum(np.abs(gains) / (top * floor), 1.0))
    samples = int(np.clip(np.max(reach, initial=0.005), 0.005, longest) * RATE)
    rows = -(-samples // _ROW)
    s = (-6.908 / t60 + 2j * np.pi * hertz) / RATE
    inner = np.exp(s[:, None] * np.arange(_ROW)[None, :])
    out = np.zeros((rows, _ROW), dtype=np.float32)
    start, stop = 0, min(rows, 4)
    while start < rows:  # in spans that double, each with the modes that still ring
        on = reach * RATE > start * _ROW
        first = np.exp(s[None, on] * (_ROW * np.arange(start, stop))[:, None]) * gains[on]
        left = np.concatenate([first.imag, first.real], axis=1).astype(np.float32)
        right = np.concatenate([inner[on].real, inner[on].imag]).astype(np.float32)
        out[start:stop] = left @ right
        start, stop = stop, min(rows, 2 * stop)
    return np.asarray(out.reshape(-1)[:samples], dtype=np.float64)


def harmonics(phase: Wave, levels: Sequence[float], shape: Wave | None = None) -> Wave:
    """Sum sines of whole multiples of a moving phase, ``(n,)``, by Chebyshev's recurrence.

    Args:
        phase: of the fundamental, in radians.
        levels: of the fundamental and each multiple after it.
        shape: a factor by which each multiple is weaker than the one before it, ``(n,)``; none where left out.
    """
    twice, last, now = 2 * np.cos(phase), np.zeros(len(phase)), np.sin(phase)
    total, fade = levels[0] * now, np.ones(1)
    for level in levels[1:]:
        last, now = now, twice * now - last
        if shape is not None:
            fade = fade * shape
        total = total + level * fade * now
    return np.asarray(total)


def ring_many(hertz: Wave, t60: Wave, gains: Wave, samples: int) -> Wave:
    """Make a bank of one-mode grains, ``(m, samples)``."""
    time = np.arange(samples) / RATE
    return np.asarray(gains[:, None] * np.exp(-6.908 * time / t60[:, None]) * np.sin(2 * np.pi * hertz[:, None] * time))


def damping(hertz: Wave, loss: float, air: float) -> Wave:
    """T60 of modes in a material: internal friction costs in proportion to frequency, mounting and air a constant.

    Args:
        hertz: frequencies, ``(m,)``.
        loss: loss factor (tangent of the loss angle): 0.0005 for metals to 0.1 for cardboard.
        air: constant loss, 1/s.
    """
    return np.asarray(6.908 / (np.pi * loss * hertz + air))


def contact(hertz: Wave, milliseconds: float) -> Wave:
    """How strongly a half-sine contact of some duration excites each frequency (0 to 1)."""
    x = 2 * hertz * milliseconds / 1000
    denominator = np.where(np.abs(1 - x**2) < 1e-3, 1e-3, 1 - x**2)
    exact = np.abs(np.cos(np.pi * x / 2) / denominator)
    return np.maximum(np.minimum(exact, 1.0), 0.25 / (1 + x**2))


BAR = np.array([1.0, 2.756, 5.404, 8.933, 13.344, 18.637])
"""Mode ratios of a free bar (Euler–Bernoulli)."""

MEMBRANE = np.array([1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 3.600, 3.652, 4.060, 4.154])
"""Mode ratios of an ideal circular membrane."""


def plate(rng: np.random.Generator, lowest: float, count: int, density: float = 1.0) -> Wave:
    """Mode frequencies of an irregular plate: evenly dense in hertz, spaced like a random symmetric matrix's levels."""
    gaps = np.sqrt(-np.log(1 - rng.random(count))) * 1.13
    return np.asarray(lowest * (1 + np.cumsum(gaps) * density - gaps[0] * density))
