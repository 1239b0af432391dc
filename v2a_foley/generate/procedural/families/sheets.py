"""Thin sheets that buckle: paper, foil, plastic bags, cardboard. Woven cloth has its own module."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.contact import puff, rub, shower
from v2a_foley.generate.procedural.parts.filters import band, coloured
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit


@dataclass(frozen=True)
class Sheets:
    """A thin sheet is handled: of what, how large, how stiff, how briskly."""

    material: str = choice("paper", "newspaper", "plastic", "foil", "cardboard")
    handling: str = choice("rustle", "turn", "crumple", "tear", "write")
    stiffness: float = span(0.5)
    size: float = span(0.4)
    speed: float = span(0.5)


_SHEETS = {
    "paper": (900.0, 8500.0, 0.0035, 0.5),
    "newspaper": (500.0, 5500.0, 0.004, 0.8),
    "plastic": (1800.0, 12_000.0, 0.0022, 0.25),
    "foil": (2600.0, 15_000.0, 0.003, 0.15),
    "cardboard": (220.0, 2600.0, 0.012, 0.7),
}
"""Band of its facets in hertz, how long a facet rings in seconds, level of its rubbing."""


def build(params: Sheets, studio: Studio) -> Instrument:
    """Build a sheet whose facets snap; the drive is how briskly it is handled."""
    low, high, life, friction = _SHEETS[params.material]
    own = studio.rng("sheet")
    low, high = low * (1.35 - 0.7 * params.size), high * (0.65 + 0.6 * params.stiffness) * (1.2 - 0.5 * params.size)
    bank = ticks(own, 120, low * 1.2, high, (life * 0.3, life * (0.7 + 1.6 * params.stiffness)))
    rate = (90 + 420 * params.stiffness) * (0.6 + 0.8 * params.size)
    colour, noise = coloured(band(low, high)), Noise(studio.rng("noise"), studio.channels)
    hand, near = Slow(studio.rng("hand"), 0.9 + 2.6 * params.speed), studio.rng("near")
    moments, scatter = Moments(near, 1.5 * rate), Scatter(studio.channels)
    pen = Slow(studio.rng("pen"), 7.0)

    def play(block: Block) -> Wave:
        n = block.samples
        move = np.clip(np.abs(hand(n)) * 0.8, 0, 1.6) ** 1.4
        if params.handling == "write":
            move = np.clip(0.4 + 0.6 * pen(n), 0.0, 1.6) * (np.abs(hand(n)) > 0.25)
        grains = [
            (int(t), min(0.08 * (1 + near.pareto(1.5)), 1.0) * bank[int(near.integers(120))], between(near, -0.4, 0.4))
            for t in moments(n, np.clip(0.5 * move, 0, 1))
        ]
        return 0.12 * friction * colour(noise(n)) * move + scatter(n, grains)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.handling == "write":
            return _written(rng, low, high, params.speed)
        spans = {"rustle": 0.4, "turn": 0.5, "crumple": 0.9, "tear": 0.6}
        length = spans[params.handling] * around(rng, 1, 0.18) * (1.5 - 0.9 * params.speed)
        dense = {"rustle": 1.0, "turn": 0.45, "crumple": 2.2, "tear": 3.0}[params.handling]
        count = rng.poisson(rate * dense * length * (0.4 + 0.7 * strength)) + 2
        at = np.r_[0.0, length * rng.beta(1.3, 1.7 if params.handling != "tear" else 1.0, count)]
        level = np.r_[0.7, np.minimum(0.1 * (1 + rng.pareto(1.4, count)), 1.0)]
        parts = [(0.0, unit(shower(at, level, bank, rng)))]
        n = seconds(length)
        shape = line(((0, 0.3), (0.35, 1), (0.7, 0.5), (1, 0)), n)
        parts.append((0.0, friction * (0.35 if params.handling == "crumple" else 0.6) * rub(rng, low, high, shape)))
        if params.handling == "turn":
            fall = length * between(rng, 0.8, 0.95)
            parts.append((fall, 0.7 * puff(rng, 150, 2500, 0.05, 0.004)))
        return lay(parts)

    return Instrument(play=play, strike=strike, rhythm=steady(1.4 - 0.8 * params.speed, 0.45, 0.4))


def _written(rng: np.random.Generator, low: float, high: float, speed: float) -> Wave:
    """A word: some strokes of the nib over the grain of the paper, each with a tap where it comes down."""
    parts, at = [], 0.0
    for _ in range(int(rng.integers(3, 8))):
        length = around(rng, 0.11, 0.3) * (1.4 - 0.8 * speed)
        shape = line(((0, 0.4), (0.4, 1), (1, 0.1)), seconds(length))
        parts.append((at, between(rng, 0.5, 1) * rub(rng, 1.8 * low, 0.8 * high, shape, 0.5)))
        if rng.random() < 0.5:
            parts.append((at, 0.4 * puff(rng, 250, 2500, 0.012)))
        at += length * between(rng, 0.95, 1.3)
    return lay(parts)


SHEETS = Family(
    "sheets",
    "Thin sheets that buckle: paper, foil, plastic bags, cardboard; rustled, turned, crumpled, torn.",
    Sheets,
    build,
    model=(
        "A thin sheet is parted by its creases into facets that buckle from one side to the other, each with a click. "
        "The clicks' energies follow a power law, so that few are loud; their number goes with the stiffness and the "
        "size of the sheet, their brightness with the stiffness, as small stiff facets ring higher. Over them lies the "
        "rub of sheet on sheet. A page that is turned ends with a soft fall; tearing is a crowd of clicks without "
        "pause; writing is the nib's noise in strokes."
    ),
    source=(
        "Kramer & Lobkovsky, Universal power law in the noise from a crumpled elastic sheet, Phys. Rev. E 53 (1996); "
        "Houle & Sethna, Acoustic emission from crumpling paper, Phys. Rev. E 54 (1996)."
    ),
    shown=(
        *({"material": name} for name in _SHEETS),
        {"handling": "turn"},
        {"handling": "crumple"},
        {"handling": "tear"},
        {"handling": "write"},
    ),
)
