"""What a hydrophone, or a diver, hears: the sea's own noise, bubbles, breath, snapping shrimps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, span
from v2a_foley.generate.procedural.parts.filters import coloured, highpass, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles, ticks
from v2a_foley.generate.procedural.parts.layers import Sparse
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds


@dataclass(frozen=True)
class Underwater:
    """Under water: how deep, how many bubbles pass, how many shrimps snap, whether someone dives."""

    depth: float = span(6.0, 0.3, 300.0, unit="m")
    bubbles: float = span(0.4)
    shrimps: float = span(0.0)
    diver: float = span(0.0)


def _breath(rng: np.random.Generator) -> Wave:
    """A diver breathes: the valve's hiss in, a burst of bubbles out."""
    n = seconds(between(rng, 1.2, 1.8))
    hiss = once(rng.standard_normal(n), highpass(900, 2), lowpass(3500, 2))
    parts = [(0.0, 0.25 * hiss * line(((0, 0), (0.15, 1), (0.8, 0.8), (1, 0)), n))]
    bank = bubbles(rng, 40, 110, 900, rise=0.3)
    start, length = n / RATE + between(rng, 0.2, 0.5), between(rng, 1.2, 2.0)
    for _ in range(140):
        at = start + length * rng.random() ** 1.4
        parts.append((at, 1.4 * rng.random() ** 1.5 * bank[int(rng.integers(40))]))
    return lay(parts)


def build_underwater(params: Underwater, studio: Studio) -> Instrument:
    """Build the sea from inside."""
    rng = studio.rng("sea")
    deep = float(np.log(params.depth / 0.3) / np.log(1000))
    noise, scatter, crackle = (
        Noise(studio.rng("noise"), studio.channels),
        Scatter(studio.channels),
        Scatter(studio.channels),
    )
    rumble = coloured(slope(-6.0), highpass(24, 1), lowpass(520 * 0.22**deep, 2))
    surface = coloured(slope(-5.0), highpass(200, 1), lowpass(2500, 1))
    bank = bubbles(rng, 120, 90, 1100 - 400 * deep, rise=0.25)
    snaps = ticks(rng, 90, 2500, 11_000, (0.0006, 0.003))
    passing, snapping = Moments(rng, 3 + 26 * params.bubbles), Moments(studio.rng("shrimps"), 160 * params.shrimps)
    swell, wash, activity = Slow(studio.rng("swell"), 0.3), Slow(studio.rng("wash"), 0.15), Slow(studio.rng("act"), 1.0)
    breath = Sparse(studio, "breath", 5.0 - 2.0 * params.diver, _breath, 4.5 * params.diver, early=True)

    def play(block: Block) -> Wave:
        n = block.samples
        curve = np.exp(0.8 * activity(n))
        grains = [
            (int(at), (0.1 + 0.9 * rng.random() ** 2) * bank[int(rng.integers(120))], float(rng.uniform(-0.8, 0.8)))
            for at in passing(n, np.clip(0.5 * curve * block.drive, 0, 1))
        ]
        out = 0.9 * params.bubbles * scatter(n, grains)
        white = noise(n)
        out = out + 0.3 * rumble(white) * np.exp(0.2 * swell(n))
        out = out + 0.05 * (1 - deep) * surface(white) * np.exp(0.5 * wash(n))
        if params.shrimps:
            at = snapping(n)
            level = 0.04 + 0.1 * rng.pareto(2.0, len(at)).clip(0, 5)
            snapped = [
                (int(t), a * snaps[int(rng.integers(90))], float(rng.uniform(-1, 1)))
                for t, a in zip(at, level, strict=True)
            ]
            out = out + 0.5 * crackle(n, snapped)
        return out + breath(block) if params.diver else out

    return Instrument(play=play, burst=1.4)


UNDERWATER = Family(
    "underwater",
    "Under water: the sea's rumble, passing bubbles, snapping shrimps, a diver's breath.",
    Underwater,
    build_underwater,
    model="The sea's noise falls steeply with frequency; deeper down the hiss of the surface is gone and the rumble "
    "is lower. Bubbles that pass are large and low. A reef crackles with the collapsing cavities of snapping shrimps, "
    "short broadband clicks above 2 kHz. A diver breathes in through a hissing valve and out in a burst of bubbles.",
    source="Wenz, Acoustic ambient noise in the ocean, JASA 34 (1962); Everest, Young & Johnson, Acoustical "
    "characteristics of noise produced by snapping shrimp, JASA 20 (1948); Leighton, The Acoustic Bubble (1994).",
    shown=({"depth": 1.0}, {"depth": 100.0}, {"shrimps": 0.8}, {"diver": 1.0}, {"bubbles": 1.0}),
)
