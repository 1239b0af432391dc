"""Fire: flames that flutter, hiss of gas and wet wood, and the crackle of bursting wood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.layers import nearness
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow
from v2a_foley.generate.procedural.parts.shapes import burst, seconds, unit


@dataclass(frozen=True)
class Fire:
    """Fire: how large its base, how wet the fuel, what burns, from how far it is heard."""

    size: float = span(0.5, 0.01, 20.0, unit="m")
    wetness: float = span(0.2)
    fuel: str = choice("wood", "gas", "straw", "torch")
    distance: float = span(2.0, 0.5, 300.0, unit="m")


_FUELS = {
    "wood": (1.0, 1.0, 1.0, 1.0),
    "gas": (1.6, 0.0, 0.0, 2.2),
    "straw": (0.8, 3.0, 0.15, 1.2),
    "torch": (1.8, 0.25, 0.1, 0.6),
}
"""Against wood: flame, crackles, pops, hiss."""


def build(params: Fire, studio: Studio) -> Instrument:
    """Build a fire."""
    rng, near = studio.rng("fire"), studio.rng("near")
    size = float(np.log(params.size / 0.01) / np.log(2000))
    flame_level, crackles, bursts, gas = _FUELS[params.fuel]
    dry = 1 - params.wetness
    single = nearness(params.distance, 12.0)
    noise = Noise(studio.rng("gas"), studio.channels)
    flicker = 1.5 / np.sqrt(max(params.size, 0.02))
    roar = coloured(slope(-4.0), highpass(30, 1), lowpass(330 - 170 * size, 1))
    breath = coloured(slope(-4.0), band(240 - 90 * size, 1100))
    hiss = coloured(highpass(3200, 1), lowpass(12_000, 1))
    flutter, lick = Slow(studio.rng("flutter"), min(4 + flicker, 14)), Slow(studio.rng("lick"), min(flicker, 9.0))
    draught, sizzle = Slow(studio.rng("draught"), 0.3), Slow(studio.rng("sizzle"), 1.6)
    small = ticks(rng, 90, 1600, 9000, (0.0008, 0.005))
    pops = []
    for _ in range(50):
        n = seconds(0.05)
        snap = unit(once(rng.standard_normal(n), band(500, 7000)) * burst(n, 0.0002, 0.012))
        thud = unit(once(rng.standard_normal(n), band(150, 700)) * burst(n, 0.001, 0.05))
        pops.append(unit(snap + 0.5 * rng.random() * thud))
    crackle = Moments(near, crackles * (20 + 80 * size) * (0.35 + 0.65 * dry))
    pop = Moments(studio.rng("pops"), bursts * (1.6 + 8 * size) * (0.5 + 0.5 * dry))
    activity, scatter, way = Slow(studio.rng("activity"), 0.9), Scatter(studio.channels), Filter(air(params.distance))
    deep = flame_level * (0.012 + 0.13 * size**1.6)

    def play(block: Block) -> Wave:
        n = block.samples
        wood = np.exp(0.9 * activity(n))
        grains: list[tuple[int, Wave, float]] = []
        for at in crackle(n, np.clip(0.3 * wood * block.drive, 0, 1)):
            level = single * min(0.09 + 0.2 * near.pareto(1.7), 1.3)
            grains.append((int(at), level * small[int(near.integers(90))], float(near.uniform(-0.7, 0.7))))
            if near.random() < 0.18:
                late = int(at) + int(near.integers(120, 2400))
                grains.append((late, 0.6 * level * small[int(near.integers(90))], float(near.uniform(-0.7, 0.7))))
        for at in pop(n, np.clip(0.4 * wood * block.drive, 0, 1)):
            level = (0.2 + 0.8 * single) * (0.4 + near.pareto(2.2))
            grains.append((int(at), min(level, 1.6) * pops[int(near.integers(50))], float(near.uniform(-0.5, 0.5))))
        white = noise(n)
        flame = np.clip(1 + 0.3 * flutter(n) + 0.25 * lick(n), 0.12, 3) * np.exp(0.25 * draught(n))
        bed = deep * roar(white) * flame + 0.55 * deep * breath(white) * flame**1.4
        wet = 0.05 * params.wetness * np.exp(0.8 * sizzle(n))
        steam = hiss(white) * single * (gas * (0.006 + 0.012 * size) * np.sqrt(wood) + wet)
        return way(np.asarray(bed + steam + 0.6 * scatter(n, grains)))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return pops[int(rng.integers(50))].copy()

    return Instrument(play=play, strike=strike)


FIRE = Family(
    "fire",
    "Fire: fluttering flames, hissing gas, crackling and popping wood.",
    Fire,
    build,
    model="Flames are low noise that flutters and puffs, the slower the wider the fire (1.5 Hz over the root of its "
    "width in metres). Gas hisses high up. Crackles come in clusters and their sizes follow a power law; pops carry a "
    "thud. Wet wood crackles less and sizzles; gas does not crackle, straw hardly does anything else. Far away the "
    "roar is left.",
    source="Farnell, Designing Sound (2010); Cetegen & Ahmed, Experiments on the periodic instability of buoyant "
    "plumes and pool fires, Combust. Flame 93 (1993); Strahle, Combustion noise, Prog. Energy Combust. Sci. 4 (1978).",
    shown=({"size": 0.03}, {"size": 10.0}, {"wetness": 1.0}, {"fuel": "gas"}, {"fuel": "straw"}, {"distance": 100.0}),
)
