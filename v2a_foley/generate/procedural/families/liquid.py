"""Gas in liquids: bubbles that rise in water, mud and lava, and water that boils."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, coloured, highpass, lowpass, once, peak, rounded, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, unit


@dataclass(frozen=True)
class Bubbles:
    """Bubbles: their radius, how many a second, and in what liquid."""

    size: float = span(5.0, 0.5, 500.0, unit="mm")
    rate: float = span(25.0, 0.3, 200.0, unit="1/s")
    liquid: str = choice("water", "mud", "lava")


def plop(radius: float, thick: float, rng: np.random.Generator) -> Wave:
    """One bubble bursts through the surface of a thick liquid.

    The skin opens and the cavity rings like a Helmholtz resonator, its pitch rising as the mouth widens; the liquid
    slaps shut.

    Args:
        radius: of the bubble, in metres.
        thick: how viscous the liquid is, from 0 (mud) to 1 (lava).
        rng: source of chance.
    """
    hertz = around(rng, min(20.0 / radius, 1000.0), 0.25)
    n = seconds(min(0.05 + 1.3 * radius, 0.9) * (1 + 0.6 * thick))
    time = clock(n)
    life = time[-1] / 5
    bend = 1 + between(rng, 0.2, 0.7) * np.minimum(time / (2 * life), 1)
    ring = np.sin(2 * np.pi * np.cumsum(hertz * bend) / RATE) * np.exp(-time / life) * np.minimum(time * hertz, 1)
    slap = once(rng.standard_normal(n), band(rounded(max(60.0, 0.8 * hertz)), rounded(7 * hertz + 400))) * burst(
        n, 0.002, 0.4 * n / RATE
    )
    parts = [(0.0, ring), (0.35 * life, (0.25 + 0.3 * thick) * unit(slap))]
    if thick > 0.5:
        gas = once(Noise(rng)(2 * n)[0], band(rounded(3 * hertz), rounded(25 * hertz + 900))) * burst(
            2 * n, 0.01, 1.2 * n / RATE
        )
        parts.append((0.1 * life, 0.3 * between(rng, 0.3, 1.0) * unit(gas)))
        for _ in range(int(rng.integers(2, 7))):
            spatter = once(rng.standard_normal(seconds(0.03)), band(300, 2500)) * burst(seconds(0.03), 0.001, 0.03)
            parts.append((between(rng, 1.0, 5.0) * life, 0.25 * rng.random() * unit(spatter)))
    return unit(lay(parts))


def build_bubbles(params: Bubbles, studio: Studio) -> Instrument:
    """Build a liquid through which gas rises."""
    rng = studio.rng("bubbles")
    radius = params.size / 1000
    thick = {"water": 0.0, "mud": 0.2, "lava": 1.0}[params.liquid]
    if params.liquid == "water":
        middle = 3.26 / radius
        bank = bubbles(rng, 180, max(middle / 2, 25.0), min(middle * 2.5, 12_000.0), rise=0.3)
    else:
        bank = [plop(radius * around(rng, 1, 0.35), thick, rng) for _ in range(8)]
    renew = params.liquid != "water"
    moments, eddy = Moments(rng, params.rate / 0.6), Slow(studio.rng("eddy"), 0.9)
    noise, scatter = Noise(studio.rng("bed"), studio.channels), Scatter(studio.channels)
    bed = coloured(slope(-4.5), highpass(40, 1), lowpass(400 if renew else 1800, 1))
    unrest = 0.35 if renew else 0.7

    def play(block: Block) -> Wave:
        n = block.samples
        swell = np.exp(unrest * eddy(n))
        if renew and rng.random() < 0.4:
            bank[int(rng.integers(len(bank)))] = plop(radius * around(rng, 1, 0.35), thick, rng)
        grains = []
        for at in moments(n, np.clip(0.6 * swell * block.drive, 0, 1)):
            level = 0.15 + 0.85 * rng.random() ** 1.5
            grains.append((int(at), level * bank[int(rng.integers(len(bank)))], float(rng.uniform(-0.7, 0.7))))
        return 0.5 * scatter(n, grains) + (0.006 + 0.02 * thick) * bed(noise(n))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if renew:
            return plop(radius * around(rng, 1, 0.35), thick, rng)
        parts, at = [], 0.0
        for _ in range(int(1 + 5 * strength)):
            parts.append((at, between(rng, 0.4, 1.0) * bank[int(rng.integers(len(bank)))]))
            at += between(rng, 0.02, 0.09)
        return lay(parts)

    return Instrument(play=play, strike=strike, rhythm=steady(max(1.2 / params.rate, 0.5), 0.5), burst=1.4)


BUBBLES = Family(
    "bubbles",
    "Gas that rises in a liquid: bubbles in water, mud pots, lava.",
    Bubbles,
    build_bubbles,
    model="In water a bubble is a damped sine at Minnaert's frequency (3.26 m/s over its radius), damped by radiation "
    "and heat, rising in pitch near the surface; they come as a Poisson process whose density wanders. In mud and "
    "lava the sound is that of the burst: the skin opens, the cavity rings like a Helmholtz resonator whose mouth "
    "widens, and the liquid slaps shut; lava adds gas and spatter. The size sets the pitch in both cases.",
    source="Minnaert (1933); van den Doel (2005); Leighton (1994); Vergniolle & Brandeis, Strombolian explosions 1: a "
    "large bubble breaking at the surface of a lava column as a source of sound, JGR 101 (1996).",
)


@dataclass(frozen=True)
class Boiling:
    """Water on the fire: how hot, how much."""

    heat: float = span(0.7)
    volume: float = span(2.0, 0.2, 50.0, unit="l")


def build_boiling(params: Boiling, studio: Studio) -> Instrument:
    """Build a pot: the singing of collapsing bubbles while it heats, the tumble of large ones when it boils."""
    rng = studio.rng("boil")
    heat = params.heat
    depth = 0.12 * (params.volume / 2) ** (1 / 3)
    body = 370.0 / (4 * depth) * (1 + 1.4 * (1 - heat))
    noise, scatter = Noise(studio.rng("sing"), studio.channels), Scatter(studio.channels)
    sing = coloured(slope(-3.5), band(180, 5200 - 3200 * heat), peak(body, 1.5, 7.0), peak(2.3 * body, 2.0, 4.0))
    bank = bubbles(rng, 160, (700 - 480 * heat) * (2 / params.volume) ** 0.15, 3600 - 1700 * heat, rise=0.35)
    moments = Moments(rng, 40 + 420 * heat**1.5)
    roll, quick = Slow(studio.rng("roll"), 3.0), Slow(studio.rng("quick"), 14)

    def play(block: Block) -> Wave:
        n = block.samples
        tumble = np.exp(0.5 * heat * roll(n) + 0.25 * quick(n))
        grains = [
            (int(at), (0.2 + 0.8 * rng.random() ** 2) * bank[int(rng.integers(160))], float(rng.uniform(-0.5, 0.5)))
            for at in moments(n, np.clip(0.5 * tumble * block.drive, 0, 1))
        ]
        return np.asarray(0.45 * heat**0.5 * scatter(n, grains) + (0.26 - 0.16 * heat) * sing(noise(n)) * tumble)

    return Instrument(play=play, burst=1.5)


BOILING = Family(
    "boiling",
    "Water that heats and boils: collapsing bubbles that sing, then large ones that tumble.",
    Boiling,
    build_boiling,
    model="While the water is cold, vapour bubbles collapse on the hot bottom: a hiss of clicks, coloured by the "
    "resonance of the water in its pot. Near the boil they reach the surface: larger, lower bubbles in bursts that "
    "tumble some three times a second, and the hiss falls. More water is deeper and resonates lower.",
    source="Aljishi & Tatarkiewicz, Why does heating water in a kettle produce sound?, Am. J. Phys. 59 (1991); "
    "Minnaert (1933).",
)
