"""People who walk: shoes and bare feet on hard, loose and wet ground, step by step. Hooves have their own module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import Body, blow, body_of, hollow
from v2a_foley.generate.procedural.parts.contact import puff, rub, shower
from v2a_foley.generate.procedural.parts.filters import band, once, slope
from v2a_foley.generate.procedural.parts.grains import bubbles, ticks
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit
from v2a_foley.generate.procedural.parts.soil import LOOSE, crunch


@dataclass(frozen=True)
class Footsteps:
    """Someone walks: on what, in which shoes, how heavy, how many steps a second, how wet the ground."""

    surface: str = choice(
        "concrete",
        "wood",
        "gravel",
        "grass",
        "snow",
        "sand",
        "metal",
        "carpet",
        "water",
        "leaves",
        "mud",
        "tile",
        "ice",
        "stairs",
        "ladder",
    )
    shoe: str = choice("shoe", "heels", "boots", "sneakers", "barefoot")
    weight: float = span(0.5)
    pace: float = span(1.8, 0.5, 5.0, unit="steps/s")
    wetness: float = span(0.0)


@dataclass(frozen=True)
class _Shoe:
    """A shoe: hardness of its heel, level of the click of its sole and its band in hertz, of its scuff, of the foot."""

    heel: float
    click: float
    band: tuple[float, float]
    scuff: float
    thump: float


_SHOES = {
    "shoe": _Shoe(0.38, 0.3, (1800, 6000), 0.05, 1.0),
    "heels": _Shoe(0.95, 0.9, (2600, 8000), 0.03, 0.45),
    "boots": _Shoe(0.5, 0.4, (900, 4200), 0.1, 1.4),
    "sneakers": _Shoe(0.12, 0.04, (700, 2600), 0.09, 1.0),
    "barefoot": _Shoe(0.08, 0.12, (350, 1700), 0.07, 1.2),
}
_FLOORS = {
    "concrete": ("stone", 0.75, 0.35),
    "wood": ("wood", 0.85, 0.7),
    "metal": ("metal", 0.8, 0.3),
    "tile": ("ceramic", 0.75, 0.12),
    "ice": ("ice", 0.85, 0.5),
    "stairs": ("wood", 0.7, 0.9),
    "ladder": ("metal", 0.35, 0.22),
}
"""Hard floors: material, size as a body, and how long it may ring."""


def build_footsteps(params: Footsteps, studio: Studio) -> Instrument:
    """Build a walker: heel, ball of the foot, and what the ground makes of them."""
    own, shoe = studio.rng("shoe"), _SHOES[params.shoe]
    foot = body_of("body", 0.25 + 0.4 * params.weight, own)
    floor, damp = None, 1.0
    if params.surface in _FLOORS:
        material, size, damp = _FLOORS[params.surface]
        floor = body_of(material, size, own)
        if params.surface in ("stairs", "wood"):
            floor = hollow(floor, 0.35, 120, own)
    sole = ticks(own, 24, *shoe.band, (0.002, 0.008))
    loose = LOOSE.get(params.surface)
    grains = ticks(own, 96, *loose.band, loose.t60) if loose else []
    drops = bubbles(own, 64, 350, 3500)
    roll = float(np.clip(0.21 / params.pace, 0.05, 0.14))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        heel = strength * (0.7 + 0.3 * params.weight)
        second = around(rng, roll, 0.12)
        parts = [(0.0, 0.55 * shoe.thump * unit(blow(foot, 0.5, heel, rng)))]
        parts.append((second, 0.3 * shoe.thump * unit(blow(foot, 0.3, 0.6 * heel, rng))))
        if floor is not None:
            parts = [(at, wave * 0.9) for at, wave in parts]
            parts += _on_floor(shoe, floor, sole, heel, second, damp, rng)
        elif params.surface == "carpet":
            shape = line(((0, 1), (0.3, 0.5), (0.6, 0.5), (1, 0)), seconds(0.16))
            parts.append((0.0, 0.35 * rub(rng, 150, 1600, shape)))
        elif loose is not None:
            parts = [(at, wave * loose.thump) for at, wave in parts]
            parts.append((0.0, unit(crunch(loose, grains, roll, heel, rng))))
        else:
            parts = [(at, wave * 0.5) for at, wave in parts]
            parts.append((0.0, unit(_wade(drops, heel, rng))))
        if params.wetness > 0.02:
            parts.append((0.0, params.wetness * _wet(drops, second, heel, rng)))
        return lay(parts)

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        pause = 1 / params.pace
        yield 0.0, 0.85
        left = False
        while True:
            left = not left
            yield around(rng, pause * (1.02 if left else 0.98), 0.035), between(rng, 0.7, 0.9) + (0.08 if left else 0.0)

    return Instrument(strike=strike, rhythm=rhythm)


def _on_floor(
    shoe: _Shoe, floor: Body, sole: list[Wave], heel: float, second: float, damp: float, rng: np.random.Generator
) -> list[tuple[float, Wave]]:
    """Heel and ball strike a hard floor; the sole clicks and scuffs."""
    tone = 0.4 + 0.6 * min(shoe.heel / 0.38, 1.0)
    click = shoe.click * (1.0 if floor.material.loss < 0.01 else 0.5)
    scuff = line(((0, 0.1), (0.5, 1), (1, 0)), seconds(0.09))
    return [
        (0.0, tone * unit(blow(floor, shoe.heel, heel, rng, damp=damp))),
        (second, around(rng, 0.38, 0.25) * tone * unit(blow(floor, 0.7 * shoe.heel, 0.6 * heel, rng, damp=damp))),
        (0.0, click * sole[int(rng.integers(len(sole)))]),
        (second, 0.35 * click * shoe.heel * sole[int(rng.integers(len(sole)))]),
        (second * 0.8, around(rng, shoe.scuff, 0.4) * rub(rng, 0.6 * shoe.band[0], 6000, scuff)),
    ]


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


def _wet(drops: list[Wave], second: float, heel: float, rng: np.random.Generator) -> Wave:
    """Wet ground: a slap of the film under the sole, then drops, and the suck as it comes off."""
    slap = puff(rng, 900, 7000, 0.03, 0.0008)
    suck = rub(rng, 700, 4200, line(((0, 0.1), (0.7, 1), (1, 0)), seconds(0.08)), 0.5)
    count = int(3 + 9 * heel)
    spray = shower(0.01 + 0.12 * rng.random(count), 0.3 * rng.random(count) ** 2, drops, rng)
    return lay([(0.0, 0.6 * slap), (0.0, spray), (second + 0.06, 0.35 * suck)])


FOOTSTEPS = Family(
    "footsteps",
    "Someone walks: heel and ball of the foot on hard, loose or wet ground.",
    Footsteps,
    build_footsteps,
    model=(
        "Heel, then ball of the foot. Hard floors are bodies as in the family impact, struck with the hardness of the "
        "heel: a stiletto is in contact for a moment, a bare foot for long. To them come the click of the sole, a "
        "scuff, and the thump of the leg's weight. Loose ground is many small collisions whose number follows the "
        "force of the foot, once for the heel and once for the ball. Water is a slosh with bubbles; wet hard ground "
        "slaps, and sucks as the sole comes off."
    ),
    source=(
        "Cook, Modeling Bill's gait: analysis and parametric synthesis of walking sounds, AES 22nd Int. Conf. (2002); "
        "Cook, Physically informed sonic modeling (PhISM), CMJ 21 (1997); Turchet, Footstep sounds synthesis: design, "
        "implementation, and evaluation of foot-floor interactions, surface materials, shoe types, and walkers' "
        "features, Applied Acoustics 107 (2016)."
    ),
)
