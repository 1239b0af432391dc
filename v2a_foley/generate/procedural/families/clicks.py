"""Small mechanisms that snap: switches, latches, levers, locks, shutters. Teeth and keyboards stand apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import Body, blow, body_of, held
from v2a_foley.generate.procedural.parts.contact import puff
from v2a_foley.generate.procedural.parts.filters import band, once, peak
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, lay, line, seconds, unit


@dataclass(frozen=True)
class Clicks:
    """A small mechanism: which, how large, how strong its spring."""

    kind: str = choice(
        "switch", "latch", "lock", "lever", "camera", "mouse", "pen", "scissors", "lighter", "trap", "stapler"
    )
    size: float = span(0.3)
    spring: float = span(0.5)


@dataclass(frozen=True)
class _Step:
    at: float
    level: float
    body: int
    noise: float
    sway: float = 0.1


_PLANS: dict[str, tuple[tuple[str, ...], float, tuple[_Step, ...]]] = {
    "camera": (
        ("metal", "plastic"),
        0.03,
        (
            _Step(0, 0.7, 0, 0.8),
            _Step(0.009, 0.5, 1, 0.5),
            _Step(0.055, 1.0, 0, 0.9),
            _Step(0.068, 0.6, 1, 0.6),
            _Step(0.1, 0.25, 1, 0.4),
        ),
    ),
    "switch": (
        ("plastic", "metal"),
        0.15,
        (_Step(0, 0.35, 1, 0.4), _Step(0.018, 1.0, 0, 0.6), _Step(0.024, 0.4, 1, 0.3)),
    ),
    "latch": (
        ("metal", "metal"),
        0.06,
        (_Step(0, 0.6, 0, 0.5), _Step(0.03, 1.0, 1, 0.6), _Step(0.043, 0.5, 0, 0.3), _Step(0.06, 0.2, 1, 0.2)),
    ),
    "lever": (
        ("metal", "metal", "wood"),
        0.12,
        (
            _Step(0, 0.4, 0, 0.4),
            _Step(0.09, 0.35, 0, 0.3),
            _Step(0.19, 1.0, 1, 0.5),
            _Step(0.19, 0.8, 2, 0.2),
            _Step(0.24, 0.3, 0, 0.2, 0.2),
        ),
    ),
    "mouse": (("plastic", "plastic"), 0.12, (_Step(0, 1.0, 0, 0.7), _Step(0.085, 0.55, 1, 0.6, 0.2))),
    "lock": (
        ("metal", "metal", "wood"),
        0.08,
        (
            _Step(0, 0.35, 0, 0.5),
            _Step(0.05, 0.4, 0, 0.5),
            _Step(0.13, 1.0, 1, 0.6),
            _Step(0.13, 0.7, 2, 0.2),
            _Step(0.17, 0.35, 0, 0.3),
        ),
    ),
    "pen": (("metal", "metal"), 0.04, (_Step(0, 0.8, 0, 0.6), _Step(0.01, 1.0, 1, 0.5))),
    "trap": (
        ("metal", "wood"),
        0.15,
        (_Step(0, 0.5, 0, 0.4), _Step(0.012, 1.0, 1, 0.5), _Step(0.012, 1.0, 0, 0.9), _Step(0.05, 0.3, 1, 0.1)),
    ),
    "stapler": (
        ("metal", "plastic"),
        0.05,
        (_Step(0, 0.4, 1, 0.5), _Step(0.05, 1.0, 0, 0.8), _Step(0.055, 0.7, 1, 0.4), _Step(0.17, 0.5, 0, 0.4, 0.2)),
    ),
}


def build(params: Clicks, studio: Studio) -> Instrument:
    """Build a mechanism."""
    own = studio.rng("mechanism")
    if params.kind in ("scissors", "lighter"):
        return Instrument(strike=lambda strength, rng: _slide(params, strength, rng), rhythm=steady(0.9, 0.3))
    materials, damp, steps = _PLANS[params.kind]
    scale = {"metal": 0.05, "plastic": 0.15, "wood": 0.25}
    bodies = [
        body_of(name, min(1.0, scale[name] + 0.45 * params.size + 0.03 * k), own) for k, name in enumerate(materials)
    ]
    slower = (0.6 + 1.2 * params.size) * (1.5 - params.spring)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return lay([_tap(step, bodies[step.body], damp, params, strength, slower, rng) for step in steps])

    return Instrument(strike=strike, rhythm=steady(1.5, 0.5))


def _tap(
    step: _Step, body: Body, damp: float, params: Clicks, strength: float, slower: float, rng: np.random.Generator
) -> tuple[float, Wave]:
    """One blow of the plan; a stronger spring strikes harder, and so shorter and brighter."""
    force = strength * (0.35 + 0.65 * params.spring)
    wave = unit(blow(body, 0.55 + 0.4 * params.spring, force, rng, damp=damp))
    snap = puff(rng, 2000, 6500 + 5500 * params.spring, 0.005, 0.0001)
    level = step.level * around(rng, 1, 0.12)
    return step.at * slower * around(rng, 1, step.sway), level * lay([(0.0, wave), (0.0, step.noise * snap)])


def _slide(params: Clicks, strength: float, rng: np.random.Generator) -> Wave:
    """Blades that slide and meet (scissors), a flint and its flame (lighter)."""
    length = around(rng, {"scissors": 0.24, "lighter": 0.09}[params.kind], 0.15) * (0.8 + 0.7 * params.size)
    n = seconds(length * (1.4 - 0.4 * strength))
    body = held(body_of("metal", 0.02 + 0.3 * params.size, rng), 0.4)
    shape = line(((0, 0.2), (0.6, 0.6), (0.95, 1), (1, 0.3)), n)
    blades = peak(around(rng, 5600 - 3000 * params.size, 0.05), 4, 8)
    slide = unit(once(rng.standard_normal(n), band(2600, 11_000), blades) * shape)
    if params.kind == "lighter":
        flame = unit(once(rng.standard_normal(seconds(0.25)), band(150, 2500)) * burst(seconds(0.25), 0.03, 0.4))
        return lay([(0.0, slide), (n / 48_000, 0.35 * flame)])
    return lay([(0.0, 0.5 * slide), (n / 48_000, unit(blow(body, 0.8, strength * params.spring, rng, damp=0.3)))])


CLICKS = Family(
    "clicks",
    "Small mechanisms snap: switches, latches, locks, levers, shutters, scissors.",
    Clicks,
    build,
    model=(
        "A mechanism is a plan of blows on small bodies, each at its moment: a switch's rocker leaves, falls over and "
        "bounces; a shutter lifts its mirror, opens, closes and returns; a bolt passes its wards. Larger mechanisms "
        "are slower and lower; a stronger spring is faster and strikes harder, so the contact is shorter and the click "
        "brighter. Scissors slide with the noise of their edges before they meet."
    ),
    source=(
        "Gaver, Synthesizing auditory icons, INTERCHI (1993); van den Doel & Pai, Presence 7 (1998); Farnell, "
        "Designing Sound (2010), on switches."
    ),
)
