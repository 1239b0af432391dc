"""A camera before a canvas: which part of it the picture shows, still, panning, zooming, rolling or held by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

Size = tuple[int, int]
SORTS = ("still", "slow pan", "fast pan", "handheld", "shaky", "zoom", "roll", "pan and shake")
_CHANCES = (0.34, 0.14, 0.08, 0.16, 0.08, 0.09, 0.04, 0.07)
_TRIES = 8
_MARGIN = 0.02
"""A contact must lie this far inside the picture (part of its width and height)."""


@dataclass(frozen=True)
class Pose:
    """Where the camera looks at one moment.

    Attributes:
        x: the middle of the picture on the canvas, pixels from the left.
        y: pixels from the top.
        zoom: pixels of the picture for one of the canvas.
        roll: radians, clockwise on the screen.
    """

    x: float
    y: float
    zoom: float = 1.0
    roll: float = 0.0


@dataclass(frozen=True)
class Camera:
    """A camera's way through a shot.

    Attributes:
        sort: one of ``SORTS``, or "whole" for one that shows the whole canvas.
        canvas: width and height in pixels.
        window: width and height of the picture.
        pose: where it looks at a moment (seconds from the shot's start).
    """

    sort: str
    canvas: Size
    window: Size
    pose: Callable[[float], Pose]

    def matrix(self, time: float) -> np.ndarray:
        """Return the affine map ``float64 (2, 3)`` from pixels of the canvas to pixels of the picture."""
        pose = self.pose(time)
        cos, sin = pose.zoom * np.cos(pose.roll), pose.zoom * np.sin(pose.roll)
        u, v = (self.window[0] - 1) / 2, (self.window[1] - 1) / 2
        return np.array([[cos, -sin, u - cos * pose.x + sin * pose.y], [sin, cos, v - sin * pose.x - cos * pose.y]])

    def look(self, canvas: np.ndarray, time: float) -> np.ndarray:
        """Return the picture ``uint8 (height, width, 3)`` of the canvas at a moment."""
        matrix = self.matrix(time)
        left, top = -matrix[0, 2], -matrix[1, 2]
        if matrix[0, 0] == 1.0 and matrix[0, 1] == 0.0 and left == int(left) and top == int(top):
            return canvas[int(top) : int(top) + self.window[1], int(left) : int(left) + self.window[0]]
        return cv2.warpAffine(canvas, matrix, self.window, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)

    def place(self, x: float, y: float, time: float) -> tuple[float, float]:
        """Return where a place on the canvas (0..1) lies in the picture (0..1 inside it) at a moment."""
        u, v = self.matrix(time) @ np.array([x * self.canvas[0], y * self.canvas[1], 1.0])
        return float(u / self.window[0]), float(v / self.window[1])


def in_view(x: float, y: float, margin: float = 0.0) -> bool:
    """Tell whether a place in the picture (0..1) lies inside it."""
    return margin <= x <= 1 - margin and margin <= y <= 1 - margin


def camera(
    rng: np.random.Generator,
    canvas: Size,
    window: Size,
    seconds: float,
    contacts: Sequence[tuple[float, float, float]] = (),
    sort: str | None = None,
) -> Camera:
    """Return a camera of a named sort, or of any, that keeps the contacts (seconds, x, y on the canvas) in view.

    Several ways are tried; where each loses a contact, the camera stands still and shows the whole canvas.
    """
    wanted = sort or str(rng.choice(SORTS, p=_CHANCES))
    for _ in range(_TRIES):
        tried = Camera(wanted, canvas, window, _way(rng, wanted, canvas, window, seconds))
        if all(in_view(*tried.place(x, y, time), _MARGIN) for time, x, y in contacts):
            return tried
    return whole(canvas, window)


def whole(canvas: Size, window: Size) -> Camera:
    """Return a still camera that shows the whole canvas."""
    zoom = min(window[0] / canvas[0], window[1] / canvas[1])
    pose = Pose((canvas[0] - 1) / 2, (canvas[1] - 1) / 2, zoom)
    return Camera("whole", canvas, window, lambda _: pose)


def _way(
    rng: np.random.Generator, sort: str, canvas: Size, window: Size, seconds: float
) -> Callable[[float], Pose]:  # fmt: skip
    """Return a pose over time; it never looks beyond the canvas but for a roll's corners."""
    spare = (canvas[0] - window[0], canvas[1] - window[1])
    start, goal = rng.uniform(0, 1, 2), rng.uniform(0, 1, 2)
    if sort == "still":
        left, top = int(start[0] * spare[0]), int(start[1] * spare[1])
        fixed = Pose(left + (window[0] - 1) / 2, top + (window[1] - 1) / 2)
        return lambda _: fixed
    travel = _travel(rng, sort, seconds)
    shakes = [_shake(rng) for _ in range(3)]
    strength = {"handheld": (0.002, 0.012), "shaky": (0.01, 0.035), "pan and shake": (0.003, 0.02)}.get(sort, (0, 0))
    shake = rng.uniform(*strength) * window[0]
    zooms = (1.0, float(rng.uniform(1.1, 1.6))) if sort == "zoom" else (1.0, 1.0)
    if rng.uniform() < 0.5:
        zooms = zooms[::-1]
    rolls = rng.uniform(-0.09, 0.09, 2) if sort == "roll" else (0.0, 0.0)
    trembling = shake / window[0] * 0.4

    def pose(time: float) -> Pose:
        part = travel(time)
        zoom = float(zooms[0] * (zooms[1] / zooms[0]) ** part)
        room = [canvas[axis] - window[axis] / zoom for axis in (0, 1)]
        at = [
            min(max(room[axis] * (start[axis] + part * (goal[axis] - start[axis])) + shake * shakes[axis](time), 0.0),
                room[axis])
            for axis in (0, 1)
        ]  # fmt: skip
        roll = float(rolls[0] + part * (rolls[1] - rolls[0])) + trembling * shakes[2](time)
        return Pose(at[0] + (window[0] / zoom - 1) / 2, at[1] + (window[1] / zoom - 1) / 2, zoom, roll)

    return pose


def _travel(rng: np.random.Generator, sort: str, seconds: float) -> Callable[[float], float]:
    """Return how much of the way is made at a moment, 0..1: eased over a part of the shot, to and fro, or none."""
    if sort in ("handheld", "shaky"):
        return lambda _: 0.0
    if sort == "fast pan":
        swings = float(rng.uniform(0.15, 0.5))
        phase = float(rng.uniform(0, 2 * np.pi))
        return lambda time: 0.5 - 0.5 * float(np.cos(2 * np.pi * swings * time + phase))
    begin = float(rng.uniform(0, 0.3)) * seconds
    lasts = float(rng.uniform(0.4, 1.0)) * seconds
    eased = rng.uniform() < 0.6

    def part(time: float) -> float:
        way = min(max((time - begin) / lasts, 0.0), 1.0)
        return way * way * (3 - 2 * way) if eased else way

    return part


def _shake(rng: np.random.Generator) -> Callable[[float], float]:
    """Return a hand's tremble, about -1..1: a sum of slow and quick swings."""
    rates = np.array([rng.uniform(0.2, 0.8), rng.uniform(0.8, 2.0), rng.uniform(2.0, 5.0), rng.uniform(5.0, 9.0)])
    sizes = np.array([0.6, 0.3, 0.15, 0.06]) * rng.uniform(0.5, 1.5, 4)
    phases = rng.uniform(0, 2 * np.pi, 4)
    return lambda time: float(np.sum(sizes * np.sin(2 * np.pi * rates * time + phases)))
