"""PySceneDetect's detectors, fed with our small frames. Frame numbers in, frame numbers out."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

SHORTEST = Fraction(1, 4)
"""Seconds that a shot lasts at least."""


class ContentCuts:
    """Hard cuts by change of colour and light, against a fixed threshold or against the frames around.

    Args:
        rate: frames a second.
        adaptive: whether the threshold follows the frames around (``AdaptiveDetector``).
    """

    def __init__(self, rate: Fraction, *, adaptive: bool) -> None:
        """Choose the detector."""
        from scenedetect.detectors import AdaptiveDetector, ContentDetector

        shortest = max(1, round(SHORTEST * rate))
        kind = AdaptiveDetector if adaptive else ContentDetector
        self._detector = kind(min_scene_len=shortest)
        self._rate = float(rate)
        self._number = 0
        self._cuts: list[int] = []

    def feed(self, small: NDArray[np.uint8]) -> None:
        """Look at the next frame, RGB."""
        from scenedetect import FrameTimecode

        found = self._detector.process_frame(FrameTimecode(self._number, self._rate), small[..., ::-1].copy())
        self._cuts += [cut.frame_num for cut in found]
        self._number += 1

    def finish(self) -> list[tuple[int, str]]:
        """Return frame numbers and how they were found."""
        from scenedetect import FrameTimecode

        self._cuts += [cut.frame_num for cut in self._detector.post_process(FrameTimecode(self._number, self._rate))]
        return [(number, "cut") for number in sorted(set(self._cuts))]
