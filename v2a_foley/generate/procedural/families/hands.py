"""Many bodies, no voices: hands that applaud, and boots that march."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, once, rounded, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.modal import ring
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, unit


@dataclass(frozen=True)
class Applause:
    """Hands that clap: how many people, how much together, how cupped the hands are, how far away."""

    people: float = span(120.0, 1.0, 20_000.0, unit="people")
    synchrony: float = span(0.0)
    cup: float = span(0.4)
    distance: float = span(8.0, 1.0, 200.0, unit="m")


def _clap(centre: float, rng: np.random.Generator) -> Wave:
    n = seconds(0.035)
    time = clock(n)
    air = once(rng.standard_normal(n), band(rounded(centre * 0.6), rounded(centre * 1.7), 2)) * np.exp(
        -time / between(rng, 0.004, 0.008)
    )
    snap = once(rng.standard_normal(n), band(2500, 9000)) * np.exp(-time / 0.002)
    return unit(unit(air) + (0.1 + 0.3 * centre / 2000) * unit(snap))


def build_applause(params: Applause, studio: Studio) -> Instrument:
    """Build an audience that claps."""
    rng = studio.rng("hands")
    heard = int(np.clip(round(params.people), 1, 40))
    lowest, highest = 1500 - 850 * params.cup, 3000 - 1900 * params.cup
    shapes = [[_clap(centre, rng) for _ in range(5)] for centre in rng.uniform(lowest, highest, heard)]
    beat = around(rng, 2.1, 0.06)
    rates = [around(rng, 3.7, 0.18) * (1 - params.synchrony) + beat * params.synchrony for _ in range(heard)]
    due = [rng.random() / r for r in rates]
    closeness = 1 / (1 + params.distance / 25)
    place = [(between(rng, -0.9, 0.9), 0.25 + 0.75 * rng.random() ** 2) for _ in range(heard)]
    noise, mood = Noise(studio.rng("far"), studio.channels), Slow(studio.rng("mood"), 0.3)
    scatter, patter = Scatter(studio.channels), Slow(studio.rng("patter"), 30)
    rush = coloured(slope(-2.0), band(0.8 * lowest, 1.4 * highest))
    path = Filter(air(params.distance))
    many = float(np.clip(np.log10(params.people) / 4, 0, 1))
    state = {"beat": float(rng.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        grains = []
        for k in range(heard):
            side, level = place[k]
            while due[k] < n / RATE:
                clap = shapes[k][int(rng.integers(5))]
                grains.append((int(due[k] * RATE), level * between(rng, 0.6, 1) * clap, side))
                early = (state["beat"] + due[k] * beat + 0.5) % 1 - 0.5
                pull = params.synchrony**1.5 * early / beat
                wander = 0.09 - 0.05 * params.synchrony
                due[k] += max(0.06, (1 + wander * rng.standard_normal()) / rates[k] - pull)
            due[k] -= n / RATE
        turn = state["beat"] + beat * np.arange(n) / RATE
        state["beat"] = float((turn[-1] + beat / RATE) % 1)
        pulse = (1 - params.synchrony) + params.synchrony * 3 * np.exp(
            -((((turn + 0.5) % 1 - 0.5) / beat / 0.045) ** 2)
        )
        bed = rush(noise(n)) * np.exp(0.3 * (1 - many) * patter(n) + 0.12 * mood(n)) * pulse
        return path(0.4 * (0.2 + 0.8 * closeness) * scatter(n, grains) + 0.5 * many**2 * bed)

    return Instrument(play=play, burst=2.5)


APPLAUSE = Family(
    "applause",
    "People clap: each pair of hands with its own rate and colour, or all in one beat.",
    Applause,
    build_applause,
    model="A clap is a few milliseconds of noise through the air resonance between the hands, with a snap of "
    "skin. Fingers on the palm make it bright, cupped palms dull. Every person claps at a rate of their "
    "own, near 3.7 a second; up to forty are heard singly, the others are a rush of noise. Synchrony "
    "halves the rate and pulls each clap towards a common beat, as oscillators that listen to one "
    "another do.",
    source="Repp, The sound of two hands clapping, JASA 81 (1987); Peltola, Erkut, Cook & Välimäki, Synthesis "
    "of hand clapping sounds, IEEE TASLP 15 (2007); Néda et al., The sound of many hands clapping, "
    "Nature 403 (2000).",
    shown=(
        {"people": 1.0},
        {"people": 20.0, "cup": 0.0},
        {"people": 20.0, "cup": 1.0},
        {"people": 3000.0},
        {"synchrony": 1.0},
    ),
)


@dataclass(frozen=True)
class Marching:
    """Boots in step: how many people, steps a second, how well in step, over what, how far away."""

    people: float = span(60.0, 1.0, 2000.0, unit="people")
    pace: float = span(1.95, 1.0, 3.2, unit="steps/s")
    synchrony: float = span(0.85)
    surface: str = choice("asphalt", "gravel", "earth")
    distance: float = span(8.0, 1.0, 200.0, unit="m")


_GROUND = {"asphalt": (0.9, (900, 5000), 10), "gravel": (0.6, (1200, 6000), 46), "earth": (1.0, (300, 1800), 6)}
"""Level of the thump, band of the grains in hertz, number of grains."""


def _boot(params: Marching, rng: np.random.Generator) -> Wave:
    thump, (low, high), count = _GROUND[params.surface]
    hertz = around(rng, 95, 0.15) * np.array([1.0, 1.9, 3.1, 4.6])
    body = ring(hertz, np.array([0.09, 0.06, 0.04, 0.03]), np.array([1.0, 0.6, 0.35, 0.2]))
    n = seconds(0.07)
    heel = once(rng.standard_normal(n), band(low * 0.5, high)) * burst(n, 0.0008, 0.035)
    grit = ticks(rng, count, low, high, (0.002, 0.01))
    parts = [(0.0, thump * unit(body)), (0.0, 0.6 * unit(heel))]
    parts += [(0.1 * rng.random() ** 1.2, 0.25 * rng.random() * tick) for tick in grit]
    return unit(lay(parts))


def build_marching(params: Marching, studio: Studio) -> Instrument:
    """Build a column that marches."""
    rng = studio.rng("boots")
    bank = [_boot(params, rng) for _ in range(16)]
    heard = int(np.clip(round(params.people), 1, 40))
    closeness = 1 / (1 + params.distance / 20)
    spread = 0.008 + 0.16 * (1 - params.synchrony) + 0.02 * np.log10(params.people)
    path, scatter = Filter(air(params.distance)), Scatter(studio.channels)
    own = [(between(rng, -0.9, 0.9), float(spread * rng.standard_normal()), between(rng, 0.2, 1)) for _ in range(heard)]
    state = {"next": 0.3}

    def play(block: Block) -> Wave:
        n = block.samples
        grains = []
        while state["next"] < n / RATE:
            for side, late, level in own:
                at = state["next"] + late + 0.012 * rng.standard_normal()
                boot = bank[int(rng.integers(16))]
                grains.append(
                    (max(0, int(at * RATE)), level * between(rng, 0.7, 1) * boot, side * (0.3 + 0.7 * closeness))
                )
            state["next"] += around(rng, 1 / params.pace, 0.008)
        state["next"] -= n / RATE
        return path(scatter(n, grains))

    return Instrument(play=play, burst=1.2)


MARCHING = Family(
    "marching",
    "Boots march: many steps on every beat, a little apart.",
    Marching,
    build_marching,
    model="A step is the thump of the leg's mass on the ground, a short noise of the heel, and the grains of "
    "what it treads on. Every soldier has a place and a habit of being early or late; synchrony narrows "
    "that spread, numbers widen it. Distance takes the highs.",
    source="Cook, Physically informed sonic modeling (PhISM), Computer Music Journal 21 (1997); Farnell, "
    "Designing Sound (2010), footsteps; quick march of 116 to 120 paces a minute, drill manuals.",
)
