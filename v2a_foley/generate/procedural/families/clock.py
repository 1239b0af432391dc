"""Clocks and timers: the escapement's ticks through a case, and the rod that strikes the hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.modal import contact, ring
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import lay, unit

_ROD = np.array([1.0, 6.27, 17.55, 34.39])
"""Mode ratios of a bar that is clamped at one end (Euler-Bernoulli)."""


@dataclass(frozen=True)
class Clock:
    """A clock: beats a second, size of its case, how uneven it beats, which share is struck (1: it only strikes)."""

    rate: float = span(2.0, 0.2, 10.0, unit="1/s")
    size: float = span(0.4)
    wear: float = span(0.3)
    chime: float = span(0.0)


def build(params: Clock, studio: Studio) -> Instrument:
    """Build a clock: each beat is unlock, impulse and drop of the escapement, heard through its case."""
    own = studio.rng("clock")
    case = body_of("wood", 0.15 + 0.75 * params.size, own)
    wheels = [body_of("metal", 0.25 * params.size + 0.02 * k, own) for k in range(2)]
    gaps = [(around(own, 0.006, 0.2), around(own, 0.016, 0.2)) for _ in range(2)]
    note = around(own, 420 * (150 / 420) ** params.size, 0.06)
    rods = [note / 6.27 * _ROD * r for r in (1.0, 1.26, 1.5)]
    taps = [[unit(blow(wheel, 0.8, 0.9, own, damp=0.035)) for _ in range(6)] for wheel in wheels]
    knocks = [[unit(blow(case, 0.6 - 0.15 * side, 0.45, own, damp=0.35)) for _ in range(6)] for side in range(2)]
    turn = {"beat": 0}

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        turn["beat"] += 1
        if rng.random() < params.chime**3:
            modes = np.concatenate([rod * (1 + 0.0015 * rng.standard_normal(4)) for rod in rods])
            gains = np.tile([0.1, 1.0, 0.6, 0.25], 3) * rng.uniform(0.7, 1, 12) * contact(modes, 0.6)
            tone = ring(modes, np.tile([3.0, 4.5, 2.2, 1.0], 3) * (0.7 + 0.6 * params.size), gains, floor=1e-3)
            return lay([(0.0, unit(tone)), (0.0, 0.25 * unit(blow(case, 0.4, strength, rng, damp=0.6)))])
        side = turn["beat"] % 2
        parts = []
        for at, level in ((0.0, 0.4), (gaps[side][0], 0.7), (gaps[side][1], 1.0)):
            wheel = around(rng, 1, 0.15) * taps[side][int(rng.integers(6))]
            wood = around(rng, 1, 0.15) * knocks[side][int(rng.integers(6))]
            one = lay([(0.0, 0.5 * wheel), (0.0, (0.25 + 0.75 * params.size) * wood)])
            parts.append((max(0.0, at * (1 + 0.03 * rng.standard_normal())), level * one))
        return lay(parts)

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        beat = 1 / around(own, params.rate, 0.004)
        limp = 0.06 * params.wear * own.standard_normal()
        yield 0.0, 0.85
        side = 1
        while True:
            side = -side
            late = beat * (1 + side * limp + 0.012 * params.wear * rng.standard_normal())
            yield late, 0.82 + 0.04 * side + 0.03 * rng.random()

    return Instrument(strike=strike, rhythm=rhythm)


CLOCK = Family(
    "clock",
    "A clock ticks: three small blows of the escapement, through the case; it may strike.",
    Clock,
    build,
    model="Each beat is unlocking, impulse and drop of the escapement: three blows within some 20 ms, on small "
    "wheels and through a wooden case whose pitch falls with size. Tick and tock differ; wear makes the beat "
    "limp. The hours are struck on three rods clamped at one end, heard at their second mode. chime is the "
    "share of beats that are struck.",
    source="Fletcher & Rossing, The Physics of Musical Instruments (1998) on clamped bars; the phases of the lever "
    "escapement as horology describes them; rates: 1 a second for a seconds pendulum, 5 or 6 for watches of "
    "18 000 or 21 600 beats an hour.",
)
