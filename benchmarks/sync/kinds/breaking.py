"""Glasses and plates that burst into pieces."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage
from benchmarks.sync.scene import Scene


def breaking(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Plates drop, turning, and burst on the floor; the pieces fly off and come to lie."""
    set_ = stage(rng, canvas)
    times = rhythm(rng, seconds, (1.0, 2.2), start=0.7)[:5]
    radius, fall = set_.unit * rng.uniform(0.05, 0.11), rng.uniform(0.4, 0.7)
    places = rng.uniform(0.2, 0.8, len(times)) * set_.width
    pieces = rng.uniform(-1, 1, (len(times), 12, 3))
    fill, spin, high = set_.colour(), rng.uniform(-6, 6), rng.uniform(0.5, 0.9) * set_.floor

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for landing, x, shards in zip(times, places, pieces, strict=True):
            since = time - landing
            if -fall < since < 0:
                y = set_.floor - radius - high * (1 - (1 + since / fall) ** 2)
                drawing.disc(picture, x, y, radius, fill)
                drawing.disc(picture, x, y, radius * 0.6, drawing.shade(fill, 0.8))
                turn = spin * since
                end = (x + 0.8 * radius * np.cos(turn), y + 0.8 * radius * np.sin(turn))
                drawing.capsule(picture, (x, y), end, radius * 0.15, drawing.shade(fill, 0.6))
            elif since >= 0:
                for side, lift, size in shards:
                    flown = (1 - np.exp(-3 * since)) / 3
                    rise = (1 + lift) * 2.5 * radius * since * 6 - 40 * radius * since**2
                    place = (x + side * 9 * radius * flown + lift * radius * 0.5, set_.floor - max(0.0, rise))
                    drawing.box(picture, *place, radius * (0.35 + 0.2 * size), radius * 0.25, fill, side * 9 * flown)
        return picture

    hits = [set_.hit(t, 0.9, x, set_.floor) for t, x in zip(times, places, strict=True)]
    return set_.scene("breaking", "a plate shatters", seconds, draw, hits)
