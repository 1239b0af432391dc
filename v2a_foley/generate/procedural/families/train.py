"""Railways: carriages and trams that roll over jointed or welded rails, and steam locomotives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, span
from v2a_foley.generate.procedural.parts.air import air
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
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, unit
from v2a_foley.generate.procedural.parts.turning import Orders, Shaft


@dataclass(frozen=True)
class Train:
    """Wheels on rails: speed, distance between joints (0: welded), axle load, squeal, motor whine, how far off."""

    speed: float = span(70.0, 5.0, 320.0, unit="km/h")
    joints: float = span(20.0, 0.0, 60.0, unit="m")
    weight: float = span(0.6)
    squeal: float = span(0.0)
    motor: float = span(0.0)
    distance: float = span(10.0, 1.0, 2000.0, unit="m")


_AXLES = (0.0, 2.6, 14.5, 17.1)
"""Where the wheelsets of a carriage sit, in metres."""


def _clack(rng: np.random.Generator, weight: float) -> Wave:
    """One wheel over a gap: the thud of sleepers and ballast, and the rail's short ring."""
    n = seconds(0.25)
    thud = unit(once(rng.standard_normal(n), band(45, 240 - 120 * weight)) * burst(n, 0.002, 0.22))
    rail = unit(blow(body_of("metal", 0.75 + 0.2 * weight, rng), 0.3, 0.8, rng, damp=0.04))[:n]
    return unit(lay([(0.0, (0.4 + 0.6 * weight) * thud), (0.0, 0.8 * rail)]))


def build_train(params: Train, studio: Studio) -> Instrument:
    """Build a train; the drive is its speed."""
    own = studio.rng("train")
    noise = Noise(studio.rng("contact"), studio.channels)
    sleepers = coloured(slope(-4.0), band(40, 380), peak(around(own, 90, 0.1), 1.2, 5.0))
    rail = coloured(slope(-1.5), band(350, 1400), peak(around(own, 800, 0.1), 1.5, 5.0))
    wheel = coloured(band(1500, 5200), *(peak(around(own, f, 0.08), 4, 6.0) for f in (2400, 3600)))
    rough, sway, curve = Slow(studio.rng("rough"), 11), Slow(studio.rng("sway"), 0.5), Slow(studio.rng("curve"), 0.7)
    wheels, along = Shaft(studio, "wheels", 0.004), Shaft(studio, "along", 0.01)
    clacks = [_clack(own, params.weight) for _ in range(9)]
    scatter, near = Scatter(studio.channels), studio.rng("near")
    far = Filter(highpass(25, 1), air(params.distance))
    shrill, tones = Shaft(studio, "shrill", 0.008), Orders(studio, "squeal", ((1, 1.0), (1.58, 0.4), (2.63, 0.3)))
    spin, traction = (
        Shaft(studio, "spin"),
        Orders(studio, "motor", ((1, 0.5), (2, 1.0), (3, 0.5), (6, 0.35), (12, 0.15))),
    )
    inertia, pitch = Pole(0.4), around(own, 2600, 0.12)
    gap = params.joints
    order = np.argsort([(a % gap) / gap for a in _AXLES]) if gap else np.arange(4)
    moments = np.array([(a % gap) / gap for a in _AXLES])[order] if gap else np.arange(4) / 4
    loud = np.array([0.9, 1.0, 0.6, 0.7])[order]
    fast = float(np.clip(params.speed / 80, 0.2, 2.2))

    def play(block: Block) -> Wave:
        n = block.samples
        share = 0.12 + 0.88 * inertia(block.drive)
        metres = params.speed / 3.6 * share
        white = noise(n)
        turning = np.sin(2 * np.pi * wheels(metres / 2.9))
        uneven = np.clip(1 + 0.12 * rough(n) + 0.1 * sway(n) + 0.08 * turning, 0.1, 3)
        out = (0.4 + 0.8 * params.weight) * 0.7 * sleepers(white) * share * uneven
        out = out + fast * (0.35 * rail(white) + 0.2 * fast * wheel(white)) * share**1.5 * uneven
        if gap:
            at, which = along.passed(along(metres / gap), moments)
            grains = [
                (int(t), loud[w] * between(near, 0.7, 1) * clacks[int(near.integers(9))], between(near, -0.3, 0.3))
                for t, w in zip(at, which, strict=True)
            ]
            out = out + (4.0 + 4.0 * params.weight) * scatter(n, grains)
        if params.squeal:
            bite = np.clip(curve(n) - 0.9 + 1.4 * params.squeal, 0, 1.5)
            out = out + 0.6 * params.squeal * bite * tones(shrill(pitch * (0.85 + 0.15 * share)))
        if params.motor:
            out = out + 0.5 * params.motor * np.sqrt(share) * traction(spin(16.0 * metres / 2.9))
        return far(out * (0.3 + 0.7 * share))

    return Instrument(play=play, inertia=0.4, follows=True, rest=0.8, burst=2.4)


