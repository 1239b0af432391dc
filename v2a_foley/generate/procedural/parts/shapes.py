"""Curves in time: envelopes and lines through points. Nothing here remembers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Wave


def seconds(duration: float) -> int:
    """Return how many samples a duration in seconds takes, at least one."""
    return max(1, round(duration * RATE))


def clock(samples: int) -> Wave:
    """Return the time of each sample, in seconds."""
    return np.arange(samples) / RATE


def line(points: Sequence[tuple[float, float]], samples: int, *, smooth: bool = True) -> Wave:
    """Draw a curve through points (position 0 to 1, value); smooth ones ease in and out of each point."""
    at, values = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    where = np.linspace(0, 1, samples)
    if not smooth or len(points) < 3:
        return np.asarray(np.interp(where, at, values))
    from scipy.interpolate import PchipInterpolator

    return np.asarray(PchipInterpolator(at, values)(np.clip(where, at[0], at[-1])))


def decay(samples: int, t60: float) -> Wave:
    """Exponential decay that loses 60 dB in ``t60`` seconds."""
    return np.exp(-6.908 * clock(samples) / max(t60, 1e-4))


def swell(samples: int, attack: float, release: float) -> Wave:
    """Rise over ``attack`` seconds, hold, and fall over ``release`` seconds, both raised cosines."""
    rise, fall = min(samples, seconds(attack)), min(samples, seconds(release))
    curve = np.ones(samples)
    curve[:rise] *= 0.5 - 0.5 * np.cos(np.pi * (np.arange(rise) + 0.5) / rise)
    curve[samples - fall :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fall) + 0.5) / fall)
    return curve


def burst(samples: int, attack: float, t60: float) -> Wave:
    """Fast linear attack followed by an exponential decay."""
    rise = min(samples, seconds(attack))
    curve = decay(samples, t60)
    curve[:rise] *= (np.arange(rise) + 1) / rise
    return curve


def unit(wave: Wave) -> Wave:
    """Scale to a peak of one; silence stays silent."""
    top = float(np.max(np.abs(wave))) if wave.size else 0.0
    return wave / top if top > 1e-12 else wave


def even(wave: Wave) -> Wave:
    """Scale to a root mean square of one; silence stays silent."""
    level = float(np.sqrt(np.mean(wave**2))) if wave.size else 0.0
    return wave / level if level > 1e-12 else wave


def lay(parts: Sequence[tuple[float, Wave]]) -> Wave:
    """Add sounds together, each starting at its own second."""
    starts = [round(at * RATE) for at, _ in parts]
    total = np.zeros(max(start + len(wave) for start, (_, wave) in zip(starts, parts, strict=True)))
    for start, (_, wave) in zip(starts, parts, strict=True):
        total[start : start + len(wave)] += wave
    return total


def end_softly(wave: Wave, duration: float = 0.01) -> Wave:
    """Let the last moments of a sound fade to nothing."""
    n = min(len(wave), seconds(duration))
    wave = wave.copy()
    wave[len(wave) - n :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(n) + 1) / n)
    return wave
