"""Explosions, thunder, gunshots and fireworks: a shock wave, its cloud, and its echoes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, highpass, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import ticks
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, unit


@dataclass(frozen=True)
class Explosion:
    """Something explodes: how large, and what."""

    size: float = span(0.6)
    kind: str = choice("boom", "thunder", "gunshot", "firework", "cannon", "balloon")


def _shock(milliseconds: float, rng: np.random.Generator) -> Wave:
    """The Friedlander wave: an instant rise, a fall through zero, a longer suction."""
    n = seconds(milliseconds * 0.006)
    time = clock(n) / (milliseconds / 1000)
    wave = (1 - time) * np.exp(-1.1 * time)
    return wave * (1 + 0.03 * rng.standard_normal(n))


def _echoes(dry: Wave, count: int, late: float, loss: float, rng: np.random.Generator, dull: float) -> Wave:
    """Add echoes that come later, weaker and duller."""
    dark = once(dry, lowpass(dull, 1))
    parts = [(0.0, dry)]
    for _ in range(count):
        at = late * rng.random() ** 1.3 + 0.02
        parts.append((at, rng.choice([-1.0, 1.0]) * loss * np.exp(-2.5 * at / late) * between(rng, 0.4, 1.0) * dark))
    return lay(parts)


def _boom(params: Explosion, strength: float, rng: np.random.Generator) -> Wave:
    size = params.size * (0.7 + 0.3 * strength)
    n = seconds(0.9 + 2.6 * size)
    cloud = once(rng.standard_normal(n), slope(-4.0), highpass(95 - 70 * size), lowpass(1500 - 1250 * size, 1)) * burst(
        n, 0.004, 1.1 + 2.2 * size
    )
    roar = once(rng.standard_normal(n), band(150 - 90 * size, 1600 - 900 * size)) * burst(n, 0.002, 0.35 + 0.7 * size)
    crack = once(rng.standard_normal(seconds(0.25)), highpass(900, 1)) * burst(seconds(0.25), 0.0003, 0.12)
    debris = ticks(rng, 24, 600, 5000, (0.003, 0.02))
    parts = [
        (0.0, 1.2 * unit(_shock(1.5 + 24 * size, rng))),
        (0.0, unit(cloud)),
        (0.0, 0.8 * unit(roar)),
        (0.0, (0.7 - 0.4 * size) * unit(crack)),
    ]
    parts += [
        (0.15 + (0.8 + 1.5 * size) * rng.random() ** 1.4, 0.06 * rng.random() ** 2 * debris[int(rng.integers(24))])
        for _ in range(int(50 * size))
    ]
    return _echoes(np.tanh(1.2 * lay(parts)), 5, 1.2, 0.22, rng, 500)


def _thunder(params: Explosion, strength: float, rng: np.random.Generator) -> Wave:
    """Many shocks from along the channel of the lightning (Few 1969): near ones crack, far ones roll."""
    far = 1 - params.size * (0.6 + 0.4 * strength)
    length = 3.5 + 4.5 * rng.random()
    n = seconds(length)
    train = np.zeros(n)
    claps = np.sort(rng.random(4 + int(5 * rng.random()))) ** 1.2 * length * 0.7
    claps[0] = 0.0
    for k, at in enumerate(claps):
        loud = (1.0 if k == 0 else between(rng, 0.25, 0.9)) * np.exp(-1.2 * at / length)
        for _ in range(160):
            moment = int((at + rng.exponential(0.14 + 0.1 * far)) * RATE)
            if moment < n:
                train[moment] += loud * rng.random() ** 2 * rng.choice([-1.0, 1.0])
    train[0] += 2.0
    bright = once(train, highpass(250, 1), lowpass(5500 - 4500 * far, 1)) * burst(n, 0.001, 1.6)
    roll = once(train, slope(-4.0), lowpass(320, 1))
    floor = once(rng.standard_normal(n), slope(-4.0), lowpass(150, 1)) * np.interp(
        np.arange(n), [0, n * 0.15, n * 0.5, n], [0.2, 1, 0.6, 0]
    )
    return lay([(0.0, (1 - 0.85 * far) * unit(bright)), (0.0, unit(roll)), (0.0, 0.6 * unit(floor))]) * np.interp(
        np.arange(n), [0, n * 0.7, n], [1, 0.6, 0]
    )


def _gunshot(params: Explosion, strength: float, rng: np.random.Generator) -> Wave:
    size = params.size
    blast = _shock(0.5 + 2.2 * size, rng)
    n = seconds(0.5)
    gas = once(rng.standard_normal(n), band(180 - 90 * size, 5500)) * burst(n, 0.0003, 0.1 + 0.12 * size)
    tail = once(rng.standard_normal(seconds(1.3)), slope(-4.0), band(90, 1800)) * burst(
        seconds(1.3), 0.02, 0.9 + 0.5 * size
    )
    dry = lay([(0.0, unit(blast)), (0.0, 0.8 * unit(gas)), (0.015, 0.13 * unit(tail))])
    return _echoes(np.tanh(1.5 * dry), 7, 0.7, 0.16, rng, 1800)


def _firework(params: Explosion, strength: float, rng: np.random.Generator) -> Wave:
    """The burst, heard from some way off, and the crackle of its stars."""
    burst_now = lay([(0.0, unit(_shock(3 + 7 * params.size, rng))), (0.0, 0.7 * unit(_noise_boom(rng, params.size)))])
    stars = ticks(rng, 40, 1800, 8000, (0.002, 0.01))
    parts = [(0.0, _echoes(burst_now, 6, 0.9, 0.25, rng, 900))]
    if rng.random() < 0.75:
        for _ in range(int(120 + 120 * strength)):
            at = 0.35 + 1.6 * rng.random() ** 0.8
            parts.append((at, 0.22 * rng.random() ** 2 * (2.1 - at) * stars[int(rng.integers(40))]))
    return lay(parts)


def _noise_boom(rng: np.random.Generator, size: float) -> Wave:
    n = seconds(0.9)
    return once(rng.standard_normal(n), slope(-4.0), lowpass(1100 - 500 * size, 1)) * burst(n, 0.001, 0.6)


def _balloon(params: Explosion, rng: np.random.Generator) -> Wave:
    pop = _shock(0.35 + 0.5 * params.size, rng)
    n = seconds(0.16)
    snap = once(rng.standard_normal(n), band(600, 7000)) * burst(n, 0.0002, 0.07)
    return _echoes(lay([(0.0, unit(pop)), (0.0, 0.6 * unit(snap))]), 6, 0.12, 0.25, rng, 5000)


def build(params: Explosion, studio: Studio) -> Instrument:
    """Build something that explodes; every time anew."""

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.kind == "thunder":
            return _thunder(params, strength, rng)
        if params.kind == "gunshot":
            return _gunshot(params, strength, rng)
        if params.kind == "firework":
            return _firework(params, strength, rng)
        if params.kind == "balloon":
            return _balloon(params, rng)
        return _boom(params, strength, rng)

    pause = {"thunder": 11.0, "firework": 1.3, "gunshot": 1.1}.get(params.kind, 3.5)
    return Instrument(strike=strike, rhythm=steady(around(studio.rng("pause"), pause, 0.05), 0.5))


EXPLOSION = Family(
    "explosion", "Explosions, thunder, gunshots, fireworks: a shock, its cloud and its echoes.", Explosion, build
)
