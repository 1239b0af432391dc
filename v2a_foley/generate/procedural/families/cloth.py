"""Cloth, paper, leather and bags that are handled: rubs and crinkles that come in strokes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, coloured, once, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit


@dataclass(frozen=True)
class Cloth:
    """Soft things that are handled: which, and how briskly."""

    kind: str = choice("rustle", "paper", "leather", "bag", "flag", "page", "brush", "scribble")
    speed: float = span(0.5)


@dataclass(frozen=True)
class _Stuff:
    rub: tuple[float, float, float, float]
    crackle: tuple[float, float, float]
    life: tuple[float, float]
    length: float


_STUFF: dict[str, _Stuff] = {
    "rustle": _Stuff((1.0, 350, 5500, -3.0), (25, 900, 4500), (0.001, 0.004), 0.32),
    "paper": _Stuff((0.35, 1200, 9000, -1.0), (190, 1300, 8500), (0.0008, 0.006), 0.4),
    "leather": _Stuff((0.6, 180, 2600, -4.0), (45, 350, 1600), (0.004, 0.02), 0.4),
    "bag": _Stuff((0.3, 1800, 11_000, 0.0), (420, 2200, 11_000), (0.0006, 0.004), 0.5),
    "flag": _Stuff((1.0, 120, 2200, -4.5), (20, 500, 3500), (0.001, 0.006), 0.16),
    "page": _Stuff((0.7, 900, 9500, -1.5), (90, 1500, 8000), (0.0008, 0.005), 0.45),
    "brush": _Stuff((1.0, 1500, 9500, -1.5), (220, 2500, 9000), (0.0006, 0.002), 0.3),
    "scribble": _Stuff((1.0, 1800, 7500, -1.5), (180, 1800, 6500), (0.0006, 0.003), 0.12),
}


def build(params: Cloth, studio: Studio) -> Instrument:
    """Build a stuff and the hands that move it; the drive is how briskly."""
    stuff, own = _STUFF[params.kind], studio.rng("stuff")
    amount, low, high, tilt = stuff.rub
    rate, bottom, top = stuff.crackle
    bank = ticks(own, 100, bottom, top, stuff.life)
    rub, noise = coloured(slope(tilt), band(low, high)), Noise(studio.rng("noise"), studio.channels)
    strokes, grain = Slow(studio.rng("strokes"), 1.1 + 2.4 * params.speed), Slow(studio.rng("grain"), 24)
    near = studio.rng("near")
    moments, scatter = Moments(near, rate * 1.6), Scatter(studio.channels)

    def play(block: Block) -> Wave:
        n = block.samples
        move = np.clip(np.abs(strokes(n)) * 0.8, 0, 2) ** 1.6
        grains = []
        for at in moments(n, np.clip(move * 0.6, 0, 1)):
            level = 0.5 * near.random() ** 2.5
            grains.append((int(at), level * bank[int(near.integers(100))], between(near, -0.4, 0.4)))
        return amount * 0.22 * rub(noise(n)) * move * (1 + 0.35 * grain(n)) + 0.8 * scatter(n, grains)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        length = around(rng, stuff.length, 0.2) * (1.5 - 0.7 * params.speed)
        n = seconds(length)
        shape = line(((0, 0.5), (between(rng, 0.12, 0.35), 1), (0.7, between(rng, 0.2, 0.5)), (1, 0)), n)
        knots = rng.standard_normal(max(4, int(length * 60)))
        shape = shape * (1 + 0.4 * np.interp(np.linspace(0, 1, n), np.linspace(0, 1, len(knots)), knots))
        parts = [
            (
                0.0,
                amount
                * unit(once(rng.standard_normal(n), slope(tilt), band(low, high * (0.5 + 0.5 * strength))) * shape),
            )
        ]
        for _ in range(rng.poisson(rate * length * (0.4 + 0.6 * strength))):
            at = length * rng.beta(1.4, 1.8)
            parts.append((float(at), 0.7 * rng.random() ** 2.5 * bank[int(rng.integers(100))]))
        return lay(parts)

    return Instrument(play=play, strike=strike, rhythm=steady(0.9 - 0.5 * params.speed, 0.45, 0.35))


CLOTH = Family("cloth", "Cloth, paper, leather and bags: rubs and crinkles in strokes of the hand.", Cloth, build)
