"""Weapons without powder: blades that clash, are drawn and thrust, bows and their arrows. Swings are whooshes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import Body, blow, body_of, held
from v2a_foley.generate.procedural.parts.contact import puff, rub
from v2a_foley.generate.procedural.parts.filters import once, peak
from v2a_foley.generate.procedural.parts.modal import BAR, damping, ring
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit

_STEEL = 5100.0
"""Speed of bending's longitudinal reference in steel, the root of Young's modulus over density, in metres a second."""


@dataclass(frozen=True)
class Blade:
    """A blade: what is done with it, how long and how thick it is, how firmly it is held."""

    move: str = choice("clash", "draw", "stab", "sharpen")
    length: float = span(0.8, 0.15, 1.6, unit="m")
    thickness: float = span(5.0, 1.5, 9.0, unit="mm")
    grip: float = span(0.15)


def _blade(params: Blade, rng: np.random.Generator) -> Body:
    """Modes of a steel bar of that length and thickness, bending flat and edgewise, and the twists between."""
    lowest = 1.028 * _STEEL * params.thickness / 1000 / params.length**2 * around(rng, 1, 0.05)
    flat = np.concatenate([lowest * BAR, lowest * (np.arange(7, 26) + 0.5) ** 2 * (np.pi / 4.73) ** 2])
    twist = 1600 / params.length * (1 + np.arange(10)) * 0.5 * (1 + 0.02 * rng.standard_normal(10))
    hertz = np.sort(np.concatenate([flat, twist]))
    hertz = hertz[(hertz > 60) & (hertz < 18_000)]
    t60 = np.minimum(damping(hertz, 0.0011, 4.0), 2.5) * np.exp(0.2 * rng.standard_normal(len(hertz)))
    middle = 1 / (1 + (700 / hertz) ** 1.5)
    weight = middle * np.exp(0.45 * rng.standard_normal(len(hertz)))
    return held(Body(hertz, t60, weight, body_of("metal", 0.3, rng).material), params.grip)


def build_blade(params: Blade, studio: Studio) -> Instrument:
    """Build one blade and the one that it meets."""
    own = studio.rng("blade")
    one, other = _blade(params, own), _blade(params, own)
    flesh = body_of("body", 0.4, own)
    sheath = held(body_of("wood", 0.35, own), 0.7)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.move == "draw":
            return _drawn(params, one, sheath, strength, rng)
        if params.move == "sharpen":
            return _drawn(params, held(one, 0.4), sheath, strength, rng)[: seconds(1.2)]
        if params.move == "stab":
            cut = rub(rng, 500, 5500, line(((0, 0.3), (0.3, 1), (1, 0)), seconds(0.16)), 0.5)
            thud = unit(blow(flesh, 0.4, strength, rng))
            return lay([(0.0, thud), (0.0, 0.35 * puff(rng, 800, 4500, 0.03)), (0.015, 0.3 * cut)])
        parts = [
            (0.0, unit(blow(one, 1.0, strength, rng))),
            (0.0, 0.9 * unit(blow(other, 1.0, strength, rng))),
            (0.0, 0.5 * puff(rng, 1800, 14_000, 0.02, 0.0001)),
        ]
        if rng.random() < 0.5:
            slide = line(((0, 1), (0.5, 0.6), (1, 0)), seconds(between(rng, 0.1, 0.25)))
            parts.append((0.02, 0.3 * rub(rng, 2200, 12_000, slide, 0.6)))
            parts.append((around(rng, 0.06, 0.3), 0.5 * unit(blow(other, 1.0, 0.6 * strength, rng))))
        return lay(parts)

    return Instrument(strike=strike, rhythm=steady(1.1, 0.4))


def _drawn(params: Blade, body: Body, sheath: Body, strength: float, rng: np.random.Generator) -> Wave:
    """Steel slides along the mouth of the sheath, then rings free."""
    length = (0.18 + 0.35 * params.length) * around(rng, 1, 0.12) * (1.3 - 0.4 * strength)
    n = seconds(length)
    shape = line(((0, 0.35), (0.5, 0.7), (0.92, 1), (1, 0)), n)
    where = float(np.median(body.hertz))
    hiss = once(rub(rng, 1500, 13_000, shape, 0.4), peak(min(1.2 * where, 9000), 3, 9), peak(3400, 3, 6))
    ringing = 0.45 * unit(blow(body, 1.0, strength, rng))
    return lay([(0.0, 0.3 * unit(blow(sheath, 0.6, 0.5, rng))), (0.0, 0.8 * unit(hiss)), (0.9 * length, ringing)])


BLADE = Family(
    "blade",
    "A blade clashes with another, is drawn, sharpened, or thrust.",
    Blade,
    build_blade,
    model=(
        "A blade is a free steel bar: its bending modes follow from length and thickness (the lowest as the thickness "
        "over the length squared), with twisting modes between them, each pair of blades unlike; the hand that holds "
        "it damps them. A clash strikes both at once with a contact of some hundredths of a millisecond, and they may "
        "slide on each other. Drawn from a sheath, steel hisses along its mouth, ever brighter, and rings free at the "
        "end."
    ),
    source=(
        "Fletcher & Rossing, The Physics of Musical Instruments (1998), on bars; van den Doel & Pai, Presence 7 (1998)."
    ),
    shown=({}, {"length": 0.3, "thickness": 3.0}, {"move": "draw"}, {"move": "stab"}, {"grip": 1.0}),
)


@dataclass(frozen=True)
class Bow:
    """A bow is loosed: its draw weight, how far the arrow flies, what it strikes; or a string is drawn."""

    target: str = choice("none", "wood", "earth", "straw", "metal")
    draw: float = span(200.0, 50.0, 800.0, unit="N")
    distance: float = span(15.0, 2.0, 60.0, unit="m")


def build_bow(params: Bow, studio: Studio) -> Instrument:
    """Build a bow, an arrow, and a target."""
    own = studio.rng("bow")
    lowest = around(own, 95 * (params.draw / 200) ** 0.5, 0.05)
    limbs = held(body_of("wood", 0.6, own), 0.6)
    kinds = {
        "wood": ("wood", 0.5, 0.3),
        "earth": ("body", 0.3, 0.6),
        "straw": ("cardboard", 0.3, 0.8),
        "metal": ("metal", 0.5, 0.4),
    }
    material, size, grip = kinds.get(params.target, ("wood", 0.5, 0.3))
    target, shaft = held(body_of(material, size, own), grip), held(body_of("wood", 0.25, own), 0.35)
    speed = 45 * (params.draw / 200) ** 0.4

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        ratios = np.array([1.0, 2.01, 3.03, 4.06, 5.1, 6.2])
        string = ring(lowest * ratios, 0.22 / ratios**0.6, ratios**-0.7 * np.exp(0.3 * rng.standard_normal(6)))
        n = seconds(0.22)
        hiss = rub(rng, 900, 6500, line(((0, 1), (0.3, 0.6), (1, 0)), n), 0.3)
        parts = [
            (0.0, unit(string)),
            (0.0, 0.7 * unit(blow(limbs, 0.5, strength, rng))),
            (0.0, 0.5 * puff(rng, 700, 6000, 0.025)),
            (0.01, 0.3 * hiss),
        ]
        if params.target != "none":
            lands = params.distance / speed
            parts.append((lands, 0.55 * unit(blow(target, 0.8, strength, rng))))
            parts.append((lands, 0.35 * puff(rng, 200, 3500, 0.04)))
            parts.append((lands + 0.004, 0.2 * unit(blow(shaft, 0.6, 0.7, rng))))
        return lay(parts)

    return Instrument(strike=strike, rhythm=steady(2.8, 0.3))


BOW = Family(
    "bow",
    "A bow is loosed: the string, the limbs, the arrow's hiss, and what it strikes.",
    Bow,
    build_bow,
    model=(
        "The string stops the limbs with a snap and rings as a short stiff string whose pitch goes with the root of "
        "the draw weight; the limbs knock. The arrow hisses away and strikes after the time that its flight takes at a "
        "speed that a stronger bow raises; its shaft shakes in the target."
    ),
    source=(
        "Fletcher & Rossing, The Physics of Musical Instruments (1998), on strings; Kooi, On the mechanics of the bow "
        "and arrow, J. Engineering Mathematics 15 (1981); derived besides: flight times."
    ),
)
