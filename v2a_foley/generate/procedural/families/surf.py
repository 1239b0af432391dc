"""Waves that break on a shore, from the lapping of a lake to the ocean's breakers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles, ticks
from v2a_foley.generate.procedural.parts.layers import nearness
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between

_COARSE = 256
"""Samples from one value of a wave's envelope to the next."""


@dataclass(frozen=True)
class Surf:
    """Breaking waves: height and period, what they break on, how steep it is, from how far they are heard."""

    height: float = span(1.0, 0.05, 5.0, unit="m")
    period: float = span(8.0, 1.5, 16.0, unit="s")
    beach: str = choice("sand", "shingle", "rock")
    steepness: float = span(0.4)
    distance: float = span(20.0, 2.0, 800.0, unit="m")


def _hump(u: Wave, at: float, rise: float, fall: float) -> Wave:
    side = np.where(u < at, (u - at) / rise, (u - at) / fall)
    return np.asarray(np.exp(-0.5 * side**2) * (u > -1))


def build_surf(params: Surf, studio: Studio) -> Instrument:
    """Build a shore: a train of waves, each of its own length and strength, and what its wash does on the ground."""
    rng, near = studio.rng("waves"), studio.rng("near")
    size = float(np.log(params.height / 0.05) / np.log(100))
    noise = Noise(studio.rng("foam"), studio.channels)
    deep = coloured(slope(-4.5), highpass(70 - 45 * size, 1), lowpass(800 - 560 * size, 1))
    middle = coloured(slope(-3.0), band(620 - 440 * size, 4200 - 2000 * size))
    high = coloured(highpass(1800, 1), lowpass(10_000, 1))
    way = Filter(air(params.distance))
    single = nearness(params.distance, 60.0)
    sharp = (0.2 - 0.14 * params.steepness) * (0.3 if params.beach == "rock" else 1.0)
    stones = ticks(rng, 120, 900, 5500, (0.003, 0.014)) if params.beach == "shingle" else []
    foam = bubbles(rng, 160, 900 - 600 * size, 5000)
    rattle = Moments(near, 700 * single if params.beach == "shingle" else 0.0)
    popping = Moments(near, (40 + 260 * (1 - size)) * (0.3 + single))
    scatter, fizz, swash = Scatter(studio.channels), Slow(studio.rng("fizz"), 7.0), Slow(studio.rng("swash"), 2.5)
    rough = {"sand": 0.0, "shingle": 0.15, "rock": 0.6}[params.beach]
    hissing = {"sand": 1.0, "shingle": 0.35, "rock": 0.6}[params.beach]
    waves: list[tuple[float, float, float]] = []
    state = {"next": -params.period * 1.6, "at": 0.0}

    def play(block: Block) -> Wave:
        n = block.samples
        time = state["at"] + np.arange(0, n + _COARSE, _COARSE) / RATE
        while state["next"] < time[-1] + params.period:
            waves.append((state["next"], around(rng, params.period, 0.1), between(rng, 0.5, 1.0)))
            state["next"] += around(rng, params.period, 0.22)
        rest = 0.5 * (1 - single)
        low, body, hiss, back = (np.full(len(time), x) for x in (0.1 + rest, 0.05 + rest, 0.04 + rest, 0.0))
        for start, length, strong in waves:
            u = (time - start) / length
            low += strong * _hump(u, 0.4, sharp, 0.2) * (0.6 + 0.8 * params.steepness)
            body += strong * _hump(u, 0.43, 0.6 * sharp, 0.26 - 0.08 * params.steepness)
            hiss += strong * 0.8 * _hump(u, 0.58, 0.14, 0.36)
            back += strong * _hump(u, 0.78, 0.13, 0.2)
        while waves and waves[0][0] + 3 * waves[0][1] < time[0]:
            waves.pop(0)
        state["at"] += n / RATE
        low, body, hiss, back = (
            np.interp(np.arange(n), np.arange(len(time)) * _COARSE, x) for x in (low, body**1.3, hiss, back)
        )
        white, lap = noise(n), np.exp((0.2 + rough) * swash(n))
        out = (0.25 + 0.6 * size) * deep(white) * low + 0.65 * middle(white) * body * lap
        out += 0.24 * hissing * high(white) * hiss * (1 + 0.12 * fizz(n))
        grains = [
            (int(t), 0.5 * near.random() ** 2 * foam[int(near.integers(160))], float(near.uniform(-0.9, 0.9)))
            for t in popping(n, np.clip(body * lap * block.drive, 0, 1))
        ]
        grains += [
            (int(t), near.random() ** 2 * stones[int(near.integers(120))], float(near.uniform(-0.9, 0.9)))
            for t in rattle(n, np.clip(back * block.drive, 0, 1))
        ]
        return way(np.asarray(out + (0.25 + 0.45 * (1 - size)) * scatter(n, grains)))

    return Instrument(play=play, burst=4.0)


SURF = Family(
    "surf",
    "Waves that break on a shore: rise, break, wash and backwash.",
    Surf,
    build_surf,
    model="Each wave has a length and a strength of its own. It breaks as low noise (the plunging water and the large "
    "bubbles under it) and a middle band of foam, whose attack is the faster the steeper the beach; its wash hisses "
    "as the small bubbles burst, and its backwash rattles where the beach is of stones. Higher waves entrain larger "
    "bubbles: their spectrum is lower. Far away many stretches of the coast are heard together, and the level is "
    "steadier and duller.",
    source="Deane, Sound generation and air entrainment by breaking waves in the surf zone, JASA 102 (1997); Means & "
    "Heitmeyer, Low-frequency sound generation by an individual open-ocean breaking wave, JASA 110 (2001); Battjes, "
    "Surf similarity, Coastal Engineering (1974); Minnaert (1933).",
    shown=(
        {"height": 0.1, "period": 2.0, "distance": 3.0},
        {"height": 3.0, "period": 12.0, "steepness": 0.9},
        {"beach": "shingle"},
        {"beach": "rock"},
        {"distance": 600.0},
    ),
)
