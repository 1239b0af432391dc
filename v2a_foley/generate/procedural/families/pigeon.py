"""Pigeons and doves: coos from an inflated throat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.song import whistle
from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import clock, lay
from v2a_foley.generate.procedural.parts.throat import Company, Throat, company_of


@dataclass(frozen=True)
class Pigeon:
    """Pigeons: which, their mass in grams, how much they court, and how many."""

    species: str = choice("pigeon", "collared_dove", "mourning_dove")
    mass: float = span(320.0, 80.0, 600.0, unit="g")
    courting: float = span(0.4)
    number: int = span(1, 1, 20)


_SHAPES = {
    "pigeon": (((0.16, 0.92, 0.55), (0.42, 1.08, 1.0), (0.22, 0.9, 0.6), (0.24, 0.88, 0.6)), 0.07, 0.3),
    "collared_dove": (((0.28, 1.22, 0.8), (0.5, 1.32, 1.0), (0.24, 1.2, 0.75)), 0.12, 0.08),
    "mourning_dove": (((0.55, 1.5, 0.8), (0.45, 1.28, 0.7), (0.45, 1.27, 0.7), (0.45, 1.25, 0.65)), 0.35, 0.03),
}
"""Of each coo in a call: seconds, pitch, level; then the pause between them, and how much the voice rolls."""


def build(params: Pigeon, studio: Studio) -> Instrument:
    """Build one pigeon or several."""
    shapes, pause, rolls = _SHAPES[params.species]
    base = 330 * (params.mass / 320) ** -0.4
    roll = min(0.7, rolls * (0.4 + 1.5 * params.courting))

    def voice(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
        parts, at = [], 0.0
        for length, pitch, level in shapes:
            f = base * throat.pitch * pitch * around(rng, 1, 0.012)
            coo = whistle(length, ((0, f * 0.94), (0.4, f * 1.05), (1, f * 0.95)), rng, harmonics=(1, 0.14, 0.05))
            n = len(coo)
            breath = np.convolve(rng.standard_normal(n), np.ones(40) / 40, mode="same")
            rough = 1 - roll * (0.5 + 0.5 * np.sin(2 * np.pi * 27 * clock(n) + rng.random() * 6))
            parts.append((at, level * (coo * rough + 0.12 * breath * np.abs(coo))))
            at += length + pause * around(rng, 1, 0.15)
        return lay(parts)

    return company_of(studio, voice, 2.9, Company(Throat(arousal=params.courting), params.number, least=0.6))


PIGEON = Family(
    "pigeon",
    "Pigeons and doves: coos.",
    Pigeon,
    build,
    model=(
        "A pigeon sings with bill and nostrils shut into an inflated gullet, which radiates like a balloon and"
        " passes hardly more than the fundamental: near 330 Hz with a second partial 17 dB down, swelling and"
        " sinking in each coo, with a little breath. Courting birds roll the coo some 27 times a second. Collared"
        " doves call three notes in the rhythm short, long, short, mourning doves one that climbs and three that"
        " fall. Mass lowers the pitch."
    ),
    source=(
        "Riede, Beckers, Blevins & Suthers, Inflation of the esophagus and vocal tract filtering in ring doves"
        " (2004); Fletcher, Riede, Beckers & Suthers, Vocal tract filtering and the 'coo' of doves (2004);"
        " Ballintijn & ten Cate, Sound production in the collared dove: a test of the 'whistle' hypothesis (1998)."
    ),
)
