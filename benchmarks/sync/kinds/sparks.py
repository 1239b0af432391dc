"""Short flashes."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage
from benchmarks.sync.scene import Scene


def muzzle_flash(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A barrel flashes and kicks back."""
    set_ = stage(rng, canvas)
    times = rhythm(rng, seconds, (0.4, 1.5))
    x, y = set_.width * rng.uniform(0.35, 0.7), set_.height * rng.uniform(0.3, 0.6)
    long, size, last = set_.unit * rng.uniform(0.15, 0.4), set_.unit * rng.uniform(0.06, 0.2), rng.uniform(0.03, 0.07)
    iron, kick, tilt = set_.colour(), set_.unit * rng.uniform(0.01, 0.05), rng.uniform(-0.3, 0.3, len(times) + 1)

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        shot = int(np.searchsorted(times, time, side="right")) - 1
        since = time - times[shot] if shot >= 0 else 9.0
        back = kick * min(1.0, since / 0.02) * np.exp(-since / 0.12)
        drawing.capsule(picture, (x - long - back, y), (x - back, y), long * 0.12, iron)
        drawing.box(picture, x - long - back, y + long * 0.15, long * 0.2, long * 0.4, drawing.shade(iron, 0.7), 0.3)
        if since < 1.5 * last:
            power = 1.0 if since < last else 1 - (since - last) / (0.5 * last)
            drawing.glow(picture, x + size * 0.6, y, 1.6 * size, (255, 220, 120), power)
            drawing.ellipse(
                picture, x + size * 0.6, y, 0.7 * size * power, 0.3 * size * power, (255, 250, 220), tilt[shot]
            )
        return picture

    hits = [set_.hit(t, 1.0, x, y) for t in times]
    return set_.scene("muzzle_flash", "a pistol fires", seconds, draw, hits)
