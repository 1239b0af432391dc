"""What ticks: an arm that swings from stop to stop, and a hand that jumps."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import stage
from benchmarks.sync.scene import Scene


def metronome(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """The arm of a metronome knocks on a stop at either end and turns back."""
    set_ = stage(rng, canvas)
    period = rng.uniform(0.4, 1.1)
    times = np.arange(rng.uniform(0.3, 0.3 + period), seconds, period)
    x, long = set_.width * rng.uniform(0.35, 0.65), set_.unit * rng.uniform(0.35, 0.55)
    wide, weight, pull = rng.uniform(0.35, 0.75), rng.uniform(0.45, 0.85), rng.uniform(0.0, 0.5)
    low = set_.floor - 0.06 * set_.unit
    size = set_.unit * rng.uniform(0.03, 0.06)
    case, iron, bob = (set_.colour() for _ in range(3))
    sides = 0.5 * long * np.array([0.42, 0.75])
    body = [(x - sides[0], low - 0.75 * long), (x + sides[0], low - 0.75 * long),
            (x + sides[1], set_.floor), (x - sides[1], set_.floor)]  # fmt: skip
    drawing.polygon(set_.ground, body, case)
    ends = [(x + side * (long * np.sin(wide) + 0.68 * size), low - long * np.cos(wide)) for side in (-1, 1)]
    for end in ends:
        drawing.box(set_.ground, *end, size, size * 1.6, drawing.shade(case, 0.5))

    def angle(time: float) -> float:
        beat = (time - times[0]) / period
        part = beat % 1
        eased = part + pull * (part - 0.5) * part * (1 - part) * 2
        return float(wide * (2 * eased - 1) * (1 if int(np.floor(beat)) % 2 else -1))

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        turn = angle(time)
        way = (np.sin(turn), -np.cos(turn))
        tip = (x + long * way[0], low + long * way[1])
        drawing.capsule(picture, (x, low), tip, size * 0.35, iron)
        middle = (x + weight * long * way[0], low + weight * long * way[1])
        drawing.box(picture, *middle, 1.7 * size, 1.3 * size, bob, turn)
        drawing.disc(picture, x, low, size * 0.4, drawing.shade(iron, 0.6))
        return picture

    hits = [set_.hit(t, 0.6, *ends[(number + 1) % 2]) for number, t in enumerate(times)]
    return set_.scene("metronome", "a wood block is struck", seconds, draw, hits)


def clock_hand(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A clock's hand gathers itself, jumps on to its next mark, and trembles there."""
    set_ = stage(rng, canvas, None)
    period = rng.uniform(0.5, 1.2)
    times = np.arange(rng.uniform(0.3, 0.3 + period), seconds, period)
    x, y = set_.width * rng.uniform(0.35, 0.65), set_.height * rng.uniform(0.45, 0.55)
    radius = set_.unit * rng.uniform(0.28, 0.4)
    marks = int(rng.choice([12, 24, 60]))
    step, first = 2 * np.pi / marks, rng.uniform(0, 2 * np.pi)
    jump, shake, rate = rng.uniform(0.04, 0.09), rng.uniform(0.1, 0.3), rng.uniform(50, 90)
    long, tail = radius * rng.uniform(0.75, 0.9), radius * rng.uniform(0.1, 0.25)
    rim, face = set_.colour(), drawing.colour(rng, dark=0.5, light=0.95, vivid=0.3)
    ink, hand = drawing.colour(rng, light=0.25), drawing.colour(rng, dark=0.1, light=0.4, vivid=1.0)
    thick, other = radius * rng.uniform(0.04, 0.08), rng.uniform(0, 2 * np.pi, 2)
    drawing.disc(set_.ground, x, y, radius * 1.1, rim)
    drawing.disc(set_.ground, x, y, radius, face)
    for number in range(12):
        way = np.array([np.cos(first + np.pi / 6 * number), np.sin(first + np.pi / 6 * number)])
        drawing.capsule(set_.ground, tuple((x, y) + 0.86 * radius * way), tuple((x, y) + 0.95 * radius * way),
                        radius * 0.04, ink)  # fmt: skip
    for size, turn in zip((0.5, 0.7), other, strict=True):
        drawing.capsule(set_.ground, (x, y), (x + size * radius * np.cos(turn), y + size * radius * np.sin(turn)),
                        radius * 0.06, ink)  # fmt: skip

    def angle(time: float) -> float:
        done = int(np.searchsorted(times, time, side="right"))
        turn = float(done)
        if done:
            since = time - times[done - 1]
            turn -= shake * float(np.exp(-since / 0.04) * np.sin(rate * since))
        if done < len(times):
            turn += max(0.0, 1 - (times[done] - time) / jump) ** 2
        return first + step * turn

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        way = np.array([np.cos(angle(time)), np.sin(angle(time))])
        drawing.capsule(picture, tuple((x, y) - tail * way), tuple((x, y) + long * way), thick, hand)
        drawing.disc(picture, x, y, thick * 1.5, hand)
        return picture

    hits = []
    for number, time in enumerate(times):
        turn = first + step * (number + 1)
        hits.append(set_.hit(time, 0.5, x + long * np.cos(turn), y + long * np.sin(turn)))
    return set_.scene("clock_hand", "a switch or lock clicks", seconds, draw, hits)
