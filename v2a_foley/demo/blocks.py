"""Five wooden letter blocks that fall onto a table, and the camera that sees them. Nothing is drawn here.

A block falls freely and lands flat with a hop too small to see, at a time that is known exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

GRAVITY = 9.81
"""Metres a second squared."""
SIDE = 0.1
"""Edge of a block, in metres."""
DROP = 0.5
"""How far a block falls, in metres: it lands at 3.1 m/s."""
FALL = math.sqrt(2 * DROP / GRAVITY)
"""How long it falls, in seconds."""
RESTITUTION = 0.04
"""Speed after landing over speed before: its hop is under 1 mm high and lasts 26 ms."""
LETTERS = "FOLEY"
LANDINGS = tuple(Fraction(n, 1000) for n in (1130, 1917, 2641, 3208, 4055))
"""When each block lands, in seconds from the start of the shot."""
LENGTH = Fraction(26, 5)
"""Seconds that the shot lasts."""


@dataclass(frozen=True)
class Block:
    """One block: its letter, where it lands, how it is turned, its paint (linear RGB), and when it lands."""

    letter: str
    x: float
    y: float
    yaw: float
    paint: tuple[float, float, float]
    lands: float

    def height(self, time: float) -> float:
        """Return how high its lower face is above the table, in metres, at a time in the shot."""
        since = time - self.lands
        if since <= 0:
            return DROP - 0.5 * GRAVITY * max(0.0, since + FALL) ** 2
        up = RESTITUTION * GRAVITY * FALL
        return max(0.0, up * since - 0.5 * GRAVITY * since**2)

    def unseen(self, time: float) -> bool:
        """Tell whether it has not been let go yet; it hangs above the picture then."""
        return time < self.lands - FALL

    def rests(self, time: float) -> bool:
        """Tell whether it lies still for good."""
        return time > self.lands + 2 * RESTITUTION * FALL

    def corners(self, height: float, *, mirrored: bool = False) -> Points:
        """Return its eight corners ``(8, 3)`` in metres: the lower four, then the upper four, counter-clockwise."""
        half = SIDE / 2
        square = np.array([(-half, -half), (half, -half), (half, half), (-half, half)])
        turn = np.array([[np.cos(self.yaw), np.sin(self.yaw)], [-np.sin(self.yaw), np.cos(self.yaw)]])
        flat = square @ turn + (self.x, self.y)
        low, high = (-height, -height - SIDE) if mirrored else (height, height + SIDE)
        return np.vstack([np.column_stack([flat, np.full(4, z)]) for z in (low, high)])


FACES = {"front": (0, 1, 5, 4), "right": (1, 2, 6, 5), "back": (2, 3, 7, 6), "left": (3, 0, 4, 7), "top": (4, 5, 6, 7)}
"""The corners of each face, from its lower left, counter-clockwise as seen from outside."""


def landings(length: Fraction) -> tuple[Fraction, ...]:
    """Return when a block lands, in seconds from the start of a shot of a length."""
    return tuple(time for time in LANDINGS if time < length)


def default_blocks() -> tuple[Block, ...]:
    """Return the five blocks of the demonstration."""
    paints = [(0.55, 0.035, 0.03), (0.02, 0.14, 0.40), (0.62, 0.27, 0.015), (0.03, 0.22, 0.09), (0.20, 0.04, 0.26)]
    places = [(-0.33, 0.00), (-0.165, -0.045), (0.0, -0.01), (0.165, -0.05), (0.33, 0.005)]
    turns = [0.16, -0.10, 0.06, -0.17, 0.11]
    return tuple(
        Block(letter, x, y, yaw, paint, float(lands))
        for letter, (x, y), yaw, paint, lands in zip(LETTERS, places, turns, paints, LANDINGS, strict=True)
    )


@dataclass(frozen=True)
class Camera:
    """A pinhole camera with a level horizon; ``place`` and ``target`` in metres, ``view`` the width as an angle."""

    width: int
    height: int
    place: tuple[float, float, float] = (0.0, -1.42, 0.50)
    target: tuple[float, float, float] = (0.0, 0.0, 0.165)
    view: float = 0.74

    @cached_property
    def axes(self) -> Points:
        """Right, down and forward as rows, unit length."""
        forward = np.subtract(self.target, self.place)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        return np.array([right, np.cross(forward, right), forward])

    @property
    def focal(self) -> float:
        """Focal length in pixels."""
        return self.width / 2 / float(np.tan(self.view / 2))

    def project(self, points: Points) -> Points:
        """Return where points ``(n, 3)`` appear, ``(n, 2)`` in pixels from the upper left corner of the picture."""
        seen = (points - np.array(self.place)) @ self.axes.T
        middle = np.array([self.width / 2, self.height / 2])
        return np.asarray(seen[:, :2] / seen[:, 2:] * self.focal + middle)

    def rays(self, scale: int = 1) -> Points:
        """Return the direction through each pixel's middle ``(height, width, 3)``, ``scale`` times as fine."""
        u = (np.arange(self.width * scale) + 0.5) / scale - self.width / 2
        v = (np.arange(self.height * scale) + 0.5) / scale - self.height / 2
        grid = np.stack([*np.meshgrid(u, v), np.full((len(v), len(u)), self.focal)], axis=-1)
        return np.asarray(grid @ self.axes)
