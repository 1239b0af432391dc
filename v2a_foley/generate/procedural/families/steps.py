"""Who walks: people's shoes and animals' hooves on hard, loose and wet ground, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import band, once, slope
from v2a_foley.generate.procedural.parts.grains import bubbles, ticks
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit


@dataclass(frozen=True)
class Footsteps:
    """Someone walks: on what, how heavy, how many steps a second."""

    surface: str = choice(
        "concrete", "wood", "gravel", "grass", "snow", "sand", "metal", "carpet", "water", "leaves", "mud"
    )
    weight: float = span(0.5)
    pace: float = span(1.8, 0.5, 5.0, unit="steps/s")


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


_LOOSE: dict[str, Loose] = {
    "gravel": Loose(85, (1100, 5200), (0.002, 0.012), (0.25, 900, 7000), 0.24, 0.5),
    "grass": Loose(50, (1800, 7500), (0.001, 0.004), (0.9, 900, 6500), 0.22, 0.35),
    "snow": Loose(150, (450, 2600), (0.002, 0.008), (0.5, 350, 3800), 0.34, 0.45),
    "sand": Loose(60, (900, 5000), (0.0008, 0.003), (1.0, 350, 4800), 0.26, 0.4),
    "leaves": Loose(70, (1800, 9000), (0.001, 0.006), (0.7, 1500, 9500), 0.3, 0.3),
    "mud": Loose(24, (250, 1300), (0.004, 0.02), (0.6, 150, 1600), 0.26, 0.7),
}


def build_footsteps(params: Footsteps, studio: Studio) -> Instrument:
    """Build a walker: heel, ball of the foot, and what the ground makes of them."""
    own = studio.rng("shoe")
    shoe = body_of("body", 0.25 + 0.4 * params.weight, own)
    hard = {"concrete": "stone", "wood": "wood", "metal": "metal"}.get(params.surface)
    floor = None
    if hard is not None:
        size = {"stone": 0.75, "wood": 0.85, "metal": 0.8}[hard]
        floor = body_of(hard, size, own)
    sole = ticks(own, 24, 1800, 6000, (0.002, 0.008))
    loose = _LOOSE.get(params.surface)
    grains = ticks(own, 96, *loose.band, loose.t60) if loose else []
    drops = bubbles(own, 64, 350, 3500) if params.surface == "water" else []
    roll = float(np.clip(0.21 / params.pace, 0.05, 0.14))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        heel = strength * (0.7 + 0.3 * params.weight)
        second = around(rng, roll, 0.12)
        parts = [(0.0, 0.55 * unit(blow(shoe, 0.5, heel, rng)))]
        parts.append((second, 0.3 * unit(blow(shoe, 0.3, 0.6 * heel, rng))))
        if floor is not None:
            damp = {"metal": 0.3, "concrete": 0.35}.get(params.surface, 0.7)
            parts = [(at, wave * 0.9) for at, wave in parts]
            parts.append((0.0, unit(blow(floor, 0.35, heel, rng, damp=damp))))
            parts.append((second, around(rng, 0.38, 0.25) * unit(blow(floor, 0.25, 0.6 * heel, rng, damp=damp))))
            parts.append((0.0, (0.35 if hard == "stone" else 0.15) * sole[int(rng.integers(len(sole)))]))
            scuff = seconds(0.09)
            rub = once(rng.standard_normal(scuff), band(1200, 6000)) * line(((0, 0.1), (0.5, 1), (1, 0)), scuff)
            parts.append((second * 0.8, around(rng, 0.05, 0.4) * unit(rub)))
        elif params.surface == "carpet":
            n = seconds(0.16)
            rub = once(rng.standard_normal(n), band(180, 2400)) * line(((0, 1), (0.3, 0.5), (0.6, 0.5), (1, 0)), n)
            parts.append((0.0, 0.35 * unit(rub)))
        elif loose is not None:
            parts = [(at, wave * loose.thump) for at, wave in parts]
            parts.append((0.0, unit(_crunch(loose, grains, roll, heel, rng))))
        else:
            parts = [(at, wave * 0.5) for at, wave in parts]
            parts.append((0.0, unit(_wade(drops, heel, rng))))
        return lay(parts)

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        pause = 1 / params.pace
        yield 0.0, 0.85
        left = False
        while True:
            left = not left
            yield around(rng, pause * (1.02 if left else 0.98), 0.035), between(rng, 0.7, 0.9) + (0.08 if left else 0.0)

    return Instrument(strike=strike, rhythm=rhythm)


def _crunch(loose: Loose, grains: list[Wave], roll: float, heel: float, rng: np.random.Generator) -> Wave:
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
    return lay(parts)


def _wade(drops: list[Wave], heel: float, rng: np.random.Generator) -> Wave:
    n = seconds(around(rng, 0.42, 0.12))
    shape = line(((0, 1), (0.08, 0.9), (0.3, 0.35), (0.5, 0.45), (1, 0)), n)
    slosh = once(rng.standard_normal(n), band(350, 5500), slope(-3.0)) * shape
    parts = [(0.0, 0.6 * unit(slosh))]
    parts += [
        (0.02 + 0.38 * rng.random() ** 1.3, 0.5 * rng.random() * drops[int(rng.integers(len(drops)))])
        for _ in range(int(14 + 26 * heel))
    ]
    return lay(parts)


FOOTSTEPS = Family(
    "footsteps", "Someone walks: heel and ball of the foot on hard, loose or wet ground.", Footsteps, build_footsteps
)
