"""Sticks on drums."""

from __future__ import annotations

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.kinds.stage import rhythm, stage, strokes, turned
from benchmarks.sync.scene import Scene


def drum_hits(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
    """Two sticks beat one or two drums, whose skins tremble."""
    set_ = stage(rng, canvas, (0.75, 0.9))
    times = rhythm(rng, seconds, (0.18, 0.7))
    count, across = int(rng.integers(1, 3)), set_.unit * rng.uniform(0.14, 0.22)
    middle, tall = set_.width * rng.uniform(0.4, 0.6), set_.unit * rng.uniform(0.15, 0.3)
    centres = [middle] if count == 1 else [middle - 1.15 * across, middle + 1.15 * across]
    skin = set_.floor - tall
    hands = rng.integers(2, size=len(times)) if rng.uniform() < 0.5 else np.arange(len(times)) % 2
    sticks = [strokes(rng, times[hands == side], falls=(0.06, 0.14), hold=0.015) for side in (0, 1)]
    tips = [
        (centres[0] - (0.3 * across if count == 1 else 0), skin),
        (centres[-1] + (0.3 * across if count == 1 else 0), skin),
    ]
    hub = [(tips[0][0] - 2.2 * across, skin - 0.8 * across), (tips[1][0] + 2.2 * across, skin - 0.8 * across)]
    shell, head, wood = set_.colour(), drawing.colour(rng, dark=0.7, vivid=0.3), set_.colour()

    def draw(time: float) -> np.ndarray:
        picture = set_.picture(time)
        for number, x in enumerate(centres):
            drawing.box(picture, x, skin + tall / 2, 2 * across, tall, shell)
            drawing.ellipse(picture, x, skin + tall, across, across * 0.22, drawing.shade(shell, 0.8))
            beaten = times if count == 1 else times[hands == number]
            last = int(np.searchsorted(beaten, time, side="right")) - 1
            shake = 0.0 if last < 0 else np.exp(-(time - beaten[last]) / 0.05) * np.sin(200 * (time - beaten[last]))
            drawing.ellipse(picture, x, skin + 1.5 * shake, across, across * 0.22, head)
        for side in (0, 1):
            angle = 0.9 * sticks[side].lift(time) * (-1 if side == 0 else 1)
            tip = turned(hub[side], tips[side], angle)
            drawing.capsule(picture, hub[side], tip, set_.unit * 0.018, wood)
            drawing.disc(picture, *tip, set_.unit * 0.014, wood)
            drawing.disc(picture, *hub[side], set_.unit * 0.03, drawing.shade(wood, 0.6))
        return picture

    hits = [set_.hit(t, s, *tips[side]) for side in (0, 1)
            for t, s in zip(sticks[side].times, sticks[side].strengths, strict=True)]  # fmt: skip
    return set_.scene("drum_hits", str(rng.choice(["drums are beaten", "a hand drum is played"])), seconds, draw, hits)
