"""Many small hard things that knock on each other: coins, keys, chains, cutlery, jewellery, dice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import blow, body_of, held
from v2a_foley.generate.procedural.parts.contact import bounces, shower
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.noise import Moments, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import lay, unit


@dataclass(frozen=True)
class Jingle:
    """Small hard things in a hand, a purse or a box: which, how many, how large, how roughly they are moved."""

    kind: str = choice("coins", "keys", "chain", "cutlery", "jewellery", "dice", "pebbles", "bottles")
    count: int = span(8, 1, 60, unit="pieces")
    size: float = span(0.3)
    vigour: float = span(0.5)


_PIECES = {
    "coins": ("metal", -0.35, 0.35, 0.4),
    "keys": ("metal", -0.2, 0.45, 0.55),
    "chain": ("metal", -0.15, 0.6, 0.75),
    "cutlery": ("metal", -0.1, 0.4, 0.5),
    "jewellery": ("metal", -0.6, 0.1, 0.6),
    "dice": ("plastic", -0.3, 0.3, 0.4),
    "pebbles": ("stone", -0.1, 0.5, 0.5),
    "bottles": ("glass", 0.1, 0.8, 0.6),
}
"""Material, sizes as bodies of the smallest and the largest, and how firmly each is held by the others."""


def build(params: Jingle, studio: Studio) -> Instrument:
    """Build a handful of pieces, each a body of its own; the drive is how roughly they are shaken."""
    material, small, large, grip = _PIECES[params.kind]
    own = studio.rng("pieces")
    kinds = min(params.count + 1, 8)
    crowd = grip * (1 - 0.5 / np.sqrt(params.count))
    bodies = [
        held(body_of(material, small + (large - small) * params.size + 0.06 * own.random(), own), crowd)
        for _ in range(kinds)
    ]
    bank = [unit(blow(body, 0.9, force, own)) for body in bodies for force in (0.3, 0.6, 0.9)]
    near, scatter = studio.rng("near"), Scatter(studio.channels)
    moments, shake = Moments(studio.rng("moments"), 9 * params.count**0.7), Slow(studio.rng("shake"), 2.5)

    def play(block: Block) -> Wave:
        energy = np.clip(np.abs(shake(block.samples)) * (0.35 + 0.65 * params.vigour) * block.drive, 0, 1)
        grains = [
            (int(t), near.random() ** 1.5 * bank[int(near.integers(len(bank)))], between(near, -0.3, 0.3))
            for t in moments(block.samples, energy)
        ]
        return scatter(block.samples, grains) * (0.2 + 0.8 * block.drive)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.count <= 2 or params.kind == "dice":
            return _drop(params, bank, strength, rng)
        energy = strength * (0.4 + 0.6 * params.vigour)
        length = around(rng, 0.16 + 0.28 * params.vigour, 0.2)
        knocks = rng.poisson(3 + 2.2 * params.count**0.8 * (0.5 + energy))
        at = np.r_[0.0, rng.exponential(0.5 * length, knocks)]
        level = np.r_[1.0, rng.random(knocks) ** 1.5 * np.exp(-0.8 * at[1:] / length)]
        return shower(at, level, bank, rng)

    return Instrument(play=play, strike=strike, rhythm=steady(0.9, 0.4), follows=True, rest=0.8)


def _drop(params: Jingle, bank: list[Wave], strength: float, rng: np.random.Generator) -> Wave:
    """Let few pieces fall on a table: each bounces until it lies."""
    parts = []
    for k in range(params.count):
        start = 0.0 if k == 0 else between(rng, 0.01, 0.12)
        grain = bank[int(rng.integers(len(bank)))]
        for at, speed in bounces(rng, 0.05 + 0.13 * params.vigour * strength, 0.72, 14, spread=0.2):
            parts.append((start + at, speed**1.3 * between(rng, 0.7, 1) * grain))
    return lay(parts)


JINGLE = Family(
    "jingle",
    "Many small hard things knock on each other: coins, keys, chains, cutlery, jewellery, dice.",
    Jingle,
    build,
    model=(
        "Each piece is a small body with modes of its own, damped a little by those that touch it. A movement gives "
        "them energy; they collide by chance at a rate that goes with the number of pieces and the energy left, and "
        "both die away. Single pieces and dice are let fall instead and bounce, each flight shorter than the last. "
        "More vigour is more collisions over a longer time."
    ),
    source=(
        "Cook, Physically informed sonic modeling (PhISM), CMJ 21 (1997), on shaken particles; Rath & Rocchesso, in "
        "The Sounding Object (2003), on bouncing; Gaver, Ecological Psychology 5 (1993)."
    ),
)
