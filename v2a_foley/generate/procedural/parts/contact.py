"""How solids meet: bounces that die away, slips of stick and slip, showers of small pieces, bursts of noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Wave
from v2a_foley.generate.procedural.parts.filters import band, once, rounded
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, seconds, unit


def puff(rng: np.random.Generator, low: float, high: float, t60: float, attack: float = 0.0005) -> Wave:
    """Make a burst of noise in a band (hertz) that loses 60 dB in ``t60`` seconds; peak of one, ``(n,)``."""
    n = seconds(t60 * 1.1)
    return unit(once(rng.standard_normal(n), band(rounded(low), rounded(high), 2)) * burst(n, attack, t60))


def rub(rng: np.random.Generator, low: float, high: float, shape: Wave, grain: float = 0.35) -> Wave:
    """Make noise in a band (hertz) under a shape, ``(n,)``, made uneven some 60 times a second; peak of one."""
    n = len(shape)
    knots = 1 + grain * rng.standard_normal(max(4, n // 800 + 2))
    uneven = np.clip(np.interp(np.linspace(0, len(knots) - 1, n), np.arange(len(knots)), knots), 0, None)
    return unit(once(rng.standard_normal(n), band(rounded(low), rounded(high), 2)) * shape * uneven)


def bounces(
    rng: np.random.Generator, first: float, restitution: float, most: int, *, spread: float = 0.05
) -> list[tuple[float, float]]:
    """Let something fall on: (seconds, strength) of each contact, the first at 0 with strength 1.

    Each flight is shorter than the last, and each blow slower, by the coefficient of restitution (Rath & Rocchesso).

    Args:
        rng: source of chance.
        first: seconds of the first flight.
        restitution: share of its speed that each blow leaves, 0 to 1.
        most: contacts at most.
        spread: how uneven the flights of a body that is no sphere are.
    """
    found, at, pause, speed = [(0.0, 1.0)], 0.0, first, 1.0
    while len(found) < most and pause > 0.004 and speed > 0.02:
        at += pause * around(rng, 1, spread)
        speed *= restitution * around(rng, 1, 0.5 * spread)
        pause *= restitution
        found.append((at, min(speed, 1.0)))
    return found


def slips(rate: Wave, rng: np.random.Generator, jitter: float = 0.15, shimmer: float = 0.4) -> Wave:
    """Draw a train of slips at a moving rate: one sample each, of unlike size, ``(n,)`` to ``(n,)``.

    Args:
        rate: slips a second, ``(n,)``.
        rng: source of chance.
        jitter: how uneven the pauses are.
        shimmer: how uneven the sizes are.
    """
    phase = np.cumsum(np.maximum(rate, 0.0)) / RATE
    count = int(phase[-1])
    out = np.zeros(len(rate))
    if count < 1:
        out[0] = 1.0
        return out
    steps = np.cumsum(np.exp(jitter * rng.standard_normal(count)) / np.exp(jitter**2 / 2))
    steps = steps[steps < phase[-1]] - 0.5 * float(steps[0])
    at = np.searchsorted(phase, steps)
    np.add.at(out, np.minimum(at, len(rate) - 1), np.exp(shimmer * rng.standard_normal(len(at))))
    return out


def through(train: Wave, response: Wave) -> Wave:
    """Send pulses through what they excite: convolution, ``(n,)`` with ``(m,)`` to ``(n + m - 1,)``."""
    from scipy import signal

    return np.asarray(signal.oaconvolve(train, response))


def shower(at: Wave, level: Wave, bank: Sequence[Wave], rng: np.random.Generator) -> Wave:
    """Lay grains of a bank, each drawn by chance, at seconds ``(k,)`` with levels ``(k,)``; returns ``(n,)``."""
    if len(at) == 0:
        return np.zeros(1)
    first = (np.asarray(at) * RATE).astype(int)
    which = rng.integers(0, len(bank), len(first))
    total = np.zeros(int(first.max()) + max(len(grain) for grain in bank))
    for start, amount, k in zip(first, level, which, strict=True):
        grain = bank[int(k)]
        total[start : start + len(grain)] += amount * grain
    return total
