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
    return eased(at, values, where)


def eased(at: Wave, values: Wave, where: Wave) -> Wave:
    """Read a smooth curve through points that never overshoots them (Fritsch & Butland 1984).

    Args:
        at: positions of the points, ascending, ``(k,)``.
        values: their values, ``(k,)`` or ``(k, m)``.
        where: ascending positions to read at, ``(n,)``; beyond the ends the curve keeps its last value.

    Returns:
        The curve, ``(n,)`` or ``(n, m)``.
    """
    values, widths = np.asarray(values, float), np.diff(at)
    rises = np.diff(values, axis=0) / (widths if values.ndim == 1 else widths[:, None])
    slopes = _slopes(widths if values.ndim == 1 else widths[:, None], rises)
    out = np.empty((len(where), *values.shape[1:]))
    edges = np.searchsorted(where, at)
    edges[-1] = len(where)
    out[: edges[0]] = values[0]
    for k, (width, rise) in enumerate(zip(widths, rises, strict=True)):
        t = np.minimum(where[edges[k] : edges[k + 1]] - at[k], width)
        if values.ndim == 2:
            t = t[:, None]
        square = (3 * rise - 2 * slopes[k] - slopes[k + 1]) / width
        cube = (slopes[k] + slopes[k + 1] - 2 * rise) / width**2
        curve = ((cube * t + square) * t + slopes[k]) * t + values[k]
        ends = values[k], values[k + 1]
        out[edges[k] : edges[k + 1]] = np.clip(curve, np.minimum(*ends), np.maximum(*ends))  # rounding may pass them
    return out


def _slopes(widths: Wave, rises: Wave) -> Wave:
    """Return the slopes at the points: weighted harmonic means of the rises beside them, none at a turn."""
    if len(rises) == 1:
        return np.concatenate([rises, rises])
    left, right, near, far = rises[:-1], rises[1:], 2 * widths[1:] + widths[:-1], widths[1:] + 2 * widths[:-1]
    same = left * right > 0
    mean = near / np.where(same, left, 1.0) + far / np.where(same, right, 1.0)
    inner = np.where(same, (near + far) / np.where(same, mean, 1.0), 0.0)

    def end(width: Wave, after: Wave, rise: Wave, beside: Wave) -> Wave:
        slope = ((2 * width + after) * rise - width * beside) / (width + after)
        slope = np.where(np.sign(slope) == np.sign(rise), slope, 0.0)
        steep = (np.sign(rise) != np.sign(beside)) & (np.abs(slope) > 3 * np.abs(rise))
        return np.asarray(np.where(steep, 3 * rise, slope))

    first = end(widths[0], widths[1], rises[0], rises[1])
    last = end(widths[-1], widths[-2], rises[-1], rises[-2])
    return np.concatenate([first[None], inner, last[None]])


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
