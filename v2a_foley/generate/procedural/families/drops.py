"""Single drops and bodies that fall into water or onto something hard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import bubbles
from v2a_foley.generate.procedural.parts.modal import plate, ring
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, line, seconds, unit


@dataclass(frozen=True)
class Drips:
    """Drops that fall one by one: how large, how often, from what height, onto what."""

    size: float = span(4.0, 1.0, 8.0, unit="mm")
    height: float = span(0.5, 0.02, 5.0, unit="m")
    rate: float = span(1.3, 0.05, 12.0, unit="1/s")
    onto: str = choice("water", "stone", "metal", "wood")


def into_water(size: float, fall: float, strength: float, rng: np.random.Generator) -> Wave:
    """A drop falls into water: the tick of the impact, then the bubble it traps, sometimes a second one.

    Args:
        size: diameter of the drop in millimetres; the trapped bubble is about a third of it.
        fall: from 0 (close above the water) to 1 (at terminal speed), which makes the tick louder.
        strength: 0 to 1.
        rng: source of chance.
    """
    hertz = around(rng, 3260.0 / (0.42 * size), 0.18) * (1.1 - 0.2 * strength)
    loss = 6 + 0.012 * hertz
    n = seconds(min(0.35, 6 / loss))
    time = clock(n)
    sweep = hertz * (time + between(rng, 0.25, 1.2) * time**2)
    plink = np.sin(2 * np.pi * sweep) * np.exp(-time * loss) * np.minimum(time / 0.0015, 1)
    tick = once(rng.standard_normal(240), band(1500, 9000)) * burst(240, 0.0002, 0.006)
    gap = between(rng, 0.006, 0.03)
    parts = [(0.0, (0.08 + 0.3 * fall) * unit(tick)), (gap, plink)]
    if rng.random() < 0.5:
        second = np.sin(2 * np.pi * sweep * between(rng, 1.15, 1.9)) * np.exp(-time * 2 * loss)
        parts.append((gap + between(rng, 0.02, 0.07), 0.35 * second * np.minimum(time / 0.002, 1)))
    for _ in range(int(4 * fall * rng.random())):
        late = around(rng, 0.09 + 0.1 * fall, 0.3)
        small = np.sin(2 * np.pi * sweep * between(rng, 1.6, 3.0)) * np.exp(-time * 4 * loss)
        parts.append((gap + late, 0.15 * rng.random() * small * np.minimum(time / 0.001, 1)))
    return lay(parts)


_HARD = {"stone": (0.35, 2600.0, 0.012), "metal": (1.0, 620.0, 0.35), "wood": (0.8, 330.0, 0.035)}
"""How much a surface rings, its lowest mode in hertz and that mode's decay in seconds."""


def build_drips(params: Drips, studio: Studio) -> Instrument:
    """Build a drip."""
    own = studio.rng("surface")
    fall = min(1.0, float(np.sqrt(params.height / 3.0)))
    loud, lowest, t60 = _HARD.get(params.onto, _HARD["stone"])
    modes = plate(own, lowest * around(own, 1, 0.1), 9, 0.7)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        size = params.size * around(rng, 1, 0.06)
        if params.onto == "water":
            return into_water(size, fall, strength, rng)
        n = seconds(0.03)
        splat = once(rng.standard_normal(n), band(900, 9000 - 600 * size)) * burst(
            n, 0.0004 * size, 0.008 + 0.002 * size
        )
        gains = rng.standard_normal(9) * np.exp(-modes / (3200 - 250 * size))
        body = ring(modes, t60 * (lowest / modes) ** 0.7 * np.ones(9), gains)
        parts = [(0.0, unit(splat)), (0.0, loud * unit(body))]
        for _ in range(int(rng.integers(2, 6))):
            late = once(rng.standard_normal(n), band(2000, 9000)) * burst(n, 0.0005, 0.006)
            parts.append((between(rng, 0.01, 0.05 + 0.08 * fall), 0.2 * fall * rng.random() * unit(late)))
        return lay(parts)

    return Instrument(strike=strike, rhythm=steady(1 / params.rate, 0.35, 0.7))


