"""Boats without their engines: water along a hull, waves that slap it, oars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import (
    Filter,
    Pole,
    band,
    coloured,
    highpass,
    lowpass,
    once,
    peak,
    slope,
)
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, unit
from v2a_foley.generate.procedural.parts.turning import Shaft


@dataclass(frozen=True)
class Hull:
    """A hull in water: its length, its speed through it, how choppy it is, what it is made of, oar strokes a minute."""

    length: float = span(8.0, 1.0, 300.0, unit="m")
    speed: float = span(5.0, 0.0, 45.0, unit="knots")
    chop: float = span(0.3)
    material: str = choice("wood", "plastic", "metal")
    oars: float = span(0.0, 0.0, 45.0, unit="strokes/min")


def _slap(material: str, size: float, rng: np.random.Generator) -> Wave:
    n = seconds(0.35)
    water = once(rng.standard_normal(n), band(180, 2600)) * burst(n, 0.01, 0.3)
    thump = unit(blow(body_of(material, 0.7 + 0.3 * size, rng), 0.1, 0.6, rng, damp=0.12))
    return unit(lay([(0.0, 0.8 * unit(water)), (0.004, 0.6 * thump)]))


def _stroke(material: str, rng: np.random.Generator) -> Wave:
    """One stroke of the oars: the rowlock knocks, the blade goes in, pulls, and drips."""
    n = seconds(0.9)
    pull = once(rng.standard_normal(n), band(250, 2200)) * np.interp(np.arange(n) / n, (0, 0.1, 0.5, 1), (0, 1, 0.5, 0))
    knock = unit(blow(body_of(material, 0.35, rng), 0.4, 0.6, rng, damp=0.3))
    drops = [(0.9 + 0.7 * rng.random(), 0.3 * rng.random() * one) for one in bubbles(rng, 18, 700, 4000)]
    return unit(lay([(0.0, 0.45 * knock), (0.06, 0.8 * unit(pull)), *drops]))


def build(params: Hull, studio: Studio) -> Instrument:
    """Build a hull; the drive is its speed."""
    own = studio.rng("hull")
    size = float(np.clip(np.log(params.length) / np.log(300), 0, 1))
    bow = 1400 * (1.0 - 0.75 * size)
    noise = Noise(studio.rng("wash"), studio.channels)
    wash = coloured(slope(-2.5), band(0.25 * bow, 3.2 * bow), peak(around(own, bow, 0.1), 0.8, 4))
    hiss = coloured(highpass(2500, 1), lowpass(9000, 1))
    bank = bubbles(own, 120, 260 + 500 * (1 - size), 3800)
    slaps = [_slap(params.material, size, own) for _ in range(8)]
    strokes = [_stroke(params.material, own) for _ in range(6)] if params.oars else []
    near, scatter = studio.rng("near"), Scatter(studio.channels)
    gurgle, hits = Moments(studio.rng("gurgle"), 90), Moments(studio.rng("slap"), 2.2)
    sea, lap, rower = Slow(studio.rng("sea"), 0.35), Slow(studio.rng("lap"), 1.3), Shaft(studio, "rower", 0.03)
    inertia, low = Pole(0.3), Filter(highpass(35, 1))
    way = float(np.clip(params.speed / 25, 0, 1.8))

    def play(block: Block) -> Wave:
        n = block.samples
        pace = inertia(block.drive)
        swell = np.clip(1 + 0.35 * sea(n) + (0.2 + 0.3 * params.chop) * lap(n), 0.1, 3)
        white = noise(n)
        out = (0.05 + 0.9 * way) * wash(white) * swell * pace + 0.35 * way**2 * hiss(white) * swell * pace**2
        grains = [
            (int(t), 0.8 * near.random() ** 2 * bank[int(near.integers(120))], between(near, -0.7, 0.7))
            for t in gurgle(n, np.clip((0.25 + 0.5 * min(way, 1.0)) * swell * pace, 0, 1))
        ]
        grains += [
            (
                int(t),
                (0.3 + 1.2 * params.chop) * between(near, 0.3, 1) * slaps[int(near.integers(8))],
                between(near, -0.5, 0.5),
            )
            for t in hits(n, np.clip((0.08 + 0.9 * params.chop) * swell * (0.4 + 0.6 * pace), 0, 1))
        ]
        if strokes:
            at, _ = rower.passed(rower(np.full(n, params.oars / 60)), np.zeros(1))
            grains += [
                (int(t), 1.3 * between(near, 0.7, 1) * strokes[int(near.integers(6))], between(near, -0.3, 0.3))
                for t in at
            ]
        return low(out + 0.8 * scatter(n, grains)) * (0.2 + 0.8 * pace)

    return Instrument(play=play, inertia=0.3, follows=True, rest=0.7, burst=2.0)


HULL = Family(
    "hull",
    "A boat's hull in the water: bow wash, gurgles, slapping waves, oars.",
    Hull,
    build,
    model="The bow wave is noise whose peak falls with the hull's length and whose level and hiss rise with speed. "
    "Air taken along gurgles as bubbles at Minnaert's pitch. Waves slap the side: a burst of water and the "
    "dull modes of the hull's material. Oars knock in their locks, pull through the water and drip, stroke by "
    "stroke. A slow sea moves everything.",
    source="Minnaert, On musical air-bubbles (1933); van den Doel, Physically based models for liquid sounds, ACM "
    "TAP 2 (2005); Urick, Principles of Underwater Sound (1983) on flow and bow noise.",
    shown=(
        {},
        {"speed": 30.0, "length": 6.0},
        {"speed": 0.5, "chop": 0.8},
        {"oars": 28.0, "speed": 3.0, "length": 4.0},
    ),
)
