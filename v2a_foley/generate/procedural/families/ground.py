"""Tools that work in loose ground: spades, rakes, scoops. Steps on such ground are in steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import blow, body_of, held
from v2a_foley.generate.procedural.parts.contact import puff, rub, shower
from v2a_foley.generate.procedural.parts.filters import lowpass, once, rounded
from v2a_foley.generate.procedural.parts.grains import ticks
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit


@dataclass(frozen=True)
class Digging:
    """A blade goes into ground: of what, how stony, how wet, how large the blade; whether the load is thrown."""

    soil: str = choice("earth", "sand", "gravel", "snow")
    stones: float = span(0.3)
    wetness: float = span(0.2)
    size: float = span(0.5)
    throw: float = span(0.7)


_SOILS = {
    "earth": (250.0, 3200.0, (0.001, 0.006), 110.0),
    "sand": (700.0, 7500.0, (0.0006, 0.002), 200.0),
    "gravel": (800.0, 6500.0, (0.002, 0.012), 170.0),
    "snow": (350.0, 3500.0, (0.001, 0.006), 150.0),
}
"""Band of its grains in hertz, how long each lasts, how many a stroke."""


def build(params: Digging, studio: Studio) -> Instrument:
    """Build a spade and the ground."""
    low, high, life, number = _SOILS[params.soil]
    own = studio.rng("spade")
    high *= 1 - 0.6 * params.wetness
    top = lowpass(rounded(1.1 * max(high, 2 * low)))
    grains = ticks(own, 90, low * 1.3, max(high, 2 * low), life)
    blade = held(body_of("metal", 0.2 + 0.5 * params.size, own), 0.55)
    pebbles = [unit(blow(held(body_of("stone", 0.1 + 0.4 * own.random(), own), 0.5), 0.8, 0.7, own)) for _ in range(12)]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        length = around(rng, 0.3 + 0.15 * params.size, 0.15)
        n = seconds(length)
        shape = line(((0, 0.6), (0.2, 1), (0.6, 0.7), (1, 0)), n)
        count = rng.poisson(number * (0.5 + 0.7 * strength))
        at = np.r_[0.0, length * rng.beta(1.1, 1.5, count)]
        bite = shower(at, np.r_[1.0, rng.random(count) ** 2], grains, rng)
        parts = [
            (0.0, 0.7 * puff(rng, 60, 500, 0.09, 0.002)),
            (0.0, (0.15 + 0.35 * params.stones) * unit(blow(blade, 0.7, strength, rng))),
            (0.0, 0.9 * unit(once(bite, top))),
            (0.0, 0.6 * rub(rng, low, high, shape, 0.5)),
        ]
        hits = rng.poisson(5 * params.stones)
        parts += [(length * float(rng.random()), 0.5 * pebbles[int(rng.integers(12))]) for _ in range(hits)]
        if params.throw > 0.05:
            late = length + around(rng, 0.45, 0.15)
            falls = rng.poisson(number * params.throw)
            drop = shower(0.28 * rng.beta(1.2, 2.4, falls), rng.random(falls) ** 2, grains, rng)
            parts.append((late, 0.6 * params.throw * unit(once(drop, top))))
            parts.append((late, 0.45 * params.throw * puff(rng, 60, 600 + high / 10, 0.12, 0.006)))
        return lay(parts)

    return Instrument(strike=strike, rhythm=steady(1.9, 0.2))


DIGGING = Family(
    "digging",
    "A blade goes into loose ground, and the load falls: earth, sand, gravel, snow.",
    Digging,
    build,
    model=(
        "The blade pushes grains aside: many small collisions in the soil's band, crowded at first, over noise of what "
        "rubs. The spade itself knocks and scrapes, the more the stonier the ground, and single stones ring. Water "
        "binds the grains: duller. Then the load is thrown and falls with a thud and a second shower."
    ),
    source=(
        "Cook, Physically informed sonic modeling (PhISM), CMJ 21 (1997), on loose grains; Turchet, Footstep sounds "
        "synthesis, Applied Acoustics 107 (2016), on soils."
    ),
)
