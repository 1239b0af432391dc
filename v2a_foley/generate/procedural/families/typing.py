"""Keyboards: of computers and typewriters. Single buttons and switches are in clicks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.bodies import blow, body_of, held, hollow
from v2a_foley.generate.procedural.parts.contact import puff
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, unit


@dataclass(frozen=True)
class Typing:
    """Somebody types: on what, how many keys a second, how hard, how far each key travels."""

    keyboard: str = choice("laptop", "desktop", "mechanical", "typewriter")
    rate: float = span(6.0, 1.0, 14.0, unit="keys/s")
    force: float = span(0.5)
    travel: float = span(2.5, 0.5, 15.0, unit="mm")


@dataclass(frozen=True)
class _Board:
    """Materials of key, plate and case with the sizes of their bodies, levels of bottom, click, and release."""

    key: tuple[str, float]
    plate: tuple[str, float, float]
    bottom: float
    snap: float
    release: float
    grip: float


_BOARDS = {
    "laptop": _Board(("plastic", 0.1), ("plastic", 0.55, 0.6), 0.8, 0.25, 0.3, 0.8),
    "desktop": _Board(("plastic", 0.2), ("plastic", 0.75, 0.8), 1.0, 0.3, 0.45, 0.7),
    "mechanical": _Board(("plastic", 0.0), ("metal", 0.55, 0.8), 0.35, 2.2, 0.3, 0.8),
    "typewriter": _Board(("metal", 0.15), ("metal", 0.6, 0.8), 1.0, 0.9, 0.35, 0.55),
}


_FORCES = 5
"""Blows prepared a key, from soft to hard."""


def build(params: Typing, studio: Studio) -> Instrument:
    """Build a keyboard; its keys are unlike each other."""
    board, own = _BOARDS[params.keyboard], studio.rng("board")
    material, size, level = board.plate
    keys = [held(body_of(board.key[0], board.key[1] + 0.12 * own.random(), own), board.grip) for _ in range(10)]
    plate = hollow(held(body_of(material, size, own), board.grip), 0.2, 260, own)
    roller = held(body_of("rubber", 0.4, own), 0.3)
    pawl = held(body_of("metal", 0.1, own), 0.7)
    touches = [puff(own, 900, 5000, 0.008) for _ in range(8)]
    snaps = [puff(own, 2500, 6000 + 6000 * params.force, 0.006, 0.0001) for _ in range(8)]
    slaps = [puff(own, 700, 9000, 0.02, 0.0001) for _ in range(8)]
    rolls = [unit(blow(roller, 0.9, 0.4 + 0.07 * k, own)) for k in range(8)]
    steps = [unit(blow(pawl, 0.9, 0.6, own)) for _ in range(8)]
    returns = [unit(blow(key, 0.5, 0.4, own)) for key in keys]
    forces = np.linspace(0.15, 1.0, _FORCES)
    bottoms = [[unit(blow(key, 0.3 + 0.6 * force, force, own)) for force in forces] for key in keys]
    plates = [[unit(blow(plate, 0.25 + 0.5 * force, force, own)) for force in forces] for _ in range(4)]
    fall = 0.002 + 0.0028 * params.travel

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        force = float(np.clip(strength * (0.35 + 0.75 * params.force), 0.05, 1))
        which, other = int(rng.integers(10)), int(rng.integers(8))
        hard = int(np.clip(round(force * (_FORCES - 1) + rng.uniform(-0.6, 0.6)), 0, _FORCES - 1))
        down = fall * around(rng, 1, 0.2) * (1.4 - 0.6 * force)
        up = down + between(rng, 0.06, 0.1)
        parts = [
            (0.0, 0.22 * touches[other]),
            (0.4 * down, board.snap * (0.2 + 0.6 * params.force) * snaps[other]),
            (down, board.bottom * (0.4 + 0.6 * force) * around(rng, 1, 0.1) * bottoms[which][hard]),
            (down, level * (0.2 + 1.3 * force**1.5) * around(rng, 1, 0.15) * plates[int(rng.integers(4))][hard]),
            (up, board.release * around(rng, 1, 0.2) * returns[which]),
        ]
        if params.keyboard == "typewriter":
            slap = down + 0.018
            parts += [
                (slap, 0.9 * around(rng, 1, 0.15) * rolls[int(rng.integers(8))]),
                (slap, 1.1 * around(rng, 1, 0.15) * slaps[int(rng.integers(8))]),
                (slap + 0.03 * around(rng, 1, 0.1), 0.5 * around(rng, 1, 0.2) * steps[int(rng.integers(8))]),
            ]
        return lay(parts)

    return Instrument(strike=strike, rhythm=lambda rng: _words(params.rate, rng))


def _words(rate: float, rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Keys in bursts of words, with pauses to think; the mean rate is that of the bursts less the pauses."""
    yield 0.0, 0.8
    while True:
        pause = 0.8 / rate * float(np.exp(0.35 * rng.standard_normal()))
        if rng.random() < 0.13:
            pause += float(rng.exponential(2.0 / rate))
        yield max(pause, 0.035), float(rng.uniform(0.5, 1.0))


TYPING = Family(
    "typing",
    "Somebody types: fingers, keys that travel and bottom out, the case, the release.",
    Typing,
    build,
    model=(
        "A key sounds three times: the finger touches it, it bottoms out on the plate after its travel, and it comes "
        "back when it is let go, about a tenth of a second later. A mechanical switch clicks on its way; a typewriter "
        "throws a type bar on a rubber roller and lets the carriage step by one tooth. Each key is a body of its own, "
        "and the case with its air answers to all. Typing comes in words, with pauses: log-normal intervals."
    ),
    source=(
        "Asonov & Agrawal, Keyboard acoustic emanations, IEEE Symp. Security and Privacy (2004), on touch, hit and "
        "release; Dhakal et al., Observations on typing from 136 million keystrokes, CHI (2018), on intervals."
    ),
)
