"""Table tennis: bats and bounces."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import stage
from benchmarks.sync.scene import Scene


def ping_pong(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A ball goes to and fro: bat, a bounce on the far half of the table, bat again."""
    set_ = stage(rng, canvas, (0.68, 0.85))
    left, right = set_.width * np.array([rng.uniform(0.14, 0.22), rng.uniform(0.78, 0.86)])
    radius, high = set_.unit * rng.uniform(0.018, 0.035), set_.unit * rng.uniform(0.12, 0.25)
    top, fill, wood = set_.floor, set_.colour(), set_.colour()
    drawing.box(set_.ground, set_.width / 2, top + set_.unit * 0.015, (right - left) * 0.94, set_.unit * 0.03, wood)
    drawing.box(set_.ground, set_.width / 2, top - high * 0.2, 2, high * 0.4, drawing.shade(wood, 1.5))
    times, at = [rng.uniform(0.3, 0.7)], [(left, top - high)]
    while times[-1] < seconds:
        full = rng.uniform(0.45, 0.8)
        start, end = (left, right) if len(times) % 4 == 1 else (right, left)
        times += [times[-1] + 0.64 * full, times[-1] + full]
        at += [(start + 0.72 * (end - start), top - radius), (end, top - high * rng.uniform(0.7, 1.2))]
    clock, spots = np.array(times), np.array(at)

    def place(time: float) -> tuple[float, float]:
        after = int(np.searchsorted(clock, time, side="right"))
        if after == 0 or after == len(clock):
            return float(spots[min(after, len(clock) - 1)][0]), float(spots[min(after, len(clock) - 1)][1])
        gap = clock[after] - clock[after - 1]
        part = (time - clock[after - 1]) / gap
        x, y = spots[after - 1] + part * (spots[after] - spots[after - 1])
        return float(x), float(y - 450 * set_.unit / 270 * gap**2 * part * (1 - part))

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for side, x in ((0, left), (1, right)):
            own = np.arange(2 * side, len(clock), 4)
            y = float(np.interp(time, clock[own], spots[own, 1]))
            near = float(np.abs(time - clock[own]).min(initial=9.0))
            back = (radius + 2 + 0.25 * high * min(1.0, near / 0.2)) * (2 * side - 1)
            drawing.ellipse(picture, x + back, y, high * 0.12, high * 0.3, drawing.shade(wood, 0.7))
            drawing.capsule(picture, (x + back, y + high * 0.3), (x + 2 * back, y + high * 0.6), high * 0.12, wood)
        drawing.disc(picture, *place(time), radius, fill)
        return picture

    hits = [set_.hit(t, 0.5 if n % 2 else 0.8, *spots[n]) for n, t in enumerate(clock)]
    return set_.scene("ping_pong", "a table tennis ball clicks on the table", seconds, draw, hits)
