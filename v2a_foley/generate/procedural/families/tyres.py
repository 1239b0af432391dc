"""Rubber on roads: the noise of rolling tyres, and the squeal of tyres and brakes that slide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import Filter, Pole, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.modal import harmonics
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import line, seconds, swell
from v2a_foley.generate.procedural.parts.turning import Shaft


@dataclass(frozen=True)
class Tyres:
    """Tyres that roll: on what, how wet, how fast, how coarse their tread, how far off."""

    surface: str = choice("asphalt", "concrete", "cobbles", "gravel", "snow", "dirt")
    wetness: float = span(0.0)
    speed: float = span(50.0, 5.0, 200.0, unit="km/h")
    tread: float = span(0.4)
    distance: float = span(6.0, 1.0, 500.0, unit="m")


_GROUND = {
    "asphalt": (1.0, 900, 0.0),
    "concrete": (1.1, 1150, 0.0),
    "cobbles": (1.3, 420, 0.05),
    "gravel": (0.8, 800, 1.0),
    "snow": (0.4, 380, 0.45),
    "dirt": (0.7, 450, 0.35),
}
"""Level of the tread noise, its peak in hertz, and how much crunches."""


def build_tyres(params: Tyres, studio: Studio) -> Instrument:
    """Build a set of tyres; the drive is the speed."""
    own = studio.rng("tyre")
    level, top, crunch = _GROUND[params.surface]
    hertz = around(own, top, 0.06) * (params.speed / 50) ** 0.12
    noise = Noise(studio.rng("contact"), studio.channels)
    road = coloured(slope(-2.0), band(0.3 * hertz, 2.2 * hertz), peak(hertz, 1.2, 7.0))
    rumble = coloured(slope(-5.0), band(35, 260))
    spray = coloured(highpass(1800, 1), lowpass(11_000, 1))
    shaft, air_path = Shaft(studio, "wheel", 0.004), Filter(air(params.distance))
    blocks = 60.0
    stones = (
        ticks(own, 60, 900, 5500, (0.002, 0.012))
        if params.surface != "snow"
        else ticks(own, 60, 400, 2200, (0.003, 0.012))
    )
    moments, near, scatter = Moments(studio.rng("stones"), 700 * crunch), studio.rng("near"), Scatter(studio.channels)
    pavers = Shaft(studio, "pavers", 0.05)
    rough, sway, inertia = Slow(studio.rng("rough"), 9), Slow(studio.rng("sway"), 0.5), Pole(0.2)

    def play(block: Block) -> Wave:
        n = block.samples
        speed = 0.15 + 0.85 * inertia(block.drive)
        metres = params.speed / 3.6 * speed
        turns = shaft(metres / 2.0)
        white = noise(n)
        uneven = np.clip(1 + 0.12 * rough(n) + 0.08 * sway(n) + 0.06 * np.sin(2 * np.pi * turns), 0.1, 3)
        out = level * (1 - 0.3 * params.wetness) * 0.5 * road(white) * uneven * speed**1.7
        out += 0.35 * rumble(white) * speed * uneven
        out += 0.1 * params.tread * level * np.sin(2 * np.pi * blocks * turns + 0.5 * rough(n)) * speed**2
        if params.wetness:
            out += 0.9 * params.wetness * spray(white) * speed**2 * (1 + 0.25 * rough(n))
        if params.surface == "cobbles":
            bump = np.exp(4 * (np.cos(2 * np.pi * pavers(metres / 0.11)) - 1))
            out = out * (0.35 + 1.6 * bump)
        if crunch:
            grains = [
                (int(t), near.random() ** 2 * stones[int(near.integers(60))], between(near, -0.6, 0.6))
                for t in moments(n, np.clip(speed * min(1.0, params.speed / 60), 0, 1))
            ]
            out = out + 0.6 * scatter(n, grains)
        return air_path(out)

    return Instrument(play=play, inertia=0.2, follows=True, rest=0.8, burst=1.8)


TYRES = Family(
    "tyres",
    "Tyres roll on a road: tread noise near 1 kHz, rumble, spray, stones.",
    Tyres,
    build_tyres,
    model="Tread blocks that strike the road and air pumped from between them make noise that peaks near 1 kHz, "
    "where the horn between tyre and road carries best; it rises with about the third power of speed. The "
    "carcass rumbles below 250 Hz, tread blocks pass at a rate of their own, wheels turn unevenly. Water is "
    "thrown as broad noise above 2 kHz; stones and snow are many small collisions; cobbles beat once each.",
    source="Sandberg & Ejsmont, Tyre/Road Noise Reference Book (2002); Cook, Physically informed sonic modeling "
    "(1997); ISO 9613-1 (1993) on air.",
)


@dataclass(frozen=True)
class Skid:
    """Something slides that should roll or turn: what, how fast, how wet, how long it takes to stop."""

    kind: str = choice("tyre", "disc_brake", "rail", "sole")
    speed: float = span(0.5)
    wetness: float = span(0.0)
    duration: float = span(1.3, 0.15, 6.0, unit="s")


_SQUEAL = {
    "tyre": (620, 0.2, (1.0, 0.7, 0.45, 0.3, 0.2, 0.12), (500, 4500), 0.025),
    "disc_brake": (2300, 0.05, (1.0, 0.25, 0.3, 0.06), (1200, 8000), 0.004),
    "rail": (3200, 0.02, (1.0, 0.5, 0.3), (1500, 11_000), 0.004),
    "sole": (1150, 0.18, (1.0, 0.6, 0.4, 0.25, 0.15), (800, 6000), 0.03),
}
"""Lowest squeal in hertz, how much it glides, levels of its harmonics, band of the noise, unrest of the pitch."""


def build_skid(params: Skid, studio: Studio) -> Instrument:
    """Build a slide: stick and slip lock onto modes of what slides."""
    own = studio.rng("skid")
    base, glide, levels, edges, unrest = _SQUEAL[params.kind]
    modes = [around(own, base * r, 0.12) for r in (1.0, 1.37, 1.93)]
    dry = 1 - params.wetness

    def slide(n: int, speed: Wave, rng: np.random.Generator, share: float) -> Wave:
        out = np.zeros(n)
        for k, mode in enumerate(modes):
            wander = Slow(rng, 18)(n) * unrest + Slow(rng, 2.5)(n) * unrest
            grip = np.clip(0.75 - 0.35 * k + 0.8 * Slow(rng, 3.0)(n), 0, 1.4)
            hertz = mode * (1 - glide + 2 * glide * speed * params.speed) * (1 + wander)
            out += grip * (0.8**k) * harmonics(2 * np.pi * np.cumsum(hertz) / RATE, levels)
        scrub = coloured(slope(-2.0), band(*edges))(rng.standard_normal(n))
        wet = coloured(highpass(1500, 1), lowpass(9000, 1))(rng.standard_normal(n))
        shake = np.clip(1 + 0.35 * Slow(rng, 30)(n), 0.1, 3)
        noisy = (0.22 if params.kind == "tyre" else 0.07) * scrub * shake
        return np.asarray(0.3 * dry * out * share + noisy + 0.7 * params.wetness * wet * shake)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(around(rng, params.duration, 0.15) * (0.6 + 0.5 * strength))
        speed = line(((0, 0.85), (0.3, 1.0), (0.8, 0.6), (1, 0.25)), n)
        return slide(n, speed, rng, 1.0) * swell(n, 0.03, min(0.25, 0.2 * params.duration))

    rng = studio.rng("texture")
    wanders = [
        (Slow(studio.rng("w", k), 18), Slow(studio.rng("g", k), 1.2), Shaft(studio, f"m{k}", unrest)) for k in range(3)
    ]
    scrub, noise = coloured(slope(-2.0), band(*edges)), Noise(rng, 1)

    def play(block: Block) -> Wave:
        n = block.samples
        out = np.zeros(n)
        for k, (wander, grip, shaft) in enumerate(wanders):
            hertz = modes[k] * (1 - glide + 2 * glide * params.speed * block.drive) * (1 + unrest * wander(n))
            open_part = np.clip(0.5 - 0.3 * k + 0.8 * grip(n), 0, 1.4)
            out += open_part * (0.8**k) * harmonics(2 * np.pi * shaft(hertz), levels)
        noisy = (0.22 if params.kind == "tyre" else 0.08) * scrub(noise(n)[0])
        return (0.3 * dry * out + (1 + params.wetness) * noisy) * (0.05 + 0.95 * block.drive)

    return Instrument(play=play, strike=strike, rhythm=steady(1.6 + params.duration, 0.4), follows=True, rest=0.8)


SKID = Family(
    "skid",
    "Something slides: stick and slip of tyres, brakes, flanges and soles.",
    Skid,
    build_skid,
    model="Friction that falls with speed locks stick and slip onto modes of what slides: tread blocks of a tyre "
    "near 0.6-1.2 kHz with many harmonics, brake discs at 1-6 kHz nearly pure, railway wheels above 2 kHz, "
    "rubber soles near 1 kHz. Three modes compete, taking and losing hold at random; the pitch wanders and "
    "follows the speed. Scrubbing noise lies beneath; water takes the squeal and leaves a hiss.",
    source="Akay, Acoustics of friction, JASA 111 (2002); Kinkaid, O'Reilly & Papadopoulos, Automotive disc brake "
    "squeal, JSV 267 (2003); Thompson, Railway Noise and Vibration (2009); Sandberg & Ejsmont, Tyre/Road "
    "Noise Reference Book (2002).",
)
