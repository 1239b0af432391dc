"""What can be told of every frame's motion, cell by cell: the input of whoever learns where sounds belong.

A cell is some ten pixels of the small picture a side. What the numbers mean for sound is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from v2a_foley.video.flow import Camera, Field, Flow

FLOW_CELLS = ("u", "v", "speed", "change", "light", "fresh")
"""Of a cell: flow right and down, its greatest amount, change, change of light, what no flow explains."""
PLAIN_CELLS = ("shade", "stir", "apart", "stands")
"""Of a cell, the grain evened out rather than cut off: by how much it is lighter than on the frame before, and the most
that differs there; the same against the background, which is what stood there over the last two seconds."""
THING_CELLS = ("thing", "thing_u", "thing_v", "turn", "gone", "born")
"""Of a thing in a cell: its size, its speed right and down, the speed that it just lost, whether it is gone or new."""
CELLS = FLOW_CELLS + PLAIN_CELLS + THING_CELLS
FRAME = ("camera_u", "camera_v", "zoom", "light", "changed", "unclear", "repeated", "first", "dt", "kept", "grain")
"""Of the frame: the camera's speed right and down, its zoom, change of light, the part that changed, whether things
could not be told apart, whether the film showed the frame before twice, whether it begins a shot, its length, how much
of the structure of the frame before it keeps, and how much of it is grain."""
CELL = 10
"""Pixels of the small picture that a cell is wide and high, about."""
SIDE = 160
"""Pixels of the longer side of the small picture."""

_LEVELS = 32.0

Cells = NDArray[np.float32]
Picture = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Traits:
    """Some frames that follow each other.

    Attributes:
        times: when each is shown.
        cells: ``float32 (n, 16, rows, columns)``, in the order of ``CELLS``, about -3 to 3.
        frame: ``float32 (n, 11)``, in the order of ``FRAME``.
    """

    times: tuple[Fraction, ...]
    cells: Cells
    frame: NDArray[np.float32]


class TraitReader(Protocol):
    """Reads the traits of a film, in order, once."""

    def feed(self, traits: Traits) -> None:
        """Read the next frames."""
        ...


def grid(height: int, width: int) -> tuple[int, int]:
    """Return how many rows and columns of cells a small picture has."""
    return max(1, round(height / CELL)), max(1, round(width / CELL))


def pressed(value: float | NDArray[np.float32]) -> NDArray[np.float32]:
    """Press speeds (sides of the picture a second) to about -3 to 3, sign kept."""
    return np.asarray(np.arcsinh(5.0 * np.asarray(value, np.float32)), np.float32)


def flow_cells(flow: Flow | None, before: Picture, after: Picture, *, rate: float, noise: int) -> tuple[Cells, Picture]:
    """Return the ``FLOW_CELLS``, and the pixels that changed beside the camera's movement.

    Args:
        flow: between the two; None where nothing changed.
        before: the frame before, grey, ``uint8 (height, width)``.
        after: the frame.
        rate: one over the seconds between the two.
        noise: grey levels that grain and compression change a pixel by, beyond the median change.

    Returns:
        ``float32 (6, rows, columns)``, and by how many levels each pixel changed, 0 where it may be noise.
    """
    import cv2

    rows, columns = grid(*after.shape)
    if flow is None:
        return np.zeros((6, rows, columns), np.float32), np.zeros_like(after)
    steady = flow.camera.applied(before)
    apart = np.asarray(cv2.absdiff(after, steady), np.uint8)
    if not flow.camera.still:
        apart = without_edges(apart, steady)
    usual = int(np.median(apart[1::3, 1::3]))
    change = np.asarray(cv2.threshold(apart, noise + 2 * usual, 0, cv2.THRESH_TOZERO)[1], np.uint8)
    near = cv2.dilate((change > 0).astype(np.uint8), np.ones((7, 7), np.uint8)).astype(np.float32)
    rest = flow.rest * near[..., None] * np.float32(rate / SIDE)
    speed = np.sqrt(rest[..., 0] ** 2 + rest[..., 1] ** 2)  # cv2.magnitude's last bit depends on where arrays lie
    light = (after.astype(np.float32) - steady) * (change > 0)
    fresh = _unexplained(flow.whole, before, after, noise + 2 * usual) * near
    made = np.empty((6, rows, columns), np.float32)
    for number, field in enumerate((rest[..., 0], rest[..., 1], speed, change.astype(np.float32), light, fresh)):
        made[number] = cv2.resize(np.ascontiguousarray(field), (columns, rows), interpolation=cv2.INTER_AREA)
    made[2] = _greatest(speed, rows, columns)
    made[:3] = pressed(made[:3])
    made[3:] = np.sign(made[3:]) * np.sqrt(np.abs(made[3:]) / _LEVELS)
    return made, change


def without_edges(apart: Picture, picture: Picture) -> Picture:
    """Take away from a difference what a quarter of a pixel's error in laying two pictures over each other makes."""
    import cv2

    edges = cv2.morphologyEx(picture, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.addWeighted(apart, 1.0, edges, -0.125, 0.0), np.uint8)


