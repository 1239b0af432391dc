"""Machines that run by electricity: fans, drills, vacuum cleaners, hair dryers, washing and sewing machines, hum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, Pole, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around


@dataclass(frozen=True)
class Machine:
    """A machine: which, and how large it is for its kind."""

    kind: str = choice(
        "motor",
        "fan",
        "drill",
        "vacuum",
        "hairdryer",
        "washing",
        "printer",
        "sewing",
        "hum",
        "saw",
        "projector",
        "refrigerator",
        "blender",
        "dishwasher",
        "microwave",
        "mixer",
        "shaver",
        "pump",
        "coffee",
        "lathe",
    )
    size: float = span(0.5)


@dataclass(frozen=True)
class Make:
    """What a machine is made of.

    Attributes:
        turn: turns a second.
        tones: (multiple of the turn, level) of its whines.
        air: (level, low, high, dB an octave) of its noise.
        beat: (strokes a second, depth, sharpness) of what swings or strikes in it.
        strike: (level, low, high in hertz) of the noise of each stroke.
        wander: how unsteady it runs.
        boxes: resonances of its case, (hertz, Q, dB).
        spin: how far the drive changes its speed.
    """

    turn: float
    tones: tuple[tuple[float, float], ...]
    air: tuple[float, float, float, float]
    beat: tuple[float, float, float] = (0.0, 0.0, 1.0)
    strike: tuple[float, float, float] = (0.0, 500, 4000)
    wander: float = 0.006
    boxes: tuple[tuple[float, float, float], ...] = ()
    spin: float = 0.5


_MAKES: dict[str, Make] = {
    "motor": Make(
        48,
        ((1, 0.5), (2, 1.0), (4, 0.4), (12, 0.5), (24, 0.25)),
        (0.35, 150, 3500, -3),
        boxes=((310, 3, 6), (820, 4, 5)),
    ),
    "fan": Make(
        17, ((1, 0.25), (5, 0.45), (10, 0.2), (15, 0.08)), (1.0, 70, 2400, -4), (85, 0.12, 1.0), boxes=((180, 1.5, 4),)
    ),
    "drill": Make(
        185,
        ((1, 0.6), (2, 0.9), (4, 0.4), (7, 0.6), (14, 0.55), (21, 0.3)),
        (0.5, 800, 8000, -2),
        wander=0.02,
        boxes=((1300, 3, 6), (2900, 3, 5)),
    ),
    "vacuum": Make(
        235, ((1, 0.8), (2, 0.5), (9, 0.35), (18, 0.2)), (1.6, 180, 6500, -3), boxes=((520, 2, 6), (1500, 2.5, 4))
    ),
    "hairdryer": Make(
        205, ((1, 0.5), (2, 0.4), (11, 0.4), (22, 0.1)), (1.5, 350, 9000, -2), boxes=((900, 1.8, 6), (2600, 2, 4))
    ),
    "washing": Make(
        7,
        ((14, 0.5), (28, 0.25), (43, 0.25)),
        (0.8, 60, 1800, -5),
        (0.95, 0.85, 0.7),
        (0.9, 150, 1500),
        0.02,
        ((95, 3, 7),),
    ),
    "printer": Make(
        92, ((1, 0.4), (3, 0.4), (8, 0.5), (13, 0.35)), (0.3, 600, 6000, -2), (6.5, 0.95, 6), (0.9, 900, 6500), 0.03
    ),
    "sewing": Make(
        14,
        ((9, 0.35), (18, 0.25), (40, 0.12)),
        (0.25, 400, 5000, -3),
        (14, 0.95, 7),
        (1.3, 500, 6000),
        0.012,
        ((700, 3, 6),),
    ),
    "hum": Make(
        50,
        ((1, 0.35), (2, 1.0), (4, 0.5), (6, 0.3), (8, 0.14), (10, 0.1), (12, 0.06)),
        (0.03, 100, 3000, -4),
        wander=0.002,
        spin=0.0,
    ),
    "saw": Make(
        62,
        ((1, 0.4), (2, 0.4), (24, 0.5), (48, 0.6), (72, 0.25)),
        (1.0, 1400, 12_000, -1),
        (62, 0.3, 1.5),
        wander=0.012,
        boxes=((2300, 3, 6), (4700, 3, 5)),
    ),
    "projector": Make(
        24, ((5, 0.2), (10, 0.12)), (0.4, 200, 3500, -3), (24, 0.95, 5), (1.0, 800, 6500), 0.006, ((1500, 2, 5),)
    ),
    "refrigerator": Make(
        48.5,
        ((1, 0.5), (2, 1.0), (3, 0.2), (4, 0.4), (6, 0.2)),
        (0.3, 60, 900, -5),
        (0.4, 0.06, 1),
        wander=0.003,
        spin=0.0,
    ),
    "blender": Make(
        260,
        ((1, 0.9), (2, 0.7), (4, 0.5), (6, 0.3)),
        (1.3, 300, 8000, -2),
        (38, 0.5, 2),
        (0.5, 600, 5000),
        0.03,
        ((700, 2, 5),),
    ),
    "dishwasher": Make(
        46, ((2, 0.3), (4, 0.15)), (1.0, 90, 1800, -4), (0.75, 0.55, 1.2), (0.8, 300, 2800), 0.01, ((160, 2, 5),)
    ),
    "microwave": Make(
        50, ((2, 1.0), (4, 0.6), (6, 0.35), (8, 0.2)), (0.5, 120, 2200, -4), (0.17, 0.05, 1), wander=0.002, spin=0.0
    ),
    "mixer": Make(
        135,
        ((1, 0.7), (2, 0.8), (3, 0.4), (6, 0.5), (12, 0.2)),
        (0.6, 300, 5000, -2.5),
        (11, 0.3, 2),
        (0.2, 700, 4000),
        0.012,
    ),
    "shaver": Make(
        118,
        ((1, 1.0), (2, 0.9), (3, 0.6), (4, 0.5), (6, 0.3), (9, 0.2)),
        (0.25, 1500, 9000, -1),
        (59, 0.2, 1),
        wander=0.008,
    ),
    "pump": Make(
        24,
        ((2, 0.5), (4, 0.6), (6, 0.3), (12, 0.2)),
        (0.4, 80, 1500, -4),
        (2.2, 0.8, 2),
        (0.7, 120, 1500),
        0.008,
        ((140, 3, 6),),
    ),
    "coffee": Make(
        50,
        ((2, 1.0), (4, 0.8), (6, 0.5), (8, 0.5), (12, 0.3)),
        (0.9, 400, 7000, -2),
        (3.0, 0.4, 1),
        (0.4, 300, 2500),
        0.01,
    ),
    "lathe": Make(
        25, ((1, 0.3), (6, 0.4), (17, 0.4), (34, 0.25)), (0.5, 300, 6000, -2), (25, 0.35, 2), (0.4, 1200, 8000), 0.006
    ),
}


def build(params: Machine, studio: Studio) -> Instrument:
    """Build a machine; the drive is its speed."""
    make, own = _MAKES[params.kind], studio.rng("machine")
    rate = (
        make.turn
        * 2 ** (0.5 * (0.5 - params.size) * (1 if make.spin else 0))
        * around(own, 1, 0.02 if make.spin else 0.008)
    )
    noise = Noise(studio.rng("air"), studio.channels)
    level, low, high, tilt = make.air
    air = coloured(slope(tilt), band(low, high))
    case = Filter(highpass(25, 1), *(peak(f * around(own, 1, 0.1), q, d) for f, q, d in make.boxes))
    ringing = coloured(band(make.strike[1], make.strike[2]))
    pace, shiver, draught = (
        Slow(studio.rng("pace"), 0.4),
        Slow(studio.rng("shiver"), 6),
        Slow(studio.rng("draught"), 0.25),
    )
    sways = [Slow(studio.rng("sway", k), 0.6) for k in range(len(make.tones))]
    starts, inertia = own.random(len(make.tones)) * 6.28, Pole(0.25)
    hands = np.exp(0.12 * own.standard_normal(4))
    dim = Filter(lowpass(12_000, 1))
    state = {"phase": float(own.random()), "beat": float(own.random())}
    strokes = make.beat[0] * around(own, 1, 0.03)

    def play(block: Block) -> Wave:
        n = block.samples
        speed = (1 - make.spin) + make.spin * inertia(block.drive)
        run = speed * (1 + make.wander * pace(n) + 0.3 * make.wander * shiver(n))
        phase = state["phase"] + np.cumsum(rate * run) / RATE
        state["phase"] = float(phase[-1] % 8192)
        tone = np.zeros(n)
        for (k, loud), start, sway in zip(make.tones, starts, sways, strict=True):
            shift = 0.35 * sway(n)
            tone += loud * np.sin(2 * np.pi * k * phase + start + shift) * (1 + 0.2 * shift)
        white = noise(n)
        breath = air(white) * np.exp(0.1 * draught(n)) * speed**1.5
        out = level * 0.25 * breath
        force = tone[None, :] * 0.16 * speed**0.7
        if strokes:
            beat = state["beat"] + np.cumsum(strokes * run) / RATE
            state["beat"] = float(beat[-1] % 1024)
            swing = (0.5 + 0.5 * np.cos(2 * np.pi * beat)) ** make.beat[2]
            swing = swing * hands[beat.astype(int) % 4]
            out = out * (1 - make.beat[1] + make.beat[1] * swing * 1.5)
            if make.strike[0]:
                out = out + make.strike[0] * 0.35 * ringing(white) * swing**2.0
        return dim(case(out + force)) * (0.25 + 0.75 * block.drive)

    return Instrument(play=play, follows=True, rest=0.9, burst=1.6)


MACHINE = Family(
    "machine", "Machines: whines at multiples of a turning speed, air, and what swings or strikes.", Machine, build
)
