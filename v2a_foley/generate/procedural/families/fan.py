"""Whatever moves air with blades in a housing: fans, blowers, vacuum cleaners, hair dryers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, span
from v2a_foley.generate.procedural.parts.filters import Filter, Pole, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around
from v2a_foley.generate.procedural.parts.turning import Orders, Shaft


@dataclass(frozen=True)
class Fan:
    """A fan: turns, blades, width, how narrow its outlet is, how much of its motor is heard, how worn its bearing."""

    rpm: float = span(1000.0, 40.0, 50_000.0, unit="rpm")
    blades: int = span(5, 2, 60)
    diameter: float = span(0.3, 0.03, 3.0, unit="m")
    outlet: float = span(0.2)
    motor: float = span(0.3)
    wear: float = span(0.15)


def build(params: Fan, studio: Studio) -> Instrument:
    """Build a fan; the drive is its speed."""
    own = studio.rng("fan")
    turn = params.rpm / 60 * around(own, 1, 0.02)
    tip = np.pi * params.diameter * turn
    top = float(np.clip(0.2 * tip / (0.06 * params.diameter) * (0.5 + 2.2 * params.outlet), 110, 5200))
    noise = Noise(studio.rng("air"), studio.channels)
    air = coloured(slope(-2.5), band(0.3 * top, 3.2 * top))
    jet = coloured(slope(-1.0), band(900, 9000))
    blades = Orders(
        studio,
        "blades",
        [(k * params.blades, a) for k, a in ((1, 1.0), (2, 0.45), (3, 0.2)) if k * params.blades * turn < 14_000]
        or [(1, 0.3)],
    )
    motor = Orders(
        studio, "motor", [(k, a) for k, a in ((1, 0.8), (2, 0.8), (4, 0.4), (6, 0.3), (12, 0.25)) if k * turn < 12_000]
    )
    shaft = Shaft(studio, "shaft", 0.004 + 0.012 * params.wear)
    draught, bearing = Slow(studio.rng("draught"), 0.25), Slow(studio.rng("bearing"), 3)
    inertia = Pole(0.3)
    box = 60 / params.diameter
    case = Filter(
        highpass(30, 1),
        peak(around(own, min(3 * box, 2500), 0.1), 1.6, 5),
        peak(around(own, min(8 * box, 6000), 0.1), 2, 4),
        lowpass(13_000, 1),
    )

    def play(block: Block) -> Wave:
        n = block.samples
        spin = 0.2 + 0.8 * inertia(block.drive)
        turns = shaft(turn * spin)
        white = noise(n)
        chop = 1 + 0.3 * (1 - params.outlet) * np.cos(2 * np.pi * turns) * (0.3 + params.wear)
        out = 0.26 * air(white) * spin**1.8 * np.exp(0.1 * draught(n)) * chop
        out = out + 0.2 * params.outlet * jet(white) * spin**2.5
        tones = 0.045 * (1 - 0.4 * params.outlet) * blades(turns) + 0.12 * params.motor * motor(turns)
        rattle = 1 + 0.5 * params.wear * np.clip(bearing(n), 0, 2) * np.cos(2 * np.pi * turns)
        return case(out + tones * rattle * spin) * (0.2 + 0.8 * spin)

    return Instrument(play=play, inertia=0.3, follows=True, rest=0.9, burst=1.5)


FAN = Family(
    "fan",
    "Fans and blowers: blades, turbulence, the outlet, a motor.",
    Fan,
    build,
    model="Turbulence at the blades gives broad noise whose peak follows Strouhal's law of tip speed and chord, and "
    "whose level rises with the fifth or sixth power of the speed (tamed here); blades that pass a strut give "
    "tones at blades times turns. A narrow outlet adds the hiss of a jet, the motor tones at multiples of the "
    "turn, a worn bearing makes them waver. The housing's resonances fall with the diameter.",
    source="Neise, Review of fan noise generation mechanisms and control methods, Fan Noise symposium (1992); "
    "Madison, Fan Engineering (1949) on the fan laws; Farnell, Designing Sound (2010).",
    shown=(
        {},
        {"rpm": 24_000.0, "blades": 9, "diameter": 0.11, "outlet": 0.6, "motor": 0.8},
        {"diameter": 1.5, "rpm": 250.0},
        {"wear": 1.0},
    ),
)
