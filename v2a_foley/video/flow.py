"""Dense optical flow between small grey frames, and how much of it is the camera's. What moves by itself is the rest.

The flow is OpenCV's DIS (Kroeger et al. 2016). The camera is a similarity (shift, zoom, roll), fitted to the flow where
the picture has texture, with weights that let go of what disagrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Field = NDArray[np.float32]

_LEAST_SIDE = 48
"""Pixels a side that DIS is given at least, the rim repeated: below 32 it writes beyond its own memory (OpenCV 5.0)."""
_EVERY = 6
"""Pixels between the points at which the camera is fitted."""
_ROUNDS = 4
_TEXTURE = 6.0
"""Grey levels a pixel at which a point is believed by half."""
_LET_GO = 1.5
"""Pixels of disagreement at which a point is believed by half, at least."""
_FEWEST = 6.0
"""Believed points below which nothing is said of the camera."""


@dataclass(frozen=True)
class Camera:
    """How the whole picture moved from one frame to the next, in pixels of the small picture.

    Attributes:
        x: to the right.
        y: down.
        zoom: growth, 0 for none.
        roll: turn, radians.
    """

    x: float = 0.0
    y: float = 0.0
    zoom: float = 0.0
    roll: float = 0.0

    @property
    def still(self) -> bool:
        """Whether it moved by less than can be told."""
        return abs(self.x) < 0.05 and abs(self.y) < 0.05 and abs(self.zoom) < 5e-4 and abs(self.roll) < 5e-4

    def then(self, following: Camera) -> Camera:
        """Return this movement and another after it as one."""
        turn = complex(1 + following.zoom, following.roll)
        return _camera(turn * complex(1 + self.zoom, self.roll), turn * complex(self.x, self.y) + following._shift)

    def since(self, earlier: Camera) -> Camera:
        """Return what leads from an earlier pose to this one."""
        turn = complex(1 + self.zoom, self.roll) / complex(1 + earlier.zoom, earlier.roll)
        return _camera(turn, self._shift - turn * earlier._shift)

    def undone(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point, counted from the picture's middle, was before this movement."""
        back = (complex(x, y) - self._shift) / complex(1 + self.zoom, self.roll)
        return back.real, back.imag

    def field(self, height: int, width: int) -> Field:
        """Return its flow, ``float32 (height, width, 2)``."""
        x, y = middle_places(height, width)
        flow = np.stack([self.x + self.zoom * x - self.roll * y, self.y + self.zoom * y + self.roll * x], axis=-1)
        return np.asarray(flow, np.float32)

    @property
    def _shift(self) -> complex:
        return complex(self.x, self.y)

    def applied(self, picture: Grey) -> Grey:
        """Return a picture as it looks after this movement, its rim repeated."""
        import cv2

        if self.still:
            return picture
        height, width = picture.shape[:2]
        turn = np.array([[1 + self.zoom, -self.roll], [self.roll, 1 + self.zoom]])
        middle = np.array([(width - 1) / 2, (height - 1) / 2])
        shift = middle - turn @ middle + (self.x, self.y)
        matrix = np.hstack([turn, shift[:, None]]).astype(np.float32)
        return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


@dataclass(frozen=True, eq=False)
class Flow:
    """What moved from one frame to the next.

    Attributes:
        camera: the movement of the whole.
        rest: the flow without it, ``float32 (height, width, 2)``, pixels right and down.
        whole: the flow itself, likewise.
    """

    camera: Camera
    rest: Field
    whole: Field

    def beside(self, camera: Camera) -> Flow:
        """Return the same flow, with the camera's movement known better."""
        rest = self.whole if camera.still else self.whole - camera.field(*self.whole.shape[:2])
        return Flow(camera, rest, self.whole)


