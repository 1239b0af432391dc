"""Shocks in air: blast waves, sonic booms of small things, what the air and the surroundings make of them."""

from __future__ import annotations

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Wave
from v2a_foley.generate.procedural.parts.filters import lowpass, once
from v2a_foley.generate.procedural.parts.noise import between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, seconds

SOUND = 343.0
"""Speed of sound in air at 20 °C, in metres a second."""


def friedlander(milliseconds: float, rng: np.random.Generator) -> Wave:
    """Draw a blast: an instant rise, a fall through zero after so many milliseconds, a longer suction."""
    n = seconds(milliseconds * 0.006)
    time = clock(n) / (milliseconds / 1000)
    wave = (1 - time) * np.exp(-1.1 * time)
    return np.asarray(wave * (1 + 0.03 * rng.standard_normal(n)))


def n_wave(milliseconds: float) -> Wave:
    """Draw the sonic boom of a small body: up at once, straight down through zero, back at once."""
    return np.linspace(1.0, -1.0, max(4, seconds(milliseconds / 1000)))


def echoes(dry: Wave, count: int, late: float, loss: float, rng: np.random.Generator, dull: float) -> Wave:
    """Add echoes that come within ``late`` seconds, weaker and duller (below ``dull`` hertz) the later."""
    dark = once(dry, lowpass(dull, 1))
    parts = [(0.0, dry)]
    for _ in range(count):
        at = late * rng.random() ** 1.3 + 0.02
        parts.append((at, rng.choice([-1.0, 1.0]) * loss * np.exp(-2.5 * at / late) * between(rng, 0.4, 1.0) * dark))
    return lay(parts)


def place_tail(wave: Wave, seconds_: float, level: float, low: float, rng: np.random.Generator) -> Wave:
    """Let a place ring on: dense decaying noise below a corner in hertz, excited by the blast."""
    from scipy import signal

    n = seconds(seconds_)
    tail = rng.standard_normal(n) * np.exp(-6.9 * np.arange(n) / n)
    tail = once(tail, lowpass(low, 1))
    tail *= level / (np.sqrt(np.sum(tail**2)) + 1e-12)
    late = signal.oaconvolve(wave, tail)
    return lay([(0.0, wave), (0.004 + 0.5 / RATE, np.asarray(late))])
