"""Panels whose light changes at once, and what moves without ever touching."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import Stage, rhythm
from benchmarks.sync.machines.part import Part, shape, waves


def panels(rng: np.random.Generator, on: Stage, seconds: float) -> Part:
    """Panels of a board light up and go out, each with a click; some light the wall or all the picture."""
    count = int(rng.integers(1, 6))
    times = rhythm(rng, seconds, (0.35, 1.5))
    which = rng.integers(count, size=len(times))
    room = float(rng.uniform(0.1, 0.5)) if rng.uniform() < 0.4 else 0.0
    lit = []
    for one in range(count):
        place = np.array([on.width, on.height]) * rng.uniform(0.12, 0.88, 2)
        base = drawing.colour(rng, dark=0.45, light=0.95)
        dim = rng.uniform(0.1, 0.6)
        extent = on.unit * np.exp(rng.uniform(np.log(0.03), np.log(0.4), 2))
        glows = on.unit * rng.uniform(0.1, 0.6) if rng.uniform() < 0.5 else 0.0
        eases = float(rng.choice([0.0, 0.02, 0.06]))
        lit.append(
            (place, base, dim, extent, glows, rng.uniform() < 0.5, rng.uniform() < 0.5, times[which == one], eases)
        )

    def level(one: int, time: float) -> float:
        *_, first, toggles, eases = lit[one]
        done = int(np.searchsorted(toggles, time, side="right"))
        now = float(first ^ bool(done % 2))
        if done and eases and time - toggles[done - 1] < eases:
            part = (time - toggles[done - 1]) / eases
            return part * now + (1 - part) * (1 - now)
        return now

    def paint(picture: np.ndarray, time: float) -> None:
        for one, (place, base, dim, extent, glows, is_round, *_) in enumerate(lit):
            bright = level(one, time)
            fill = drawing.shade(base, dim + (1 - dim) * bright)
            if is_round:
                drawing.ellipse(picture, *place, *(extent / 2), fill)
            else:
                drawing.box(picture, *place, *extent, fill)
            if glows and bright:
                drawing.glow(picture, *place, glows, base, 0.6 * bright)

    def light(time: float) -> float:
        return 1 - room * (1 - level(0, time))

    hits = [
        on.hit(t, 0.3 + 0.5 * float(np.sqrt(lit[n][3].prod()) / on.unit), *lit[n][0])
        for t, n in zip(times, which, strict=True)
    ]
    return Part(paint, tuple(hits), light if room else None)


def drifters(rng: np.random.Generator, on: Stage, seconds: float) -> Part:
    """Things go smooth ways, slow and quick, before and behind each other."""
    things = []
    quickest = float(np.exp(rng.uniform(np.log(0.2), np.log(2.5))))
    for _ in range(int(rng.integers(1, 6))):
        reach = on.unit * float(np.exp(rng.uniform(np.log(0.01), np.log(0.15))))
        middle = np.array([on.width, on.height]) * rng.uniform(0.2, 0.8, 2)
        extent = on.unit * rng.uniform(0.03, 0.4, 2)
        ways = (waves(rng, 0.05, quickest), waves(rng, 0.05, quickest))
        things.append((shape(rng, on, reach), middle, extent, ways, rng.uniform(-3, 3)))

    def paint(picture: np.ndarray, time: float) -> None:
        for draw, middle, extent, ways, spin in things:
            x, y = (float(middle[k] + extent[k] * ways[k](time)) for k in (0, 1))
            draw(picture, x, y, spin * time)

    return Part(paint)


def wavers(rng: np.random.Generator, on: Stage, seconds: float) -> Part:
    """Arms and rods wave smoothly and reach nothing."""
    made = []
    for _ in range(int(rng.integers(1, 5))):
        pivot = np.array([on.width, on.height]) * rng.uniform(0.1, 0.9, 2)
        long, thick = on.unit * rng.uniform(0.1, 0.4), on.unit * rng.uniform(0.008, 0.05)
        made.append((pivot, long, thick, on.colour(), rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 1.4, 2),
                     waves(rng, 0.2, 1.8), waves(rng, 0.2, 1.8), shape(rng, on, thick * 1.5)))  # fmt: skip

    def paint(picture: np.ndarray, time: float) -> None:
        for pivot, long, thick, fill, base, reach, one, two, end in made:
            angle = base + reach[0] * one(time)
            elbow = pivot + long * np.array([np.cos(angle), np.sin(angle)])
            angle += reach[1] * two(time)
            tip = elbow + 0.8 * long * np.array([np.cos(angle), np.sin(angle)])
            drawing.limb(picture, [tuple(pivot), tuple(elbow), tuple(tip)], thick, fill)
            end(picture, float(tip[0]), float(tip[1]), angle)

    return Part(paint)


def throws(rng: np.random.Generator, on: Stage, seconds: float) -> Part:
    """Things fly through the picture on lines and arcs, from beyond one edge to beyond another."""
    flights = []
    for start in np.sort(rng.uniform(-0.5, seconds, int(rng.integers(1, 7)))):
        reach = on.unit * float(np.exp(rng.uniform(np.log(0.01), np.log(0.12))))
        lasts = float(np.exp(rng.uniform(np.log(0.4), np.log(3.0))))
        if rng.uniform() < 0.5:
            side = float(rng.choice([-1, 1]))
            ends = [0.5 - side * (0.5 + 0.3), 0.5 + side * (0.5 + 0.3)]
            heights, arc = rng.uniform(0.05, 0.9, 2), 0.0
        else:
            ends = list(rng.uniform(0.0, 1.0, 2))
            heights, arc = np.array([1.3, 1.3]), float(rng.uniform(0.5, 1.2))
        flights.append((start, lasts, ends, heights, arc, shape(rng, on, reach), rng.uniform(-6, 6)))

    def paint(picture: np.ndarray, time: float) -> None:
        for start, lasts, ends, heights, arc, draw, spin in flights:
            part = (time - start) / lasts
            if 0 <= part <= 1:
                x = on.width * (ends[0] + part * (ends[1] - ends[0]))
                y = on.height * (heights[0] + part * (heights[1] - heights[0]) - 4 * arc * part * (1 - part))
                draw(picture, float(x), float(y), spin * time)

    return Part(paint)
