"""Tools that cut, bore and break: drills, breakers, saws, grinders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import Filter, Pole, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import unit
from v2a_foley.generate.procedural.parts.turning import Orders, Shaft

_WORK = {"wood": (450, 3500, 0.5), "metal": (1500, 9000, 0.8), "stone": (700, 6500, 1.0), "bone": (1800, 9000, 0.35)}
"""Band of what the cutting edge tears off, in hertz, and how rough it is."""


@dataclass(frozen=True)
class Drill:
    """A drill: speed without load, blows a second (0: none), what it bores, how hard it is pressed, its size."""

    rpm: float = span(2800.0, 200.0, 400_000.0, unit="rpm")
    blows: float = span(0.0, 0.0, 80.0, unit="1/s")
    material: str = choice("wood", "metal", "stone", "bone")
    pressure: float = span(0.5)
    size: float = span(0.4)


def build_drill(params: Drill, studio: Studio) -> Instrument:
    """Build a drill; the drive is its trigger."""
    own = studio.rng("drill")
    low, high, rough = _WORK[params.material]
    spindle = params.rpm / 60
    gear, brushes, droop, whine = (9.0, 0.1, 0.25, 0.2) if spindle < 200 else (1.0, 0.02, 0.04, 0.4)
    levels = [
        (k, a)
        for k, a in ((1, 0.5), (2, 0.9), (4, 0.4), (7, 0.6), (13, 0.6), (21, 0.35))
        if k * gear * spindle < 15_000
    ]
    shaft, orders = (
        Shaft(studio, "armature", 0.02 if gear > 1 else 0.004),
        Orders(studio, "orders", levels or [(1, 1.0)]),
    )
    noise, bite = Noise(studio.rng("bite"), 1), Slow(studio.rng("press"), 1.2)
    chips, brush = coloured(slope(-1.5), band(low, high)), coloured(slope(-2.0), band(900, 9000))
    uneasy = 0.1 if params.blows else 0.35
    body = 1300 * (1.5 - params.size)
    case = Filter(
        highpass(60, 1),
        peak(around(own, body, 0.1), 3, 6),
        peak(around(own, 2.3 * body, 0.1), 3, 5),
        lowpass(14_000, 1),
    )
    bits = [unit(blow(body_of("metal", 0.25 + 0.3 * params.size, own), 0.6, 0.8, own, damp=0.012)) for _ in range(8)]
    stone = [unit(blow(body_of("stone", 0.5, own), 0.6, 0.8, own, damp=0.5)) for _ in range(8)]
    striker, near, scatter, inertia = Shaft(studio, "striker", 0.02), studio.rng("near"), Scatter(1), Pole(0.09)

    def play(block: Block) -> Wave:
        n = block.samples
        spin = inertia(block.drive)
        press = np.clip(params.pressure * (1 + uneasy * bite(n)), 0, 1.3)
        share = (0.15 + 0.85 * spin) * (1 - droop * press)
        turns = shaft(gear * spindle * share)
        white = noise(n)[0]
        edge = 1 + rough * 0.7 * np.cos(2 * np.pi * 2 * turns / gear)
        if params.blows:
            strokes = striker(params.blows * share)
            edge = 1.6 * np.exp(-4 * (strokes % 1))
        out = whine * orders(turns) * (0.7 + 0.6 * press) + brushes * brush(white) * share
        out += 0.55 * press * chips(white) * edge * share
        if params.blows:
            at, _ = striker.passed(strokes, np.zeros(1))
            grains = []
            for t in at:
                level = between(near, 0.75, 1) * (0.2 + 0.8 * press[int(t)])
                grains += [
                    (int(t), level * bits[int(near.integers(8))], 0.0),
                    (int(t), level * stone[int(near.integers(8))], 0.0),
                ]
            out += 0.9 * scatter(n, grains)[0]
        return case(out) * (0.1 + 0.9 * spin)

    return Instrument(play=play, inertia=0.09, follows=True, rest=0.9, burst=1.3)


DRILL = Family(
    "drill",
    "Drills: a geared motor, chips torn off, blows if it hammers.",
    Drill,
    build_drill,
    model="The armature turns some nine times for each turn of the spindle and sings at its multiples and the "
    "gear's; fast drills of dentists have no gear, only the turbine's turn. The bit's two lips tear noise in "
    "a band of the material's, twice a turn; pressing slows the motor and makes it labour. A hammer adds "
    "blows on steel and stone at its own rate.",
    source="Farnell, Designing Sound (2010); Lyon, Machinery Noise and Diagnostics (1987); dental handpieces: "
    "turbine of 300 000 to 400 000 rpm gives 5 to 6.7 kHz (kinematics).",
    shown=(
        {},
        {"pressure": 0.0},
        {"blows": 45.0, "material": "stone"},
        {"rpm": 340_000.0, "material": "bone", "size": 0.0},
    ),
)


@dataclass(frozen=True)
class Breaker:
    """Something that hammers by itself: blows a second, mass of what falls, ground, air that is let off."""

    rate: float = span(20.0, 0.4, 60.0, unit="1/s")
    mass: float = span(0.4)
    ground: str = choice("concrete", "earth", "steel")
    exhaust: float = span(0.6)


def build_breaker(params: Breaker, studio: Studio) -> Instrument:
    """Build a breaker; the drive is how hard it works."""
    own = studio.rng("breaker")
    tool = body_of("metal", 0.3 + 0.6 * params.mass, own)
    below = body_of(
        {"concrete": "stone", "earth": "body", "steel": "metal"}[params.ground], 0.6 + 0.35 * params.mass, own
    )
    ringing = 0.02 if params.rate > 5 else 0.12
    bank = [
        unit(
            _sum(
                blow(tool, 0.8 - 0.4 * params.mass, 0.9, own, damp=ringing),
                blow(below, 0.5, 0.9, own, damp=0.4 if params.ground != "steel" else 0.06),
            )
        )
        for _ in range(10)
    ]
    noise = Noise(studio.rng("exhaust"), studio.channels)
    lower = 1.5 - params.mass
    puff = coloured(
        slope(-2.0), band(250 * lower, 5500 * lower), peak(around(own, 700 * (1.3 - params.mass), 0.1), 1.5, 6)
    )
    motor = coloured(slope(-5.0), band(50, 500))
    striker, near, scatter = Shaft(studio, "striker", 0.015), studio.rng("near"), Scatter(studio.channels)
    low, inertia = Filter(highpass(30, 1)), Pole(0.1)

    def play(block: Block) -> Wave:
        n = block.samples
        work = 0.1 + 0.9 * inertia(block.drive)
        phase = striker(params.rate * (0.6 + 0.4 * work))
        at, _ = striker.passed(phase, np.zeros(1))
        grains = [(int(t), between(near, 0.65, 1) * bank[int(near.integers(10))], 0.0) for t in at]
        white = noise(n)
        blast = np.exp(-(phase % 1) / (0.25 if params.rate > 5 else 0.06))
        out = 0.7 * params.exhaust * puff(white) * blast + 0.035 * motor(white)
        return low((out + scatter(n, grains)) * work)

    return Instrument(play=play, inertia=0.1, follows=True, rest=0.9, burst=1.4)


def _sum(one: Wave, other: Wave) -> Wave:
    n = min(RATE // 2, max(len(one), len(other)))
    out = np.zeros(n)
    for wave in (unit(one)[:n], unit(other)[:n]):
        out[: len(wave)] += wave
    return out


BREAKER = Family(
    "breaker",
    "Machines that hammer: jackhammers, pile drivers, rammers.",
    Breaker,
    build_breaker,
    model="A mass falls on a steel tool at an even rate: each blow rings the tool, damped by what holds it, and the "
    "ground beneath, stone, earth or a steel pile. Compressed air escapes after each blow as low-peaked "
    "noise. Heavier means lower and slower to decay. The intensity is rate and strength.",
    source="van den Doel & Pai (1998) for the blows; Lighthill (1952) for the exhaust; BS 5228-1 (2009) on "
    "construction noise; Norton & Karczub, Fundamentals of Noise and Vibration Analysis for Engineers (2003).",
)


@dataclass(frozen=True)
class Saw:
    """A saw: by hand or driven, teeth that pass a second, strokes a second by hand, material, size of the blade."""

    kind: str = choice("hand", "circular", "jigsaw", "band")
    teeth: float = span(300.0, 30.0, 6000.0, unit="1/s")
    strokes: float = span(1.1, 0.3, 60.0, unit="1/s")
    material: str = choice("wood", "metal", "stone", "bone")
    size: float = span(0.5)


def build_saw(params: Saw, studio: Studio) -> Instrument:
    """Build a saw; the drive is its speed."""
    own = studio.rng("saw")
    low, high, rough = _WORK[params.material]
    noise = Noise(studio.rng("dust"), 1)
    dust = coloured(slope(-1.0), band(low, high))
    base = 900 * (1.9 - 1.5 * params.size)
    blade = Filter(
        highpass(90, 1), *(peak(around(own, base * r, 0.06), 7, d) for r, d in ((1, 6), (1.62, 8), (2.7, 7), (4.3, 5)))
    )
    cut = ticks(own, 40, low, high, (0.0006, 0.003))
    bank = Orders(studio, "teeth", ((1, 1.0), (2, 0.6), (3, 0.35)), 0.5)
    rim, stroke, motor = Shaft(studio, "teeth", 0.02), Shaft(studio, "stroke", 0.04), Shaft(studio, "motor", 0.01)
    whir = Orders(studio, "motor", ((1, 0.5), (2, 0.7), (6, 0.6), (11, 0.4)))
    moments, near, scatter = Moments(studio.rng("cut"), 500), studio.rng("near"), Scatter(1)
    grip, inertia = Slow(studio.rng("grip"), 7), Pole(0.12)

    def play(block: Block) -> Wave:
        n = block.samples
        spin = 0.1 + 0.9 * inertia(block.drive)
        pace, push = np.ones(n), np.ones(n)
        if params.kind in ("hand", "jigsaw"):
            swing = stroke(params.strokes * spin)
            pace = np.abs(np.cos(2 * np.pi * swing)) + 0.02
            forward = np.cos(2 * np.pi * swing) > 0
            push = pace ** (0.8 if params.kind == "hand" else 0.4) * np.where(forward, 1.0, 0.45)
        white = noise(n)[0]
        uneven = np.clip(1 + 0.3 * grip(n), 0.1, 3)
        tone = bank(rim(params.teeth * pace * spin))
        grains = [
            (int(t), between(near, 0.1, 1) * cut[int(near.integers(40))], 0.0)
            for t in moments(n, np.clip(0.6 * push * spin, 0, 1))
        ]
        out = (0.5 + 0.3 * rough) * dust(white) * (1 + 0.4 * tone) * push * uneven
        out += 0.3 * scatter(n, grains)[0]
        if params.kind == "hand":
            out += 0.03 * tone * push
        else:
            out += 0.22 * tone * (0.6 + 0.4 * uneven) + 0.18 * whir(motor(66.0 * spin))
        return blade(out) * spin

    return Instrument(play=play, inertia=0.12, follows=True, rest=0.9, burst=1.8)


SAW = Family(
    "saw",
    "Saws: teeth that tear wood, stone or metal, by hand or driven.",
    Saw,
    build_saw,
    model="Each tooth tears off a chip: noise in a band of the material's, modulated at the rate of teeth, and "
    "single small cracks. By hand the rate follows the stroke: it rises and falls as the arm swings, and the "
    "return is lighter. Driven blades sing at the rate of teeth over the hum of their motor. The blade "
    "colours all with modes that fall with its size.",
    source="Farnell, Designing Sound (2010); van den Doel & Pai (1998); Mote & Szymani, Circular saw vibration "
    "research, Shock and Vibration Digest (1978).",
)


@dataclass(frozen=True)
class Grinder:
    """A disc or stone that grinds: speed, pressure, what it grinds, size of the workpiece, sparks."""

    rpm: float = span(11_000.0, 60.0, 30_000.0, unit="rpm")
    pressure: float = span(0.6)
    material: str = choice("metal", "stone", "wood")
    size: float = span(0.4)
    sparks: float = span(0.4)


def build_grinder(params: Grinder, studio: Studio) -> Instrument:
    """Build a grinder; the drive is its speed and pressure."""
    own = studio.rng("grinder")
    noise, near = Noise(studio.rng("contact"), 1), studio.rng("near")
    low, high, _ = _WORK[params.material]
    lower = 1.4 - params.size
    rub = coloured(highpass(0.8 * low * lower, 1), lowpass(1.4 * high * lower, 1))
    piece = body_of(params.material, 0.25 + 0.6 * params.size, own)
    modes = piece.hertz[(piece.hertz > 300) & (piece.hertz < 12_000)][:10]
    work = Filter(*(peak(float(f), 9, 6.0) for f in modes[::2]))
    shaft, orders = Shaft(studio, "disc", 0.012), Orders(studio, "orders", ((1, 0.6), (2, 0.6), (6, 0.5), (11, 0.5)))
    spatter = ticks(own, 40, 5000, 15_000, (0.0005, 0.002))
    moments, scatter = Moments(studio.rng("sparks"), 250 * params.sparks), Scatter(1)
    press, inertia, low_end = Slow(studio.rng("press"), 1.6), Pole(0.12), Filter(highpass(60, 1))

    def play(block: Block) -> Wave:
        n = block.samples
        spin = inertia(block.drive)
        force = np.clip(params.pressure * (1 + 0.3 * press(n)), 0, 1.3)
        turns = shaft(params.rpm / 60 * (0.2 + 0.8 * spin) * (1 - 0.18 * force))
        runout = 1 + 0.35 * np.cos(2 * np.pi * turns)
        out = 0.5 * force * work(rub(noise(n)[0]) * runout) * spin + 0.16 * orders(turns)
        grains = [
            (int(t), 1.2 * near.random() ** 2 * spatter[int(near.integers(40))], 0.0)
            for t in moments(n, np.clip(force * spin, 0, 1))
        ]
        return low_end(out + scatter(n, grains)[0]) * (0.12 + 0.88 * spin)

    return Instrument(play=play, inertia=0.12, follows=True, rest=0.9, burst=1.3)


GRINDER = Family(
    "grinder",
    "Grinders: a rough disc on metal or stone, the workpiece that sings, sparks.",
    Grinder,
    build_grinder,
    model="Grains of the disc scratch the workpiece: broad noise, once a turn a little stronger where the disc runs "
    "out, that rings the modes of the piece, lower for a larger one. Under pressure the motor slows and hums "
    "at its multiples; sparks are tiny ticks. Slow stones only rub and beat.",
    source="Akay, Acoustics of friction, JASA 111 (2002); van den Doel & Pai (1998); Lyon, Machinery Noise and "
    "Diagnostics (1987).",
)
