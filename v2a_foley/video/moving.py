"""From frames to the things that move in them, the camera's own movement taken away. Where they go is not seen here."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2a_foley.video.flow import Camera
from v2a_foley.video.traits import SIDE

Picture = NDArray[np.uint8]


_BACK = 0.25
"""Seconds between the earlier frames whose median is taken for the background."""
_SAMPLES = 7
"""How many earlier frames that are."""
NOISE = 7
"""Levels that grain and compression change a pixel by, beyond the median change."""
_CONTRAST = 14
"""Levels by which a thing differs from the background, beyond the median difference."""
_ALIVE = 3
"""Pixels of a thing that must have changed since the frame before; else it stands still."""
_RECENT = 0.25
"""Seconds without a change after which a pixel no longer belongs to what moves: it is the place that a thing left."""
_NEAR = 9
"""Pixels around a recent change that count as changed: the inside of a thing in one colour."""
_JOIN = 5
"""Pixels: parts no further apart are one thing."""
_SMALLEST = 10
"""Pixels that a thing has at least."""
_WIDESPREAD = 0.15
"""Part of the picture that must change before the camera is suspected."""
_TOO_MUCH = 0.5
"""Part of the picture whose change cannot be told from a cut."""
_CROWD = 12
"""Things beyond which none can be followed."""


@dataclass(frozen=True)
class Thing:
    """Something that moves, on one frame.

    Attributes:
        x: its centre, in pixels of a picture that the camera's movement was taken out of.
        y: see ``x``.
        area: its pixels.
        at_edge: whether it touches the edge of the picture, where things come and go.
        column: its centre on the screen, in pixels of the small picture.
        row: see ``column``.
    """

    x: float
    y: float
    area: int
    at_edge: bool
    column: float
    row: float


@dataclass(frozen=True)
class Change:
    """What changed from one frame to the next.

    Attributes:
        amount: mean levels by which the picture changed, noise left out.
        things: what moves; empty where too much changed to tell things apart.
        clear: whether things could be told apart.
        part: of the picture that changed, 0 to 1.
        begins: whether so much changed that a shot seems to begin.
    """

    amount: float
    things: tuple[Thing, ...] = ()
    clear: bool = True
    part: float = 0.0
    begins: bool = False


@dataclass(frozen=True)
class _Seen:
    picture: Picture
    camera: tuple[float, float]


class ThingFinder:
    """Compares each frame with the one before it and with the background.

    The background is the median of earlier frames. At the beginning of a shot there are none: its first second or so is
    held back, and its own median serves.

    Args:
        rate: frames a second.
    """

    def __init__(self, rate: float) -> None:
        """Begin before the first frame."""
        self._back = max(1, round(_BACK * rate))
        self._seen: deque[_Seen] = deque(maxlen=_SAMPLES * self._back + 1)
        self._waiting: list[tuple[_Seen, Picture, Picture]] = []
        self._recent = max(2, round(_RECENT * rate))
        self._age = np.zeros((0, 0), np.int32)
        self._settled = False
        self._window: NDArray[np.float32] | None = None

    def feed(self, small: Picture, moved: Camera) -> list[Change]:
        """Look at the next frame; return what is known now of this frame and of those before it, in order.

        Args:
            small: ``uint8 (height, width, 3)``, RGB, as ``reduced`` makes it.
            moved: how the camera is thought to have moved since the frame before.
        """
        if not self._seen:
            return self._begin(small, 0.0)
        last = self._seen[-1]
        change = _difference(small, last.picture, NOISE)
        camera = last.camera
        if np.count_nonzero(change) > _WIDESPREAD * change.size:
            shift = self._shift(last.picture, small)
            rest = _difference(small, _moved(last.picture, shift), NOISE)
            if not moved.still:
                other = _difference(small, moved.applied(last.picture), NOISE)
                if other.mean() < rest.mean():
                    rest, shift = other, (moved.x, moved.y)
            if rest.mean() < 0.8 * change.mean():
                change, camera = _without_rim(rest, shift), (camera[0] + shift[0], camera[1] + shift[1])
        if np.count_nonzero(change) > _TOO_MUCH * change.size:
            return self.finish() + self._begin(small, float(change.mean()))
        now = _Seen(small, camera)
        self._seen.append(now)
        self._age = np.where(change > 0, 0, self._age + 1)
        self._waiting.append((now, change, (self._age < self._recent).astype(np.uint8)))
        if not self._settled and len(self._seen) <= _SAMPLES * self._back:
            return []
        return self._found()

    def finish(self) -> list[Change]:
        """Return what is held back, at the end of a shot."""
        return self._found()

    def _begin(self, small: Picture, amount: float) -> list[Change]:
        """Begin a shot; on its first frame nothing moves yet."""
        self._seen.clear()
        self._seen.append(_Seen(small, (0.0, 0.0)))
        self._age = np.full(small.shape[:2], self._recent, np.int32)
        self._settled = False
        return [Change(amount, clear=False, part=1.0, begins=True)]

    def _found(self) -> list[Change]:
        """Return what moves on the frames that wait."""
        found = []
        for now, change, recent in self._waiting:
            things = self._things(now, change, recent)
            clear = len(things) <= _CROWD
            part = float(np.count_nonzero(change)) / change.size
            found.append(Change(float(change.mean()), things if clear else (), clear, part))
        self._waiting.clear()
        self._settled = True
        return found

    def _shift(self, last: Picture, now: Picture) -> tuple[float, float]:
        import cv2

        grey = [np.asarray(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), np.float32) for p in (last, now)]
        if self._window is None:
            size = (grey[0].shape[1], grey[0].shape[0])
            self._window = np.asarray(cv2.createHanningWindow(size, cv2.CV_32F), np.float32)
        (x, y), _ = cv2.phaseCorrelate(grey[0], grey[1], self._window)
        return float(x), float(y)

    def _things(self, now: _Seen, change: Picture, recent: Picture) -> tuple[Thing, ...]:
        """Return what moves on a frame: what differs from the background, close to a change."""
        import cv2

        if np.count_nonzero(change) < _SMALLEST:
            return ()
        earlier = [self._seen[max(0, len(self._seen) - 1 - n * self._back)] for n in range(1, _SAMPLES + 1)]
        shifts = [(now.camera[0] - one.camera[0], now.camera[1] - one.camera[1]) for one in earlier]
        background = _median([_moved(one.picture, shift) for one, shift in zip(earlier, shifts, strict=True)])
        near = cv2.dilate(recent, np.ones((_NEAR, _NEAR), np.uint8))
        mask = np.asarray(near) * (_difference(now.picture, background, _CONTRAST) > 0)
        return _told_apart(np.asarray(cv2.medianBlur(mask.astype(np.uint8), 3)), change > 0, now.camera)


def _median(pictures: list[Picture]) -> Picture:
    """Return the median of an odd number of pictures, pixel by pixel."""
    import cv2

    line = list(pictures)
    middle = len(line) // 2
    for end in range(len(line) - 1, middle - 1, -1):
        for i in range(end):
            low, high = cv2.min(line[i], line[i + 1]), cv2.max(line[i], line[i + 1])
            line[i], line[i + 1] = np.asarray(low, np.uint8), np.asarray(high, np.uint8)
    return line[middle]


def reduced(frame: Picture) -> Picture:
    """Return a frame at the size at which motion is looked at, its longer side ``SIDE`` pixels; ``uint8``, RGB."""
    import cv2

    height, width = frame.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    way = cv2.INTER_AREA if scale <= 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.GaussianBlur(cv2.resize(frame, size, interpolation=way), (3, 3), 0), np.uint8)


def _difference(a: Picture, b: Picture, noise: int) -> Picture:
    """Return by how much two pictures differ, in the channel in which they differ most; 0 where it may be noise."""
    import cv2

    apart = cv2.absdiff(a, b)
    red, green, blue = cv2.split(apart)
    most = cv2.max(cv2.max(red, green), blue)
    usual = int(np.median(np.asarray(most)[1::3, 1::3]))
    return np.asarray(cv2.threshold(most, noise + 2 * usual, 0, cv2.THRESH_TOZERO)[1], np.uint8)


def _moved(picture: Picture, shift: tuple[float, float]) -> Picture:
    import cv2

    if abs(shift[0]) < 0.02 and abs(shift[1]) < 0.02:
        return picture
    turn = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.warpAffine(picture, turn, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _without_rim(change: Picture, shift: tuple[float, float]) -> Picture:
    """Blank what came into the picture by the camera's movement."""
    x, y = int(abs(shift[0])) + 2, int(abs(shift[1])) + 2
    change[:, :x] = change[:, -x:] = 0
    change[:y] = change[-y:] = 0
    return change


def _told_apart(mask: Picture, changed: NDArray[np.bool_], camera: tuple[float, float]) -> tuple[Thing, ...]:
    import cv2

    rows, columns = np.nonzero(mask)
    if len(rows) < _SMALLEST:
        return ()
    count, labels = cv2.connectedComponents(cv2.dilate(mask, np.ones((_JOIN, _JOIN), np.uint8)))
    which = np.asarray(labels)[rows, columns]
    areas = np.bincount(which, minlength=count)
    whole = np.maximum(areas, 1)
    x, y = np.bincount(which, columns, count) / whole, np.bincount(which, rows, count) / whole
    height, width = mask.shape
    rim = (rows < 2) | (rows >= height - 2) | (columns < 2) | (columns >= width - 2)
    at_edge = np.bincount(which, rim, count) > 0
    moves = np.bincount(which, changed[rows, columns], count) >= _ALIVE
    return tuple(
        Thing(
            float(x[n] - camera[0]), float(y[n] - camera[1]), int(areas[n]), bool(at_edge[n]), float(x[n]), float(y[n])
        )
        for n in range(1, count)
        if areas[n] >= _SMALLEST and moves[n]
    )
