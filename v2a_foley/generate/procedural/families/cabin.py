"""The insides of vehicles under way: cars, buses, trains, aircraft, ships, submarines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, once, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.layers import Sparse
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, unit


@dataclass(frozen=True)
class Cabin:
    """The inside of a vehicle: which, how fast against its usual speed, how well it is sealed, how much rattles."""

    vehicle: str = choice("car", "bus", "train", "metro", "airliner", "propeller", "ship", "submarine")
    speed: float = span(0.6)
    seal: float = span(0.6)
    rattle: float = span(0.3)


@dataclass(frozen=True)
class Make:
    """What a cabin hears.

    Attributes:
        rumble: level and corner in hertz of what comes through the floor.
        air: level, lowest and highest hertz of the flow outside.
        vent: level of the ventilation.
        tones: (hertz at full speed, level, partials) of engine or motors; negative hertz do not follow the speed.
        joints: rail joints or seams a second at full speed, and their level.
        sway: how much the rumble swells.
        odd: what happens now and then: its pause in seconds and level.
    """

    rumble: tuple[float, float]
    air: tuple[float, float, float]
    vent: float
    tones: tuple[tuple[float, float, int], ...]
    joints: tuple[float, float] = (0.0, 0.0)
    sway: float = 0.15
    odd: tuple[float, float] = (0.0, 0.0)


_MAKES = {
    "car": Make((0.55, 150), (0.16, 300, 2600), 0.06, ((92, 0.16, 5),), (2.2, 0.05)),
    "bus": Make((0.55, 190), (0.1, 300, 2200), 0.12, ((62, 0.4, 7),), (1.3, 0.08), 0.2, (7, 0.3)),
    "train": Make((0.5, 240), (0.14, 300, 2400), 0.14, ((-100, 0.05, 3),), (1.15, 0.5), 0.22, (8, 0.25)),
    "metro": Make((0.5, 320), (0.35, 300, 3200), 0.1, ((780, 0.14, 3), (430, 0.08, 2)), (1.5, 0.6), 0.3, (6, 0.3)),
    "airliner": Make((0.4, 180), (0.7, 150, 2800), 0.3, ((98, 0.1, 2), (101, 0.07, 2)), sway=0.06),
    "propeller": Make((0.4, 180), (0.35, 150, 2200), 0.1, ((84, 0.7, 9),), sway=0.1),
    "ship": Make((0.6, 95), (0.05, 200, 1500), 0.25, ((11, 0.1, 6), (48, 0.25, 5)), sway=0.35, odd=(6, 0.4)),
    "submarine": Make((0.3, 120), (0.02, 200, 900), 0.35, ((-60, 0.3, 5), (29, 0.12, 4)), sway=0.1, odd=(5, 0.5)),
}


def _joint(rng: np.random.Generator) -> Wave:
    """A bogie runs over a joint: two axles, dull through the floor."""
    parts, gap = [], around(rng, 0.11, 0.08)
    for k in range(2):
        n = seconds(0.16)
        thud = once(rng.standard_normal(n), band(60, 420), lowpass(700, 1)) * burst(n, 0.003, 0.13)
        parts.append((k * gap, between(rng, 0.7, 1.0) * unit(thud)))
    return lay(parts)


def _creak(rng: np.random.Generator) -> Wave:
    """The hull or the coachwork creaks: slips whose rate wanders, through a panel."""
    n = seconds(between(rng, 0.4, 1.3))
    pace = around(rng, 55, 0.3) * (1 + 0.5 * np.interp(np.arange(n), np.linspace(0, n, 6), rng.standard_normal(6)))
    slips = np.diff(np.floor(np.cumsum(np.maximum(pace, 8)) / RATE), prepend=0.0) * (1 + 0.3 * rng.standard_normal(n))
    low = between(rng, 180, 420)
    panel = once(slips, band(low, 4 * low), peak(1.7 * low, 6, 8))
    return panel * np.hanning(n)


def build(params: Cabin, studio: Studio) -> Instrument:
    """Build the inside of a vehicle; the drive is its speed."""
    make, own = _MAKES[params.vehicle], studio.rng("cabin")
    fast, open_ = 0.25 + 1.25 * params.speed, 1.6 - 1.2 * params.seal
    noise, wind = Noise(studio.rng("floor"), studio.channels), Noise(studio.rng("wind"), studio.channels)
    level, corner = make.rumble
    rumble = coloured(slope(-4.5), highpass(24, 1), peak(around(own, 55, 0.15), 2, 5), lowpass(corner * fast**0.3, 1))
    blown, low, high = make.air
    air = coloured(slope(-3.5), band(low, high * (1.5 - 0.8 * params.seal) * fast**0.4))
    vent = coloured(slope(-3.5), band(180, 2200), peak(around(own, 480, 0.2), 2, 4))
    roll, gust, drift = Slow(studio.rng("roll"), 0.7), Slow(studio.rng("gust"), 0.4), Slow(studio.rng("drift"), 0.15)
    wall = Filter(lowpass(9000 - 6500 * params.seal, 1))
    rattles, joints = Scatter(studio.channels), Scatter(studio.channels)
    things = [
        unit(blow(body_of(str(m), between(own, 0.0, 0.4), own), 0.6, 0.5, own, longest=0.25))
        for m in own.choice(["plastic", "metal", "glass"], 16)
    ]
    phases, due = own.random(len(make.tones)), {"joint": 0.2}
    odd = Sparse(studio, "odd", make.odd[0], _creak, make.odd[1]) if make.odd[0] else None

    def play(block: Block) -> Wave:
        n = block.samples
        speed = fast * (0.3 + 0.7 * block.drive)
        swell = np.exp(make.sway * roll(n))
        out = level * 0.45 * rumble(noise(n)) * swell * speed**0.8
        out = (
            out
            + blown * open_ * 0.4 * air(wind(n)) * speed**1.5 * np.exp(0.12 * gust(n))
            + make.vent * 0.2 * vent(wind(n))
        )
        tone, turn = np.zeros(n), 1 + 0.006 * drift(n)
        for k, (hertz, loud, partials) in enumerate(make.tones):
            pitch = -hertz * turn if hertz < 0 else hertz * turn * (0.35 + 0.65 * speed / 1.0)
            phase = phases[k] + np.cumsum(pitch) / RATE
            phases[k] = float(phase[-1] % 1)
            for m in range(1, partials + 1):
                tone += loud * m**-0.9 * np.sin(2 * np.pi * m * phase + 1.3 * m)
        out = out + 0.22 * tone
        knocks = []
        if make.joints[1]:
            while due["joint"] < n / RATE:
                at = int(due["joint"] * RATE)
                knocks.append((at, make.joints[1] * _joint(own), 0.0))
                due["joint"] += around(own, 1 / (make.joints[0] * max(float(speed[min(at, n - 1)]), 0.15)), 0.02)
            due["joint"] -= n / RATE
        shaken = []
        for _ in range(own.poisson(9 * params.rattle * n / RATE)):
            thing = things[int(own.integers(16))]
            shaken.append((int(own.integers(n)), 0.7 * own.random() ** 2 * thing, between(own, -0.8, 0.8)))
        out = wall(out) + joints(n, knocks) + rattles(n, shaken)
        return out if odd is None else out + odd(block)

    return Instrument(play=play, follows=True, rest=1.0, burst=2.0)


CABIN = Family(
    "cabin",
    "The inside of a vehicle under way: rumble, wind, ventilation, engine, rail joints, rattles.",
    Cabin,
    build,
    model="What comes through the floor is low noise that grows with the speed; the flow outside grows faster and "
    "leaks in as the cabin is sealed or not. Engines, propellers and motors are rows of partials that follow the "
    "speed, ventilation and mains do not. Rail joints come in pairs, one for each axle of a bogie; panels creak and "
    "loose things rattle.",
    source="Harrison, Vehicle Refinement (2004); Thompson, Railway Noise and Vibration (2009); Mixson & Wilby, "
    "Interior noise, in Hubbard, Aeroacoustics of Flight Vehicles, NASA RP-1258 (1991).",
)
