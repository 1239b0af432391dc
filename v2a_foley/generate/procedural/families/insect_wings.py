"""The wing beats of bees, bumblebees, flies, mosquitoes, dragonflies and beetles. Who stridulates is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, highpass, lowpass
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around


@dataclass(frozen=True)
class InsectWings:
    """Flying insects: which, their wings' length, how restlessly they fly, and how many."""

    species: str = choice("bee", "bumblebee", "fly", "mosquito", "dragonfly", "beetle")
    wing: float = span(1.0, 0.5, 1.8, unit="of the kind's")
    restless: float = span(0.5)
    number: int = span(3, 1, 10)


_WINGS = {
    "bee": (225.0, 0.5, 0.35),
    "bumblebee": (152.0, 0.35, 0.5),
    "fly": (185.0, 0.35, 0.8),
    "mosquito": (520.0, 0.12, 0.7),
    "dragonfly": (38.0, 0.1, 0.7),
    "beetle": (62.0, 0.2, 0.6),
}
"""Beats a second, darkness, and how much it moves about."""


def build(params: InsectWings, studio: Studio) -> Instrument:
    """Build a few insects that fly about."""
    beat, dark, moves = _WINGS[params.species]
    restless = moves * (0.25 + 1.5 * params.restless)
    count = params.number
    own = studio.rng("flier")
    pitches = [around(own, beat / params.wing, 0.07) for _ in range(count)]
    turns = [Slow(studio.rng("turn", k), 1.3) for k in range(count)]
    near = [Slow(studio.rng("near", k), 0.45) for k in range(count)]
    shakes, sides = (
        [Slow(studio.rng("shake", k), 22) for k in range(count)],
        [Slow(studio.rng("side", k), 0.5) for k in range(count)],
    )
    weights = np.array([1.0, 0.75, 0.55, 0.4, 0.28, 0.2, 0.14, 0.1, 0.07, 0.05]) ** (0.6 + dark)
    table = sum(w * np.sin(2 * np.pi * (k + 1) * np.arange(4097) / 4096 + 1.7 * k) for k, w in enumerate(weights))
    phases = own.random(count)
    noise, thin = Noise(studio.rng("air"), 1), Filter(highpass(max(30.0, beat / params.wing * 0.6), 2))
    flutter, eddies = 0.15 if beat > 100 else 0.5, Filter(lowpass(min(20_000.0, 14 * beat / params.wing), 1))

    def play(block: Block) -> Wave:
        n = block.samples
        out = np.zeros((studio.channels, n))
        hiss = eddies(noise(n)[0])
        for k in range(count):
            pitch = pitches[k] * np.exp(0.09 * restless * turns[k](n) + 0.012 * shakes[k](n))
            phase = phases[k] + np.cumsum(pitch) / RATE
            phases[k] = phase[-1] % 1
            wave = table[((phase % 1) * 4096).astype(int)]
            loud = np.exp(0.9 * restless * near[k](n)) / (1 + 0.2 * k)
            wave = (wave * (1 + flutter * hiss)) * loud
            if studio.channels == 1:
                out[0] += wave
            else:
                side = np.tanh(0.7 * sides[k](n))
                out[0] += wave * np.sqrt(1 - side)
                out[1] += wave * np.sqrt(1 + side)
        return thin(out)

    return Instrument(play=play, burst=1.2)


INSECT_WINGS = Family(
    "insect_wings",
    "Flying insects: bees, bumblebees, flies, mosquitoes, dragonflies, beetles.",
    InsectWings,
    build,
    model=(
        "The wing beat is the pitch: ten harmonics whose levels fall as the kind of stroke makes them, roughened"
        " by the turbulence that every stroke sheds. Longer wings beat more slowly, one over their length. The beat"
        " wavers with each turn of the flight and the level with the distance, which wander the more, the more"
        " restless the insect; several fly round each other at pitches of their own."
    ),
    source=(
        "Sotavalta, The flight-tone (wing-stroke frequency) of insects (1947); Byrne, Buchmann & Spangler,"
        " Relationship between wing loading, wingbeat frequency and body mass in homopterous insects (1988);"
        " Dudley, The Biomechanics of Insect Flight (2000)."
    ),
)
