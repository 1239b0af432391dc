"""Tools that come down on a thing: hammer and nail, knife and board, fingers on keys, a press."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import Strokes, rhythm, smooth, stage, strokes, turned
from benchmarks.sync.scene import Scene


def hammer_nail(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A hammer swings down on a nail, which goes a little deeper with each blow."""
    set_ = stage(rng, canvas, (0.68, 0.86))
    times = rhythm(rng, seconds, (0.4, 1.1))
    blows = strokes(rng, times, falls=(0.08, 0.2))
    x = set_.width * rng.uniform(0.3, 0.7)
    long, shaft = set_.unit * rng.uniform(0.3, 0.55), set_.unit * rng.uniform(0.02, 0.045)
    proud = set_.unit * rng.uniform(0.06, 0.13)
    depths = proud * (1 - 0.75 * np.cumsum(blows.strengths) / max(blows.strengths.sum(), 1e-6))
    heights = np.concatenate([[proud], depths])
    head = (set_.unit * rng.uniform(0.05, 0.09), set_.unit * rng.uniform(0.09, 0.15))
    iron, handle, nail = set_.colour(), set_.colour(), set_.colour()
    swing = rng.uniform(0.7, 1.5)

    def top(time: float) -> float:
        since = np.clip((time - times) / 0.03, 0, 1) if len(times) else np.zeros(0)
        return float(set_.floor - heights[0] + (heights[:-1] - heights[1:]) @ since)

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        y = top(time)
        drawing.capsule(picture, (x, y), (x, set_.floor), max(1.5, shaft * 0.35), nail)
        drawing.capsule(picture, (x - shaft * 0.5, y), (x + shaft * 0.5, y), max(1.5, shaft * 0.3), nail)
        angle = swing * blows.lift(time)
        pivot = (x - long, y - head[1] / 2)
        centre = turned(pivot, (x, y - head[1] / 2 - shaft * 0.15), angle * -1)
        drawing.capsule(picture, pivot, centre, shaft, handle)
        drawing.disc(picture, *pivot, shaft * 1.3, drawing.shade(handle, 0.7))
        drawing.box(picture, *centre, head[0], head[1], iron, -angle)
        return picture

    hits = [set_.hit(t, s, x, set_.floor - h) for t, s, h in zip(times, blows.strengths, heights, strict=False)]
    return set_.scene("hammer_nail", "a hammer strikes", seconds, draw, hits)


