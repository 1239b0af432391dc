"""Cicadas: tymbals that buckle, in choruses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, span
from v2a_foley.generate.procedural.parts.filters import Filter, band
from v2a_foley.generate.procedural.parts.grains import pan
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between


@dataclass(frozen=True)
class Cicada:
    """Cicadas: how long their bodies are, how warm it is, how many sing near by, how much their song swells."""

    length: float = span(30.0, 12.0, 65.0, unit="mm")
    temperature: float = span(27.0, 15.0, 40.0, unit="°C")
    number: int = span(3, 1, 6)
    swelling: float = span(0.4)


def build(params: Cicada, studio: Studio) -> Instrument:
    """Build a tree of cicadas."""
    own = studio.rng("cicada")
    warm = 1 + 0.022 * (params.temperature - 27)
    rates = [around(own, 155 * warm * (params.length / 30) ** -0.3, 0.14) for _ in range(params.number)]
    rings = [
        Filter(band(f * 0.93, f * 1.07, 2))
        for f in (around(own, 5200 * 30 / params.length, 0.09) for _ in range(params.number))
    ]
    swells, wobbles = (
        [Slow(studio.rng("swell", k), 0.12 + 0.25 * params.swelling) for k in range(params.number)],
        [Slow(studio.rng("wob", k), 3) for k in range(params.number)],
    )
    noises = [Noise(studio.rng("noise", k), 1) for k in range(params.number)]
    sides = [pan(between(own, -0.8, 0.8)) for _ in range(params.number)]
    phases = own.random(params.number)
    deep = 0.15 + 0.6 * params.swelling

    def play(block: Block) -> Wave:
        n = block.samples
        out = np.zeros((studio.channels, n))
        for k in range(params.number):
            phase = phases[k] + np.cumsum(rates[k] * (1 + 0.02 * wobbles[k](n))) / RATE
            phases[k] = phase[-1] % 1
            part = phase % 1
            buckle = np.exp(-part * 7) + 0.5 * np.exp(-((part - 0.5) % 1) * 9)
            tone = rings[k](noises[k](n)[0] * buckle) * np.exp(deep * swells[k](n)) / (1 + 0.25 * k)
            out += np.outer(sides[k] if studio.channels > 1 else (1.0,), tone)
        return out

    return Instrument(play=play, burst=2.0)


CICADA = Family(
    "cicada",
    "Cicadas: droning tymbals.",
    Cicada,
    build,
    model=(
        "Muscles pull two ribbed membranes, the tymbals, in turn until they buckle, some 155 times a second each"
        " when it is warm; every buckling is a volley of clicks that the air in the abdomen, a resonator, rings at"
        " a pitch that goes with one over the body's length (5 kHz for 30 mm). Left and right differ, so that"
        " strong and weak volleys alternate. Each insect drones at its own rate and swells and sinks by itself."
    ),
    source=(
        "Young & Bennet-Clark, The role of the tymbal in cicada sound production (1995); Bennet-Clark & Young, A"
        " model of the mechanism of sound production in cicadas (1992); Bennet-Clark & Young, The scaling of song"
        " frequency in cicadas (1994)."
    ),
)
