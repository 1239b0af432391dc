"""The detectors of hard cuts: PySceneDetect's two, fed with our small frames. Frame numbers in, frame numbers out."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

SHORTEST = Fraction(1, 4)
"""Seconds that a shot lasts at least."""

_RETURNED = 0.35
"""A picture that comes back this near, in parts of the change, did not cut: something flashed."""


class ContentCuts:
    """Hard cuts by change of colour and light, against a fixed threshold or against the frames around.

    Args:
        rate: frames a second.
        adaptive: whether the threshold follows the frames around (PySceneDetect's ``AdaptiveDetector``).
    """

    def __init__(self, rate: Fraction, *, adaptive: bool) -> None:
        """Choose the detector."""
        from scenedetect.detectors import AdaptiveDetector, ContentDetector

        self._shortest = max(1, round(SHORTEST * rate))
        self._detector: Any = (AdaptiveDetector if adaptive else ContentDetector)(min_scene_len=self._shortest)
        self._rate = float(rate)
        self._number = 0
        self._flashes = FlashGuard(self._shortest)
        self._cuts: list[int] = []

    def feed(self, small: Picture) -> None:
        """Look at the next frame, RGB."""
        self._flashes.feed(small)
        blue_first = np.ascontiguousarray(small[..., ::-1])
        found = self._detector.process_frame(self._time(), blue_first)
        self._cuts += self._flashes.judge([cut.frame_num for cut in found])
        self._number += 1

    def finish(self) -> list[int]:
        """Return the numbers of the frames that begin a shot."""
        found = self._detector.post_process(self._time()) if self._number else []
        self._cuts += self._flashes.judge([cut.frame_num for cut in found]) + self._flashes.finish()
        return sorted(set(self._cuts))

    def _time(self) -> Any:  # noqa: ANN401 - scenedetect's own type of time
        from scenedetect import FrameTimecode

        return FrameTimecode(self._number, self._rate)


class FlashGuard:
    """Holds cuts back until it is sure that the picture before does not come back: a flash, lightning, a strobe.

    Args:
        reach: frames within which it may come back.
    """

    def __init__(self, reach: int) -> None:
        """Begin before the first frame."""
        self._reach = reach
        self._seen: deque[tuple[int, NDArray[np.float32]]] = deque(maxlen=2 * reach + 8)
        self._held: list[int] = []
        self._number = 0

    def feed(self, small: Picture) -> None:
        """Look at the next frame."""
        import cv2

        self._seen.append((self._number, cv2.resize(small, (16, 9), interpolation=cv2.INTER_AREA).astype(np.float32)))
        self._number += 1

    def judge(self, cuts: list[int]) -> list[int]:
        """Take new cuts in; return those that are certain by now."""
        self._held += cuts
        ripe = [cut for cut in self._held if cut + self._reach < self._number]
        self._held = [cut for cut in self._held if cut + self._reach >= self._number]
        return [cut for cut in ripe if not self._returns(cut)]

    def finish(self) -> list[int]:
        """Return the cuts that are left, when the film is over."""
        certain = [cut for cut in self._held if not self._returns(cut)]
        self._held = []
        return certain

    def _returns(self, cut: int) -> bool:
        pictures = dict(self._seen)
        before, after = pictures.get(cut - 1), pictures.get(cut)
        if before is None or after is None:
            return False
        change = float(np.abs(after - before).mean())
        later = [pictures[n] for n in range(cut + 1, cut + self._reach + 1) if n in pictures]
        return any(float(np.abs(picture - before).mean()) < _RETURNED * change for picture in later)
