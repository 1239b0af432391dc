"""Animals with hooves that walk, trot and gallop. People's steps are in steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count as counted

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of, held, hollow
from v2a_foley.generate.procedural.parts.contact import puff, rub
from v2a_foley.generate.procedural.parts.grains import ticks
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit
from v2a_foley.generate.procedural.parts.soil import LOOSE, crunch


@dataclass(frozen=True)
class Hooves:
    """An animal with hooves goes: on what, in which gait, how heavy, whether it is shod."""

    ground: str = choice("stone", "earth", "grass", "sand", "wood", "gravel")
    gait: str = choice("walk", "trot", "gallop")
    weight: float = span(0.6)
    shod: float = span(0.7)


_GAITS = {
    "walk": (1.15, (0.0, 0.25, 0.5, 0.75), 0.55),
    "trot": (0.72, (0.0, 0.5), 0.8),
    "gallop": (0.5, (0.0, 0.16, 0.3, 0.46), 1.0),
}
"""Seconds of a stride, shares of it at which hooves fall, and how hard."""


def build_hooves(params: Hooves, studio: Studio) -> Instrument:
    """Build four hooves, each of its own pitch, and the ground."""
    own = studio.rng("hooves")
    low = 0.55 - 0.3 * params.weight
    hooves = [
        hollow(
            held(body_of("wood", 0.2 + 0.3 * params.weight, own), 0.55), 0.8, around(own, 900 * low + 350, 0.09), own
        )
        for _ in range(4)
    ]
    irons = [held(body_of("metal", 0.1 + 0.12 * own.random(), own), 0.8) for _ in range(2)]
    hard = params.ground in ("stone", "wood")
    floor = held(body_of("stone" if params.ground == "stone" else "wood", 0.85, own), 0.8)
    soil = LOOSE[{"earth": "mud", "grass": "grass", "sand": "sand"}.get(params.ground, "gravel")]
    grains = ticks(own, 80, *soil.band, soil.t60)
    thuds = [puff(own, 45, 320 - 120 * params.weight, 0.09 + 0.05 * params.weight, 0.002) for _ in range(8)]
    deep = [puff(own, 55, 300, 0.13, 0.004) for _ in range(8)]
    clinks = [unit(blow(iron, 0.95, 0.8, own)) for iron in irons for _ in range(4)]
    floors = [unit(blow(floor, 0.4 + 0.4 * params.shod, 0.5 + 0.06 * k, own)) for k in range(8)]
    count = {"left": 0}

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        hoof = hooves[count["left"] % 4]
        count["left"] += 1
        heavy = strength * (0.6 + 0.4 * params.weight)
        parts = [(0.0, 0.6 * around(rng, 1, 0.15) * thuds[int(rng.integers(8))])]
        if hard:
            parts.append((0.0, unit(blow(hoof, 0.5 + 0.4 * params.shod, heavy, rng))))
            parts.append((0.0, 0.6 * around(rng, 1, 0.2) * floors[int(rng.integers(8))]))
            parts.append((0.0, 0.45 * params.shod * around(rng, 1, 0.3) * clinks[int(rng.integers(8))]))
            if rng.random() < 0.4:
                slip = line(((0, 1), (1, 0)), seconds(0.05))
                parts.append((0.01, 0.15 * params.shod * rub(rng, 1800, 8000, slip)))
        else:
            parts.append((0.0, 0.35 * unit(blow(hoof, 0.2, heavy, rng))))
            parts.append((0.0, 0.9 * around(rng, 1, 0.2) * deep[int(rng.integers(8))]))
            parts.append((0.0, 0.7 * unit(crunch(soil, grains, 0.06, heavy, rng))))
        return lay(parts)

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        stride, falls, force = _GAITS[params.gait]
        stride *= 0.85 + 0.3 * params.weight
        last = 0.0
        yield 0.0, force
        for turn in counted():
            for k, at in enumerate(falls):
                if turn == 0 and k == 0:
                    continue
                now = (turn + at) * stride
                yield max(0.03, around(rng, now - last, 0.04)), force * between(rng, 0.75, 1.0)
                last = now

    return Instrument(strike=strike, rhythm=rhythm)


HOOVES = Family(
    "hooves",
    "Hooves fall on stone, wood or soft ground in the rhythm of a gait.",
    Hooves,
    build_hooves,
    model=(
        "A hoof is a small hollow body of horn, each of the four with its own pitch, lower for heavier animals; on "
        "stone and wood it rings with its cavity, the floor answers, and an iron shoe adds a click. On soft ground "
        "there is the thud of the weight and the grains it moves. Gaits are four even beats (walk), two (trot), or "
        "three and a pause (gallop)."
    ),
    source=(
        "Hildebrand, Symmetrical gaits of horses, Science 150 (1965), on the order and timing of footfalls; van den "
        "Doel & Pai, Presence 7 (1998); Cook, PhISEM, CMJ 21 (1997), on soil."
    ),
)
