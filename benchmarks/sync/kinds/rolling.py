"""What sounds on and on and as fast as it moves: a wheel that gathers speed, a car that passes."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import stage
from benchmarks.sync.scene import Scene


def accelerating_wheel(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A wheel with spokes turns faster, or faster and slower; its speed is in turns a second."""
    set_ = stage(rng, canvas)
    count = int(rng.integers(3, 6))
    most = rng.uniform(0.55, 0.8) * 12 / count
    radius = set_.unit * rng.uniform(0.18, 0.34)
    x, y = set_.width * rng.uniform(0.35, 0.65), set_.height * rng.uniform(0.42, 0.58)
    clock = np.linspace(-0.5, seconds + 0.5, 800)
    knots = [0.05, rng.uniform(0.3, 0.7), 1.0] if rng.uniform() < 0.5 else [0.05, 1.0, rng.uniform(0.1, 0.4)]
    turns = most * np.interp(clock, np.linspace(0, seconds, 3), knots)
    angles = 2 * np.pi * np.cumsum(turns) * (clock[1] - clock[0])
    rim, spoke, mark = (set_.colour() for _ in range(3))

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        angle = float(np.interp(time, clock, angles))
        for number in range(count):
            way = angle + 2 * np.pi * number / count
            end = (x + 0.94 * radius * np.cos(way), y + 0.94 * radius * np.sin(way))
            drawing.capsule(picture, (x, y), end, radius * 0.09, spoke if number else mark)
        drawing.ring(picture, x, y, radius, rim, max(2, round(radius * 0.1)))
        drawing.disc(picture, x, y, radius * 0.14, rim)
        return picture

    speed = lambda time: float(np.interp(time, clock, turns))  # noqa: E731 - one value of a table
    prompt = str(rng.choice(["a motorcycle engine revs", "a wheelchair rolls over the floor"]))
    return set_.scene("accelerating_wheel", prompt, seconds, draw, [], speed)


def passing_car(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A car drives by, from the side or out of the distance; its speed is that on the screen, in widths a second."""
    set_ = stage(rng, canvas, (0.6, 0.75))
    long = set_.unit * rng.uniform(0.35, 0.6)
    slant = rng.choice([0.0, rng.uniform(0.5, 1.2)])
    clock = np.linspace(0, seconds, 400)
    way = np.linspace(-1.0, 1.0, 400) * rng.uniform(0.8, 1.2) + rng.uniform(-0.2, 0.2)
    way += rng.uniform(-0.25, 0.25) * way**2
    deep = np.maximum(0.35, 1.0 - slant * way * 0.6)
    places = set_.width * (0.5 + 0.9 * way / deep)
    scales = 1 / deep
    rates = np.abs(np.gradient(places, clock)) / set_.width
    seen = np.clip((np.minimum(places, set_.width - places) + long * scales / 2) / (long * scales), 0, 1)
    speeds = rates * seen
    paint, glass = set_.colour(), drawing.colour(rng, dark=0.6, vivid=0.3)

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        x, size = float(np.interp(time, clock, places)), long * float(np.interp(time, clock, scales))
        ground = set_.floor + 0.12 * size
        drawing.shadow(picture, x, ground, size * 0.55, size * 0.06, 0.5)
        drawing.box(picture, x, ground - 0.18 * size, size, 0.18 * size, paint)
        roof = [(-0.3, -0.26), (-0.18, -0.42), (0.15, -0.42), (0.32, -0.26)]
        drawing.polygon(picture, [(x + u * size, ground + v * size) for u, v in roof], drawing.shade(paint, 0.9))
        panes = [(-0.24, -0.27), (-0.16, -0.39), (0.13, -0.39), (0.25, -0.27)]
        drawing.polygon(picture, [(x + u * size, ground + v * size) for u, v in panes], glass)
        for side in (-0.3, 0.3):
            drawing.disc(picture, x + side * size, ground - 0.08 * size, 0.09 * size, (25, 25, 28))
            drawing.disc(picture, x + side * size, ground - 0.08 * size, 0.045 * size, (170, 170, 175))
        return picture

    speed = lambda time: float(np.interp(time, clock, speeds))  # noqa: E731 - one value of a table
    return set_.scene("passing_car", "a car drives by", seconds, draw, [], speed)
