"""Electricity that is heard: mains hum in iron, and discharges through air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, once, peak
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, seconds, swell, unit
from v2a_foley.generate.procedural.parts.turning import Orders, Shaft


@dataclass(frozen=True)
class Hum:
    """Iron in an alternating field: mains frequency, load, loose sheets that rattle, size, fan or compressor noise."""

    mains: float = span(50.0, 16.7, 400.0, unit="Hz")
    load: float = span(0.5)
    looseness: float = span(0.2)
    size: float = span(0.4)
    air: float = span(0.1)


def build_hum(params: Hum, studio: Studio) -> Instrument:
    """Build a transformer or lamp; the drive is its load."""
    own = studio.rng("hum")
    rate = 2 * params.mains * around(own, 1, 0.006)
    fall = 1.8 - 1.3 * params.looseness - 0.3 * params.load + 0.5 * (params.size - 0.4)
    levels = [(k, float(k**-fall * around(own, 1, 0.3))) for k in range(1, 14) if k * rate < 9000]
    tones = Orders(studio, "hum", [(0.5, 0.12 * params.load), *levels], 0.15)
    shaft, wobble = Shaft(studio, "mains", 0.0006), Slow(studio.rng("wobble"), 5)
    noise, rattle = Noise(studio.rng("rattle"), studio.channels), coloured(band(1500, 7000))
    breath = coloured(lowpass(700, 1), highpass(60, 1))
    case = Filter(
        highpass(25, 1),
        peak(around(own, 420 * (1.5 - params.size), 0.15), 2.5, 5),
        peak(around(own, 1150 * (1.5 - params.size), 0.15), 3, 4),
    )

    def play(block: Block) -> Wave:
        n = block.samples
        turns = shaft(np.full(n, rate))
        white = noise(n)
        buzz = np.exp(-8 * (turns % 1)) * np.clip(1 + 0.4 * wobble(n), 0, 3)
        out = (
            0.14 * tones(turns)
            + 0.22 * params.looseness**1.5 * rattle(white) * buzz
            + 0.25 * params.air * breath(white)
        )
        return case(out) * (0.3 + 0.7 * block.drive)

    return Instrument(play=play, follows=True, rest=0.9, burst=1.0)


HUM = Family(
    "hum",
    "Mains hum: iron that swells twice a cycle, loose sheets that rattle.",
    Hum,
    build_hum,
    model="Magnetostriction moves iron twice in a cycle of the mains: 100 or 120 Hz and its multiples, which fall "
    "off faster in large cores and slower under load or where sheets are loose; those rattle as bursts of "
    "high noise in each half-wave. A little mains frequency itself comes from unbalance, and air from a fan "
    "or compressor. The case has two resonances.",
    source="Ellingson, Transformer noise: determination of sound power (1979); IEC 60076-10 (2016) on transformer "
    "sound levels: tones at even multiples of the mains frequency; Farnell, Designing Sound (2010).",
)


@dataclass(frozen=True)
class Electricity:
    """A discharge: which, width of its gap, current, mains frequency."""

    kind: str = choice("sparks", "arc", "tesla", "weld", "flash")
    gap: float = span(5.0, 0.2, 500.0, unit="mm")
    current: float = span(0.5)
    mains: float = span(50.0, 16.7, 400.0, unit="Hz")


def build_electricity(params: Electricity, studio: Studio) -> Instrument:
    """Build a discharge; the drive is how much of it there is."""
    own, near = studio.rng("arc"), studio.rng("near")
    long = float(np.clip(np.log(params.gap / 0.2) / np.log(2500), 0, 1))
    low, high = 2600 - 2000 * long, 15_000 - 6000 * long
    if params.kind == "weld":
        low, high = 1500.0, 8500.0
    life = (0.0003 + 0.0006 * long, 0.002 + 0.006 * long)
    bank = ticks(own, 80, low, high, life)
    if params.kind == "flash":
        return Instrument(strike=lambda s, rng: _flash(around(own, 1, 0.0), rng), rhythm=steady(2.5))
    rate = {"sparks": 260, "arc": 150, "tesla": 60, "weld": 900}[params.kind]
    thin = Filter(highpass(0.5 * low, 2))
    bursts, moments, scatter = Slow(studio.rng("bursts"), 3.0), Moments(near, rate), Scatter(studio.channels)
    noise, high_part = Noise(studio.rng("noise"), studio.channels), Filter(highpass(0.5 * low, 1), lowpass(high, 1))
    shaft = Shaft(studio, "mains", 0.002 if params.kind != "tesla" else 0.02)
    pulse = 2 * params.mains if params.kind != "tesla" else 2.4 * params.mains
    amount = {"sparks": (0.5, 0.08), "arc": (0.35, 0.7), "tesla": (0.25, 1.2), "weld": (0.6, 0.5)}[params.kind]
    shift = {"sparks": -0.6, "arc": 0.6, "tesla": 0.7, "weld": 1.0}[params.kind]

    def play(block: Block) -> Wave:
        n = block.samples
        heat = np.clip(bursts(n) + shift, 0, 2.5) * (0.3 + 0.7 * params.current) * 1.4
        turns = shaft(np.full(n, pulse))
        grains = [
            (int(t), near.random() ** 2.5 * bank[int(near.integers(80))], between(near, -0.4, 0.4))
            for t in moments(n, np.clip(0.35 * heat * block.drive, 0.0015, 1))
        ]
        arc = high_part(noise(n)) * np.exp(-(10 - 6 * params.current) * (turns % 1)) * np.clip(heat, 0, 1.5)
        return amount[0] * 1.6 * thin(scatter(n, grains)) + 0.3 * amount[1] * arc

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        parts = [(0.0, bank[0])]
        for _ in range(int(8 + 30 * strength)):
            at = float(rng.exponential(0.05))
            parts.append((at, float(np.exp(-at / 0.06)) * 0.7 * rng.random() ** 2 * bank[int(rng.integers(80))]))
        return lay(parts)

    return Instrument(play=play, strike=strike, rhythm=steady(0.8, 0.6))


def _flash(scale: float, rng: np.random.Generator) -> Wave:
    """A flash: the pop, and the whistle of the capacitor that charges again."""
    n = seconds(1.6)
    time = clock(n)
    pitch = scale * (3000 + 6500 * (1 - np.exp(-time / 0.6))) * around(rng, 1, 0.02)
    charge = 0.07 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * swell(n, 0.1, 0.4)
    pop = unit(once(rng.standard_normal(seconds(0.02)), band(600, 9000)) * np.exp(-clock(seconds(0.02)) / 0.004))
    return lay([(0.0, pop), (0.02, charge)])


ELECTRICITY = Family(
    "electricity",
    "Discharges: sparks, arcs, Tesla coils, welding, a flash.",
    Electricity,
    build_electricity,
    model="A spark is a small shock wave: a tick whose pitch falls and whose life grows with the length of the gap. "
    "Sparks come in bursts of chance; arcs burn again in every half-wave of the mains, as bursts of noise at "
    "twice its frequency whose length is the current's; a Tesla coil's breaker fires faster and unevenly; a "
    "welding arc spatters hundreds of times a second. A flash pops and charges.",
    source="Farnell, Designing Sound (2010); Few, Power spectrum of thunder, JGR 74 (1969): peak frequency falls "
    "with the energy per length of a spark; Wright, Propagation in air of N waves produced by sparks, JASA 73 "
    "(1983).",
)
