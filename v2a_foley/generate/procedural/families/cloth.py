"""Woven cloth and leather that move: rubbing and flapping. Paper, bags and foil are in sheets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.contact import puff, shower
from v2a_foley.generate.procedural.parts.filters import band, coloured, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit


@dataclass(frozen=True)
class Cloth:
    """Cloth moves: of what weave, rubbed or flapping or torn, how briskly, how wet."""

    fabric: str = choice("cotton", "silk", "wool", "denim", "nylon", "leather", "canvas")
    motion: str = choice("rub", "flap", "rip")
    speed: float = span(0.5)
    wetness: float = span(0.0)


@dataclass(frozen=True)
class _Fabric:
    """A weave: band of its rubbing in hertz and slope in dB an octave; crackles a second, band and seconds; weight."""

    rub: tuple[float, float, float]
    crackle: tuple[float, float, float]
    life: tuple[float, float]
    weight: float


_FABRICS = {
    "cotton": _Fabric((350, 5500, -3.0), (25, 900, 4500), (0.001, 0.004), 0.4),
    "silk": _Fabric((900, 10_000, -1.5), (35, 2500, 9000), (0.0006, 0.002), 0.1),
    "wool": _Fabric((220, 2600, -4.5), (8, 500, 2500), (0.001, 0.004), 0.6),
    "denim": _Fabric((300, 4800, -2.5), (70, 700, 3800), (0.001, 0.005), 0.7),
    "nylon": _Fabric((1400, 12_000, -0.5), (260, 2200, 9000), (0.0006, 0.003), 0.2),
    "leather": _Fabric((180, 2600, -4.0), (45, 350, 1600), (0.004, 0.02), 0.9),
    "canvas": _Fabric((180, 3200, -3.5), (60, 400, 3000), (0.001, 0.006), 1.0),
}


def build(params: Cloth, studio: Studio) -> Instrument:
    """Build a piece of cloth and what moves it; the drive is how briskly."""
    fabric, own = _FABRICS[params.fabric], studio.rng("fabric")
    low, high, tilt = fabric.rub
    dull = 1 - 0.7 * params.wetness
    high, rate = max(high * dull, 3 * low), fabric.crackle[0] * (1 - 0.8 * params.wetness)
    bank = ticks(own, 100, fabric.crackle[1], max(fabric.crackle[2] * dull, 2 * fabric.crackle[1]), fabric.life)
    drops = bubbles(own, 40, 500, 3500)
    colour, noise = coloured(slope(tilt), band(low, high)), Noise(studio.rng("noise"), studio.channels)
    strokes, grain = Slow(studio.rng("strokes"), 1.1 + 2.4 * params.speed), Slow(studio.rng("grain"), 24)
    beat = Slow(studio.rng("beat"), 4 + 9 * params.speed)
    near = studio.rng("near")
    moments, scatter = Moments(near, rate * 1.6 + 1), Scatter(studio.channels)
    wet = Moments(studio.rng("wet"), 30 * params.wetness)

    def play(block: Block) -> Wave:
        n = block.samples
        if params.motion == "flap":
            move = np.clip(0.15 + beat(n), 0, 2.5) ** 1.8 * (0.5 + 0.5 * block.drive)
        else:
            move = np.clip(np.abs(strokes(n)) * 0.8, 0, 2) ** 1.6
        often, seldom = moments(n, np.clip(move * 0.6, 0, 1)), wet(n, np.clip(move, 0, 1))
        grains = [
            (int(t), 0.5 * near.random() ** 2.5 * bank[int(near.integers(100))], between(near, -0.4, 0.4))
            for t in often
        ]
        grains += [(int(t), 0.5 * near.random() ** 2 * drops[int(near.integers(40))], 0.0) for t in seldom]
        return 0.22 * colour(noise(n)) * move * (1 + 0.35 * grain(n)) + 0.8 * scatter(n, grains)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.motion == "flap":
            return _flap(params, fabric, high, strength, rng)
        if params.motion == "rip":
            return _rip(params, fabric, high, strength, rng)
        length = around(rng, 0.32, 0.2) * (1.5 - 0.7 * params.speed)
        n = seconds(length)
        shape = line(((0, 0.5), (between(rng, 0.12, 0.35), 1), (0.7, between(rng, 0.2, 0.5)), (1, 0)), n)
        knots = rng.standard_normal(max(4, int(length * 60)))
        shape = shape * (1 + 0.4 * np.interp(np.linspace(0, 1, n), np.linspace(0, 1, len(knots)), knots))
        rubbing = once(rng.standard_normal(n), slope(tilt), band(low, high * (0.5 + 0.5 * strength)))
        parts = [(0.0, unit(rubbing * shape))]
        for one, often, loud in ((bank, rate, 0.7), (drops, 60 * params.wetness, 0.5)):
            count = rng.poisson(often * length * (0.4 + 0.6 * strength))
            parts.append((0.0, loud * shower(length * rng.beta(1.4, 1.8, count), rng.random(count) ** 2.5, one, rng)))
        return lay(parts)

    pause = 0.9 - 0.5 * params.speed
    return Instrument(play=play, strike=strike, rhythm=steady(pause, 0.45, 0.35))


def _flap(params: Cloth, fabric: _Fabric, high: float, strength: float, rng: np.random.Generator) -> Wave:
    """The cloth snaps taut: a soft crack, then the air that it moves; heavier cloth is deeper."""
    crack = puff(rng, 250 - 150 * fabric.weight, high * (0.35 + 0.5 * strength), 0.05 + 0.06 * fabric.weight, 0.001)
    air = puff(rng, 60, 600 - 300 * fabric.weight, 0.14, 0.006)
    parts = [(0.0, crack), (0.0, (0.4 + 0.5 * fabric.weight) * air)]
    if rng.random() < 0.6:
        parts.append((around(rng, 0.11 - 0.05 * params.speed, 0.2), 0.5 * crack[: len(crack) * 2 // 3]))
    return lay(parts)


def _rip(params: Cloth, fabric: _Fabric, high: float, strength: float, rng: np.random.Generator) -> Wave:
    """Threads break one after another, faster as the hands pull on."""
    length = around(rng, 0.75, 0.15) * (1.5 - 0.8 * params.speed)
    n = seconds(length)
    threads = rng.poisson((160 + 350 * params.speed) * length * (0.6 + 0.5 * strength))
    at = np.r_[0.0, length * np.sort(rng.random(threads)) ** 0.8]
    bank = [puff(rng, max(300, fabric.rub[0]), high, between(rng, 0.003, 0.012), 0.0001) for _ in range(16)]
    snaps = once(shower(at, 0.2 + rng.random(threads + 1) ** 2, bank, rng), lowpass(9000, 1))
    shape = line(((0, 0.6), (0.5, 0.8), (0.9, 1), (1, 0.1)), len(snaps))
    return lay([(0.0, snaps * shape), (0.0, 0.15 * unit(once(rng.standard_normal(n), band(900, high))))])


CLOTH = Family(
    "cloth",
    "Cloth and leather that move: rubbing, flapping, tearing.",
    Cloth,
    build,
    model=(
        "Threads that rub on threads are noise whose band is the weave's: coarse wool is dull, smooth nylon and silk "
        "bright; its level follows the speed of each stroke, which comes and goes. Stiff weaves crackle besides, as "
        "folds snap over. Cloth that flaps in the wind snaps taut with a soft crack, deeper the heavier it is; cloth "
        "that tears is hundreds of threads breaking. Water damps the high end and adds drops."
    ),
    source=(
        "An, James & Marschner, Motion-driven concatenative synthesis of cloth sounds, ACM Trans. Graphics 31 (2012), "
        "on what cloth sounds consist of; Farnell, Designing Sound (2010)."
    ),
    shown=(*({"fabric": name} for name in _FABRICS), {"motion": "flap"}, {"motion": "rip"}, {"wetness": 1.0}),
)
