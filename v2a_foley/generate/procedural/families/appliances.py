"""Machines that move water, food and compressed things: washing machines, mills and mixers, pumps, valves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import (
    Filter,
    Pole,
    band,
    coloured,
    highpass,
    lowpass,
    once,
    peak,
    slope,
)
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, seconds, unit
from v2a_foley.generate.procedural.parts.turning import Orders, Shaft


@dataclass(frozen=True)
class Washer:
    """A drum or a spray arm that turns: speed, water in it, load that falls, size of the cabinet."""

    rpm: float = span(50.0, 10.0, 1600.0, unit="rpm")
    water: float = span(0.6)
    load: float = span(0.5)
    hard: float = span(0.1)
    size: float = span(0.6)


def build_washer(params: Washer, studio: Studio) -> Instrument:
    """Build a washing machine; the drive is its speed."""
    own = studio.rng("washer")
    turn = params.rpm / 60 * around(own, 1, 0.03)
    box = 160 * (1.5 - params.size)
    noise, near = Noise(studio.rng("water"), studio.channels), studio.rng("near")
    slosh, thud = coloured(slope(-3.5), band(140, 1900)), coloured(slope(-4.0), band(0.5 * box, 2.2 * box))
    cabinet = Filter(highpass(32, 1), peak(around(own, box, 0.1), 3, 7), peak(around(own, 2.6 * box, 0.1), 3, 4))
    drum, motor = Shaft(studio, "drum", 0.02), Shaft(studio, "motor", 0.01)
    belt = 14 if params.rpm < 200 else 1
    whine = Orders(studio, "whine", ((1, 0.4), (2, 0.6), (6, 0.35), (12, 0.3)))
    gurgles = bubbles(own, 60, 300, 1800)
    knocks = [unit(blow(body_of("metal", 0.25, own), 0.7, 0.6, own, damp=0.03)) for _ in range(8)]
    air, hits, scatter = (
        Moments(studio.rng("air"), 50 * params.water),
        Moments(studio.rng("knock"), 14 * params.hard),
        Scatter(studio.channels),
    )
    hands, inertia = np.exp(0.25 * own.standard_normal(3)), Pole(0.4)

    def play(block: Block) -> Wave:
        n = block.samples
        spin = 0.2 + 0.8 * inertia(block.drive)
        turns = drum(turn * spin)
        lift = 0.5 + 0.5 * np.cos(2 * np.pi * 3 * turns)
        fall = (
            lift**3 * hands[(turns * 3).astype(int) % 3] if params.rpm < 120 else 0.6 + 0.4 * np.cos(2 * np.pi * turns)
        )
        white = noise(n)
        out = params.water * 0.4 * slosh(white) * (0.12 + fall) + params.load * 0.7 * thud(white) * fall
        tone = whine(motor(turn * belt * spin * (1 if belt == 1 else 4)))
        grains = [
            (int(t), 0.6 * near.random() ** 2 * gurgles[int(near.integers(60))], between(near, -0.4, 0.4))
            for t in air(n, np.clip(fall, 0, 1))
        ]
        grains += [
            (int(t), 3.0 * between(near, 0.2, 1) * knocks[int(near.integers(8))], between(near, -0.3, 0.3))
            for t in hits(n, np.clip(fall, 0, 1))
        ]
        return cabinet(out + 0.1 * tone + 0.8 * scatter(n, grains)) * (0.3 + 0.7 * spin)

    return Instrument(play=play, inertia=0.4, follows=True, rest=0.9, burst=2.0)


WASHER = Family(
    "washer",
    "Washing machines, dryers and dishwashers: a load that falls, water, a motor.",
    Washer,
    build_washer,
    model="A drum lifts its load with three ribs and lets it fall: dull thuds and sloshing, three a turn; spun "
    "fast, the unbalance shakes the cabinet once a turn. Water gurgles in bubbles, hard things (buttons, "
    "plates) knock. The motor whines through its belt. The cabinet's resonances fall with its size.",
    source="Minnaert (1933) for the gurgles; Norton & Karczub, Fundamentals of Noise and Vibration Analysis for "
    "Engineers (2003) for unbalance; drum speeds of 45 to 55 rpm keep a load below one g in a drum of 0.5 m "
    "(kinematics).",
)


@dataclass(frozen=True)
class Mill:
    """A knife or whisk in a bowl: turns, what is in it, how full it is, size, how hard the bowl rings."""

    rpm: float = span(15_000.0, 60.0, 30_000.0, unit="rpm")
    content: str = choice("liquid", "beans", "dough", "ice")
    fill: float = span(0.5)
    size: float = span(0.4)


_CONTENT = {
    "liquid": (250, 3200, 0.0, "body"),
    "beans": (900, 6500, 380.0, "wood"),
    "dough": (120, 900, 3.0, "body"),
    "ice": (1200, 8000, 160.0, "glass"),
}
"""Band of the noise in hertz, collisions a second, what collides."""


def build_mill(params: Mill, studio: Studio) -> Instrument:
    """Build a mill; the drive is its speed."""
    own = studio.rng("mill")
    low, high, often, stuff = _CONTENT[params.content]
    turn = params.rpm / 60 * around(own, 1, 0.04)
    noise, near = Noise(studio.rng("bowl"), 1), studio.rng("near")
    quicker = (params.rpm / 12_000) ** 0.3
    churn = coloured(slope(-2.0), band(low * quicker, high * quicker))
    bits = [unit(blow(body_of(stuff, 0.1 + 0.02 * k, own), 0.7, 0.7, own, damp=0.1))[: RATE // 8] for k in range(12)]
    moments, scatter = Moments(studio.rng("bits"), often), Scatter(1)
    speed = turn if turn > 20 else turn * 60
    shaft = Shaft(studio, "shaft", 0.015)
    orders = Orders(
        studio,
        "orders",
        [(k, a) for k, a in ((1, 0.8), (2, 0.8), (3, 0.4), (4, 0.5), (6, 0.4), (12, 0.2)) if k * speed < 12_000],
    )
    bowl = 700 * (1.6 - params.size)
    case = Filter(
        highpass(60, 1),
        peak(around(own, bowl, 0.1), 2.5, 6),
        peak(around(own, 2.4 * bowl, 0.1), 3, 5),
        lowpass(13_000, 1),
    )
    vortex, inertia = Slow(studio.rng("vortex"), 9), Pole(0.2)

    def play(block: Block) -> Wave:
        n = block.samples
        spin = inertia(block.drive)
        work = np.clip(params.fill * (1 + 0.35 * vortex(n)), 0, 1.4)
        turns = shaft(speed * (0.25 + 0.75 * spin) * (1 - 0.2 * work))
        out = 0.17 * orders(turns) + 0.4 * work * churn(noise(n)[0]) * spin
        grains = [
            (int(t), near.random() ** 1.5 * bits[int(near.integers(12))], 0.0)
            for t in moments(n, np.clip(work * spin, 0, 1))
        ]
        return case(out + 0.6 * scatter(n, grains)[0]) * (0.15 + 0.85 * spin)

    return Instrument(play=play, inertia=0.2, follows=True, rest=0.95, burst=1.5)


MILL = Family(
    "mill",
    "Blenders, mixers and mills: a fast motor and what its knives meet.",
    Mill,
    build_mill,
    model="A universal motor sings at multiples of its turns and slows under what it stirs. Liquid churns as noise, "
    "beans and ice are many collisions of small bodies with the bowl, dough is dull and slow. The bowl's "
    "resonances fall with its size.",
    source="Cook, Physically informed sonic modeling (1997) for the collisions; Lyon, Machinery Noise and "
    "Diagnostics (1987); Farnell (2010).",
)


@dataclass(frozen=True)
class Pump:
    """A pump: strokes a second, pistons, what it pumps, pressure, size."""

    rate: float = span(2.0, 0.2, 60.0, unit="1/s")
    pistons: int = span(1, 1, 11)
    fluid: str = choice("water", "air", "oil")
    pressure: float = span(0.5)
    size: float = span(0.5)


def build_pump(params: Pump, studio: Studio) -> Instrument:
    """Build a pump; the drive is its speed."""
    own = studio.rng("pump")
    noise, near = Noise(studio.rng("flow"), studio.channels), studio.rng("near")
    edges = {"water": (150, 1800), "air": (500, 6500), "oil": (90, 900)}[params.fluid]
    lower = 1.4 - 0.8 * params.size
    flow = coloured(slope(-3.0), band(edges[0] * lower, edges[1] * lower))
    clack = [
        unit(blow(body_of("metal", 0.3 + 0.5 * params.size, own), 0.5, 0.7, own, damp=0.03))[: RATE // 6]
        for _ in range(6)
    ]
    gurgle = bubbles(own, 40, 300, 1600)
    shaft, near_turn = Shaft(studio, "crank", 0.012), Scatter(studio.channels)
    motor, hum = (
        Shaft(studio, "motor", 0.006),
        Orders(studio, "motor", ((1, 0.5), (2, 1.0), (4, 0.5), (9, 0.4), (18, 0.2))),
    )
    loud = np.exp(0.1 * own.standard_normal(params.pistons))
    pulsing = Orders(studio, "pulsing", ((1, 1.0), (2, 0.7), (3, 0.45), (4, 0.3), (6, 0.2)), 0.15)
    moments = Moments(studio.rng("air"), 30 if params.fluid == "water" else 0)
    box = 140 * (1.6 - params.size)
    case = Filter(highpass(28, 1), peak(around(own, box, 0.1), 3, 6), peak(around(own, 3 * box, 0.1), 3, 4))
    inertia = Pole(0.25)
    pulses = params.pistons * params.rate

    def play(block: Block) -> Wave:
        n = block.samples
        spin = 0.2 + 0.8 * inertia(block.drive)
        turns = shaft(params.rate * spin)
        at, which = shaft.passed(turns, np.arange(params.pistons) / params.pistons)
        push = np.clip(np.sin(2 * np.pi * params.pistons * turns), 0, 1) ** (0.5 + params.pressure)
        white = noise(n)
        out = 0.5 * flow(white) * (0.08 + push * (0.4 + 0.6 * params.pressure))
        valves = 0.35 if pulses < 30 else 0.12
        grains = [
            (int(t), valves * loud[w] * between(near, 0.6, 1) * clack[int(near.integers(6))], 0.0)
            for t, w in zip(at, which, strict=True)
            if pulses < 60 or w == 0
        ]
        grains += [
            (int(t), 0.5 * near.random() ** 2 * gurgle[int(near.integers(40))], between(near, -0.3, 0.3))
            for t in moments(n, np.clip(push, 0, 1))
        ]
        whine = hum(motor((24.5 if params.fluid != "oil" else 29.0 * params.pistons / 4) * spin))
        if pulses > 20:
            out = out + 0.14 * pulsing(params.pistons * turns)
        out = out + near_turn(n, grains) + (0.08 + 0.2 * params.pressure * (params.fluid == "oil")) * whine
        return case(out) * (0.2 + 0.8 * spin)

    return Instrument(play=play, inertia=0.25, follows=True, rest=0.9, burst=1.6)


PUMP = Family(
    "pump",
    "Pumps and compressors: pistons, valves, what they push.",
    Pump,
    build_pump,
    model="Pistons push one after another: flow noise in the fluid's band opens with each stroke, valves clack, "
    "water gurgles in bubbles. A motor hums; oil under pressure whines at pistons times turns. The housing's "
    "resonances fall with its size.",
    source="Norton & Karczub, Fundamentals of Noise and Vibration Analysis for Engineers (2003); Lyon (1987); "
    "Minnaert (1933).",
)


@dataclass(frozen=True)
class Pneumatics:
    """Gas that is let off: pressure, width of the opening, how long, and what clanks as the valve opens."""

    pressure: float = span(0.6)
    opening: float = span(8.0, 0.3, 300.0, unit="mm")
    duration: float = span(0.7, 0.04, 20.0, unit="s")
    clank: float = span(0.4)


def build_pneumatics(params: Pneumatics, studio: Studio) -> Instrument:
    """Build a valve; the drive is how far it is open."""
    own = studio.rng("valve")
    speed = 120 + 260 * params.pressure
    top = float(np.clip(0.2 * speed / (params.opening / 1000), 120, 9000))
    metal = body_of("metal", 0.25 + 0.4 * min(1.0, params.opening / 60), own)
    designs = (slope(-1.5), band(0.35 * top, min(3.0 * top, 17_000)), peak(around(own, top, 0.08), 0.8, 4.0))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(around(rng, params.duration, 0.15) * (0.6 + 0.5 * strength) * 1.6)
        time = clock(n)
        head = np.exp(-time / (0.45 * params.duration))
        flow = coloured(*designs)(rng.standard_normal(n)) * head * np.clip(time / 0.006, 0, 1)
        flow *= np.clip(1 + 0.2 * Slow(rng, 30)(n), 0.1, 2)
        low = once(rng.standard_normal(n), lowpass(0.5 * top, 1)) * head**2
        parts = [(0.0, unit(flow) + 0.3 * unit(low))]
        if params.clank:
            parts += [
                (at, params.clank * loud * unit(blow(metal, 0.5, strength, rng, damp=0.05)))
                for at, loud in ((0.0, 0.6), (params.duration * 0.9, 0.5))
            ]
        return lay(parts)

    noise, jet = Noise(studio.rng("jet"), studio.channels), coloured(*designs)
    shiver, drift = Slow(studio.rng("shiver"), 30), Slow(studio.rng("drift"), 0.5)

    def play(block: Block) -> Wave:
        n = block.samples
        return np.asarray(jet(noise(n)) * np.clip(1 + 0.15 * shiver(n) + 0.12 * drift(n), 0.1, 2))

    return Instrument(play=play, strike=strike, rhythm=steady(1.5 + params.duration, 0.4))


PNEUMATICS = Family(
    "pneumatics",
    "Compressed gas that is let off: brakes, doors, valves, cans.",
    Pneumatics,
    build_pneumatics,
    model="A jet of gas from an opening makes noise that peaks at Strouhal 0.2 of its speed and width: a needle "
    "valve hisses near 9 kHz, a hand-wide vent roars near 1 kHz. As the vessel empties the jet weakens; the "
    "valve's metal clanks as it opens and shuts.",
    source="Lighthill, On sound generated aerodynamically (1952); IEC 60534-8-3 (2010) on control valve noise.",
    shown=({}, {"opening": 1.0, "duration": 0.3, "clank": 0.0}, {"opening": 90.0, "duration": 4.0}, {"pressure": 0.1}),
)
