"""Overlap-add of many small sounds onto a running texture; those that reach beyond a block sound on in the next."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Wave


class Scatter:
    """Places grains in the running block; those that reach beyond it are kept for the next ones."""

    def __init__(self, channels: int) -> None:
        """Start with nothing that waits."""
        self._channels = channels
        self._waiting: list[tuple[int, Wave, float]] = []

    def __call__(self, samples: int, grains: Iterable[tuple[int, Wave, float]]) -> Wave:
        """Add grains and return the next samples, ``(channels, n)``.

        Args:
            samples: length of the block.
            grains: (position in the block, grain ``(m,)``, pan from -1 left to 1 right).
        """
        field, waiting = np.zeros((self._channels, samples)), []
        for at, wave, side in [*self._waiting, *grains]:
            if at + len(wave) > samples:
                waiting.append((at - samples, wave, side))
            if at >= samples:
                continue
            start, now = max(at, 0), wave[max(-at, 0) : samples - at]
            if self._channels == 1:
                field[0, start : start + len(now)] += now
            else:
                left, right = pan(side)
                field[0, start : start + len(now)] += left * now
                field[1, start : start + len(now)] += right * now
        self._waiting = waiting
        return field


def pan(side: float) -> tuple[float, float]:
    """Constant-power gains for left and right; the centre has one each."""
    angle = (min(max(side, -1.0), 1.0) + 1) * math.pi / 4
    return math.cos(angle) * math.sqrt(2), math.sin(angle) * math.sqrt(2)


def bubbles(rng: np.random.Generator, count: int, low: float, high: float, *, rise: float = 0.15) -> list[Wave]:
    """Make a bank of bubbles after Minnaert and van den Doel: damped sines whose pitch rises towards the surface.

    Args:
        rng: source of chance.
        count: how many.
        low: lowest pitch in hertz, of the largest bubble.
        high: highest.
        rise: how much the pitch may rise over a bubble's life, as a share of it.

    Returns:
        Grains of one to a hundred milliseconds; small bubbles are quieter (volume flux goes with the radius).
    """
    bank = []
    for _ in range(count):
        hertz = low * (high / low) ** rng.random()
        radius = 3.0 / hertz
        loss = 0.13 / radius + 0.0072 * radius**-1.5
        samples = int(np.clip(5.5 / loss, 0.002, 0.12) * RATE)
        time = np.arange(samples) / RATE
        up = rise * rng.random() ** 2 * loss * 0.3
        phase = 2 * np.pi * hertz * (time + up * time**2 / 2)
        strength = radius**0.45 * rng.random() ** 1.5 + 1e-3
        attack = np.minimum(time * hertz * 1.2, 1.0)
        grain = strength * attack * np.exp(-loss * time) * np.sin(phase)
        grain[-24:] *= np.linspace(1, 0, min(24, samples))
        bank.append(grain)
    top = max(float(np.max(np.abs(grain))) for grain in bank)
    return [grain / top for grain in bank]


def ticks(rng: np.random.Generator, count: int, low: float, high: float, t60: tuple[float, float]) -> list[Wave]:
    """Make a bank of short bright clicks: windowed noise rung by one random resonance between two frequencies."""
    bank = []
    for _ in range(count):
        hertz = low * (high / low) ** rng.random()
        life = t60[0] * (t60[1] / t60[0]) ** rng.random()
        samples = max(16, int(life * RATE))
        time = np.arange(samples) / RATE
        tone = np.sin(2 * np.pi * hertz * time + rng.random() * 6.28) + 0.7 * rng.standard_normal(samples)
        grain = tone * np.exp(-6.908 * time / life) * (0.3 + 0.7 * rng.random())
        bank.append(grain / (np.max(np.abs(grain)) + 1e-9))
    return bank
