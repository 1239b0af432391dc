"""Small mechanisms in the hand: keys, shutters, switches, gears, zips, latches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Rhythm, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import Body, blow, body_of
from v2a_foley.generate.procedural.parts.filters import band, once, peak
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, line, seconds, unit


@dataclass(frozen=True)
class Clicks:
    """A small mechanism: which, and how large."""

    kind: str = choice(
        "typing",
        "camera",
        "switch",
        "gears",
        "zip",
        "mouse",
        "lock",
        "dice",
        "coins",
        "pen",
        "scissors",
        "lighter",
        "cutlery",
    )
    size: float = span(0.3)


@dataclass(frozen=True)
class _Step:
    at: float
    level: float
    body: int
    noise: float
    sway: float = 0.1


_PLANS: dict[str, tuple[tuple[str, ...], float, tuple[_Step, ...]]] = {
    "typing": (
        ("plastic", "plastic", "wood"),
        0.3,
        (_Step(0, 0.3, 1, 0.25), _Step(0.012, 1.0, 0, 0.5), _Step(0.012, 0.45, 2, 0), _Step(0.095, 0.38, 1, 0.3, 0.25)),
    ),
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
    "pen": (("plastic", "metal"), 0.1, (_Step(0, 0.8, 0, 0.6), _Step(0.01, 1.0, 1, 0.5))),
    "dice": (("plastic", "wood"), 0.12, ()),
    "coins": (("metal", "metal", "metal"), 0.5, ()),
    "cutlery": (("metal", "metal", "ceramic"), 0.35, ()),
    "gears": (("metal", "metal"), 0.06, ()),
}


def build(params: Clicks, studio: Studio) -> Instrument:
    """Build a mechanism."""
    own = studio.rng("mechanism")
    if params.kind in ("zip", "scissors", "lighter"):
        return Instrument(strike=lambda strength, rng: _scrape(params, strength, rng), rhythm=steady(1.3, 0.4))
    materials, damp, steps = _PLANS[params.kind]
    scale = {"metal": 0.05, "plastic": 0.15, "wood": 0.25, "ceramic": 0.2}
    bodies = [
        body_of(name, min(1.0, scale[name] + 0.45 * params.size + 0.03 * k), own) for k, name in enumerate(materials)
    ]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        plan = steps or _tumble(params.kind, len(bodies), rng)
        return lay([_tap(step, bodies[step.body], damp, strength, rng) for step in plan])

    return Instrument(strike=strike, rhythm=_RHYTHMS.get(params.kind, steady(1.5, 0.5)))


def _tap(step: _Step, body: Body, damp: float, strength: float, rng: np.random.Generator) -> tuple[float, Wave]:
    wave = unit(blow(body, 0.8, strength, rng, damp=damp))
    n = seconds(0.008)
    snap = unit(once(rng.standard_normal(n), band(2000, 11_000)) * burst(n, 0.0001, 0.005))
    level = step.level * around(rng, 1, 0.12)
    return step.at * around(rng, 1, step.sway), level * lay([(0.0, wave), (0.0, step.noise * snap)])


def _tumble(kind: str, bodies: int, rng: np.random.Generator) -> tuple[_Step, ...]:
    """Several blows of chance: dice that bounce out, coins and cutlery that jingle, teeth that mesh."""
    if kind == "gears":
        pause = between(rng, 0.055, 0.075)
        return tuple(
            _Step(k * pause * around(rng, 1, 0.06), between(rng, 0.6, 1), int(rng.integers(bodies)), 0.5, 0)
            for k in range(int(rng.integers(5, 9)))
        )
    steps, at, pause, level = [], 0.0, between(rng, 0.07, 0.13), 1.0
    for _ in range(int(rng.integers(4, 10))):
        steps.append(_Step(at, level * between(rng, 0.5, 1), int(rng.integers(bodies)), 0.2, 0))
        at += pause * around(rng, 1, 0.45)
        if kind == "dice":
            pause, level = pause * 0.8, level * 0.8
    return tuple(steps)


def _scrape(params: Clicks, strength: float, rng: np.random.Generator) -> Wave:
    """Teeth that catch one after another (zip), blades that slide (scissors), a flint (lighter)."""
    length = around(rng, {"zip": 0.55, "scissors": 0.24, "lighter": 0.1}[params.kind], 0.15) * (1.2 - 0.3 * strength)
    n = seconds(length)
    if params.kind == "zip":
        speed = line(((0, 60), (0.4, 210 * (0.7 + 0.5 * strength)), (1, 130)), n)
        teeth = np.diff(np.floor(np.cumsum(speed) / 48_000), prepend=0.0) * np.exp(0.3 * rng.standard_normal(n))
        rung = once(teeth, band(1800, 7500), peak(3600, 3, 9), peak(5200, 3, 6))
        return unit(rung) + 0.1 * unit(once(rng.standard_normal(n), band(2500, 9000)) * (0.3 + 0.7 * speed / 210))
    body = body_of("metal", 0.02, rng)
    shape = line(((0, 0.2), (0.6, 0.6), (0.95, 1), (1, 0.3)), n)
    slide = unit(once(rng.standard_normal(n), band(2600, 11_000), peak(4800, 4, 8)) * shape)
    if params.kind == "lighter":
        flame = unit(once(rng.standard_normal(seconds(0.25)), band(150, 2500)) * burst(seconds(0.25), 0.03, 0.4))
        return lay([(0.0, slide), (length, 0.5 * flame)])
    return lay([(0.0, 0.5 * slide), (length, unit(blow(body, 0.8, strength, rng, damp=0.05)))])


def _typing(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    yield 0.0, 0.8
    while True:
        pause = 0.13 * float(np.exp(0.35 * rng.standard_normal()))
        if rng.random() < 0.13:
            pause += float(rng.exponential(0.35))
        yield max(pause, 0.05), float(rng.uniform(0.5, 1.0))


_RHYTHMS: dict[str, Rhythm] = {
    "typing": _typing,
    "gears": steady(0.7, 0.4),
    "scissors": steady(0.6, 0.2),
    "camera": steady(1.8, 0.5),
}

CLICKS = Family("clicks", "Small mechanisms: keys, shutters, switches, gears, zips, coins.", Clicks, build)
