"""Machines of fine mechanics: printers and scanners, sewing machines, looms and projectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import Filter, Pole, band, coloured, highpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import unit
from v2a_foley.generate.procedural.parts.turning import Orders, Shaft


@dataclass(frozen=True)
class Printer:
    """Something that moves a head over paper: how it prints, lines a second, steps a second, size."""

    kind: str = choice("needle", "inkjet", "laser", "scanner")
    lines: float = span(1.2, 0.1, 8.0, unit="1/s")
    steps: float = span(420.0, 60.0, 3000.0, unit="1/s")
    size: float = span(0.4)


def build_printer(params: Printer, studio: Studio) -> Instrument:
    """Build a printer; the drive is its speed."""
    own = studio.rng("printer")
    noise, near = Noise(studio.rng("slide"), 1), studio.rng("near")
    slide, paper = coloured(slope(-3.0), band(300, 5000)), coloured(slope(-1.0), band(1500, 9000))
    carriage, stepper, pins = (
        Shaft(studio, "carriage", 0.01),
        Shaft(studio, "steps", 0.003),
        Shaft(studio, "pins", 0.02),
    )
    levels = [(k, a) for k, a in ((1, 1.0), (2, 0.6), (3, 0.5), (5, 0.25)) if k * params.steps < 14_000]
    tones = Orders(studio, "steps", levels, 0.2)
    box = 600 * (1.6 - params.size)
    case = Filter(highpass(70, 1), peak(around(own, box, 0.1), 2.5, 6), peak(around(own, 2.7 * box, 0.1), 2.5, 5))
    knock = [unit(blow(body_of("plastic", 0.4, own), 0.5, 0.7, own, damp=0.3)) for _ in range(5)]
    needle = ticks(own, 20, 1500, 7000, (0.0008, 0.004))
    scatter, inertia = Scatter(1), Pole(0.1)
    busy = {"needle": 0.9, "inkjet": 0.0, "laser": 0.0, "scanner": 0.0}[params.kind]

    def play(block: Block) -> Wave:
        n = block.samples
        speed = 0.2 + 0.8 * inertia(block.drive)
        cycle = carriage(params.lines * speed)
        part = cycle % 1
        moving = np.clip(np.minimum(part, 0.78 - part) / 0.06, 0, 1) if params.kind != "laser" else np.ones(n)
        feed = ((part > 0.82) & (part < 0.96)).astype(float)
        ramp = 0.35 + 0.65 * moving
        tone = tones(stepper(params.steps * np.where(feed > 0, 0.55, ramp) * speed))
        white = noise(n)[0]
        out = 0.22 * tone * (moving + 0.8 * feed) * (1.0 if params.kind != "laser" else 0.45)
        out += 0.12 * slide(white) * (moving if params.kind != "laser" else 1.0) + 0.3 * paper(white) * feed
        at, _ = carriage.passed(cycle, np.array([0.02, 0.8]))
        grains = [(int(t), 0.5 * between(near, 0.6, 1) * knock[int(near.integers(5))], 0.0) for t in at]
        if busy:
            at, _ = pins.passed(pins(np.full(n, 190.0) * speed), np.zeros(1))
            grains += [
                (int(t), between(near, 0.2, 1) * needle[int(near.integers(20))], 0.0)
                for t in at
                if moving[int(t)] > 0.5 and near.random() < busy
            ]
        return case(out + 0.7 * scatter(n, grains)[0]) * (0.2 + 0.8 * speed)

    return Instrument(play=play, inertia=0.1, follows=True, rest=0.95, burst=1.6)


PRINTER = Family(
    "printer",
    "Printers, copiers and scanners: steps of a motor, a carriage, paper.",
    Printer,
    build_printer,
    model="A stepper drives a carriage to and fro: tones at the rate of steps that rise and fall as it starts and "
    "stops, knocks where it turns, and the hiss of its rail. Paper is fed between lines. Needles strike the "
    "ribbon some 190 times a second; laser printers and copiers run evenly, scanners only slide.",
    source="Derived from the mechanism's kinematics; ISO 7779 (2018) on the noise of information technology "
    "equipment; Lyon (1987).",
)


@dataclass(frozen=True)
class Shuttle:
    """A mechanism that strikes once a turn: its rate, mass, looseness, the motor behind it."""

    rate: float = span(14.0, 0.5, 60.0, unit="1/s")
    mass: float = span(0.25)
    wear: float = span(0.3)
    motor: float = span(0.5)
    material: str = choice("metal", "wood", "plastic")


def build_shuttle(params: Shuttle, studio: Studio) -> Instrument:
    """Build a mechanism; the drive is its speed."""
    own = studio.rng("shuttle")
    damp = {"metal": 0.02, "wood": 0.25, "plastic": 0.3}[params.material]
    bodies = [body_of(params.material, 0.1 + 0.75 * params.mass + 0.04 * k, own) for k in range(3)]
    banks = [[unit(blow(body, 0.6, 0.8, own, damp=damp))[: RATE // 5] for _ in range(6)] for body in bodies]
    order = np.sort(own.uniform(0.05, 0.95, 3))
    loud = (1.0, 0.35 + 0.5 * params.wear, 0.25 + 0.6 * params.wear)
    shaft, near, scatter = Shaft(studio, "cam", 0.008 + 0.01 * params.wear), studio.rng("near"), Scatter(1)
    noise, slide = Noise(studio.rng("slide"), 1), coloured(slope(-2.0), band(500, 6000))
    spin = Shaft(studio, "motor", 0.01)
    tones = Orders(studio, "motor", ((1, 0.3), (2, 0.6), (5, 0.5), (9, 0.4), (18, 0.25)))
    case = Filter(highpass(40, 1), peak(around(own, 900 * (1.5 - params.mass), 0.1), 2, 5))
    rough, inertia = Slow(studio.rng("rough"), 5), Pole(0.2)

    def play(block: Block) -> Wave:
        n = block.samples
        speed = 0.15 + 0.85 * inertia(block.drive)
        turns = shaft(params.rate * speed)
        at, which = shaft.passed(turns, order)
        grains = [
            (
                int(t + RATE * 0.0004 * params.wear * near.random()),
                loud[w] * between(near, 1 - 0.6 * params.wear, 1) * banks[w][int(near.integers(6))],
                0.0,
            )
            for t, w in zip(at, which, strict=True)
        ]
        swing = np.abs(np.sin(2 * np.pi * turns))
        out = 0.1 * slide(noise(n)[0]) * swing * np.clip(1 + 0.2 * rough(n), 0.2, 2)
        out += 0.09 * params.motor * tones(spin(max(60.0, 4 * params.rate) * speed))
        return case(out + 0.8 * scatter(n, grains)[0]) * (0.25 + 0.75 * speed)

    return Instrument(play=play, inertia=0.2, follows=True, rest=0.85, burst=1.6)


SHUTTLE = Family(
    "shuttle",
    "Mechanisms that strike once a turn: sewing machines, looms, projectors.",
    Shuttle,
    build_shuttle,
    model="A cam drives needle bar, claw or shuttle: three blows a turn at moments of the machine's own, the first "
    "the loudest, each on a body of its own whose pitch falls with mass; what slides in between hisses twice "
    "a turn. Wear makes blows uneven and the lesser ones loud. A motor hums behind: 24 turns a second show "
    "film, 14 sew, 2 weave.",
    source="Derived from kinematics: SMPTE ST 2 (16 and 35 mm film at 24 frames a second); sewing at 600 to 1000 "
    "stitches a minute; van den Doel & Pai (1998) for the blows.",
)
