"""Hands that clap."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage, strokes
from benchmarks.sync.scene import Scene


def applause(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """One to three pairs of hands clap, each in its own time."""
    set_ = stage(rng, canvas, None)
    count = int(rng.integers(1, 4))
    size, skin = set_.unit * rng.uniform(0.05, 0.09), set_.colour()
    pairs = []
    for number in range(count):
        claps = strokes(rng, rhythm(rng, seconds, (0.28, 0.6)), falls=(0.06, 0.13), hold=0.05)
        place = (set_.width * (number + 1) / (count + 1), set_.height * rng.uniform(0.4, 0.6))
        pairs.append((claps, *place, rng.uniform(-0.3, 0.3), set_.colour()))

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for claps, x, y, lean, sleeve in pairs:
            gap = size * (0.25 + 1.6 * claps.lift(time))
            for side in (-1, 1):
                hand = (x + side * gap, y)
                elbow = (x + side * (gap + 2 * size), y + 4 * size)
                drawing.capsule(picture, hand, elbow, size * 0.8, sleeve)
                drawing.ellipse(picture, *hand, size * 0.25, size, drawing.shade(skin, 1 + 0.15 * side), lean)
        return picture

    hits = [set_.hit(t, s, x, y) for claps, x, y, _, _ in pairs
            for t, s in zip(claps.times, claps.strengths, strict=True)]  # fmt: skip
    return set_.scene("applause", "a slap in the face", seconds, draw, hits)
