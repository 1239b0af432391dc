"""Doors, gates, drawers and lids: how they close, open, and are knocked on. Hinges alone are in friction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import Body, blow, body_of, held, hollow
from v2a_foley.generate.procedural.parts.contact import bounces, puff, rub, slips, through
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit


@dataclass(frozen=True)
class Door:
    """A door of a make is moved: how large, how firmly it is shut, how dry its hinge."""

    make: str = choice("wood", "metal", "glass", "sliding", "car", "gate", "cupboard", "drawer", "shutter")
    move: str = choice("close", "open", "knock")
    size: float = span(0.5)
    force: float = span(0.5)
    creak: float = span(0.2)


@dataclass(frozen=True)
class _Make:
    """How a door is made.

    Attributes:
        leaf: material of the leaf, its size for a small and a large door, and how firmly its frame holds it.
        cavity: how hollow it is, and pitch of the air in it in hertz.
        thud: band of the dull blow of leaf on frame, its level and seconds.
        latch: material and size of the latch, its level, and seconds after the blow.
        rattle: level of what is loose.
        track: level of the rollers or runners it moves on, and their band in hertz.
        swing: seconds that it takes to open.
    """

    leaf: tuple[str, float, float, float]
    cavity: tuple[float, float]
    thud: tuple[float, float, float, float]
    latch: tuple[str, float, float, float]
    rattle: float
    track: tuple[float, float, float]
    swing: float


_MAKES = {
    "wood": _Make(
        ("wood", 0.7, 1.0, 0.45), (0.45, 140), (45, 420, 0.9, 0.28), ("metal", 0.05, 0.35, 0.022), 0.2, (0, 0, 0), 1.1
    ),
    "metal": _Make(
        ("metal", 0.6, 1.0, 0.22), (0.3, 110), (40, 500, 0.8, 0.35), ("metal", 0.35, 0.6, 0.03), 0.3, (0, 0, 0), 1.4
    ),
    "glass": _Make(
        ("glass", 0.75, 1.0, 0.7), (0.0, 200), (50, 380, 0.8, 0.22), ("metal", 0.1, 0.5, 0.02), 0.25, (0, 0, 0), 1.2
    ),
    "sliding": _Make(
        ("wood", 0.6, 0.95, 0.6),
        (0.3, 160),
        (55, 500, 0.7, 0.2),
        ("metal", 0.1, 0.3, 0.015),
        0.35,
        (1.0, 130, 2200),
        1.0,
    ),
    "car": _Make(
        ("metal", 0.7, 0.9, 0.95), (0.5, 95), (45, 260, 1.3, 0.25), ("metal", 0.2, 0.22, 0.012), 0.08, (0, 0, 0), 0.6
    ),
    "gate": _Make(
        ("metal", 0.5, 0.9, 0.2), (0.0, 200), (80, 700, 0.35, 0.15), ("metal", 0.3, 0.8, 0.05), 0.7, (0, 0, 0), 1.6
    ),
    "cupboard": _Make(
        ("wood", 0.35, 0.65, 0.5), (0.6, 230), (90, 700, 0.6, 0.14), ("metal", 0.0, 0.12, 0.012), 0.15, (0, 0, 0), 0.6
    ),
    "drawer": _Make(
        ("wood", 0.4, 0.75, 0.5), (0.7, 190), (80, 650, 0.6, 0.16), ("wood", 0.2, 0.3, 0.02), 0.5, (0.8, 220, 3000), 0.5
    ),
    "shutter": _Make(
        ("metal", 0.45, 0.8, 0.3),
        (0.0, 200),
        (70, 600, 0.4, 0.15),
        ("metal", 0.3, 0.5, 0.04),
        1.0,
        (0.9, 300, 5000),
        1.5,
    ),
}


def build(params: Door, studio: Studio) -> Instrument:
    """Build a door in its frame."""
    make, own = _MAKES[params.make], studio.rng("door")
    material, small, large, grip = make.leaf
    leaf = held(body_of(material, small + (large - small) * params.size, own), grip)
    leaf = hollow(leaf, make.cavity[0], make.cavity[1] * 1.5 * 0.45**params.size, own)
    latch = held(body_of(make.latch[0], make.latch[1], own), 0.75)
    loose = [held(body_of(make.latch[0], make.latch[1] + 0.1 * k, own), 0.45) for k in range(3)]
    hinge = unit(0.8 * unit(blow(held(leaf, 0.5), 0.8, 0.6, own))[:9600])

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.move == "knock":
            return _knock(leaf, strength, rng)
        if params.move == "open":
            return lay(_open(params, make, latch, hinge, strength, rng))
        return lay(_close(params, make, leaf, latch, loose, hinge, strength, rng))

    def alone(strength: float, rng: np.random.Generator) -> Wave:
        return _knuckles(leaf, strength, rng)

    return Instrument(strike=strike, contact=alone if params.move == "knock" else None, rhythm=steady(2.6, 0.35))


def _knock(leaf: Body, strength: float, rng: np.random.Generator) -> Wave:
    """Two to four blows of the knuckles, the first or the last the strongest."""
    parts, at = [], 0.0
    for k in range(int(rng.integers(2, 5))):
        loud = (1.0 if k == 0 else between(rng, 0.7, 1.0)) * strength
        parts.append((at, _knuckles(leaf, loud, rng)))
        at += around(rng, 0.19, 0.12)
    return lay(parts)


def _knuckles(leaf: Body, loud: float, rng: np.random.Generator) -> Wave:
    bone = puff(rng, 350, 2600, 0.02)
    return np.asarray(loud * unit(lay([(0.0, unit(blow(leaf, 0.45, loud, rng))), (0.0, 0.5 * bone)])))


def _close(
    params: Door,
    make: _Make,
    leaf: Body,
    latch: Body,
    loose: list[Body],
    hinge: Wave,
    strength: float,
    rng: np.random.Generator,
) -> list[tuple[float, Wave]]:
    """The leaf meets its frame, the latch falls in, what is loose rattles, the leaf may swing back a little."""
    force = float(np.clip(params.force * (0.5 + 0.7 * strength), 0.02, 1))
    low, high, level, t60 = make.thud
    dull = puff(rng, low * (1.3 - 0.6 * params.size), high * (0.5 + force), t60 * (0.7 + 0.7 * force), 0.002)
    click = unit(blow(latch, 0.9, 0.6 + 0.4 * force, rng))
    after = make.latch[3] * around(rng, 1, 0.2) * (1.6 - force)
    parts = [
        (0.0, unit(blow(leaf, 0.25 + 0.5 * force, force, rng))),
        (0.0, level * (0.35 + 0.9 * force) * dull),
        (0.0, 0.25 * make.latch[2] * click),
        (after, make.latch[2] * (1.0 - 0.4 * force) * click),
        (after + 0.012 * around(rng, 1, 0.3), 0.5 * make.latch[2] * unit(blow(latch, 0.8, 0.5, rng))),
    ]
    for late, speed in bounces(
        rng, 0.03 + 0.06 * force, 0.55 + 0.25 * make.rattle, 3 + int(10 * make.rattle), spread=0.3
    ):
        body = loose[int(rng.integers(3))]
        parts.append((0.03 + late, make.rattle * (0.2 + 0.5 * force) * speed * unit(blow(body, 0.7, 0.5, rng))))
    if params.creak > 0.5 and make.track[0] == 0:
        parts.append((0.12, 0.3 * (params.creak - 0.5) * _creak(0.5, params.creak, hinge, rng)))
    return parts


def _open(
    params: Door, make: _Make, latch: Body, hinge: Wave, strength: float, rng: np.random.Generator
) -> list[tuple[float, Wave]]:
    """The handle turns, the latch leaves its plate, the leaf swings or runs."""
    swing = make.swing * around(rng, 1, 0.15) * (1.5 - 0.8 * params.force)
    parts = [
        (0.0, 0.5 * unit(blow(latch, 0.8, 0.6, rng))),
        (0.045 * around(rng, 1, 0.2), 0.8 * (0.6 + 0.4 * strength) * unit(blow(latch, 0.9, 0.8, rng))),
        (0.06, 0.35 * puff(rng, 60, 500, 0.12, 0.004)),
    ]
    if params.creak > 0.02 and make.track[0] == 0:
        parts.append((0.1, params.creak * _creak(swing, params.creak, hinge, rng)))
    n = seconds(swing)
    level, low, high = make.track if make.track[0] else (0.05, 150, 1500)
    shape = line(((0, 0.1), (0.3, 1), (0.8, 0.6), (1, 0)), n)
    parts.append((0.08, level * (0.3 + 0.4 * params.force) * rub(rng, low, high, shape, 0.5)))
    if make.track[0]:
        wheel = puff(rng, 150, 2500, 0.03)
        parts += [(0.08 + swing * u, 0.25 * rng.random() * wheel) for u in np.sort(rng.random(int(14 * swing)))]
        parts.append((0.08 + swing, 0.5 * puff(rng, 80, 900, 0.08, 0.001)))
    return parts


def _creak(length: float, dryness: float, hinge: Wave, rng: np.random.Generator) -> Wave:
    """Slips in the hinge, slow at both ends of the swing: sparse cracks that run into a groan."""
    n = seconds(length)
    top = 40 + 170 * dryness * rng.random()
    rate = line(((0, 0.25 * top), (0.3, top), (0.6, top * between(rng, 0.5, 0.9)), (1, 0.15 * top)), n)
    shape = line(((0, 0.5), (0.3, 1), (0.8, 0.7), (1, 0.1)), n)
    return unit(through(slips(rate, rng, 0.12) * shape / np.sqrt(rate), hinge))


DOOR = Family(
    "door",
    "A door, gate or drawer closes, opens, or is knocked on: leaf, frame, latch, hinge, what is loose.",
    Door,
    build,
    model=(
        "Closing is a blow of the leaf on its frame: the leaf's modes, which the frame damps, the air within it, and a "
        "dull thud whose length and brightness go with the force. The latch falls in some hundredths of a second "
        "later, sooner the harder the slam, and what is loose rattles on with ever shorter pauses. Opening begins with "
        "the latch; then the hinge sticks and slips through the panel, or rollers run in their track. Knocking is the "
        "panel under knuckles. A car's door is a gripped sheet over a deep cavity, with a seal: hardly any ring."
    ),
    source=(
        "van den Doel & Pai, The sounds of physical shapes, Presence 7 (1998); Avanzini, Serafin & Rocchesso, IEEE "
        "Trans. Speech Audio Process. 13 (2005), on the hinge; Farnell, Designing Sound (2010), on doors."
    ),
    shown=(
        *({"make": make} for make in _MAKES),
        {"move": "open", "creak": 0.9},
        {"move": "knock"},
        {"force": 0.1},
        {"force": 1.0},
    ),
)