DRIPS = Family(
    "drips",
    "Drops that fall one by one, into water or onto something hard.",
    Drips,
    build_drips,
    model="In water the impact itself is a faint tick; the sound is the bubble that the closing crater pinches off, a "
    "damped sine at Minnaert's frequency that rises as the bubble nears the surface, sometimes with a second one. "
    "Larger drops trap larger bubbles; a higher fall makes the tick and the spray louder. On hard ground the drop is "
    "a short splat that excites the modes of what it falls on.",
    source="Pumphrey, Crum & Bjørnø, Underwater sound produced by individual drop impacts and rainfall, JASA 85 "
    "(1989); Franz, Splashes as sources of sound in liquids, JASA 31 (1959); Minnaert (1933).",
)


@dataclass(frozen=True)
class Splash:
    """A body falls into water: how large, from what height, how flat."""

    size: float = span(0.4, 0.02, 3.0, unit="m")
    height: float = span(1.0, 0.05, 12.0, unit="m")
    flat: float = span(0.5)


def build_splash(params: Splash, studio: Studio) -> Instrument:
    """Build something that falls into water; every time anew."""
    big = float(np.log(params.size / 0.02) / np.log(150))
    fast = float(np.sqrt(params.height / 12.0))
    bank = bubbles(studio.rng("bank"), 160, 1400 * 0.07**big, 5000 - 1500 * big)
    cavity = 60.0 / params.size**0.75

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        length = (0.25 + 1.3 * big + 0.6 * fast) * (0.7 + 0.5 * strength)
        n = seconds(length)
        spray = once(rng.standard_normal(n), band(1300 - 950 * big, 7500 - 2500 * big), slope(-2.0))
        spray = unit(spray * line(((0, 0.6), (0.06, 1.0), (0.2, 0.5), (0.5, 0.18), (1, 0)), n))
        m = seconds(0.03 + 0.16 * big)
        slap = once(rng.standard_normal(m), band(400 - 330 * big, 4500 - 2900 * big)) * burst(
            m, 0.0008, 0.8 * len(spray[:m]) / 48_000
        )
        close = 0.1 * np.sqrt(params.size) * (1 + fast)
        k = seconds(min(0.08 + 9 / cavity, 0.6))
        time = clock(k)
        gulp = (
            np.sin(2 * np.pi * cavity * around(rng, 1, 0.1) * (time + 0.9 * time**2))
            * np.sin(np.pi * time / time[-1]) ** 2
        )
        gulp = gulp + 0.4 * unit(once(rng.standard_normal(k), lowpass(4 * cavity, 2))) * burst(k, 0.01, 0.2)
        parts = [
            (0.0, (0.35 + 0.65 * params.flat) * unit(slap) * (0.4 + 0.6 * strength)),
            (0.0, (0.45 + 0.35 * fast + 0.2 * params.flat) * spray),
            (close, (0.3 + 0.5 * (1 - params.flat)) * (0.4 + 0.6 * strength) * gulp),
        ]
        for _ in range(int(40 + (260 * big + 60 * fast) * strength)):
            at = length * (0.06 + 1.1 * rng.random() ** 1.5)
            level = 0.5 * (1 - at / (1.3 * length)) * rng.random() ** 2
            parts.append((at, level * bank[int(rng.integers(len(bank)))]))
        return lay(parts)

    return Instrument(strike=strike, rhythm=steady(1.7 + 1.5 * big, 0.5))


SPLASH = Family(
    "splash",
    "Something falls into water: the slap, the closing cavity, the spray that falls back.",
    Splash,
    build_splash,
    model="The flatter a body meets the water, the louder the slap. Behind it a cavity opens and closes with a gulp, "
    "whose pitch falls with the body's size; a slender body dives in with little else. The spray is noise that rises "
    "and falls back as a shower of bubbles, the longer the larger the body and the higher the fall.",
    source="Franz, Splashes as sources of sound in liquids, JASA 31 (1959); Richardson, The sounds of impact of a "
    "solid on a liquid surface, Proc. Phys. Soc. B 68 (1955); van den Doel (2005).",
    shown=({"size": 0.05}, {"size": 2.0}, {"height": 8.0}, {"flat": 0.0}, {"flat": 1.0}),
)
