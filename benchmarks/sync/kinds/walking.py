"""A stick figure that walks: its heels strike the floor."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import smooth, stage
from benchmarks.sync.scene import Scene


def footsteps(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """A figure walks across the picture or on the spot; a foot stays where it has landed until it swings again."""
    set_ = stage(rng, canvas, (0.7, 0.88))
    tall = set_.unit * rng.uniform(0.4, 0.65)
    leg, width = 0.5 * tall, tall * rng.uniform(0.04, 0.08)
    period = rng.uniform(0.36, 0.7)
    count = int(seconds / period) + 4
    times = rng.uniform(-0.2, 0.4) + np.cumsum(period * rng.uniform(0.93, 1.07, count)) - 2 * period
    stride = 0.0 if rng.uniform() < 0.25 else leg * rng.uniform(0.35, 0.7)
    stride = min(stride, 0.7 * set_.width / count)
    span = stride * count
    at = rng.uniform(0.15 * set_.width, max(0.85 * set_.width - span, 0.151 * set_.width)) + stride * np.arange(count)
    at += (np.arange(count) % 2 - 0.5) * (0.12 * leg if not stride else 0.0)
    raised = leg * rng.uniform(0.12, 0.35)
    coat, trousers, skin = (set_.colour() for _ in range(3))

    def foot(time: float, side: int) -> tuple[float, float]:
        own = np.arange(side, count, 2)
        landed = int(np.searchsorted(times[own], time, side="right"))
        if landed == 0 or landed == len(own):
            return float(at[own[min(landed, len(own) - 1)]]), 0.0
        last, coming = own[landed - 1], own[landed]
        start = times[last + 1] + 0.15 * (times[coming] - times[last + 1])
        part = (time - start) / (times[coming] - start)
        if part <= 0:
            return float(at[last]), 0.0
        return float(at[last] + (at[coming] - at[last]) * smooth(part)), float(raised * np.sin(np.pi * part))

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        body = float(np.interp(time, times, at)) - 0.5 * stride
        beat = float(np.interp(time, times, np.arange(count)))
        hip = (body, set_.floor - 0.93 * leg - 0.03 * tall * np.sin(np.pi * (beat % 1)))
        neck = (body + 0.02 * tall, hip[1] - 0.33 * tall)
        for side in (0, 1):
            fill = trousers if side else drawing.shade(trousers, 0.7)
            x, up = foot(time, side)
            ankle = (x, set_.floor - up - width * 0.4)
            drawing.limb(picture, [hip, drawing.knee(hip, ankle, 0.5 * leg, 0.5 * leg, 1), ankle], width, fill)
            drawing.capsule(
                picture, ankle, (x + 0.09 * tall, ankle[1] - 0.25 * up), width * 0.8, drawing.shade(fill, 0.5)
            )
            swing = 0.55 * np.cos(np.pi * (beat + side))
            hand = (neck[0] + 0.3 * tall * np.sin(swing), neck[1] + 0.3 * tall * np.cos(swing))
            drawing.limb(
                picture, [neck, drawing.knee(neck, hand, 0.16 * tall, 0.16 * tall, -1), hand], width * 0.7, coat
            )
        drawing.limb(picture, [hip, neck], width * 1.8, coat)
        drawing.disc(picture, neck[0], neck[1] - 0.1 * tall, 0.075 * tall, skin)
        return picture

    hits = [set_.hit(t, 0.75, x, set_.floor) for t, x in zip(times, at, strict=True) if t > 0]
    return set_.scene("footsteps", "footsteps on a wooden floor", seconds, draw, hits)
