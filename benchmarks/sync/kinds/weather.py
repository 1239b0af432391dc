"""Rain."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import smooth, stage
from benchmarks.sync.scene import Scene


def rain_starts(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Rain begins and grows dense; its speed is its density, 0..1."""
    set_ = stage(rng, canvas)
    begin, growth = rng.uniform(0.1, 0.35) * seconds, rng.uniform(0.15, 0.5) * seconds
    drops = rng.uniform(0, 1, (int(rng.integers(50, 110)), 4))
    period, slant, long = rng.uniform(0.3, 0.6), rng.uniform(-0.3, 0.3), set_.height * rng.uniform(0.04, 0.1)
    fill = drawing.colour(rng, dark=0.6, light=0.95, vivid=0.2)

    def density(time: float) -> float:
        return smooth((time - begin) / growth)

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for x, phase, rank, deep in drops:
            turns = time / period + phase
            born = (np.floor(turns) - phase) * period
            if density(born) > rank:
                end = set_.height * (0.6 + 0.4 * deep)
                y = (turns % 1) * (end + long) - long
                place = ((x + 0.37 * np.floor(turns)) % 1) * set_.width + slant * y
                foot = (place + slant * long, min(end, y + long))
                drawing.polygon(picture, [(place, y), (place + 1.2, y), foot], fill)
        return picture

    return set_.scene("rain_starts", "steady rain falls on the ground", seconds, draw, [], density)
