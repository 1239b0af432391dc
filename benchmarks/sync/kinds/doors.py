"""Doors that swing on their hinges, to a slam or without."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, smooth, stage, strokes
from benchmarks.sync.scene import Scene


def swinging_door(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A door swings open and slams into its frame; one in six only opens slowly and is not heard."""
    set_ = stage(rng, canvas, (0.75, 0.88))
    silent = rng.uniform() < 1 / 6
    slams = strokes(rng, rhythm(rng, seconds, (1.2, 2.2), start=0.6), falls=(0.25, 0.5), hold=0.4)
    hinge, wide = set_.width * rng.uniform(0.25, 0.45), set_.unit * rng.uniform(0.3, 0.5)
    tall = set_.unit * rng.uniform(0.5, 0.62)
    leaf, frame, inside = set_.colour(), set_.colour(), drawing.colour(rng, dark=0.0, light=0.2)
    drawing.box(set_.ground, hinge + wide / 2, set_.floor - tall / 2, wide * 1.12, tall * 1.06, frame)
    drawing.box(set_.ground, hinge + wide / 2, set_.floor - tall / 2, wide, tall, inside)

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        open_ = 1.3 * (smooth(time / seconds) if silent else slams.lift(time))
        edge, near = hinge + wide * np.cos(open_), 0.14 * tall * np.sin(open_)
        top = set_.floor - tall
        corners = [(hinge, top), (edge, top - near), (edge, set_.floor + near), (hinge, set_.floor)]
        drawing.polygon(picture, corners, leaf)
        knob = (hinge + 0.88 * (edge - hinge), set_.floor - tall * 0.45)
        drawing.disc(picture, *knob, wide * 0.04, drawing.shade(leaf, 0.4))
        return picture

    force = [] if silent else zip(slams.times, slams.tops / slams.falls / 4, strict=True)
    hits = [set_.hit(t, s, hinge + wide * 0.9, set_.floor - tall / 2) for t, s in force]
    return set_.scene("swinging_door", "a door is slammed", seconds, draw, hits)
