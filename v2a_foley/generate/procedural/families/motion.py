"""Things in motion: whooshes through the air, and what rolls: bicycles, trains, carts, boards, chairs, tracks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import line, seconds, unit


@dataclass(frozen=True)
class Whoosh:
    """Something cuts through the air: how fast."""

    speed: float = span(0.5)


def build_whoosh(params: Whoosh, studio: Studio) -> Instrument:
    """Build a whoosh: aeolian noise whose pitch goes with the speed (Strouhal 0.2)."""

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        length = around(rng, 0.75 - 0.5 * params.speed, 0.12)
        n = seconds(length)
        top = between(rng, 0.42, 0.58)
        speed = line(((0, 0.25), (top, 1.0), (1, 0.2)), n)
        hertz = (500 + 1500 * params.speed) * (0.6 + 0.5 * strength) * speed
        parts = np.zeros(n)
        for ratio, width, level in ((1.0, 0.3, 1.0), (1.9, 0.5, 0.4), (0.5, 0.5, 0.5)):
            slow = lowpass(max(60.0, float(hertz.max()) * width * 0.5), 2)
            real, imag = (Filter(slow)(rng.standard_normal(n)) for _ in range(2))
            phase = 2 * np.pi * np.cumsum(hertz * ratio) / RATE
            tone = real * np.cos(phase) + imag * np.sin(phase)
            parts += level * tone / (np.std(tone) + 1e-9)
        return np.asarray(parts * np.clip(speed - 0.15, 0, 1) ** 2.2)

    return Instrument(strike=strike, rhythm=steady(1.2, 0.3))


WHOOSH = Family(
    "whoosh", "Something cuts through the air: noise whose pitch and level go with its speed.", Whoosh, build_whoosh
)


@dataclass(frozen=True)
class Rolling:
    """Something rolls: what, and over what."""

    surface: str = choice("asphalt", "concrete", "wood", "gravel", "metal", "rail", "carpet", "grass")
    kind: str = choice("cart", "bicycle", "train", "skateboard", "wheelchair", "tank", "tram", "ball")
    speed: float = span(0.5)


@dataclass(frozen=True)
class _Roller:
    rumble: tuple[float, float, float]
    hiss: tuple[float, float, float]
    rattle: tuple[str, float, float]
    turns: float


_ROLLERS: dict[str, _Roller] = {
    "cart": _Roller((0.8, 90, 700), (0.35, 700, 4500), ("metal", 0.55, 13.0), 1.6),
    "bicycle": _Roller((0.15, 120, 600), (0.5, 700, 6000), ("metal", 0.02, 1.5), 1.8),
    "train": _Roller((1.3, 35, 420), (0.5, 400, 3800), ("metal", 0.0, 0.0), 2.0),
    "tram": _Roller((1.0, 60, 600), (0.45, 500, 4500), ("metal", 0.0, 0.0), 2.0),
    "skateboard": _Roller((1.1, 110, 1300), (0.5, 900, 5500), ("plastic", 0.15, 5.0), 7.0),
    "wheelchair": _Roller((0.4, 80, 500), (0.22, 500, 3500), ("metal", 0.06, 1.6), 1.0),
    "tank": _Roller((1.5, 30, 300), (0.4, 500, 4000), ("metal", 0.7, 11.0), 2.4),
    "ball": _Roller((1.2, 70, 700), (0.15, 500, 2500), ("wood", 0.05, 2.0), 2.2),
}
_GROUND = {
    "asphalt": (1.0, 0.25),
    "concrete": (1.0, 0.2),
    "wood": (1.3, 0.1),
    "gravel": (0.9, 1.0),
    "metal": (1.1, 0.15),
    "rail": (1.0, 0.05),
    "carpet": (0.5, 0.02),
    "grass": (0.5, 0.2),
}
"""Loudness of the rumble, and how much the ground crunches."""


def build_rolling(params: Rolling, studio: Studio) -> Instrument:
    """Build something that rolls; the drive is its speed."""
    what, own = _ROLLERS[params.kind], studio.rng("wheels")
    ground, grit = _GROUND[params.surface]
    noise = Noise(studio.rng("contact"), studio.channels)
    low = coloured(
        slope(-4.0), highpass(what.rumble[1], 1), lowpass(what.rumble[2], 1), peak(what.rumble[1] * 1.8, 1.2, 5.0)
    )
    high = coloured(slope(-3.0), band(*what.hiss[1:]))
    rough, sway = Slow(studio.rng("rough"), 14), Slow(studio.rng("sway"), 0.6)
    scatter, near = Scatter(studio.channels), studio.rng("near")
    material, loud, often = what.rattle
    bodies = [body_of(material, 0.2 + 0.15 * k, own) for k in range(4)]
    bank = [unit(blow(bodies[k % 4], 0.7, 0.7, own, damp=0.12))[: RATE // 3] for k in range(16)]
    clack_bodies = [body_of("metal", 0.85 + 0.05 * k, own) for k in range(2)]
    clacks = [unit(blow(clack_bodies[k % 2], 0.25, 0.8, own, damp=0.05) * 1.0)[: RATE // 3] for k in range(8)]
    stones = ticks(own, 60, 1200, 5500, (0.002, 0.01))
    rattling, crunch = Moments(near, often), Moments(studio.rng("stones"), 220 * grit)
    pawl = ticks(own, 8, 3500, 7500, (0.002, 0.005))
    railed = params.kind in ("train", "tram")
    state = {"turn": float(own.random()), "joint": 0.3, "click": 0.0}
    squeal_hertz, squealing = around(own, 2900, 0.1), Slow(studio.rng("squeal"), 0.5)

    def play(block: Block) -> Wave:
        n = block.samples
        speed = (0.25 + 0.75 * block.drive) * (0.55 + 0.9 * params.speed)
        mean = float(np.mean(speed))
        turn = state["turn"] + np.cumsum(what.turns * speed) / RATE
        state["turn"] = float(turn[-1] % 1)
        wheel = 1 + 0.16 * np.sin(2 * np.pi * turn) + 0.07 * np.sin(4 * np.pi * turn + 1)
        grains = [
            (int(t), loud * between(near, 0.1, 1) * bank[int(near.integers(16))], between(near, -0.4, 0.4))
            for t in rattling(n, np.clip(speed, 0, 1))
        ]
        grains += [
            (int(t), 0.4 * near.random() ** 2 * stones[int(near.integers(60))], between(near, -0.6, 0.6))
            for t in crunch(n, np.clip(speed, 0, 1))
        ]
        if railed:
            grains += _joints(state, n, mean, clacks, near)
        if params.kind == "bicycle":
            while state["click"] < n / RATE:
                grains.append(
                    (int(state["click"] * RATE), 0.35 * between(near, 0.7, 1) * pawl[int(near.integers(8))], 0.0)
                )
                state["click"] += (1 + 0.03 * near.standard_normal()) / (26 * mean)
            state["click"] -= n / RATE
        white = noise(n)
        uneven = np.clip(1 + 0.22 * rough(n) + 0.1 * sway(n), 0.1, 3)
        out = what.rumble[0] * ground * 0.11 * low(white) * wheel * uneven * speed
        out += what.hiss[0] * 0.15 * high(white) * speed**1.5 * uneven
        if params.kind == "tank":
            bite = np.clip(squealing(n) - 0.5, 0, 2)
            out += 0.05 * bite * np.sin(2 * np.pi * np.cumsum(squeal_hertz * (1 + 0.01 * squealing(n))) / RATE)
        return out + 0.9 * scatter(n, grains)

    return Instrument(play=play, follows=True, rest=0.8, burst=1.6)


def _joints(
    state: dict[str, float], samples: int, speed: float, clacks: list[Wave], rng: np.random.Generator
) -> list[tuple[int, Wave, float]]:
    """Rail joints: the two axles of a bogie, then those of the next, as the joints pass."""
    grains = []
    while state["joint"] < samples / RATE:
        for k, at in enumerate((0.0, 0.14, 0.46, 0.6)):
            level = 1.7 * (0.9, 1.0, 0.65, 0.75)[k] * between(rng, 0.75, 1.0)
            late = state["joint"] + at * 0.75 / (0.3 + speed) * around(rng, 1, 0.015)
            grains.append((int(late * RATE), level * clacks[int(rng.integers(len(clacks)))], between(rng, -0.3, 0.3)))
        state["joint"] += around(rng, 1.25, 0.05) / (0.3 + speed)
    state["joint"] -= samples / RATE
    return grains


ROLLING = Family(
    "rolling",
    "Something rolls: rumble and hiss of the contact, turning wheels, rattles, rail joints.",
    Rolling,
    build_rolling,
)
