"""Snakes: hissing breath, and the rattlesnake's rattle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, highpass, once
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.noise import Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import seconds, unit


@dataclass(frozen=True)
class Snake:
    """A snake: hissing or rattling, how long it is, how warm, and how alarmed."""

    kind: str = choice("hiss", "rattle")
    length: float = span(1.2, 0.3, 6.0, unit="m")
    temperature: float = span(27.0, 10.0, 40.0, unit="°C")
    alarm: float = span(0.5)


def rattles(temperature: float) -> float:
    """Return the rattle's shakes a second at a temperature in °C, after Chadwick & Rahn (1954): 20 at 10, 90 at 40."""
    return 20 + 70 * (temperature - 10) / 30


def _hiss(params: Snake, studio: Studio) -> Instrument:
    """Blow through the glottis: noise in a wide band over the resonance of the mouth."""
    size = (params.length / 1.2) ** -0.3

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(around(rng, 1.15, 0.18) * (0.8 + 0.4 * params.alarm))
        where = np.linspace(0, 1, n)
        air = rng.standard_normal(n)
        low = 3000 * size * (0.85 + 0.3 * params.alarm)
        breath = once(air, band(low, 3.2 * low)) + 0.4 * once(air, band(0.3 * low, low))
        bright = once(air, highpass(2.2 * low, 1))
        flow = np.sin(np.pi * where ** between(rng, 0.45, 0.7)) ** 0.8
        flow *= 1 + 0.12 * np.interp(where, np.linspace(0, 1, 24), rng.standard_normal(24))
        return (0.4 + 0.6 * strength) * unit((breath + (0.15 + 0.3 * strength) * flow * bright) * flow)

    return Instrument(strike=strike)


def _rattle(params: Snake, studio: Studio) -> Instrument:
    """Shake horn segments against each other: two volleys of small clicks a shake."""
    own = studio.rng("rattle")
    rate = 2 * rattles(params.temperature) * (0.9 + 0.2 * params.alarm) * around(own, 1, 0.03)
    low = 5200 * (params.length / 1.2) ** -0.35
    clicks = []
    for _ in range(24):
        n = seconds(0.006)
        ring = once(own.standard_normal(n) * np.exp(-np.arange(n) / (0.0009 * RATE)), band(low, min(3.2 * low, 20_000)))
        clicks.append(unit(ring) * between(own, 0.5, 1.0))
    scatter, drift, wave = Scatter(1), Slow(studio.rng("drift"), 2.0), Slow(studio.rng("wave"), 0.7)
    state = {"phase": own.random()}
    when = studio.rng("when")

    def play(block: Block) -> Wave:
        n = block.samples
        level = np.exp(0.25 * wave(n))
        phase = state["phase"] + np.cumsum(rate * (1 + 0.03 * drift(n))) / RATE
        at = np.flatnonzero(np.diff(np.floor(phase), prepend=np.floor(state["phase"])) > 0)
        state["phase"] = float(phase[-1] % 1)
        grains = []
        for k in at:
            for _ in range(3):
                offset = int(k + abs(when.standard_normal()) * 0.0012 * RATE)
                grains.append((offset, clicks[int(when.integers(24))] * float(level[k]), 0.0))
        return np.asarray(scatter(n, grains)[0])

    return Instrument(play=play, burst=1.6)


def build(params: Snake, studio: Studio) -> Instrument:
    """Build a snake."""
    return _hiss(params, studio) if params.kind == "hiss" else _rattle(params, studio)


SNAKE = Family(
    "snake",
    "Snakes: hisses and rattles.",
    Snake,
    build,
    model=(
        "A hiss is breath through a narrow glottis: noise in a band from some 3 to 10 kHz, swelling and falling"
        " with the flow, brighter where it is stronger. A rattle is a string of loose horn segments that the"
        " fastest of muscles shakes 20 to 90 times a second, the faster the warmer; each way of each shake is a"
        " volley of clicks that ring above 5 kHz. Larger snakes hiss and rattle lower, alarmed ones longer and"
        " faster."
    ),
    source=(
        "Young, Snake bioacoustics: toward a richer understanding of the behavioral ecology of snakes (2003);"
        " Chadwick & Rahn, Temperature dependence of rattling frequency in the rattlesnake, Crotalus v. viridis"
        " (1954); Young & Brown, On the acoustic profile of the rattlesnake rattle (1993)."
    ),
)
