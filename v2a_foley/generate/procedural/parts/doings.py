"""What people do in rooms, heard once: things set down, keys, pages, steps, balls. Which room it is, is not here."""

from __future__ import annotations

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Wave
from v2a_foley.generate.procedural.parts.bodies import blow, body_of
from v2a_foley.generate.procedural.parts.filters import band, lowpass, once, slope
from v2a_foley.generate.procedural.parts.layers import Make
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, swell, unit


def struck(*materials: str, low: float, high: float, hard: float = 0.7) -> Make:
    """Blows on small bodies, one to three at a time."""

    def make(rng: np.random.Generator) -> Wave:
        parts, at = [], 0.0
        for _ in range(int(rng.integers(1, 4))):
            body = body_of(str(rng.choice(materials)), between(rng, low, high), rng)
            parts.append(
                (at, between(rng, 0.3, 1.0) * unit(blow(body, hard, between(rng, 0.3, 0.8), rng, longest=1.2)))
            )
            at += between(rng, 0.04, 0.25)
        return lay(parts)

    return make


def typing(rng: np.random.Generator) -> Wave:
    """Some keys in a row."""
    parts, at = [], 0.0
    for _ in range(int(rng.integers(4, 16))):
        key = body_of("plastic", between(rng, 0.0, 0.25), rng)
        parts.append((at, between(rng, 0.4, 1.0) * unit(blow(key, 0.8, 0.5, rng))))
        at += around(rng, 0.15, 0.4)
    return lay(parts)


def page(rng: np.random.Generator) -> Wave:
    """A page is turned."""
    n = seconds(between(rng, 0.35, 0.8))
    curve = np.interp(np.arange(n), np.linspace(0, n, 12), rng.random(12) ** 2) * swell(n, 0.08, 0.2)
    return once(rng.standard_normal(n), band(900, 8000)) * curve


def walk(rng: np.random.Generator) -> Wave:
    """Somebody walks past on a hard floor."""
    count, pace, parts = int(rng.integers(4, 10)), around(rng, 0.55, 0.1), []
    shoe = body_of("stone", between(rng, 0.2, 0.7), rng)
    for k in range(count):
        near = 1 / (1 + ((k - count / 2) / 3) ** 2)
        heel = once(unit(blow(shoe, 0.5, 0.5, rng)), lowpass(2600, 1))
        parts.append((k * pace * around(rng, 1, 0.03), near * heel))
    return lay(parts)


def trolley(rng: np.random.Generator) -> Wave:
    """A trolley or a suitcase rolls by."""
    n = seconds(between(rng, 2.0, 4.5))
    rattle = 1 + 0.5 * np.interp(
        np.arange(n), np.arange(0, n + 1200, 1200), rng.standard_normal(len(range(0, n + 1200, 1200)))
    )
    roll = once(rng.standard_normal(n), band(180, 2400), slope(-2.0))
    return roll * rattle * swell(n, 0.45 * n / RATE, 0.45 * n / RATE)


def monitor(rng: np.random.Generator) -> Wave:
    """The beep of a patient monitor, some in a row, or a door far off."""
    hertz, parts, gap = float(rng.choice([440.0, 660.0, 880.0, 960.0])), [], between(rng, 0.75, 1.0)
    for k in range(int(rng.integers(2, 7))):
        n = seconds(0.11)
        tone = np.sin(2 * np.pi * hertz * clock(n)) + 0.2 * np.sin(6 * np.pi * hertz * clock(n))
        parts.append((k * gap, 0.3 * tone * swell(n, 0.005, 0.02)))
    return lay(parts)


def ball(rng: np.random.Generator) -> Wave:
    """A ball bounces on a floor, shoes squeak."""
    floor, parts, at, gap = body_of("wood", between(rng, 0.5, 0.9), rng), [], 0.0, between(rng, 0.4, 0.75)
    for _ in range(int(rng.integers(2, 7))):
        n = seconds(0.09)
        air = np.sin(2 * np.pi * between(rng, 75, 110) * clock(n)) * burst(n, 0.002, 0.09)
        parts.append((at, lay([(0.0, 0.8 * unit(blow(floor, 0.3, 0.6, rng))), (0.0, air)])))
        at += gap
        gap *= between(rng, 0.85, 1.05)
    if rng.random() < 0.4:
        m = seconds(between(rng, 0.08, 0.2))
        sweep = between(rng, 1500, 2600) * (clock(m) + 0.8 * clock(m) ** 2)
        parts.append((at, 0.25 * np.sign(np.sin(2 * np.pi * sweep)) * swell(m, 0.02, 0.04)))
    return lay(parts)


def slosh(rng: np.random.Generator) -> Wave:
    """Somebody swims a few strokes."""
    parts, at = [], 0.0
    for _ in range(int(rng.integers(2, 5))):
        n = seconds(between(rng, 0.4, 0.8))
        parts.append((at, once(rng.standard_normal(n), band(350, 3800), slope(-3.0)) * swell(n, 0.06, 0.3)))
        at += between(rng, 0.5, 0.9)
    return lay(parts)


def gate(rng: np.random.Generator) -> Wave:
    """A barred door rolls and slams, keys follow."""
    door, parts = body_of("metal", between(rng, 0.6, 0.95), rng), [(0.0, 0.15 * trolley(rng)[: seconds(1.2)])]
    parts.append((1.1, unit(blow(door, 0.6, 0.9, rng, longest=2.0))))
    for _ in range(int(rng.integers(2, 6))):
        key = body_of("metal", between(rng, 0.0, 0.15), rng)
        parts.append((1.5 + rng.random(), 0.12 * unit(blow(key, 0.9, 0.5, rng, longest=0.4))))
    return lay(parts)


def game(rng: np.random.Generator) -> Wave:
    """A gaming machine plays a few notes."""
    parts, at, scale = [], 0.0, 2 ** (np.array([0, 2, 4, 7, 9, 12]) / 12)
    base, step = between(rng, 500, 1100), between(rng, 0.07, 0.16)
    for _ in range(int(rng.integers(4, 14))):
        n = seconds(step)
        parts.append(
            (at, np.sign(np.sin(2 * np.pi * base * float(rng.choice(scale)) * clock(n))) * swell(n, 0.003, 0.02))
        )
        at += step
    return once(lay(parts), lowpass(5000, 1))
