"""Lamps that are switched: the picture changes, nothing moves."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage
from benchmarks.sync.scene import Scene


def light_switch(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A lamp goes on and off, alone or with the whole room, at each click of its switch."""
    set_ = stage(rng, canvas)
    times = rhythm(rng, seconds, (0.3, 1.4))
    room = rng.uniform() < 0.4
    dark = (set_.ground * rng.uniform(0.2, 0.6)).astype(np.uint8) if room else set_.ground
    x, y, radius = (
        set_.width * rng.uniform(0.2, 0.8),
        set_.height * rng.uniform(0.15, 0.5),
        set_.unit * rng.uniform(0.04, 0.12),
    )
    light = drawing.colour(rng, dark=0.8, light=0.95, vivid=0.9)
    off, square, first = drawing.colour(rng, dark=0.05, light=0.2, vivid=0.3), rng.uniform() < 0.4, int(rng.integers(2))

    def draw(time: float) -> np.ndarray:
        lit = (int(np.searchsorted(times, time, side="right")) + first) % 2
        picture = set_.picture(time, set_.ground if lit else dark)
        if lit:
            drawing.glow(picture, x, y, 2.2 * radius, light, 0.7)
        if square:
            drawing.box(picture, x, y, 2.4 * radius, 1.3 * radius, light if lit else off)
        else:
            drawing.disc(picture, x, y, radius, light if lit else off)
        return picture

    hits = [set_.hit(t, 0.7, x, y) for t in times]
    return set_.scene("light_switch", "a switch or lock clicks", seconds, draw, hits)