def plain_cells(before: Picture, after: Picture) -> Cells:
    """Return two of the ``PLAIN_CELLS``: by how much cells are lighter, and the most that differs in any colour.

    Args:
        before: a picture laid over ``after``, ``uint8 (height, width, 3)``.
        after: the frame.
    """
    import cv2

    rows, columns = grid(*after.shape[:2])
    apart = np.asarray(cv2.subtract(after, before, dtype=cv2.CV_16S), np.int16)
    flicker = np.median(apart[2::5, 2::5].reshape(-1, 3), axis=0)
    even = cv2.blur((apart - flicker.astype(np.int16)) * np.int16(8), (5, 5))
    lighter = cv2.resize(
        np.asarray(cv2.transform(even, np.full((1, 3), 1 / 3)), np.float32),
        (columns, rows),
        interpolation=cv2.INTER_AREA,
    )
    red, green, blue = cv2.split(np.abs(np.asarray(even, np.int16)))
    most = np.asarray(cv2.max(cv2.max(red, green), blue), np.float32)
    beyond = np.maximum(_greatest(most, rows, columns) - 1.5 * float(np.median(most[1::3, 1::3])), 0.0) / 8
    shade = np.arcsinh(np.asarray(lighter, np.float32) / 8 / 3)
    return np.stack([shade, np.sqrt(beyond / _LEVELS)]).astype(np.float32)


def camera_values(camera: Camera, rate: float) -> tuple[float, float, float]:
    """Return the first three values of a frame."""
    values = pressed(np.array([camera.x * rate / SIDE, camera.y * rate / SIDE, camera.zoom * rate], np.float32))
    return float(values[0]), float(values[1]), float(values[2])


def light_value(before: Picture, after: Picture) -> float:
    """Return by how much a frame is lighter or darker than the one before, -3 to 3."""
    return float(np.arcsinh((float(after.mean()) - float(before.mean())) / 4.0))


def stacked(times: Sequence[Fraction], cells: Sequence[Cells], frame: Sequence[NDArray[np.float32]]) -> Traits:
    """Return frames as one."""
    return Traits(tuple(times), np.stack(cells).astype(np.float32), np.stack(frame).astype(np.float32))


def _greatest(speed: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """Return the greatest value of each cell."""
    import cv2

    even = cv2.resize(
        cv2.dilate(speed, np.ones((3, 3), np.uint8)), (columns * 4, rows * 4), interpolation=cv2.INTER_AREA
    )
    return np.asarray(np.asarray(even, np.float32).reshape(rows, 4, columns, 4).max(axis=(1, 3)))


def _unexplained(whole: Field, before: Picture, after: Picture, noise: int) -> NDArray[np.float32]:
    """Return by how many levels a frame differs from what the flow makes of the one before."""
    import cv2

    y, x = _places(*after.shape)
    moved = cv2.remap(before, x - whole[..., 0], y - whole[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    apart = cv2.absdiff(after, np.asarray(moved, np.uint8))
    return np.asarray(cv2.threshold(apart, noise, 0, cv2.THRESH_TOZERO)[1], np.float32)


@cache
def _places(height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    y, x = np.mgrid[:height, :width]
    return y.astype(np.float32), x.astype(np.float32)
