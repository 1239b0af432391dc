"""What machines are made of: parts that touch and are heard, parts that only move, and the shapes they are drawn as."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.backgrounds import texture
from benchmarks.sync.kinds.stage import Painter, Stage, smooth
from benchmarks.sync.scene import TrueHit

Shape = Callable[[np.ndarray, float, float, float], None]
"""Draws a thing on a picture: x, y and its turn in radians."""


@dataclass(frozen=True)
class Part:
    """Something on a stage.

    Attributes:
        paint: draws it as it is at a moment.
        hits: its contacts; none where it is not heard.
        light: how bright the whole picture is because of it, 0..1; None where it changes nothing.
    """

    paint: Painter
    hits: tuple[TrueHit, ...] = ()
    light: Callable[[float], float] | None = None


PartMaker = Callable[[np.random.Generator, Stage, float], Part]
"""Makes a part: (random numbers, stage, seconds)."""


def shape(rng: np.random.Generator, on: Stage, reach: float) -> Shape:
    """Return a random shape about so many pixels from its centre to its edge."""
    fill, other = on.colour(), drawing.colour(rng)
    sort = rng.choice(["disc", "ball", "box", "ellipse", "polygon", "ring", "textured", "pair"])
    if sort == "disc":
        return lambda picture, x, y, _: drawing.disc(picture, x, y, reach, fill)
    if sort == "ball":
        return lambda picture, x, y, turn: drawing.ball(picture, x, y, reach, fill, turn)
    if sort == "box":
        wide, high = reach * rng.uniform(0.8, 2.0, 2)
        return lambda picture, x, y, turn: drawing.box(picture, x, y, wide, high, fill, turn)
    if sort == "ellipse":
        across, down = reach * rng.uniform(0.5, 1.2, 2)
        return lambda picture, x, y, turn: drawing.ellipse(picture, x, y, across, down, fill, turn)
    if sort == "ring":
        thick = max(1, round(reach * 0.35))
        return lambda picture, x, y, _: drawing.ring(picture, x, y, reach, fill, thick)
    if sort == "textured":
        side = max(4, round(2 * reach))
        sprite = np.zeros((side, side, 4), np.uint8)
        sprite[..., :3] = texture(rng, (side, side), fill, float(rng.uniform(0.2, 0.6)))
        away = np.hypot(*(np.mgrid[:side, :side] - (side - 1) / 2))
        sprite[..., 3] = 255 if rng.uniform() < 0.5 else np.clip((side / 2 - away) * 255, 0, 255)
        return lambda picture, x, y, turn: drawing.stamp(picture, sprite, x, y, turn)
    if sort == "polygon":
        corners = int(rng.integers(3, 9))
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
        radii = reach * rng.uniform(0.5, 1.2, corners)

        def polygon(picture: np.ndarray, x: float, y: float, turn: float) -> None:
            points = np.stack([x + radii * np.cos(angles + turn), y + radii * np.sin(angles + turn)], axis=1)
            drawing.polygon(picture, points, fill)

        return polygon
    offset = reach * rng.uniform(0.3, 0.7)

    def pair(picture: np.ndarray, x: float, y: float, turn: float) -> None:
        drawing.disc(picture, x, y, reach * 0.8, fill)
        drawing.disc(picture, x + offset * np.cos(turn), y + offset * np.sin(turn), reach * 0.5, other)

    return pair


def between(times: np.ndarray, values: Sequence[float] | np.ndarray, time: float) -> float:
    """Return a value that goes softly from one to the next, and is each at its time."""
    if not len(times):
        return 0.0
    after = int(np.searchsorted(times, time, side="right"))
    if after == 0 or after == len(times):
        return float(values[min(after, len(times) - 1)])
    part = smooth((time - times[after - 1]) / (times[after] - times[after - 1]))
    return float(values[after - 1] + part * (values[after] - values[after - 1]))


def waves(rng: np.random.Generator, slowest: float, quickest: float) -> Callable[[float], float]:
    """Return a smooth way within -1..1: two sines, their rates in turns a second."""
    rates, phases = 2 * np.pi * rng.uniform(slowest, quickest, 2), rng.uniform(0, 2 * np.pi, 2)
    share = float(rng.uniform(0.5, 1.0))
    return lambda t: float(share * np.sin(rates[0] * t + phases[0]) + (1 - share) * np.sin(rates[1] * t + phases[1]))