class FlowMeter:
    """Measures the flow between grey frames of one size."""

    def __init__(self) -> None:
        """Begin; OpenCV's engine is made with the first pair."""
        self._engine: Any = None

    def __call__(self, before: Grey, after: Grey) -> Flow:
        """Return the flow between two frames, ``uint8 (height, width)`` each, of any size."""
        import cv2

        if self._engine is None:
            self._engine = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)  # type: ignore[attr-defined]
        height, width = before.shape
        low, right = max(0, _LEAST_SIDE - height), max(0, _LEAST_SIDE - width)
        pair = [before, after]
        if low or right:
            pair = [np.pad(each, ((0, low), (0, right)), mode="edge") for each in pair]
        whole = np.ascontiguousarray(np.asarray(self._engine.calc(*pair, None), np.float32)[:height, :width])
        return Flow(Camera(), whole, whole).beside(camera_of(whole, before))


def _camera(turn: complex, shift: complex) -> Camera:
    return Camera(shift.real, shift.imag, turn.real - 1, turn.imag)


def camera_of(flow: Field, picture: Grey) -> Camera:
    """Fit the camera's movement to a flow.

    Args:
        flow: ``float32 (height, width, 2)``, pixels.
        picture: the frame before, ``uint8 (height, width)``: where it has no texture, the flow is a guess.
    """
    import cv2

    height, width = picture.shape
    half = _EVERY // 2
    slope = cv2.Sobel(picture, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(picture, cv2.CV_32F, 0, 1, scale=0.125)
    texture = np.asarray(cv2.boxFilter(cv2.magnitude(*slope), -1, (5, 5)))[half::_EVERY, half::_EVERY].ravel()
    u, v = (np.ascontiguousarray(flow[half::_EVERY, half::_EVERY, axis]).ravel() for axis in (0, 1))
    x, y = _points(height, width)
    trust = texture**2 / (texture**2 + _TEXTURE**2)
    if float(trust.sum()) < _FEWEST or max(float(np.abs(u).max()), float(np.abs(v).max())) < 0.05:
        return Camera()
    best = np.array([_median(u, trust), _median(v, trust), 0.0, 0.0])
    for _ in range(_ROUNDS):
        miss_u = u - (best[0] + best[2] * x - best[3] * y)
        miss_v = v - (best[1] + best[2] * y + best[3] * x)
        miss = np.hypot(miss_u, miss_v)
        scale = max(_LET_GO * 0.25, 1.5 * _median(miss, trust))
        weight = trust * (scale**2 / (scale**2 + miss**2)) ** 2
        best = _solved(u, v, x, y, weight, best)
    return Camera(*(float(value) for value in best))


@cache
def _points(height: int, width: int) -> tuple[Field, Field]:
    """Return where the camera is fitted, from the middle of the picture, ``float32 (n,)`` each."""
    half = _EVERY // 2
    y, x = np.mgrid[half:height:_EVERY, half:width:_EVERY].astype(np.float32)
    return (x - (width - 1) / 2).ravel(), (y - (height - 1) / 2).ravel()


@cache
def middle_places(height: int, width: int) -> tuple[Field, Field]:
    """Return every pixel's place from the middle of the picture, ``float32 (height, width)`` each."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return x - (width - 1) / 2, y - (height - 1) / 2


def _median(values: NDArray[np.float32], weights: NDArray[np.float32]) -> float:
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order[int(np.searchsorted(sums, sums[-1] / 2))]])


def _solved(
    u: NDArray[np.float32],
    v: NDArray[np.float32],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    weight: NDArray[np.float32],
    last: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the similarity of least squares: shift right, shift down, zoom, roll."""
    total = float(weight.sum())
    if total < 1e-3:
        return last
    mx, my, mu, mv = (float((weight * each).sum()) / total for each in (x, y, u, v))
    cx, cy = x - mx, y - my
    spread = float((weight * (cx * cx + cy * cy)).sum())
    if spread < 1e-3:
        return last
    zoom = float((weight * (cx * (u - mu) + cy * (v - mv))).sum()) / spread
    roll = float((weight * (cx * (v - mv) - cy * (u - mu))).sum()) / spread
    return np.array([mu - zoom * mx + roll * my, mv - zoom * my - roll * mx, zoom, roll])
