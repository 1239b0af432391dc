"""Electric motors with their gears, bare gear trains and ratchets, and computers with their discs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import Filter, Pole, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import lay, unit
from v2a_foley.generate.procedural.parts.turning import Orders, Shaft


@dataclass(frozen=True)
class Motor:
    """An electric motor: its build, speed, load, the teeth of its gear, and the case it sits in."""

    kind: str = choice("brushed", "induction", "stepper", "brushless")
    rpm: float = span(2900.0, 60.0, 40_000.0, unit="rpm")
    load: float = span(0.5)
    teeth: int = span(13, 0, 80)
    size: float = span(0.4)


_KINDS: dict[str, tuple[tuple[tuple[float, float], ...], float]] = {
    "brushed": (((1, 0.5), (2, 0.7), (3, 0.5), (6, 0.6), (12, 0.4), (24, 0.2)), 0.5),
    "induction": (((1, 0.4), (2, 1.0), (4, 0.5), (28, 0.25), (30, 0.15)), 0.12),
    "stepper": (((50, 1.0), (100, 0.6), (150, 0.45), (200, 0.35), (250, 0.2), (4, 0.3)), 0.04),
    "brushless": (((1, 0.1), (7, 0.8), (14, 0.5), (42, 0.25)), 0.06),
}
"""Multiples of the turn that are heard (poles, slots, steps) with their levels, and the level of the brushes."""


def build_motor(params: Motor, studio: Studio) -> Instrument:
    """Build a motor; the drive is its speed."""
    own = studio.rng("motor")
    levels, scrape = _KINDS[params.kind]
    scrape *= float(np.clip((params.rpm / 3000) ** 0.6, 0.15, 2.0))
    turn = params.rpm / 60 * around(own, 1, 0.025)
    fits = [(k, a) for k, a in levels if k * turn < 14_000]
    if params.teeth:
        mesh = params.teeth * (1 if turn * params.teeth < 9000 else 1 / 6)
        fits += [(mesh, 0.3 + 0.7 * params.load), (2 * mesh, 0.3 * params.load), (mesh + 1, 0.15)]
    shaft, orders = Shaft(studio, "shaft", 0.008 + 0.012 * (params.kind == "brushed")), Orders(studio, "orders", fits)
    noise = Noise(studio.rng("brush"), 1)
    box = 900 * (1.6 - 1.3 * params.size)
    case = Filter(
        highpass(40, 1),
        *(peak(around(own, box * r, 0.12), 3, d) for r, d in ((0.6, 6), (1.4, 5), (3.1, 4))),
        lowpass(12_000, 1),
    )
    brush = coloured(slope(-2.0), band(500, 8000))
    sag, inertia = Slow(studio.rng("sag"), 1.5), Pole(0.18 + 0.3 * params.size)

    def play(block: Block) -> Wave:
        n = block.samples
        spin = inertia(block.drive)
        share = (0.25 + 0.75 * spin) * (1 - 0.03 * params.load * np.abs(sag(n)))
        turns = shaft(turn * share)
        tone = orders(turns)
        gate = 0.6 + 0.4 * np.cos(2 * np.pi * (2 if params.kind != "stepper" else 50) * turns)
        out = 0.16 * (0.6 + 0.8 * params.load) * tone
        out += scrape * (0.5 + params.load) * brush(noise(n)[0]) * gate * share**1.5
        return np.tile(
            case(out) * (0.2 + 0.8 * spin), (studio.channels, 1)
        )  # few partials: echoes would cancel in mono

    return Instrument(play=play, inertia=0.18 + 0.3 * params.size, follows=True, rest=0.9, burst=0.9)


MOTOR = Family(
    "motor",
    "Electric motors: poles, slots, brushes and the gear behind them.",
    Motor,
    build_motor,
    model="A motor sings at multiples of its turns: commutator bars and brushes, twice the supply and the rotor's "
    "slots, the steps of a stepper, the pole pairs of a brushless one. Its gear meshes at teeth times turns "
    "and carries the turn as a side band; load strengthens mesh and brushes and pulls the speed about. All of "
    "it shakes a case whose resonances fall with size. The intensity is the speed, with inertia.",
    source="Lyon, Machinery Noise and Diagnostics (1987); Norton & Karczub, Fundamentals of Noise and Vibration "
    "Analysis for Engineers (2003); Farnell, Designing Sound (2010).",
)


@dataclass(frozen=True)
class Gears:
    """A train of teeth or a ratchet: teeth that pass a second, size, looseness, material."""

    rate: float = span(14.0, 0.5, 400.0, unit="teeth/s")
    size: float = span(0.3)
    wear: float = span(0.4)
    material: str = choice("metal", "wood", "plastic")


def build_gears(params: Gears, studio: Studio) -> Instrument:
    """Build a gear; the drive is its speed."""
    own = studio.rng("gears")
    bodies = [body_of(params.material, 0.05 + 0.75 * params.size + 0.04 * k, own) for k in range(3)]
    damp = {"metal": 0.04, "wood": 0.25, "plastic": 0.3}[params.material]
    bank = [unit(blow(bodies[k % 3], 0.6, 0.7, own, damp=damp))[: RATE // 4] for k in range(15)]
    creaks = coloured(slope(-2.0), band(250 * (1.4 - params.size), 3500))
    teeth, wheel, near = (
        Shaft(studio, "teeth", 0.01 + 0.05 * params.wear),
        Shaft(studio, "wheel", 0.01),
        studio.rng("near"),
    )
    noise, scatter, inertia = Noise(studio.rng("slide"), 1), Scatter(1), Pole(0.15)

    def play(block: Block) -> Wave:
        n = block.samples
        share = 0.1 + 0.9 * inertia(block.drive)
        phase, turn = teeth(params.rate * share), wheel(params.rate * share / 24)
        at, _ = teeth.passed(phase, np.zeros(1))
        swing = 1 + 0.3 * np.sin(2 * np.pi * turn)
        grains = []
        for t in at:
            level = swing[int(t)] * between(near, 1 - 0.7 * params.wear, 1)
            grains.append((int(t), level * bank[int(near.integers(15))], 0.0))
            if near.random() < 0.6 * params.wear:
                late = int(t + RATE * between(near, 0.15, 0.35) / params.rate)
                grains.append((late, 0.4 * level * bank[int(near.integers(15))], 0.0))
        rub = creaks(noise(n)[0]) * (0.5 + 0.5 * np.cos(2 * np.pi * phase)) * 0.03 * (0.3 + params.wear)
        return np.asarray((scatter(n, grains)[0] + rub) * (0.3 + 0.7 * share))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        pause = 1 / params.rate
        count = max(1, min(40, round(0.6 * params.rate * between(rng, 0.7, 1.3))))
        return lay(
            [
                (k * pause * around(rng, 1, 0.03), between(rng, 0.6, 1) * bank[int(rng.integers(15))])
                for k in range(count)
            ]
        )

    return Instrument(play=play, inertia=0.15, strike=strike, rhythm=steady(1.2, 0.3), follows=True, rest=0.8)


GEARS = Family(
    "gears",
    "Gears and ratchets: teeth that fall one after another.",
    Gears,
    build_gears,
    model="Each tooth that meets is a small blow on a wheel: a modal body of metal, wood or plastic, its size "
    "setting the pitch. Rate is teeth a second; the wheel's eccentricity swells the blows once a turn. Wear "
    "makes blows uneven, lets teeth strike back and the faces rub. The intensity is the speed.",
    source="van den Doel & Pai, The sounds of physical shapes (1998); Norton & Karczub (2003) on meshing; Lyon (1987).",
)


@dataclass(frozen=True)
class Computer:
    """A computer: its fan, its disc, how often the heads move, its age."""

    fan_rpm: float = span(1400.0, 400.0, 12_000.0, unit="rpm")
    disc_rpm: float = span(7200.0, 0.0, 15_000.0, unit="rpm")
    seeks: float = span(3.0, 0.0, 60.0, unit="1/s")
    age: float = span(0.3)


def build_computer(params: Computer, studio: Studio) -> Instrument:
    """Build a computer; the drive is how hard it works."""
    own = studio.rng("computer")
    noise = Noise(studio.rng("air"), studio.channels)
    flow = params.fan_rpm / 1400
    draught = coloured(slope(-3.5), band(90, min(900 + 900 * flow, 7000)))
    fan, disc = Shaft(studio, "fan", 0.004 + 0.01 * params.age), Shaft(studio, "disc", 0.0008)
    blades = Orders(studio, "blades", ((1, 0.1 + 0.5 * params.age), (7, 1.0), (14, 0.3)))
    platter = Orders(studio, "platter", ((1, 0.7), (2, 0.3), (4, 0.25), (6, 0.12)))
    bank = ticks(own, 24, 700, 3800, (0.004, 0.02))
    moments, near, scatter = Moments(studio.rng("seeks"), params.seeks * 6), studio.rng("near"), Scatter(1)
    busy = Slow(studio.rng("busy"), 0.8)
    box = Filter(highpass(50, 1), peak(around(own, 180, 0.15), 2, 5), peak(around(own, 620, 0.15), 2, 3))

    def play(block: Block) -> Wave:
        n = block.samples
        tones = 0.05 * blades(fan(params.fan_rpm / 60 * (0.8 + 0.2 * block.drive)))
        if params.disc_rpm:
            tones += 0.04 * (0.5 + params.age) * platter(disc(np.full(n, params.disc_rpm / 60)))
        work = np.clip(busy(n), 0, 1) * block.drive
        grains = [(int(t), 0.7 * between(near, 0.3, 1) * bank[int(near.integers(24))], 0.0) for t in moments(n, work)]
        out = box(0.2 * min(flow, 4.0) ** 0.5 * draught(noise(n)))
        return np.asarray((out + tones + 1.6 * scatter(n, grains)[0]) * (0.4 + 0.6 * block.drive))

    return Instrument(play=play, follows=True, rest=0.9, burst=1.5)


COMPUTER = Family(
    "computer",
    "Computers: a fan, a spinning disc, the heads that seek.",
    Computer,
    build_computer,
    model="A small axial fan blows through a case: dull noise and tones at its seven blades. The disc hums at its "
    "turns, clearer with age. Heads seek in bursts while the machine works: short knocks of 0.7 to 4 kHz at "
    "chance moments.",
    source="Derived from kinematics (rpm / 60, seven blades); ISO 7779 (2018) on the noise of information technology "
    "equipment; Neise, Review of fan noise generation mechanisms, Noise Control Engineering J. (1992).",
)
