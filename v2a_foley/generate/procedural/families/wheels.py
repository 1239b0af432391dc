"""Things on wheels and tracks without an engine of their own: bicycles, carts, boards, tracked vehicles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import Filter, Pole, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import unit
from v2a_foley.generate.procedural.parts.turning import Orders, Shaft, train

_GROUND = {
    "asphalt": (0.8, 0.15),
    "concrete": (1.0, 0.1),
    "wood": (1.3, 0.05),
    "gravel": (0.9, 1.0),
    "cobbles": (1.5, 0.2),
    "metal": (1.2, 0.05),
    "carpet": (0.35, 0.0),
    "grass": (0.45, 0.2),
}
"""How rough it is, and how much it crunches."""


@dataclass(frozen=True)
class Bicycle:
    """A bicycle: its speed, the freewheel's teeth, whether it coasts, the wear of its chain, the ground."""

    speed: float = span(16.0, 3.0, 60.0, unit="km/h")
    teeth: int = span(24, 12, 72)
    coasting: float = span(0.6)
    wear: float = span(0.3)
    surface: str = choice(*_GROUND)


def build_bicycle(params: Bicycle, studio: Studio) -> Instrument:
    """Build a bicycle; the drive is its speed."""
    own = studio.rng("bicycle")
    rough, crunch = _GROUND[params.surface]
    noise = Noise(studio.rng("tyre"), studio.channels)
    tyre = coloured(slope(-3.0), band(250, 3800), peak(around(own, 1000, 0.15), 0.9, 4))
    rush = coloured(slope(-4.0), band(120, 1800))
    pawls = [unit(one) for one in ticks(own, 12, 2800, 7500, (0.002, 0.006))]
    links = [unit(blow(body_of("metal", 0.08 + 0.02 * k, own), 0.8, 0.5, own, damp=0.02)) for k in range(8)]
    stones = ticks(own, 50, 1200, 5500, (0.002, 0.009))
    hub, crank, near = Shaft(studio, "hub", 0.006), Shaft(studio, "crank", 0.01), studio.rng("near")
    moments, scatter, inertia = Moments(studio.rng("stones"), 160 * crunch), Scatter(studio.channels), Pole(0.25)
    bump, phase = Slow(studio.rng("bump"), 8), Slow(studio.rng("coast"), 0.12)

    def play(block: Block) -> Wave:
        n = block.samples
        share = 0.1 + 0.9 * inertia(block.drive)
        metres = params.speed / 3.6 * share
        turns, pedals = hub(metres / 2.1), crank(metres / 2.1 / 2.6)
        coast = phase(n) < np.interp(params.coasting, (0, 0.5, 1), (-3, 0, 3))
        fast = float(np.clip(params.speed / 20, 0.2, 2.5))
        white = noise(n)
        uneven = np.clip(1 + 0.25 * rough * bump(n) + 0.05 * np.sin(2 * np.pi * turns), 0.1, 3)
        out = 0.12 * (0.5 + rough) * tyre(white) * share**1.3 * fast * uneven
        out = out + 0.14 * rush(white) * (share * fast) ** 2.2
        at, which = hub.passed(turns, np.arange(params.teeth) / params.teeth)
        grains = [
            (int(t), 0.55 * between(near, 0.75, 1) * pawls[int(w) % 12], 0.0)
            for t, w in zip(at, which, strict=True)
            if coast[int(t)]
        ]
        at, which = crank.passed(pedals, np.arange(46) / 46)
        grains += [
            (int(t), (0.03 + 0.4 * params.wear) * between(near, 0.2, 1) * links[int(w) % 8], 0.0)
            for t, w in zip(at, which, strict=True)
            if not coast[int(t)]
        ]
        grains += [
            (int(t), 0.5 * near.random() ** 2 * stones[int(near.integers(50))], between(near, -0.4, 0.4))
            for t in moments(n, np.clip(share, 0, 1))
        ]
        return (out + 0.5 * scatter(n, grains)) * (0.15 + 0.85 * share)

    return Instrument(play=play, inertia=0.25, follows=True, rest=0.8, burst=1.6)


BICYCLE = Family(
    "bicycle",
    "A bicycle: tyres, the ticking freewheel, the running chain.",
    Bicycle,
    build_bicycle,
    model="Narrow tyres hiss near 1 kHz and the air rushes with the speed. While it coasts, spring-loaded pawls "
    "click over the freewheel's teeth: rate = speed over the wheel's girth times teeth, each click the short "
    "ring of a small steel part. While it is pedalled, links of the chain land on the sprocket, the louder "
    "the more they are worn. Loose ground adds stones.",
    source="Derived from kinematics (girth 2.1 m, gear 2.6); Sandberg & Ejsmont, Tyre/Road Noise Reference Book "
    "(2002); van den Doel & Pai, The sounds of physical shapes (1998).",
)