def chopping_knife(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A knife chops through a vegetable on a board and moves along it."""
    set_ = stage(rng, canvas, (0.65, 0.85))
    times = rhythm(rng, seconds, (0.2, 0.7))
    cuts = strokes(rng, times, falls=(0.07, 0.16), hold=0.05)
    long, high = set_.unit * rng.uniform(0.3, 0.5), set_.unit * rng.uniform(0.06, 0.1)
    left, right = (set_.width * part for part in sorted(rng.uniform((0.2, 0.6), (0.4, 0.8))))
    steps = np.linspace(right, left, max(2, len(times)))
    food, steel, grip = set_.colour(), set_.colour(), set_.colour()
    thick, travel = set_.unit * rng.uniform(0.05, 0.1), set_.unit * rng.uniform(0.12, 0.25)
    board = drawing.colour(rng, dark=0.3, light=0.7, vivid=0.6)
    drawing.box(set_.ground, (left + right) / 2, set_.floor + high * 0.3, right - left + long, high * 0.6, board)

    def place(time: float) -> float:
        if not len(times):
            return float(right)
        after = int(np.searchsorted(times, time, side="right"))
        if after == 0 or after == len(times):
            return float(steps[min(after, len(times) - 1)])
        part = smooth(1.4 * (time - times[after - 1]) / (times[after] - times[after - 1]))
        return float(steps[after - 1] + part * (steps[after] - steps[after - 1]))

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        x, up = place(time), travel * cuts.lift(time)
        drawing.capsule(picture, (left - thick, set_.floor - thick / 2), (x - 2, set_.floor - thick / 2), thick, food)
        done = int(np.searchsorted(times, time, side="right"))
        for number in range(done):
            where = steps[number] + thick * 0.7
            drawing.ellipse(picture, where, set_.floor - thick / 2, thick * 0.16, thick / 2, drawing.shade(food, 1.25))
        edge = set_.floor - up
        tilt = up / travel * 0.35
        back = x + long * 0.65
        sunk = edge - tilt * long * 0.5
        blade = [(x, edge), (back, sunk), (back, sunk - high), (x + high * 0.3, edge - high)]
        drawing.polygon(picture, blade, steel)
        start, end = (x + long * 0.65, edge - high * 0.75 - tilt * long * 0.5), (x + long, edge - high - tilt * long)
        drawing.capsule(picture, start, end, high * 0.5, grip)
        return picture

    hits = [set_.hit(t, s, x, set_.floor) for t, s, x in zip(times, 0.8 * cuts.strengths, steps, strict=False)]
    return set_.scene("chopping_knife", "a knife chops on a board", seconds, draw, hits)


def typing(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Fingers of one or two hands press keys of a board; a key sinks under its finger."""
    set_ = stage(rng, canvas, None)
    times = rhythm(rng, seconds, (0.16, 0.6))
    columns, rows = int(rng.integers(4, 9)), int(rng.integers(1, 4))
    size = set_.width * rng.uniform(0.5, 0.75) / columns
    depth = size * rng.uniform(0.15, 0.3)
    left, top = (set_.width - columns * size) / 2, set_.height * rng.uniform(0.45, 0.6)
    base, cap, skin = (set_.colour() for _ in range(3))
    keys = [(left + (c + 0.5) * size, top + r * size * 0.6) for r in range(rows) for c in range(columns)]
    chosen = rng.integers(len(keys), size=len(times))
    presses = strokes(rng, times, falls=(0.05, 0.1), hold=0.06)
    drawing.box(set_.ground, set_.width / 2, top + (rows - 1) * size * 0.3, columns * size * 1.08,
                size * (0.6 * rows + 0.5), base)  # fmt: skip

    def hand(time: float) -> tuple[float, float]:
        if not len(times):
            return keys[0]
        after = int(np.searchsorted(times, time, side="right"))
        if after == 0 or after == len(times):
            return keys[chosen[min(after, len(times) - 1)]]
        gap = times[after] - times[after - 1]
        part = smooth((time - times[after - 1] - 0.25 * gap) / (0.5 * gap))
        (x, y), (u, v) = keys[chosen[after - 1]], keys[chosen[after]]
        return x + part * (u - x), y + part * (v - y)

    def sunk(time: float, key: int) -> float:
        found = 0.0
        for at in times[(chosen == key) & (times <= time) & (times > time - 0.25)]:
            since = time - at
            found = max(found, min(1.0, since / 0.012) * (1 - smooth((since - 0.05) / 0.1)))
        return found

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for number, (x, y) in enumerate(keys):
            down = depth * sunk(time, number)
            drawing.box(picture, x, y + depth, size * 0.84, size * 0.45, drawing.shade(base, 0.5))
            drawing.box(picture, x, y + down, size * 0.8, size * 0.42, cap)
        x, y = hand(time)
        lift = size * 0.9 * presses.lift(time)
        tip = (x, y - size * 0.2 - lift)
        for side in (-1.0, 1.0, 2.0):
            other = (x + side * size * 0.5, y - size * (0.75 + 0.1 * side) - 0.3 * lift)
            drawing.limb(picture, [other, (x + size * (0.5 + side * 0.3), y - size * 1.9)], size * 0.34, skin)
        drawing.limb(picture, [tip, (x + size * 0.2, y - size * 1.1 - 0.7 * lift), (x + size * 0.6, y - size * 1.9)],
                     size * 0.34, drawing.shade(skin, 1.1))  # fmt: skip
        drawing.capsule(picture, (x + size * 0.6, y - 2 * size), (x + 2 * size, y - 4.5 * size), size * 1.2, skin)
        return picture

    hits = [
        set_.hit(t, 0.2 + 0.6 * s, keys[k][0], keys[k][1])
        for t, s, k in zip(times, presses.strengths, chosen, strict=True)
    ]
    return set_.scene("typing", "a switch or lock clicks", seconds, draw, hits)


def press_machine(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A machine's weight is lifted in its frame, comes down on a pile and stops; evenly."""
    set_ = stage(rng, canvas, (0.7, 0.88))
    period = rng.uniform(0.5, 1.6)
    times = np.arange(rng.uniform(0.4, 0.4 + period), seconds - 0.2, period)
    count = len(times)
    fall = min(rng.uniform(0.12, 0.3), 0.4 * period)
    blows = Strokes(times, np.ones(count), np.full(count, fall), np.full(count, rng.uniform(0, 0.3) * period))
    x, wide = set_.width * rng.uniform(0.3, 0.7), set_.unit * rng.uniform(0.1, 0.3)
    thick, travel = set_.unit * rng.uniform(0.08, 0.18), set_.unit * rng.uniform(0.15, 0.3)
    pile = set_.unit * rng.uniform(0.06, 0.2)
    iron, frame, work = (set_.colour() for _ in range(3))
    touch = set_.floor - pile

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for side in (-1, 1):
            drawing.box(picture, x + side * wide * 0.75, set_.floor / 2, wide * 0.15, set_.floor, frame)
        drawing.box(picture, x, set_.floor - pile / 2, wide * 0.6, pile, work)
        bottom = touch - travel * blows.lift(time)
        drawing.capsule(picture, (x, 0), (x, bottom - thick), wide * 0.2, drawing.shade(iron, 0.6))
        drawing.box(picture, x, bottom - thick / 2, wide, thick, iron)
        drawing.box(picture, x, bottom - thick * 0.7, wide, thick * 0.2, drawing.shade(iron, 1.4))
        return picture

    hits = [set_.hit(t, 0.8, x, touch) for t in times]
    prompt = str(rng.choice(["a hammer rings on an anvil", "metal clangs"]))
    return set_.scene("press_machine", prompt, seconds, draw, hits)
