"""Things that fall on the floor and lie still."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage
from benchmarks.sync.scene import Scene


def falling_things(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Boxes fall one after another and stop dead where they land."""
    set_ = stage(rng, canvas)
    times = rhythm(rng, seconds, (0.6, 1.6), start=0.7)[:7]
    sizes = set_.unit * rng.uniform(0.06, 0.18, (len(times), 2))
    places = set_.width * rng.permutation(np.linspace(0.15, 0.85, max(1, len(times))))
    falls, fills = rng.uniform(0.35, 0.6, len(times)), [set_.colour() for _ in times]

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for landing, (wide, tall), x, fall, fill in zip(times, sizes, places, falls, fills, strict=False):
            part = min(1.0, 1 - (landing - time) / fall)
            if part > 0:
                y = set_.floor - tall / 2 - (set_.floor + tall) * (1 - part**2)
                drawing.box(picture, x, y, wide, tall, fill)
                drawing.box(picture, x, y - tall * 0.2, wide, tall * 0.12, drawing.shade(fill, 0.6))
        return picture

    hits = [set_.hit(t, 0.35 / f, x, set_.floor) for t, f, x in zip(times, falls, places, strict=False)]
    return set_.scene("falling_things", "a cardboard box is set down", seconds, draw, hits)
