"""Where the camera looks, frame by frame.

Each frame is laid over one of half a second before, so that errors of single steps do not add up. What moves in the
picture is let go of, and the camera stands still where that explains as much.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from v2a_foley.video.flow import Camera, Grey, middle_places

_ANCHOR = 0.5
"""Seconds for which frames are laid over one and the same."""
_RIM = 6
"""Pixels of the rim that say nothing: they may have come into the picture only now."""
_ROUNDS = 2
_CEILING = 30.0
"""Grey levels beyond which a pixel shows another thing, however many there are."""
_BETTER = 0.985
"""Part of the difference that must be left, at most, before the camera is said to have moved."""
_LOST = 6.0
"""Grey levels of difference above which the step may have been too long for the flow to follow."""
_LEAST_SIDE = 4 * _RIM

_Values = NDArray[np.float32]


class Steadier:
    """Follows the camera's pose: how the first frame must be moved, zoomed and rolled to lie over the frame at hand.

    Args:
        rate: frames a second.
    """

    def __init__(self, rate: float) -> None:
        """Begin before the first frame."""
        self._most = max(2, round(_ANCHOR * rate))
        self._anchor: Grey | None = None
        self._last: Grey | None = None
        self._base, self._pose = Camera(), Camera()
        self._age = 0

    def __call__(self, grey: Grey, step: Camera) -> Camera:
        """Return the pose of the next frame.

        Args:
            grey: the frame, ``uint8 (height, width)``.
            step: how the flow thinks that the camera moved since the frame before.
        """
        if self._anchor is None or self._last is None or min(grey.shape) < _LEAST_SIDE:
            self._anchor = self._last = grey
            return self._base
        stood = self._pose
        moved = refined(stood.then(step), self._anchor, grey)
        misses = [(_miss(pose, self._anchor, grey), pose) for pose in (stood, moved)]
        if min(miss for miss, _ in misses) > _LOST:
            leap = refined(stood.then(_leap(self._last, grey)), self._anchor, grey)
            misses.append((_miss(leap, self._anchor, grey), leap))
        miss, best = min(misses[1:], key=lambda each: each[0])
        self._pose = best if miss < _BETTER * misses[0][0] else stood
        found = self._base.then(self._pose)
        self._last, self._age = grey, self._age + 1
        if self._age >= self._most:
            self._anchor, self._base, self._pose, self._age = grey, found, Camera(), 0
        return found


def refined(camera: Camera, before: Grey, after: Grey) -> Camera:
    """Return a movement corrected by the pixels themselves (Gauss-Newton; Lucas and Kanade 1981), brightness aside."""
    import cv2

    x, y = (each[_RIM:-_RIM:2, _RIM:-_RIM:2].ravel() for each in middle_places(*before.shape))
    for _ in range(_ROUNDS):
        over = camera.applied(before)
        right, down = (
            _inner(np.asarray(cv2.Sobel(over, cv2.CV_32F, *axis, scale=0.125), np.float32)) for axis in ((1, 0), (0, 1))
        )
        miss = _apart(over, after)
        scale = max(3.0, 2.0 * float(np.median(np.abs(miss))))
        weight = (scale**2 / (scale**2 + miss**2)) ** 2
        slopes = np.stack([right, down, right * x + down * y, down * x - right * y])
        left = (slopes * weight) @ slopes.T + np.diag(np.array([10.0, 10.0, 1e4, 1e4], np.float32))
        change = np.linalg.solve(left.astype(np.float64), -((slopes * weight) @ miss).astype(np.float64))
        camera = camera.then(Camera(*(float(each) for each in change)))
    return camera


def kept(before: Grey, after: Grey) -> float:
    """Return how much of a picture's structure the next one keeps, 0 to 1: a change of light all, a cut hardly any."""
    import cv2

    slopes = [
        np.stack([np.asarray(cv2.Sobel(each, cv2.CV_32F, *axis, scale=0.125)) for axis in ((1, 0), (0, 1))])
        for each in (before, after)
    ]
    squares = [float(np.vdot(each, each)) for each in slopes]
    whole = float(np.sqrt(squares[0] * squares[1]))
    if whole < 1e-6:
        return float(max(squares) < 1e-6)
    return min(1.0, max(0.0, float(np.vdot(*slopes)) / whole))


def _inner(field: _Values) -> _Values:
    return field[_RIM:-_RIM:2, _RIM:-_RIM:2].ravel()


def _apart(over: Grey, after: Grey) -> _Values:
    """Return by how much a frame is lighter than another laid over it, its change of light taken away."""
    apart = _inner(after.astype(np.float32)) - _inner(over.astype(np.float32))
    return np.asarray(apart - np.float32(np.median(apart)), np.float32)


def _miss(pose: Camera, before: Grey, after: Grey) -> float:
    """Return how many levels two pictures differ by. Both are blurred: a shift by half a pixel evens out grain too."""
    import cv2

    over, under = (np.asarray(cv2.blur(each, (3, 3)), np.uint8) for each in (pose.applied(before), after))
    return float(np.minimum(np.abs(_apart(over, under)), np.float32(_CEILING)).mean())


def _leap(before: Grey, after: Grey) -> Camera:
    """Return the shift of a whole picture, however far (phase correlation)."""
    import cv2

    window = cv2.createHanningWindow((before.shape[1], before.shape[0]), cv2.CV_32F)
    (x, y), _ = cv2.phaseCorrelate(before.astype(np.float32), after.astype(np.float32), window)
    return Camera(float(x), float(y))
