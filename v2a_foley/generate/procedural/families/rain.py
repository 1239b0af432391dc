"""Rain and hail by what they fall on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles, ticks
from v2a_foley.generate.procedural.parts.layers import nearness
from v2a_foley.generate.procedural.parts.modal import plate, ring_many
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, between
from v2a_foley.generate.procedural.parts.shapes import decay, seconds


@dataclass(frozen=True)
class Rain:
    """Rain: how dense, how large its drops, on what, from how far its nearest drops are heard."""

    density: float = span(0.5)
    surface: str = choice("ground", "roof", "leaves", "window", "water", "canvas", "gutter")
    drop: float = span(2.0, 0.4, 6.0, unit="mm")
    distance: float = span(1.5, 0.5, 60.0, unit="m")


def _sheet(rng: np.random.Generator, lowest: float, count: int, t60: tuple[float, float], length: float) -> list[Wave]:
    """Drops on a thin sheet: a few of its modes each time."""
    modes = plate(rng, lowest, 14, 0.35)
    bank: list[Wave] = []
    for _ in range(count):
        some = rng.choice(modes, 4) * (1 + 0.02 * rng.standard_normal(4))
        lives = t60[0] + (t60[1] - t60[0]) * rng.random(4)
        grain = ring_many(some, lives, rng.standard_normal(4), seconds(length)).sum(axis=0)
        bank.append(grain / np.max(np.abs(grain)))
    return bank


def _drops(surface: str, low: float, rng: np.random.Generator) -> list[Wave]:
    """A bank of single drops on a surface; ``low`` scales their pitch: large drops are below 1."""
    if surface == "leaves":
        return ticks(rng, 140, 500 * low, 3800 * low, (0.002, 0.012))
    if surface == "window":
        hertz = 1400 * low * (6500 / 1400) ** rng.random(120)
        rung = ring_many(hertz, 0.012 + 0.02 * rng.random(120), rng.choice([-1.0, 1.0], 120), seconds(0.03))
        return [0.6 * grain for grain in rung] + ticks(rng, 60, 2500 * low, 9000 * low, (0.001, 0.004))
    if surface == "roof":
        return _sheet(rng, 380, 120, (0.02, 0.12), 0.08) + ticks(rng, 60, 1500 * low, 6000 * low, (0.001, 0.005))
    if surface == "water":
        plinks = bubbles(rng, 140, 1500 * low, 11_000 * low, rise=0.2)
        return plinks + ticks(rng, 50, 3000, 10_000, (0.001, 0.003))
    if surface == "canvas":
        return _sheet(rng, 130 * low, 120, (0.015, 0.04), 0.04) + ticks(rng, 50, 600 * low, 3500 * low, (0.002, 0.006))
    if surface == "gutter":
        return _sheet(rng, 620, 50, (0.05, 0.25), 0.16) + bubbles(rng, 130, 700 * low, 5200 * low, rise=0.4)
    splats = ticks(rng, 120, 1500 * low, 9000 * low, (0.0015, 0.006))
    return splats + [0.5 * plink for plink in bubbles(rng, 40, 1800 * low, 9000 * low, rise=0.1)]


_BED = {
    "ground": ((700, 11_000), -2.0, (5200, 0.7, 3.0)),
    "roof": ((300, 7500), -3.0, (900, 0.9, 4.0)),
    "leaves": ((350, 7000), -3.0, (1800, 0.7, 3.0)),
    "window": ((500, 9000), -3.5, (2600, 0.8, 3.0)),
    "water": ((900, 13_000), -1.5, (6500, 0.7, 4.0)),
    "canvas": ((140, 4200), -3.5, (420, 0.8, 5.0)),
    "gutter": ((450, 8000), -3.0, (1500, 1.0, 4.0)),
}


def build_rain(params: Rain, studio: Studio) -> Instrument:
    """Build a shower: a bed of far drops, and near ones of which each is heard."""
    rng = studio.rng("rain")
    noise, near = Noise(studio.rng("bed"), studio.channels), studio.rng("near")
    scale = (2.0 / params.drop) ** 0.4
    (low, high), tilt, (centre, q, lift) = _BED[params.surface]
    bed = coloured(slope(tilt), highpass(low * scale, 1), lowpass(high * scale, 1), peak(centre * scale**0.5, q, lift))
    way = Filter(air(15 * params.distance))
    bank = _drops(params.surface, scale, rng)
    single = nearness(params.distance, 6.0) / nearness(1.5, 6.0)
    moments = Moments(near, (30 + 620 * params.density**1.3) * scale)
    scatter, swell, trickle = (
        Scatter(studio.channels),
        Slow(studio.rng("swell"), 0.25),
        Slow(studio.rng("trickle"), 3.5),
    )
    share, top = 0.025 + 0.16 * params.density, len(bank)
    heavy = 0.42 * single * (params.drop / 2.0) ** 0.5

    def play(block: Block) -> Wave:
        n = block.samples
        breath = np.exp(0.12 * swell(n))
        many = np.maximum(block.drive, 0.03)
        if params.surface == "gutter":
            many = many * np.clip(0.6 * np.exp(0.6 * trickle(n)), 0, 1)
        at = moments(n, many)
        which = near.integers(0, top, len(at))
        level = 0.1 + 1.1 * near.pareto(3.0, len(at)).clip(0, 2.5)
        sides = near.uniform(-0.9, 0.9, len(at))
        drops = scatter(
            n, [(int(t), a * bank[g], float(s)) for t, g, a, s in zip(at, which, level, sides, strict=True)]
        )
        return way(share * bed(noise(n)) * breath + heavy * drops)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return bank[int(rng.integers(top))].copy()

    return Instrument(play=play, strike=strike, burst=1.5)


RAIN = Family(
    "rain",
    "Rain: a bed of far drops and near ones heard singly, coloured by what it falls on.",
    Rain,
    build_rain,
    model="Far drops are a bed of coloured noise, near ones a Poisson process of single sounds whose levels have a "
    "long tail: splats and plinks on the ground, the modes of a sheet on a roof, dull taps on leaves, glassy ones on "
    "a window, trapped bubbles on water, low thumps on canvas, a ringing trickle in a gutter. Denser rain has more "
    "drops and more bed; larger drops are louder, fewer and lower; farther away only the bed is left.",
    source="Medwin, Nystuen, Jacobus, Ostwald & Snyder, The anatomy of underwater rain noise, JASA 92 (1992); "
    "Marshall & Palmer, The distribution of raindrops with size, J. Meteorol. 5 (1948); Farnell, Designing Sound "
    "(2010).",
)


@dataclass(frozen=True)
class Hail:
    """Hail: how large the stones, how many, on what."""

    size: float = span(10.0, 3.0, 60.0, unit="mm")
    density: float = span(0.5)
    surface: str = choice("ground", "metal", "glass", "leaves")


def _stone(size: float, surface: str, modes: Wave, rng: np.random.Generator) -> Wave:
    """One stone strikes and bounces once or twice."""
    soft = 0.25 * size / 10
    n = seconds({"metal": 0.22, "glass": 0.09, "leaves": 0.04}.get(surface, 0.05))
    life = {"metal": 0.3, "glass": 0.08, "leaves": 0.02}.get(surface, 0.025)
    some = rng.choice(modes, 6) * (1 + 0.02 * rng.standard_normal(6))
    gains = rng.standard_normal(6) * np.exp(-some * soft / 2500)
    hit = ring_many(some, life * (modes[0] / some) ** 0.6, gains, n).sum(axis=0)
    hit /= np.max(np.abs(hit)) + 1e-9
    click = ticks(rng, 1, 3200 / (1 + soft), 8000 / (1 + soft), (0.002, 0.005))[0]
    hit[: len(click)] += (0.6 if surface != "leaves" else 0.25) * click[:n]
    bounces = 0 if surface == "leaves" else int(rng.integers(1, 4))
    out, at, level = np.zeros(n + seconds(0.35)), 0.0, 1.0
    out[:n] = hit
    for _ in range(bounces):
        at, level = at + between(rng, 0.03, 0.09) * (1 + 0.2 * soft), level * between(rng, 0.15, 0.4)
        start = seconds(at)
        out[start : start + n] += (level * hit)[: len(out) - start]
    return out * decay(len(out), 1.2)


def build_hail(params: Hail, studio: Studio) -> Instrument:
    """Build a hailstorm: every near stone a blow on the surface, with its bounces, over the rush of the far ones."""
    rng = studio.rng("hail")
    lowest = {"metal": 320.0, "glass": 900.0, "leaves": 420.0}.get(params.surface, 1300.0) * (10 / params.size) ** 0.35
    modes = plate(rng, lowest, 40, 0.25 if params.surface == "metal" else 0.35)
    bank = [_stone(params.size, params.surface, modes, rng) for _ in range(70)]
    moments = Moments(rng, (8 + 210 * params.density**1.4) * (10 / params.size) ** 0.7)
    noise, scatter, surge = (
        Noise(studio.rng("bed"), studio.channels),
        Scatter(studio.channels),
        Slow(studio.rng("s"), 0.4),
    )
    centre = {"metal": 1500.0, "glass": 3800.0, "leaves": 1900.0}.get(params.surface, 4200.0) * (
        10 / params.size
    ) ** 0.35
    bed = coloured(band(0.4 * centre, 2.6 * centre), slope(-1.5))
    share = 0.02 + 0.09 * params.density

    def play(block: Block) -> Wave:
        n = block.samples
        many = np.exp(0.25 * surge(n))
        at = moments(n, np.clip(0.7 * many * block.drive, 0, 1))
        level = 0.12 + rng.pareto(2.6, len(at)).clip(0, 3)
        hits = [
            (int(t), a * bank[int(rng.integers(70))], float(rng.uniform(-0.9, 0.9)))
            for t, a in zip(at, level, strict=True)
        ]
        return share * bed(noise(n)) * many + 0.4 * scatter(n, hits)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return _stone(params.size, params.surface, modes, rng)

    return Instrument(play=play, strike=strike, burst=1.5)


HAIL = Family(
    "hail",
    "Hail: stones that strike and bounce, on ground, metal, glass or leaves.",
    Hail,
    build_hail,
    model="Every near stone is a blow on the surface's modes with one to three bounces, each weaker than the last; "
    "the far ones are a rush of noise in the same band. The duration of the contact grows with the stone, so that "
    "large stones are duller, and louder and fewer; metal rings for a third of a second, leaves hardly.",
    source="Farnell, Designing Sound (2010); contact times after Hertz (1882); fall speeds after Heymsfield & Wright, "
    "Graupel and hail terminal velocities, J. Atmos. Sci. 71 (2014).",
)
