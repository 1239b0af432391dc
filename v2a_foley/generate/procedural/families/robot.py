"""Robots: servo motors that move their joints, and the tones they speak. Tools and engines are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import band, highpass, lowpass, once, peak, slope
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, line, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import cycle, harmonic_levels, read


@dataclass(frozen=True)
class Robot:
    """A robot: what is heard of it, how large it is, how fast it moves, how worn its gears are."""

    kind: str = choice("servo", "hydraulic", "speech")
    size: float = span(0.4)
    speed: float = span(0.5)
    wear: float = span(0.3)


def build(params: Robot, studio: Studio) -> Instrument:
    """Build a robot."""
    own = studio.rng("robot")
    top = around(own, 1500 * 2 ** (-2.6 * params.size) * (0.6 + 0.9 * params.speed), 0.06)
    gears = cycle(
        harmonic_levels(top, 1.0 - 0.4 * params.wear, 9000),
        own.uniform(0, 6.28, len(harmonic_levels(top, 1.0 - 0.4 * params.wear, 9000))),
    )
    shell = body_of("metal", 0.2 + 0.7 * params.size, own)
    case = [peak(around(own, 700 * 2 ** (-1.5 * params.size), 0.1), 2.5, 8), peak(around(own, 2400, 0.1), 3, 6)]

    def servo(strength: float, rng: np.random.Generator) -> Wave:
        length = around(rng, 0.75 - 0.45 * params.speed + 0.4 * params.size, 0.3)
        n = seconds(length)
        speed = line(((0, 0.05), (0.18, 1.0), (0.7, between(rng, 0.75, 1.0)), (1, 0.03)), n)
        jitter = np.interp(clock(n), np.linspace(0, length, 30), 0.01 * (1 + 3 * params.wear) * rng.standard_normal(30))
        turns = np.cumsum(top * around(rng, 1.0, 0.07) * speed * (1 + jitter)) / RATE
        whine = read(gears, turns) + 0.5 * read(gears, 0.137 * turns + 0.2)
        grind = (
            once(rng.standard_normal(n), band(900, 7000))
            * (0.08 + 0.5 * params.wear)
            * (0.6 + 0.4 * np.sin(2 * np.pi * 0.137 * turns))
        )
        move = once((whine + grind) * speed**0.6 * swell(n, 0.015, 0.05), highpass(60), *case)
        stop = blow(shell, 0.7, 0.6 * strength, rng, damp=0.06)
        return lay([(0.0, unit(move)), (length - 0.02, (0.2 + 0.3 * params.size) * unit(stop))])

    def hydraulic(strength: float, rng: np.random.Generator) -> Wave:
        length = around(rng, 0.9 + 0.8 * params.size - 0.5 * params.speed, 0.2)
        n = seconds(length)
        flow = line(((0, 0.1), (0.2, 1.0), (0.8, 0.8), (1, 0.0)), n)
        hiss = (
            once(rng.standard_normal(n), slope(-6.0), band(420 - 300 * params.size, 5000 - 3200 * params.size))
            * flow**1.5
        )
        turns = np.cumsum(0.18 * top * (0.7 + 0.5 * flow)) / RATE
        pump = read(gears, turns) * flow
        thud = blow(body_of("metal", 0.85, rng), 0.25, strength, rng, damp=0.15)
        return lay(
            [(0.0, 0.6 * unit(hiss)), (0.0, 0.5 * unit(once(pump, lowpass(2500, 1)))), (length, 0.8 * unit(thud))]
        )

    def speech(strength: float, rng: np.random.Generator) -> Wave:
        parts, at = [], 0.0
        for _ in range(int(rng.integers(3, 8))):
            length = around(rng, 0.13 - 0.06 * params.speed, 0.4)
            n = seconds(length)
            start, end = (top * 2 ** between(rng, -0.8, 1.1) for _ in range(2))
            hertz = np.geomspace(start, end, n) * (
                1 + 0.04 * np.sin(2 * np.pi * between(rng, 8, 30) * clock(n)) * (rng.random() < 0.4)
            )
            turn = 2 * np.pi * np.cumsum(hertz) / RATE
            tone = np.sin(turn + 1.5 * params.wear * np.sin(0.5 * turn)) * swell(n, 0.004, 0.02)
            parts.append((at, tone * between(rng, 0.6, 1.0)))
            at += length + (0.02 if rng.random() < 0.7 else 0.12)
        return lay(parts)

    strike = {"servo": servo, "hydraulic": hydraulic, "speech": speech}[params.kind]

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        yield 0.0, 0.85
        while True:
            yield between(rng, 0.7, 1.9), between(rng, 0.6, 1.0)

    return Instrument(strike=strike, rhythm=rhythm)


ROBOT = Family(
    "robot",
    "Robots: servos and hydraulics that move, tones that they speak.",
    Robot,
    build,
    model="A servo runs up, holds its speed and runs down: the pitch of its motor and gears follows, with the "
    "tooth rate and the slower wheel as partials, grinding noise that grows with wear, and a knock "
    "where the joint stops. Hydraulics hiss with the flow and end in a thud. Robot speech is a row of "
    "short gliding frequency-modulated tones.",
    source="Farnell, Designing Sound (2010), motors and robots; Bies & Hansen, Engineering Noise Control "
    "(2009), gear mesh tones.",
)