TRAIN = Family(
    "train",
    "Trains and trams: wheel on rail, joints, curves, the whine of motors.",
    Train,
    build_train,
    model="Roughness of wheel and rail shakes three bodies, each heard in its own band: sleepers below 400 Hz, the "
    "rail from 0.4 to 1.4 kHz, the wheel's modes above 1.5 kHz; the faster, the more the last two. At each "
    "joint the four wheelsets of a carriage strike one after another, at distances of a real bogie, so speed "
    "and rail length set the rhythm; no joints is welded track. In curves wheels squeal at an axial mode; "
    "electric motors whine at multiples of the geared speed.",
    source="Thompson, Railway Noise and Vibration (2009); Remington, Wheel/rail noise, JSV 46 (1976); Vér, Ventres & "
    "Myles, Wheel/rail noise part III: impact noise, JSV 46 (1976).",
    shown=(
        {},
        {"joints": 0.0, "speed": 250.0},
        {"speed": 25.0, "squeal": 1.0, "joints": 0.0},
        {"motor": 1.0, "weight": 0.3},
    ),
)


@dataclass(frozen=True)
class SteamEngine:
    """A reciprocating steam engine: turns of its driving wheel, cylinders, how long steam is let in, size, leaks."""

    rpm: float = span(60.0, 8.0, 400.0, unit="rpm")
    cylinders: int = span(2, 1, 4)
    cutoff: float = span(0.5)
    size: float = span(0.6)
    leak: float = span(0.3)
    distance: float = span(10.0, 1.0, 1000.0, unit="m")


def build_steam(params: SteamEngine, studio: Studio) -> Instrument:
    """Build a steam engine; the drive is its speed and pull."""
    own = studio.rng("steam")
    beats = 2 * params.cylinders
    moments = (np.arange(beats) + 0.08 * own.standard_normal(beats).clip(-2, 2)) / beats % 1
    moments = np.sort(moments)
    loud = np.exp(0.18 * own.standard_normal(beats))
    shaft, chance = Shaft(studio, "driver", 0.012), studio.rng("chance")
    noise, hiss_noise = Noise(studio.rng("blast"), studio.channels), Noise(studio.rng("leak"), studio.channels)
    low = 220 * (1.5 - params.size)
    blast = coloured(slope(-3.0), band(0.5 * low, 8 * low), peak(around(own, low, 0.1), 1.5, 7.0))
    hiss = coloured(highpass(2200, 1), lowpass(11_000, 1))
    clank = [
        unit(blow(body_of("metal", 0.55 + 0.3 * params.size, own), 0.4, 0.7, own, damp=0.06))[: RATE // 4]
        for _ in range(5)
    ]
    scatter, pipe, far = Scatter(studio.channels), Pole(0.25), Filter(highpass(25, 1), air(params.distance))
    drift = Slow(studio.rng("drift"), 0.7)

    def play(block: Block) -> Wave:
        n = block.samples
        pull = pipe(block.drive)
        hertz = params.rpm / 60 * (0.25 + 0.75 * pull)
        turns = shaft(hertz)
        at, which = shaft.passed(turns, moments)
        part = (turns % 1)[:, None] - moments[None, :]
        since = np.min(np.where(part < 0, part + 1, part), axis=1) / np.maximum(hertz, 0.05)
        last = np.argmin(np.where(part < 0, part + 1, part), axis=1)
        length = (0.05 + 0.16 * params.cutoff) * (0.6 + 0.8 * params.size)
        puff = np.clip(since / 0.008, 0, 1) * np.exp(-since / length) * loud[last]
        body = blast(noise(n)) * puff * (0.35 + 0.65 * params.cutoff) * (0.25 + 0.75 * pull)
        grains = [
            (int(t), 0.16 * between(chance, 0.4, 1) * clank[int(chance.integers(5))], 0.2)
            for t, w in zip(at, which, strict=True)
            if w % 2 == 0
        ]
        steady = 0.11 * params.leak * hiss(hiss_noise(n)) * (0.8 + 0.2 * drift(n) + 0.8 * puff)
        return far((1.6 * body + scatter(n, grains) + steady) * (0.35 + 0.65 * pull))

    return Instrument(play=play, follows=True, rest=0.7, burst=2.4)


STEAM_ENGINE = Family(
    "steam_engine",
    "Steam engines: the blast of each stroke, leaking steam, clanking rods.",
    SteamEngine,
    build_steam,
    model="Each double-acting cylinder lets off steam twice a turn: a blast of low-peaked noise whose length is the "
    "cutoff's and whose colour the chimney's size; two cylinders give the four beats a turn of a locomotive, "
    "none quite at its moment. Rods clank once a turn a side, steam leaks as high noise that breathes with "
    "the blast. The intensity is speed and pull.",
    source="Lighthill, On sound generated aerodynamically (1952) for the jet of steam; four exhaust beats a turn "
    "follow from two double-acting cylinders at right angles; Farnell, Designing Sound (2010).",
    shown=({}, {"rpm": 150.0, "cutoff": 0.2}, {"size": 0.1, "leak": 0.8, "cylinders": 1}),
)
