"""Small percussion in the hand: shakers, tambourines, triangles, castanets, claves, blocks, scrapers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, once, resonance
from v2a_foley.generate.procedural.parts.grains import ticks
from v2a_foley.generate.procedural.parts.modal import plate, ring
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, swell, unit


@dataclass(frozen=True)
class Percussion:
    """Small percussion: which, how large, how many beads or jingles, how long one gesture lasts."""

    kind: str = choice("maracas", "tambourine", "triangle", "castanets", "claves", "woodblock", "guiro", "jingles")
    size: float = span(0.4)
    number: float = span(0.5)
    length: float = span(0.14, 0.04, 0.6, unit="s")


def _beads(
    params: Percussion,
    low: float,
    high: float,
    t60: tuple[float, float],
    rng: np.random.Generator,
    colour: tuple[float, float],
) -> Wave:
    """Beads that collide in a shell: many at first, then ever fewer (Cook's PhISEM)."""
    bank = ticks(rng, 24, low, high, t60)
    count = int(14 + 110 * params.number)
    at = (
        np.concatenate([np.abs(rng.normal(0, 0.25, count // 2)), rng.exponential(0.5, count - count // 2)])
        * params.length
    )
    parts = [(float(t), rng.random() ** 1.5 * np.exp(-t / params.length) * bank[int(rng.integers(24))]) for t in at]
    wave = lay([(0.0, bank[0] * 0.3), *parts])
    return unit(wave + 1.5 * once(wave, resonance(*colour)))


def _discs(params: Percussion, rng: np.random.Generator) -> list[Wave]:
    """Make a bank of single jingles."""
    bank = []
    for _ in range(24):
        base = between(rng, 4200, 5600) * 2 ** (0.4 - 0.8 * params.size)
        modes = base * np.array([1.0, 1.34, 1.72, 2.2]) * (1 + 0.02 * rng.standard_normal(4))
        bank.append(ring(modes, rng.uniform(0.1, 0.35, 4), rng.uniform(0.3, 1, 4), floor=3e-3))
    return bank


def _jingle(bank: list[Wave], length: float, count: int, rng: np.random.Generator) -> Wave:
    """Let discs clash: a first clash, then ever fewer."""
    at = rng.exponential(0.35, count) * length
    return unit(lay([(float(t), rng.random() ** 1.2 * bank[int(rng.integers(len(bank)))]) for t in at]))


def _wood(hertz: float, t60: float, rng: np.random.Generator) -> Wave:
    modes = hertz * np.array([1.0, 2.6, 4.9]) * (1 + 0.01 * rng.standard_normal(3))
    tone = ring(modes, np.array([1.0, 0.5, 0.3]) * t60, np.array([1.0, 0.35, 0.2]))
    n = seconds(0.012)
    click = once(rng.standard_normal(n), band(hertz, 9000)) * burst(n, 0.0002, 0.006)
    return unit(lay([(0.0, unit(tone)), (0.0, 0.35 * unit(click))]))


def _wooden(params: Percussion, tune: float, rng: np.random.Generator) -> Wave:
    """Castanets, claves, a guiro or a block."""
    if params.kind == "guiro":
        teeth = int(10 + 24 * params.number)
        at = np.cumsum(params.length * 2.5 / teeth * np.exp(0.12 * rng.standard_normal(teeth)))
        return unit(lay([(float(t), between(rng, 0.5, 1.0) * _wood(2300 * tune, 0.02, rng)) for t in at]))
    if params.kind == "castanets":
        gap, many = around(rng, 0.05, 0.1), 1 + int(rng.integers(0, 1 + round(6 * params.number)))
        return lay([(gap * k, 0.92**k * between(rng, 0.7, 1) * _wood(1800 * tune, 0.035, rng)) for k in range(many)])
    if params.kind == "claves":
        return _wood(2450 * tune, 0.16, rng)
    n = seconds(0.08)
    air = once(rng.standard_normal(n), resonance(800 * tune, 6)) * swell(n, 0.001, 0.07)
    return lay([(0.0, _wood(800 * tune, 0.11, rng)), (0.0, 0.2 * unit(air))])


def build(params: Percussion, studio: Studio) -> Instrument:
    """Build an instrument and the hand that plays it."""
    own = studio.rng("thing")
    tune = around(own, 2 ** (0.7 - 1.4 * params.size), 0.03)
    bars = plate(own, 1400 * tune, 22, 0.55)
    colour = np.exp(0.5 * own.standard_normal(22))
    discs = _discs(params, own) if params.kind in ("tambourine", "jingles") else []

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.kind == "maracas":
            return _beads(params, 2800, 7500, (0.001, 0.006), rng, (3300 * tune, 2.5))
        if discs:
            shaken = _jingle(discs, params.length, int(8 + 42 * params.number), rng)
            if params.kind == "jingles":
                return shaken
            modes = 190 * tune * np.array([1.0, 1.59, 2.14])
            skin = ring(modes, np.array([0.15, 0.1, 0.08]), np.array([1.0, 0.6, 0.4]))
            return lay([(0.0, 0.45 * strength * unit(skin)), (0.0, shaken)])
        if params.kind == "triangle":
            gains = colour * np.exp(0.3 * rng.standard_normal(22)) * rng.choice([-1.0, 1.0], 22)
            return ring(bars, 9.0 / (1 + bars / 9000), gains, floor=2e-3, longest=5.0)
        return _wooden(params, tune, rng)

    pause = 0.28 if params.kind in ("maracas", "tambourine", "jingles") else 0.45 if params.kind != "triangle" else 1.1

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        yield 0.0, 0.9
        turn = 0
        while True:
            turn += 1
            yield (
                pause * around(rng, 1.0, 0.03) * (2 if rng.random() < 0.15 else 1),
                0.9 if turn % 4 == 0 else between(rng, 0.5, 0.75),
            )

    return Instrument(strike=strike, rhythm=rhythm)


PERCUSSION = Family(
    "percussion",
    "Small percussion: maracas, tambourines, triangles, castanets, claves, blocks, guiros, jingles.",
    Percussion,
    build,
    model="Shaken things are many small collisions whose chance dies away after each stroke, through the "
    "resonance of the shell (maracas) or as ringing discs (jingles, tambourine); their number sets how "
    "dense they are. Wooden ones are short modes and a click; a guiro is a row of them. A triangle is a "
    "bent steel bar with dense, high, long modes. Large ones are lower.",
    source="Cook, Physically informed sonic modeling (PhISM): synthesis of percussive sounds, Computer Music "
    "Journal 21 (1997); Rossing, Science of Percussion Instruments (2000).",
)