@dataclass(frozen=True)
class Rolling:
    """Something rolls by hand: wheel's material and size, speed, load, looseness, over what."""

    surface: str = choice(*_GROUND)
    wheel: str = choice("rubber", "plastic", "metal", "wood", "stone")
    diameter: float = span(0.12, 0.02, 1.6, unit="m")
    speed: float = span(1.5, 0.2, 12.0, unit="m/s")
    rattle: float = span(0.3)
    load: float = span(0.4)


_WHEEL = {"rubber": (0.25, 700), "plastic": (1.0, 1500), "metal": (1.1, 2300), "wood": (1.0, 850), "stone": (1.2, 1300)}
"""How hard it sounds, and where its noise ends in hertz for a wheel of 12 cm."""


def build_rolling(params: Rolling, studio: Studio) -> Instrument:
    """Build something that rolls; the drive is its speed."""
    own = studio.rng("wheels")
    rough, crunch = _GROUND[params.surface]
    hard, top = _WHEEL[params.wheel]
    scale = (0.12 / params.diameter) ** 0.45
    noise = Noise(studio.rng("contact"), studio.channels)
    low = coloured(slope(-4.0), band(max(40, 90 * scale), max(200, 0.6 * top * scale)), peak(130 * scale, 1.2, 5.0))
    high = coloured(slope(-2.0), band(0.5 * top * scale, 3 * top * scale))
    rattles = [
        unit(
            blow(body_of("wood" if params.wheel == "wood" else "metal", 0.1 + 0.12 * k, own), 0.7, 0.7, own, damp=0.1)
        )[: RATE // 3]
        for k in range(5)
        for _ in range(3)
    ]
    stones = ticks(own, 50, 1000, 5500, (0.002, 0.011))
    bumps = [unit(blow(body_of("wood" if hard > 0.5 else "body", 0.5, own), 0.2, 0.8, own, damp=0.3)) for _ in range(6)]
    turning, joints, near = Shaft(studio, "turn", 0.02), Shaft(studio, "joint", 0.1), studio.rng("near")
    shakes, crunches = Moments(studio.rng("shake"), 30 * params.rattle), Moments(studio.rng("stones"), 350 * crunch)
    scatter, jolt, sway, inertia = (
        Scatter(studio.channels),
        Slow(studio.rng("jolt"), 14),
        Slow(studio.rng("sway"), 0.6),
        Pole(0.15),
    )
    gap = {"cobbles": 0.13, "concrete": 1.1, "wood": 0.6}.get(params.surface, 0.0)

    def play(block: Block) -> Wave:
        n = block.samples
        share = 0.12 + 0.88 * inertia(block.drive)
        metres = params.speed * share
        turns = turning(metres / (np.pi * params.diameter))
        pace = share * np.sqrt(params.speed / 1.5)
        uneven = np.clip(1 + 0.25 * (0.5 + rough) * jolt(n) + 0.1 * sway(n) + 0.12 * np.sin(2 * np.pi * turns), 0.05, 3)
        white = noise(n)
        out = (0.5 + params.load) * 0.16 * rough * low(white) * pace * uneven
        out = out + hard * 0.1 * rough * high(white) * pace**2.0 * uneven
        grains = [
            (int(t), between(near, 0.1, 1) ** 2 * rattles[int(near.integers(15))], between(near, -0.4, 0.4))
            for t in shakes(n, np.clip(0.6 * pace * uneven, 0, 1))
        ]
        grains += [
            (int(t), 0.5 * near.random() ** 2 * stones[int(near.integers(50))], between(near, -0.5, 0.5))
            for t in crunches(n, np.clip(0.5 * pace, 0, 1))
        ]
        if gap:
            at, _ = joints.passed(joints(metres / gap), np.array([0.0, 0.31]))
            loud = (0.2 + 0.6 * hard) * (0.4 if gap < 0.2 else 0.8)
            grains += [(int(t), loud * between(near, 0.4, 1) * bumps[int(near.integers(6))], 0.0) for t in at]
        return np.asarray((out + 0.45 * scatter(n, grains)) * (0.2 + 0.8 * share))

    return Instrument(play=play, inertia=0.15, follows=True, rest=0.8, burst=1.6)


ROLLING = Family(
    "rolling",
    "Something rolls by hand: wheels on a ground, joints, rattles, stones.",
    Rolling,
    build_rolling,
    model="Roughness under the wheel makes noise whose band lies lower for larger wheels (they roll over what is "
    "smaller than their footprint) and higher for harder ones, stronger with load and speed, and turning with "
    "the wheel. Joints of slabs, boards and cobbles knock at speed over spacing; loose parts rattle as small "
    "struck bodies; loose ground crunches.",
    source="Rath & Rocchesso, Continuous sonic feedback from a rolling ball, IEEE MultiMedia 12 (2005); van den "
    "Doel, Kry & Pai, FoleyAutomatic, SIGGRAPH (2001); Remington, Wheel/rail noise, JSV 46 (1976) on the "
    "contact filter.",
)


@dataclass(frozen=True)
class Tracks:
    """A tracked vehicle: speed, mass, length of a link, squeal of dry pins, its engine's speed, how far off."""

    speed: float = span(25.0, 1.0, 70.0, unit="km/h")
    mass: float = span(0.7)
    link: float = span(0.15, 0.05, 0.3, unit="m")
    squeal: float = span(0.5)
    engine_rpm: float = span(2000.0, 600.0, 3000.0, unit="rpm")
    distance: float = span(12.0, 1.0, 1000.0, unit="m")


def build_tracks(params: Tracks, studio: Studio) -> Instrument:
    """Build a tracked vehicle; the drive is its speed."""
    own = studio.rng("tracks")
    noise = Noise(studio.rng("ground"), studio.channels)
    rumble = coloured(slope(-4.0), band(28, 120 + 300 * (1 - params.mass)))
    grit = coloured(slope(-2.0), band(500, 4500))
    plates = [
        unit(blow(body_of("metal", 0.45 + 0.4 * params.mass, own), 0.45, 0.8, own, damp=0.04))[: RATE // 9]
        for _ in range(12)
    ]
    sides = [Shaft(studio, f"side {k}", 0.015) for k in range(2)]
    crank, chance = Shaft(studio, "crank", 0.01), studio.rng("near")
    strength = np.exp(0.15 * own.standard_normal(6))
    exhaust = Filter(lowpass(420, 1), peak(60, 2, 8), peak(150, 3, 5))
    shrill, bite = Shaft(studio, "shrill", 0.02), Slow(studio.rng("bite"), 1.5)
    tones = Orders(studio, "squeal", ((1, 1.0), (1.47, 0.6), (2.2, 0.4), (3.1, 0.2)))
    scatter, inertia, far = Scatter(studio.channels), Pole(0.35), Filter(highpass(22, 1), air(params.distance))
    jolt, pitch = Slow(studio.rng("jolt"), 10), around(own, 1500, 0.15)

    def play(block: Block) -> Wave:
        n = block.samples
        share = 0.1 + 0.9 * inertia(block.drive)
        metres = params.speed / 3.6 * share
        white = noise(n)
        grains = []
        for k, side in enumerate(sides):
            at, _ = side.passed(side(metres / params.link), np.zeros(1))
            grains += [
                (int(t), 0.5 * between(chance, 0.35, 1) * plates[int(chance.integers(12))], (-0.4, 0.4)[k]) for t in at
            ]
        turns = crank(params.engine_rpm / 120 * (0.4 + 0.6 * share))
        at, which = crank.passed(turns, np.arange(6) / 6)
        firing = exhaust(train(n, at, strength[which] * np.exp(0.08 * chance.standard_normal(len(at)))))
        uneven = np.clip(1 + 0.25 * jolt(n), 0.1, 3)
        out = 0.35 * rumble(white) * share * uneven + 0.08 * grit(white) * share**1.4 * uneven
        grip = np.clip(bite(n) - 0.7 + 0.8 * params.squeal, 0, 1.5)
        out = (
            out
            + 0.3 * params.squeal * grip * tones(shrill(pitch * (0.7 + 0.4 * share)))
            + (0.8 + params.mass) * 2.4 * firing
        )
        return far((out + (0.3 + 0.5 * params.mass) * scatter(n, grains)) * (0.3 + 0.7 * share))

    return Instrument(play=play, inertia=0.35, follows=True, rest=0.8, burst=2.2)


TRACKS = Family(
    "tracks",
    "Tracked vehicles: links that clatter over wheels, squealing pins, a diesel.",
    Tracks,
    build_tracks,
    model="Each link of both tracks strikes sprocket and road wheels: rate = speed over link length, each blow the "
    "damped ring of a steel plate whose size goes with the mass. The ground rumbles, dry pins squeal when "
    "they bind, and a six-cylinder diesel fires beneath at rpm / 60 x 3. The intensity is the speed.",
    source="Derived from kinematics of link and sprocket; van den Doel & Pai (1998) for the plates; Akay, Acoustics "
    "of friction, JASA 111 (2002) for the squeal; Farnell, Designing Sound (2010).",
)
