"""Fire: flames that flutter, hiss of gas, and the crackle of bursting wood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, span
from v2a_foley.generate.procedural.parts.filters import band, coloured, highpass, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow
from v2a_foley.generate.procedural.parts.shapes import burst, seconds, unit


@dataclass(frozen=True)
class Fire:
    """Fire: a candle (0), a hearth (0.4), a house (1)."""

    size: float = span(0.4)


def build(params: Fire, studio: Studio) -> Instrument:
    """Build a fire."""
    rng, near = studio.rng("fire"), studio.rng("near")
    size = params.size
    noise = Noise(studio.rng("gas"), studio.channels)
    roar = coloured(slope(-4.0), lowpass(180 + 120 * size, 1))
    breath = coloured(slope(-4.0), band(180, 1100))
    hiss = coloured(highpass(3200, 1), lowpass(12_000, 1))
    flutter, lick, draught = (
        Slow(studio.rng("flutter"), 9),
        Slow(studio.rng("lick"), 2.2),
        Slow(studio.rng("draught"), 0.3),
    )
    small = ticks(rng, 90, 1600, 9000, (0.0008, 0.005))
    pops = []
    for _ in range(50):
        n = seconds(0.05)
        snap = unit(once(rng.standard_normal(n), band(500, 7000)) * burst(n, 0.0002, 0.012))
        thud = unit(once(rng.standard_normal(n), band(150, 700)) * burst(n, 0.001, 0.05))
        pops.append(unit(snap + 0.5 * rng.random() * thud))
    crackle, pop = Moments(near, 26 + 70 * size), Moments(studio.rng("pops"), 1.4 + 5 * size)
    activity = Slow(studio.rng("activity"), 0.9)
    scatter = Scatter(studio.channels)

    def play(block: Block) -> Wave:
        n = block.samples
        wood = np.exp(0.9 * activity(n))
        grains: list[tuple[int, Wave, float]] = []
        for at in crackle(n, np.clip(0.3 * wood * block.drive, 0, 1)):
            level = min(0.07 + 0.14 * near.pareto(1.7), 1.0)
            grains.append((int(at), level * small[int(near.integers(90))], float(near.uniform(-0.7, 0.7))))
            if near.random() < 0.18:
                late = int(at) + int(near.integers(120, 2400))
                grains.append((late, 0.6 * level * small[int(near.integers(90))], float(near.uniform(-0.7, 0.7))))
        for at in pop(n, np.clip(0.4 * wood * block.drive, 0, 1)):
            level = 0.3 + 0.7 * near.random() ** 2
            grains.append((int(at), level * pops[int(near.integers(50))], float(near.uniform(-0.5, 0.5))))
        white = noise(n)
        flame = np.clip(1 + 0.25 * flutter(n) + 0.22 * lick(n), 0.15, 3) * np.exp(0.25 * draught(n))
        bed = (0.015 + 0.12 * size**1.3) * roar(white) * flame + (0.006 + 0.06 * size**1.3) * breath(white) * flame**1.4
        return np.asarray(bed + (0.006 + 0.014 * size) * hiss(white) * np.sqrt(wood) + 0.6 * scatter(n, grains))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return pops[int(rng.integers(50))].copy()

    return Instrument(play=play, strike=strike)


FIRE = Family("fire", "Fire: fluttering flames, hissing gas, crackling and popping wood.", Fire, build)
