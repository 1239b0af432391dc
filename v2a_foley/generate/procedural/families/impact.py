"""Struck things (modal synthesis, van den Doel & Pai 1998), and footsteps on hard and loose ground (Cook 1997)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, once, slope
from v2a_foley.generate.procedural.parts.grains import bubbles, ticks
from v2a_foley.generate.procedural.parts.modal import BAR, MEMBRANE, contact, damping, plate, ring
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, line, seconds, unit


@dataclass(frozen=True)
class Material:
    """What a struck body is made of.

    Attributes:
        lowest: pitch of the lowest mode in hertz, of a small and of a large body.
        loss: loss factor of the material.
        air: constant loss, 1/s.
        modes: how many modes ring.
        density: spacing of plate modes in units of the lowest; 0 uses the ratios of a bar.
        contact: milliseconds of contact with a hard and with a soft hammer.
        noise: level of the contact noise against the modes.
        noise_band: its band in hertz.
        noise_t60: its decay in seconds.
        dull: dB an octave by which higher modes are weaker.
    """

    lowest: tuple[float, float]
    loss: float
    air: float
    modes: int
    density: float
    contact: tuple[float, float]
    noise: float
    noise_band: tuple[float, float]
    noise_t60: float
    dull: float


MATERIALS: dict[str, Material] = {
    "wood": Material((900, 110), 0.014, 22.0, 26, 0.55, (0.3, 2.2), 0.5, (300, 5000), 0.05, -3.5),
    "metal": Material((1400, 130), 0.0007, 2.6, 44, 0.42, (0.05, 0.7), 0.25, (1500, 14000), 0.03, -0.8),
    "glass": Material((3200, 650), 0.0016, 9.0, 24, 0.7, (0.04, 0.4), 0.3, (3000, 16000), 0.02, 0.3),
    "stone": Material((2600, 320), 0.008, 45.0, 22, 0.6, (0.08, 0.7), 0.8, (800, 11000), 0.035, -1.0),
    "plastic": Material((1100, 200), 0.035, 38.0, 18, 0.7, (0.3, 1.8), 0.5, (500, 7000), 0.03, -3.0),
    "body": Material((190, 62), 0.16, 34.0, 10, 0.8, (2.0, 7.0), 0.9, (70, 1400), 0.07, -6.0),
    "ceramic": Material((2300, 480), 0.0035, 12.0, 22, 0.75, (0.06, 0.5), 0.4, (2000, 13000), 0.02, -0.5),
    "drum": Material((240, 58), 0.011, 5.0, 12, -1.0, (0.8, 4.0), 0.35, (150, 4500), 0.06, -4.0),
    "cardboard": Material((420, 85), 0.09, 40.0, 18, 0.8, (0.8, 3.0), 0.9, (150, 3500), 0.05, -4.0),
}


@dataclass(frozen=True)
class Impact:
    """A blow on a body: what it is made of, how large it is, how hard the hammer."""

    material: str = choice(*MATERIALS)
    size: float = span(0.4)
    hardness: float = span(0.6)


@dataclass(frozen=True)
class Body:
    """The modes of one body, ``(m,)`` each."""

    hertz: Wave
    t60: Wave
    weight: Wave
    material: Material


def body_of(name: str, size: float, rng: np.random.Generator) -> Body:
    """Make one body of a material; no two are alike."""
    material = MATERIALS[name]
    small, large = material.lowest
    lowest = around(rng, small * (large / small) ** size, 0.09)
    if material.density > 0:
        hertz = plate(rng, lowest, material.modes, material.density)
    else:
        hertz = lowest * MEMBRANE[: material.modes] * (1 + 0.02 * rng.standard_normal(material.modes))
    if name in ("wood", "metal"):
        bars = lowest * BAR * (1 + 0.03 * rng.standard_normal(len(BAR)))
        hertz = np.sort(np.concatenate([hertz[: material.modes - len(BAR)], bars]))
    t60 = damping(hertz, material.loss, material.air * (1.4 - 0.8 * size)) * np.exp(
        0.25 * rng.standard_normal(len(hertz))
    )
    if name == "drum":
        t60[0] *= 0.6
    weight = (hertz / hertz[0]) ** (material.dull / 6.02) * np.exp(0.4 * rng.standard_normal(len(hertz)))
    return Body(hertz, t60, weight, material)


def blow(body: Body, hardness: float, strength: float, rng: np.random.Generator, *, damp: float = 1.0) -> Wave:
    """Strike a body once, at a place of chance; a harder blow is in contact for less time, and so is brighter."""
    material = body.material
    hard, soft = material.contact
    milliseconds = soft * (hard / soft) ** hardness * (1.5 - 0.7 * strength)
    place = np.cos(np.pi * rng.random() * np.arange(1, len(body.hertz) + 1) + rng.random(len(body.hertz)) * 2)
    gains = body.weight * (0.25 + 0.75 * place) * contact(body.hertz, milliseconds)
    bend = 1 + 0.004 * rng.standard_normal(len(body.hertz))
    tone = ring(body.hertz * bend, body.t60 * damp * around(rng, 1.0, 0.08), gains)
    low, high = material.noise_band
    samples = seconds(material.noise_t60 * 1.6)
    grit = rng.standard_normal(samples) * burst(samples, milliseconds / 4000, material.noise_t60)
    grit = once(grit, band(low, high * (0.35 + 0.65 * hardness * strength)))
    tone, grit = unit(tone), unit(grit) * material.noise * (0.5 + 0.5 * strength)
    return lay([(0.0, tone), (0.0, grit)])


def build_impact(params: Impact, studio: Studio) -> Instrument:
    """Build a body and its hammer."""
    body = body_of(params.material, params.size, studio.rng("body"))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return blow(body, params.hardness, strength, rng)

    return Instrument(strike=strike, rhythm=steady(1.1, 0.5))


IMPACT = Family("impact", "Something is struck: a bank of modes damped as its material damps.", Impact, build_impact)


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
