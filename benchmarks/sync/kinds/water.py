"""Drops that fall into water."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage
from benchmarks.sync.scene import Scene


def dropping_water(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A drop swells at a tap, falls into a pool, and throws up a crown of droplets; rings run outwards."""
    set_ = stage(rng, canvas, (0.62, 0.8))
    times = rhythm(rng, seconds, (0.45, 1.3), start=0.5)
    x, mouth = set_.width * rng.uniform(0.3, 0.7), set_.height * rng.uniform(0.05, 0.2)
    radius = set_.unit * rng.uniform(0.018, 0.045)
    across, flat = set_.width * rng.uniform(0.22, 0.45), rng.uniform(0.22, 0.4)
    level = set_.floor + 0.4 * flat * across * 0.5
    fall = rng.uniform(0.28, 0.42)
    loud = rng.uniform(0.4, 1.0, len(times))
    crowns = rng.uniform(-1, 1, (len(times), 7, 2))
    rise, gravity = set_.unit * rng.uniform(0.5, 0.9), set_.unit * rng.uniform(4, 7)
    wave = across * rng.uniform(0.5, 0.9)
    water, iron = set_.colour(), set_.colour()
    drop = drawing.contrasting(rng, np.array([[water]]), least=130)
    drawing.ellipse(set_.ground, x, level, across, min(flat * across, set_.height - level), water)
    drawing.box(set_.ground, x, mouth / 2, 3 * radius, mouth, iron)

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for landing, power, crown in zip(times, loud, crowns, strict=True):
            size, since = radius * (0.6 + 0.4 * power), time - landing
            if -fall - 0.5 < since <= -fall:
                drawing.disc(picture, x, mouth, size * (1 + (since + fall) / 0.5), drop)
            elif -fall < since < 0:
                y = mouth + (level - size - mouth) * (1 + since / fall) ** 2
                drawing.disc(picture, x, y, size, drop)
                drawing.polygon(picture, [(x - 0.6 * size, y - 0.7 * size), (x + 0.6 * size, y - 0.7 * size),
                                          (x, y - 2 * size)], drop)  # fmt: skip
            elif 0 <= since < 1.2:
                for late in (0.0, 0.12):
                    out = wave * (1 - np.exp(-2.5 * (since - late)))
                    if 0 < out < across and since < 0.9:
                        bright = 1 + 0.6 * power * float(np.exp(-3 * since))
                        angle = np.linspace(0, 2 * np.pi, 25)
                        ring = [(x + out * np.cos(a), level + flat * out * np.sin(a)) for a in angle]
                        drawing.limb(picture, ring, max(1.0, 0.3 * size), drawing.shade(water, bright))
                drawing.ellipse(picture, x, level, size * 1.6 * np.exp(-6 * since), size * 0.6 * np.exp(-6 * since),
                                drawing.shade(water, 0.5))  # fmt: skip
                for side, lift in crown:
                    up = power * rise * (0.75 + 0.25 * lift) * since - gravity / 2 * since**2
                    if up > 0:
                        drawing.disc(picture, x + side * 4 * size * min(1.0, 2 * since + 0.1), level - up,
                                     size * 0.4, drop)  # fmt: skip
        return picture

    hits = [set_.hit(t, s, x, level) for t, s in zip(times, loud, strict=True)]
    return set_.scene("dropping_water", "feet splash through a puddle", seconds, draw, hits)
