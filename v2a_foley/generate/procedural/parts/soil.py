"""Loose ground: grains that collide under a weight (PhISEM, Cook 1997). Who treads on it lives elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Wave
from v2a_foley.generate.procedural.parts.filters import band, lowpass, once, rounded
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit


@dataclass(frozen=True)
class Loose:
    """Loose ground: many small grains that collide under the foot.

    Attributes:
        rate: collisions in the heel's phase.
        band: pitch of the grains in hertz.
        t60: their decay in seconds.
        hiss: noise below the grains, its level and band.
        length: seconds that a foot works in it.
        thump: level of the dull blow beneath.
    """

    rate: int
    band: tuple[float, float]
    t60: tuple[float, float]
    hiss: tuple[float, float, float]
    length: float
    thump: float


LOOSE: dict[str, Loose] = {
    "gravel": Loose(85, (1100, 5200), (0.002, 0.012), (0.25, 900, 7000), 0.24, 0.5),
    "grass": Loose(50, (1800, 7500), (0.001, 0.004), (0.9, 900, 6500), 0.22, 0.35),
    "snow": Loose(150, (450, 2600), (0.002, 0.008), (0.5, 350, 3800), 0.34, 0.45),
    "sand": Loose(60, (900, 5000), (0.0008, 0.003), (1.0, 350, 4800), 0.26, 0.4),
    "leaves": Loose(70, (1800, 9000), (0.001, 0.006), (0.7, 1500, 9500), 0.3, 0.3),
    "mud": Loose(24, (250, 1300), (0.004, 0.02), (0.6, 150, 1600), 0.26, 0.7),
}


def crunch(loose: Loose, grains: list[Wave], roll: float, heel: float, rng: np.random.Generator) -> Wave:
    """Tread once on loose ground: heel, then after ``roll`` seconds the ball; ``heel`` is the force, 0 to 1."""
    length = loose.length * around(rng, 1.0, 0.15)
    count = rng.poisson(loose.rate * (0.4 + 0.8 * heel)) + 4
    first = rng.random(count) < 0.5
    early, late = 0.05 * rng.random(count) ** 1.6, roll * 0.9 + (length - roll) * rng.random(count) ** 1.3
    at = np.where(first, early, late)
    at[0] = 0.0
    level = rng.random(count) ** 2 * np.where(first, 1.0, 0.75)
    level[0] = 1.0
    parts = [
        (float(t), a * grains[int(g)]) for t, a, g in zip(at, level, rng.integers(0, len(grains), count), strict=True)
    ]
    n = seconds(length)
    amount, low, high = loose.hiss
    shape = line(((0, 1), (0.1, 0.7), (0.35, 0.35), (0.55, 0.6), (0.75, 0.35), (1, 0)), n)
    knots = n // 120 + 2
    flutter = np.interp(np.arange(n), 120 * np.arange(knots), np.abs(rng.standard_normal(knots)))
    parts.append((0.0, amount * 0.5 * unit(once(rng.standard_normal(n), band(low, high)) * shape * (0.3 + flutter))))
    top = max(loose.band[1], high)
    return once(lay(parts), lowpass(rounded(1.1 * top)))
