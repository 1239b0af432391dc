"""Balls and what hits them: bounces, rackets, bats, clubs, cues. Rolling has its own family elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import Body, blow, body_of, held
from v2a_foley.generate.procedural.parts.contact import bounces, puff
from v2a_foley.generate.procedural.parts.modal import contact, ring
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import lay, unit

_GRAVITY = 9.81


@dataclass(frozen=True)
class Ball:
    """A ball meets a floor or what it is hit with: which ball, what it meets, from what height it falls."""

    ball: str = choice(
        "basketball", "football", "tennis", "ping_pong", "golf", "billiard", "bowling", "baseball", "rubber"
    )
    meets: str = choice("floor", "grass", "racket", "bat", "hand", "ball", "pins")
    height: float = span(1.0, 0.02, 4.0, unit="m")


@dataclass(frozen=True)
class _Kind:
    """A ball: modes in hertz and their seconds, milliseconds of contact, restitution, level and band of its slap."""

    hertz: tuple[float, ...]
    t60: tuple[float, ...]
    contact: float
    keep: float
    slap: tuple[float, float, float]


_BALLS = {
    "basketball": _Kind((82, 505, 760, 930, 1090), (0.13, 0.17, 0.12, 0.1, 0.08), 5.0, 0.78, (0.5, 90, 1800)),
    "football": _Kind((95, 420, 640, 810), (0.1, 0.1, 0.08, 0.06), 7.0, 0.7, (0.8, 90, 1900)),
    "tennis": _Kind((230, 780, 1200), (0.035, 0.03, 0.02), 4.0, 0.73, (0.8, 300, 3500)),
    "ping_pong": _Kind((5600, 6700, 8200, 9600), (0.012, 0.01, 0.008, 0.006), 0.35, 0.87, (0.35, 800, 6000)),
    "golf": _Kind((3100, 5200, 7400), (0.008, 0.006, 0.005), 0.45, 0.8, (0.7, 900, 8000)),
    "billiard": _Kind((3400, 5900, 8300), (0.02, 0.015, 0.01), 0.15, 0.6, (0.4, 1200, 9000)),
    "bowling": _Kind((1700, 2600), (0.03, 0.02), 0.8, 0.3, (0.6, 60, 600)),
    "baseball": _Kind((650, 1500), (0.02, 0.015), 1.2, 0.5, (0.8, 250, 4000)),
    "rubber": _Kind((310, 620, 990), (0.08, 0.06, 0.04), 3.0, 0.82, (0.6, 150, 2200)),
}


def build(params: Ball, studio: Studio) -> Instrument:
    """Build a ball and what it meets."""
    kind, own = _BALLS[params.ball], studio.rng("ball")
    modes = np.array(kind.hertz) * around(own, 1, 0.04)
    floor = held(body_of("wood", 0.9, own), 0.85)
    frame = held(body_of({"racket": "plastic", "bat": "wood"}.get(params.meets, "plastic"), 0.35, own), 0.75)
    pins = [held(body_of("wood", 0.12 + 0.08 * k, own), 0.35) for k in range(5)]
    pinned = [unit(blow(pin, 0.9, 0.8, own)) for pin in pins for _ in range(5)]
    flight = 2 * kind.keep * float(np.sqrt(2 * params.height / _GRAVITY))
    weight = np.array([1.0, *(0.55 / k for k in range(1, len(modes)))])

    def thump(strength: float, rng: np.random.Generator) -> Wave:
        """One meeting of the ball with something."""
        short = kind.contact * (1.35 - 0.5 * strength)
        gains = weight * np.exp(0.25 * rng.standard_normal(len(modes))) * (0.15 + contact(modes, short))
        parts = [(0.0, unit(ring(modes * (1 + 0.01 * strength), np.array(kind.t60) * around(rng, 1, 0.1), gains)))]
        level, low, high = kind.slap
        parts.append((0.0, level * puff(rng, low, high * (0.4 + 0.6 * strength), 0.012 + 0.004 * short, short / 4000)))
        if params.meets == "grass":
            turf = [(0.0, 0.9 * puff(rng, 60, 420, 0.09, 0.004)), (0.0, 0.2 * puff(rng, 1500, 7000, 0.06, 0.003))]
            return lay([(0.0, 0.4 * parts[0][1]), *turf])
        if params.meets == "ball":
            parts.append((0.0004, unit(ring(modes * 1.03, np.array(kind.t60), gains))))
        return lay([*parts, *_met(params, floor, frame, strength, rng)])

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.meets == "pins":
            return _pins(pinned, thump(strength, rng), strength, rng)
        if params.meets != "floor":
            return thump(strength, rng)
        again = bounces(rng, flight * (0.5 + 0.5 * strength), kind.keep, 1 if params.height > 0.6 else 12, spread=0.02)
        return lay([(at, speed**1.5 * thump(strength * speed, rng)) for at, speed in again])

    pause = flight if params.meets == "floor" and params.height > 0.6 else 1.6
    alone = thump if params.meets == "floor" else None
    return Instrument(
        strike=strike, contact=alone, rhythm=steady(max(pause, 0.35), 0.06 if params.meets == "floor" else 0.3)
    )


def _met(params: Ball, floor: Body, frame: Body, strength: float, rng: np.random.Generator) -> list[tuple[float, Wave]]:
    """What the ball meets answers."""
    if params.meets == "floor":
        return [(0.0, _floor_share(params.ball) * unit(blow(floor, 0.4, strength, rng)))]
    if params.meets == "racket":
        return _strings(params.ball, frame, strength, rng)
    if params.meets == "bat":
        return [(0.0, 1.1 * unit(blow(frame, 0.95, strength, rng))), (0.0, 0.8 * puff(rng, 700, 8500, 0.02, 0.0001))]
    if params.meets == "hand":
        return [(0.0, 1.0 * puff(rng, 250, 3200, 0.035, 0.0008))]
    return []


def _floor_share(ball: str) -> float:
    """How much of the floor is heard under a ball: much under a heavy one."""
    return {"bowling": 1.2, "basketball": 0.5, "ping_pong": 0.12, "golf": 0.3}.get(ball, 0.35)


def _strings(ball: str, frame: Body, strength: float, rng: np.random.Generator) -> list[tuple[float, Wave]]:
    """A racket: its strings sound near 500 Hz and their multiples, the frame knocks; a table tennis bat only clacks."""
    if ball == "ping_pong":
        return [(0.0, 0.9 * puff(rng, 700, 3200, 0.018, 0.0002))]
    low = around(rng, 520, 0.05)
    tone = ring(
        low * np.array([1.0, 1.95, 2.9, 3.8]), np.array([0.14, 0.09, 0.06, 0.04]), np.array([1.0, 0.5, 0.3, 0.2])
    )
    return [(0.0, 0.9 * unit(tone)), (0.0, 0.5 * unit(blow(frame, 0.8, strength, rng)))]


def _pins(pins: list[Wave], hit: Wave, strength: float, rng: np.random.Generator) -> Wave:
    """Ten pins: the ball, then a crowd of wooden blows as they fall on each other and in the pit."""
    parts = [(0.0, 0.7 * unit(hit)), (0.0, pins[int(rng.integers(25))])]
    for _ in range(int(14 + 20 * strength)):
        at = float(0.03 + rng.exponential(0.18))
        parts.append((at, 0.9 * np.exp(-1.4 * at) * rng.random() * pins[int(rng.integers(25))]))
    return lay(parts)


BALL = Family(
    "ball",
    "A ball meets a floor, a racket, a bat, a hand, another ball, or pins.",
    Ball,
    build,
    model=(
        "A ball is a few modes: those of the air within and of its skin where it is filled with air, of its body where "
        "it is solid. How long it is in contact filters them: 5 ms for a basketball, a fifth of a millisecond for "
        "billiard balls, which is why these click and that thumps. To them come the slap of the skin, and the floor, "
        "strings, or wood that it meets. What is dropped bounces on, each flight and each speed smaller by the "
        "coefficient of restitution; the first pause is the time of flight from its height."
    ),
    source=(
        "Russell, Basketballs as spherical acoustic cavities, Am. J. Phys. 78 (2010); Cross, The bounce of a ball, Am. "
        "J. Phys. 67 (1999); Cross, The dead spot of a tennis racket, Am. J. Phys. 65 (1997); Rath & Rocchesso in The "
        "Sounding Object (2003), on bouncing."
    ),
    shown=(
        *({"ball": name} for name in _BALLS),
        {"ball": "tennis", "meets": "racket"},
        {"ball": "baseball", "meets": "bat"},
        {"ball": "billiard", "meets": "ball"},
        {"ball": "bowling", "meets": "pins"},
        {"ball": "ping_pong", "height": 0.3},
    ),
)
