"""A jet of water into a vessel: taps, showers, glasses and buckets that fill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.running import Flow, running
from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.noise import Whistle
from v2a_foley.generate.procedural.parts.shapes import clock


@dataclass(frozen=True)
class Pour:
    """A jet of water: how much, from what height, into what, and how soon that is full."""

    flow: float = span(8.0, 0.3, 80.0, unit="l/min")
    height: float = span(0.25, 0.03, 2.5, unit="m")
    vessel: str = choice("sink", "glass", "bucket", "bath", "shower")
    fill: float = span(12.0, 3.0, 600.0, unit="s")


@dataclass(frozen=True)
class Vessel:
    """What the water runs into: its depth in metres (0: it never fills), its modes (hertz, Q, dB), share of bubbles."""

    depth: float
    modes: tuple[tuple[float, float, float], ...]
    bubbles: float
    drops: float = 0.0


_VESSELS = {
    "sink": Vessel(0.0, ((420, 3.0, 5.0), (1150, 4.0, 5.0), (2700, 3.0, 3.0)), 0.5, 60),
    "glass": Vessel(0.11, ((2900, 8.0, 4.0),), 1.0),
    "bucket": Vessel(0.28, ((210, 4.0, 5.0), (560, 5.0, 4.0)), 1.0),
    "bath": Vessel(0.0, ((130, 2.0, 6.0), (310, 2.0, 4.0)), 1.0),
    "shower": Vessel(0.0, ((260, 1.5, 3.0), (3800, 0.8, 4.0)), 0.12, 420),
}


def build_pour(params: Pour, studio: Studio) -> Instrument:
    """Build a jet of water and its vessel; one that fills starts empty and is full after ``fill`` seconds."""
    vessel = _VESSELS[params.vessel]
    much = float(np.log(params.flow / 0.3) / np.log(270))
    fast = float(np.sqrt(params.height / 2.5))
    flow = Flow(
        rate=120 + 300 * much,
        pitch=(1200 * 0.2**much * (1 - 0.3 * fast), 6500 - 2000 * much),
        bubbles=vessel.bubbles,
        noise=0.08 + 0.4 * much + 1.0 * fast + 0.5 * (1 - vessel.bubbles),
        designs=(
            slope(-2.5),
            highpass(1100 - 800 * much, 1),
            lowpass((7500 - 1500 * much) * (0.7 + 0.9 * fast), 1),
            *(peak(f, q, d) for f, q, d in vessel.modes),
        ),
        unrest=0.35,
        gurgle=5.0,
        spray=vessel.drops * (0.3 + fast) + 150 * fast**2,
    )
    jet = running(flow, studio)
    column = 343.0 / (4 * vessel.depth) if vessel.depth else 0.0
    tones = [Whistle(studio, f"column{k}", column * (2 * k + 1), 0.02 * column) for k in range(2)] if column else []
    state = {"at": 0.0}

    def play(block: Block) -> Wave:
        wave = jet(block)
        if not tones:
            return wave
        left = 0.14 + 0.86 * np.exp(-2.2 * (state["at"] + clock(block.samples)) / params.fill)
        state["at"] += block.samples / RATE
        for k, tone in enumerate(tones):
            wave = wave + (0.16 - 0.04 * k) * tone(np.minimum(1 / left, 9000 / (column * (2 * k + 1))))
        return wave

    return Instrument(play=play, burst=1.4)


POUR = Family(
    "pour",
    "A jet of water into a vessel: taps, showers, glasses and buckets that fill.",
    Pour,
    build_pour,
    model="The jet drags air into the water, which sounds as bubbles over spray; more water makes larger bubbles, a "
    "higher fall more spray. The vessel adds its modes. One that fills has a column of air above the water: a "
    "quarter-wave resonance that rises as the column shortens, until the vessel is full.",
    source="Cabe & Pittenger, Human sensitivity to acoustic information from vessel filling, J. Exp. Psychol. HPP 26 "
    "(2000); van den Doel (2005); Minnaert (1933).",
)
