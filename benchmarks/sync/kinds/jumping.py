"""A figure that jumps."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, smooth, stage
from benchmarks.sync.scene import Scene


def jumping_figure(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A figure crouches, leaps, and lands on both feet, on the spot or from place to place; its knees give way."""
    set_ = stage(rng, canvas, (0.72, 0.88))
    tall = set_.unit * rng.uniform(0.35, 0.55)
    leg, width = 0.5 * tall, tall * rng.uniform(0.05, 0.09)
    landings = rhythm(rng, seconds, (0.75, 1.6), start=0.7)
    count = len(landings)
    flights = rng.uniform(0.28, 0.5, count)
    heights = np.minimum(rng.uniform(0.35, 1.0, count) * leg, set_.floor - 1.05 * tall)
    steps = rng.uniform(0, 0.6) * leg * rng.choice([-1.0, 1.0], count)
    places = np.clip(rng.uniform(0.35, 0.65) * set_.width + np.cumsum(np.append(0.0, steps)),
                     0.2 * set_.width, 0.8 * set_.width)  # fmt: skip
    deep, give, crouch = leg * rng.uniform(0.25, 0.45), rng.uniform(0.06, 0.12), rng.uniform(0.2, 0.35)
    apart = tall * rng.uniform(0.03, 0.1)
    coat, trousers, skin = (set_.colour() for _ in range(3))

    def pose(time: float) -> tuple[float, float, float]:
        """Return where the feet are, how high, and how far the knees give way."""
        coming = int(np.searchsorted(landings, time, side="right"))
        sunk = 0.0
        if coming:
            since = (time - landings[coming - 1]) / give
            sunk = deep * float(since * np.exp(1 - since))
        if coming == count:
            return float(places[count]), 0.0, sunk
        leap = landings[coming] - flights[coming]
        if time < leap:
            part = 1 - (leap - time) / crouch
            return float(places[coming]), 0.0, sunk + 0.8 * deep * float(np.sin(np.pi * smooth(part)))
        part = (time - leap) / flights[coming]
        x = places[coming] + part * (places[coming + 1] - places[coming])
        return float(x), float(4 * heights[coming] * part * (1 - part)), sunk * (1 - part)

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        x, up, sunk = pose(time)
        drawing.shadow(picture, x, set_.floor, 0.22 * tall, 0.04 * tall, 0.4)
        sole = set_.floor - up - width * 0.4
        hip = (x, sole - 0.94 * leg + sunk)
        neck = (x + 0.25 * sunk, hip[1] - 0.33 * tall)
        swing = np.pi * (0.12 + 0.75 * min(1.0, up / (0.5 * leg)))
        for side in (-1, 1):
            ankle = (x + side * apart, sole)
            fill = drawing.shade(trousers, 0.85 + 0.15 * side)
            drawing.limb(picture, [hip, drawing.knee(hip, ankle, 0.5 * leg, 0.5 * leg, 1), ankle], width, fill)
            drawing.capsule(picture, ankle, (ankle[0] + 0.07 * tall, sole), width * 0.8, drawing.shade(fill, 0.5))
            hand = (neck[0] + side * 0.3 * tall * np.sin(swing), neck[1] + 0.3 * tall * np.cos(swing))
            drawing.limb(picture, [neck, hand], width * 0.7, coat)
        drawing.limb(picture, [hip, neck], width * 1.8, coat)
        drawing.disc(picture, neck[0], neck[1] - 0.1 * tall, 0.075 * tall, skin)
        return picture

    hits = [set_.hit(t, 0.5 + 0.5 * h / leg, x, set_.floor)
            for t, h, x in zip(landings, heights, places[1:], strict=True)]  # fmt: skip
    return set_.scene("jumping_figure", "somebody lands on a mat", seconds, draw, hits)
