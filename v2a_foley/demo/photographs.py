"""Moving pictures from photographs: a slow camera move over a still, rendered to fractions of a pixel."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class View:
    """What the camera shows of a photograph.

    Attributes:
        x: where across, 0 the left-most view that fits, 1 the right-most.
        y: where down, 0 the upper-most, 1 the lower-most.
        zoom: how much closer than the widest view that fills the picture, 1 or more.
    """

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0


@dataclass(frozen=True)
class Move:
    """A camera move from one view to another, at rest at both ends."""

    start: View
    end: View

    def at(self, part: float) -> View:
        """Return the view after a part of the move, 0 to 1; speed rises and falls along a sine."""
        eased = (1 - math.cos(math.pi * part)) / 2

        def between(a: float, b: float) -> float:
            return a + (b - a) * eased

        zoom = math.exp(between(math.log(self.start.zoom), math.log(self.end.zoom)))
        return View(between(self.start.x, self.end.x), between(self.start.y, self.end.y), zoom)


def move_over(photograph: Path, move: Move, frames: int, size: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    """Yield the pictures of a camera move, ``uint8 (height, width, 3)`` RGB.

    Args:
        photograph: an image file that Pillow reads.
        move: from where to where.
        frames: how many pictures.
        size: width and height of the pictures.
    """
    import cv2
    from PIL import Image

    with Image.open(photograph) as image:
        still = np.asarray(image.convert("RGB"))
    width, height = size
    widest = min(still.shape[1], still.shape[0] * width / height)
    finer = max(1.0, width * max(move.start.zoom, move.end.zoom) / widest)
    fine = cv2.resize(still, None, fx=finer, fy=finer, interpolation=cv2.INTER_LANCZOS4)
    fine = cv2.addWeighted(fine, 1.35, cv2.GaussianBlur(fine, (0, 0), 1.6), -0.35, 0)
    for number in range(frames):
        view = move.at(number / max(1, frames - 1))
        across = min(fine.shape[1], fine.shape[0] * width / height) / view.zoom
        scale = across / width
        left = view.x * (fine.shape[1] - across)
        top = view.y * (fine.shape[0] - height * scale)
        back = np.array([[scale, 0, left + scale / 2 - 0.5], [0, scale, top + scale / 2 - 0.5]])
        yield cv2.warpAffine(
            fine, back, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.uint8, copy=False)
