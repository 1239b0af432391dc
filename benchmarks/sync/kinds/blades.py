"""Two blades that meet."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage, strokes, turned
from benchmarks.sync.scene import Scene


def sword_clash(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Two blades swing at each other and meet where they cross."""
    set_ = stage(rng, canvas)
    blows = strokes(rng, rhythm(rng, seconds, (0.4, 1.1)), falls=(0.08, 0.18), hold=0.08)
    x, y = set_.width * rng.uniform(0.4, 0.6), set_.height * rng.uniform(0.3, 0.5)
    long, thick = set_.unit * rng.uniform(0.35, 0.55), set_.unit * rng.uniform(0.014, 0.025)
    reach, share = rng.uniform(0.5, 1.1), rng.uniform(0.3, 1.0)
    steel, grip = set_.colour(), set_.colour()

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        lift = reach * blows.lift(time)
        for side, part in ((-1, 1.0), (1, share)):
            hilt = (x + side * 0.55 * long, y + 0.5 * long)
            tip = turned(hilt, (x - side * 0.22 * long, y - 0.2 * long), side * part * lift)
            drawing.capsule(picture, hilt, tip, thick, drawing.shade(steel, 1 + 0.2 * side))
            drawing.capsule(picture, hilt, (hilt[0] + side * 0.12 * long, hilt[1] + 0.12 * long), thick * 2, grip)
            drawing.disc(picture, *hilt, thick * 2, drawing.shade(grip, 0.6))
        return picture

    hits = [set_.hit(t, s, x, y) for t, s in zip(blows.times, blows.strengths, strict=True)]
    return set_.scene("sword_clash", "swords clash", seconds, draw, hits)
