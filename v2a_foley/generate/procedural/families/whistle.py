"""Whistles: of metal with a pea or without, of steam, of lips and fingers. Flutes are woodwinds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, once
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import clock, seconds, swell, unit


@dataclass(frozen=True)
class Whistle:
    """A whistle: of which kind, how large, how hard it is blown, how fast its pea turns."""

    kind: str = choice("pea", "plain", "steam", "lips", "fingers")
    size: float = span(0.3)
    pressure: float = span(0.7)
    warble: float = span(32.0, 10.0, 60.0, unit="1/s")


_PIPES = {
    "pea": (2300.0, 3900.0),
    "plain": (2300.0, 4300.0),
    "steam": (280.0, 900.0),
    "lips": (900.0, 2200.0),
    "fingers": (1700.0, 3200.0),
}
"""Pitch in hertz of the largest and the smallest."""


def build_whistle(params: Whistle, studio: Studio) -> Instrument:
    """Build a whistle and who blows it."""
    own = studio.rng("whistle")
    large, small = _PIPES[params.kind]
    hertz = small * (large / small) ** params.size * (0.94 + 0.09 * params.pressure) * around(own, 1.0, 0.03)
    tones = {
        "pea": ((1.0, 1.0),),
        "plain": ((1.0, 1.0), (1.045, 0.9), (1.09, 0.7)),
        "steam": ((1.0, 1.0), (1.26, 0.9), (1.5, 0.8)),
    }
    air = {"pea": 0.3, "plain": 0.2, "steam": 0.8, "lips": 0.04, "fingers": 0.08}[params.kind]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        long = {"steam": 1.6, "lips": 0.55}.get(params.kind, 0.7)
        n = seconds(around(rng, long, 0.2))
        time = clock(n)
        slow = np.interp(time, np.linspace(0, time[-1], 10), rng.standard_normal(10))
        bend = 1 - 0.06 * np.exp(-time / 0.02) + 0.003 * slow
        level = 1 + 0.06 * slow
        if params.kind == "pea":
            turn = 2 * np.pi * np.cumsum(params.warble * (0.75 + 0.35 * params.pressure) * (1 + 0.05 * slow)) / RATE
            bend = bend + 0.02 * np.sin(turn)
            level = level * (1 + 0.75 * np.sin(turn + 0.6)) / 1.75
        if params.kind in ("lips", "fingers"):
            points = ((0.0, 0.0, 0.35), (0.0, 0.3, -0.15), (0.0, -0.2, 0.45))[int(rng.integers(3))]
            bend = bend * 2 ** np.interp(time / time[-1], (0, 0.45, 1), points)
        wave = np.zeros(n)
        for ratio, loud in tones.get(params.kind, ((1.0, 1.0),)):
            phase = 2 * np.pi * np.cumsum(hertz * ratio * bend) / RATE
            wave += loud * (np.sin(phase) + 0.09 * params.pressure * np.sin(2 * phase) + 0.04 * np.sin(3 * phase))
        hiss = once(rng.standard_normal(n), band(0.7 * hertz, min(3 * hertz, 14_000)))
        out = unit(wave) + air * (0.3 + 0.7 * params.pressure) * 0.6 * unit(hiss)
        return unit(out * level * swell(n, 0.01 if params.kind != "steam" else 0.12, 0.05))

    return Instrument(strike=strike, rhythm=steady(between(own, 1.2, 1.8), 0.35, 0.7))


WHISTLE = Family(
    "whistle",
    "A whistle is blown: with a pea, plain, by steam, by lips or fingers.",
    Whistle,
    build_whistle,
    model="A jet of air over an edge drives a small cavity: a nearly pure tone with hiss round it, whose "
    "pitch falls with size and rises a little with pressure. The pea shuts and opens the window as it "
    "turns, some tens of times a second. Whistles without a pea have three chambers a few per cent "
    "apart that beat; steam whistles sound a chord; lips and fingers slide.",
    source="Fletcher & Rossing, The Physics of Musical Instruments (1998), ch. 16; Chanaud, Aerodynamic "
    "whistles, Scientific American 222 (1970).",
)
