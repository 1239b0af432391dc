"""A fist and the bag that it hits."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, smooth, stage, turned
from benchmarks.sync.scene import Scene


def boxing_bag(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A fist flies at a hanging bag and draws back; the bag gives way, swings and comes to rest."""
    set_ = stage(rng, canvas, (0.85, 0.88))
    times = rhythm(rng, seconds, (0.5, 1.4))
    count = len(times)
    powers, flights = rng.uniform(0.35, 1.0, count), rng.uniform(0.09, 0.18, count)
    hook = (set_.width * rng.uniform(0.5, 0.65), 0.0)
    chain, long = set_.unit * rng.uniform(0.12, 0.22), set_.unit * rng.uniform(0.35, 0.48)
    thick, rate, calm = set_.unit * rng.uniform(0.13, 0.2), rng.uniform(4.5, 7.0), rng.uniform(0.3, 0.6)
    deep = chain + long * rng.uniform(0.5, 0.7)
    fist, far = set_.unit * rng.uniform(0.045, 0.065), set_.unit * rng.uniform(0.3, 0.42)
    kick = rng.uniform(0.1, 0.22)
    hide, glove, skin = (set_.colour() for _ in range(3))
    rest = (hook[0] - thick / 2 - fist - far, hook[1] + deep + 0.05 * set_.unit)
    shoulder = (rest[0] - 0.2 * set_.unit, rest[1] + 0.04 * set_.unit)

    def swing(time: float) -> float:
        since = time - times[times <= time]
        past = powers[: len(since)]
        return float(kick * np.sum(past * np.exp(-since / calm) * np.sin(rate * since)))

    def touch(time: float) -> drawing.Point:
        """Return where a fist lies that touches the bag."""
        return turned(hook, (hook[0] - thick / 2 - fist, hook[1] + deep), -swing(time))

    def hand(time: float) -> drawing.Point:
        coming = int(np.searchsorted(times, time, side="right"))
        part, aim = 0.0, rest
        if coming < count:
            start = times[coming] - flights[coming]
            if time >= start:
                part, aim = ((time - start) / flights[coming]) ** 2, touch(times[coming])
        if coming and part == 0.0:
            part, aim = 1 - smooth((time - times[coming - 1]) / 0.25 + 0.06), touch(times[coming - 1])
        return rest[0] + part * (aim[0] - rest[0]), rest[1] + part * (aim[1] - rest[1])

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        turn = -swing(time)
        ends = [turned(hook, (hook[0], hook[1] + down), turn) for down in (chain, chain + long)]
        drawing.capsule(picture, hook, ends[0], max(1.5, thick * 0.06), drawing.shade(hide, 0.5))
        middle = ((ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2)
        drawing.box(picture, *middle, thick, long, hide, turn)
        band = turned(hook, (hook[0], hook[1] + chain + 0.25 * long), turn)
        drawing.box(picture, *band, thick, long * 0.08, drawing.shade(hide, 0.6), turn)
        x, y = hand(time)
        reach = 0.55 * (far + 0.2 * set_.unit)
        drawing.limb(picture, [shoulder, drawing.knee(shoulder, (x, y), reach, reach, -1), (x, y)], fist, skin)
        drawing.disc(picture, x, y, fist, glove)
        drawing.disc(picture, x + 0.2 * fist, y - 0.5 * fist, 0.35 * fist, drawing.shade(glove, 1.4))
        return picture

    hits = []
    for time, power in zip(times, powers, strict=True):
        x, y = touch(time)
        hits.append(set_.hit(time, power, x + fist, y))
    return set_.scene("boxing_bag", "a punching bag is hit", seconds, draw, hits)
