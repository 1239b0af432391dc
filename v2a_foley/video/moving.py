"""From frames to the things that move in them, the camera's own movement taken away. Where they go is not seen here."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2a_foley.video.flow import Camera
from v2a_foley.video.traits import PLAIN_CELLS, SIDE, Cells, grid, plain_cells, without_edges

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
_TOO_MUCH = 0.5
"""Part of the picture whose change leaves nothing to tell apart."""
_KEPT = 0.5
"""Part of the structure that a cut does not keep, where that much changed."""
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
        cells: the ``PLAIN_CELLS``, ``float32 (4, rows, columns)``.
        grain: how much all pixels change: the mean of the smaller half of the changes, 8 levels counting 1, as a root.
    """

    amount: float
    cells: Cells
    things: tuple[Thing, ...] = ()
    clear: bool = True
    part: float = 0.0
    begins: bool = False
    grain: float = 0.0


@dataclass(frozen=True)
class _Seen:
    picture: Picture
    pose: Camera


@dataclass(frozen=True, eq=False)
class _Waiting:
    """A frame whose background is not known yet.

    Attributes:
        now: the frame.
        change: which pixels changed, and by how much.
        recent: those that changed lately, 0 or 1.
        cells: the first half of the ``PLAIN_CELLS``.
        grain: see ``Change``.
    """

    now: _Seen
    change: Picture
    recent: Picture
    cells: Cells
    grain: float


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
        self._waiting: list[_Waiting] = []
        self._recent = max(2, round(_RECENT * rate))
        self._age = np.zeros((0, 0), np.int32)
        self._settled = False

    def feed(self, small: Picture, pose: Camera, kept: float = 0.0) -> list[Change]:
        """Look at the next frame; return what is known now of this frame and of those before it, in order.

        Args:
            small: ``uint8 (height, width, 3)``, RGB, as ``reduced`` makes it.
            pose: where the camera looks.
            kept: how much of the structure of the frame before it keeps, 0 to 1.
        """
        if not self._seen:
            return self._begin(small, pose, 0.0, begins=True)
        last, now = self._seen[-1], _Seen(small, pose)
        step = pose.since(last.pose)
        before = step.applied(last.picture)
        change = _difference(small, before, NOISE, step)
        if not step.still:
            change = _without_rim(change, step)
        if np.count_nonzero(change) > _TOO_MUCH * change.size:
            return self.finish() + self._begin(small, pose, float(change.mean()), begins=kept < _KEPT)
        self._seen.append(now)
        self._age = np.where(change > 0, 0, self._age + 1)
        recent = (self._age < self._recent).astype(np.uint8)
        self._waiting.append(_Waiting(now, change, recent, plain_cells(before, small), _grain(before, small)))
        if not self._settled and len(self._seen) <= _SAMPLES * self._back:
            return []
        return self._found()

    def finish(self) -> list[Change]:
        """Return what is held back, at the end of a shot."""
        return self._found()

    def _begin(self, small: Picture, pose: Camera, amount: float, *, begins: bool) -> list[Change]:
        """Begin anew; on the first frame nothing moves yet."""
        self._seen.clear()
        self._seen.append(_Seen(small, pose))
        self._age = np.full(small.shape[:2], self._recent, np.int32)
        self._settled = False
        empty = np.zeros((len(PLAIN_CELLS), *grid(*small.shape[:2])), np.float32)
        return [Change(amount, empty, clear=False, part=1.0, begins=begins)]

    def _found(self) -> list[Change]:
        """Return what moves on the frames that wait."""
        found = []
        for each in self._waiting:
            background = self._background(each.now)
            things = self._things(each, background)
            clear = len(things) <= _CROWD
            part = float(np.count_nonzero(each.change)) / each.change.size
            cells = np.concatenate([each.cells, plain_cells(background, each.now.picture)])
            amount = float(each.change.mean())
            found.append(Change(amount, cells, things if clear else (), clear, part, grain=each.grain))
        self._waiting.clear()
        self._settled = True
        return found

    def _background(self, now: _Seen) -> Picture:
        """Return what stood behind a frame over the last seconds, laid over it."""
        earlier = [self._seen[max(0, len(self._seen) - 1 - n * self._back)] for n in range(1, _SAMPLES + 1)]
        return _median([now.pose.since(one.pose).applied(one.picture) for one in earlier])

    def _things(self, each: _Waiting, background: Picture) -> tuple[Thing, ...]:
        """Return what moves on a frame: what differs from the background, close to a change."""
        import cv2

        if np.count_nonzero(each.change) < _SMALLEST:
            return ()
        step = each.now.pose.since(self._seen[0].pose)
        near = cv2.dilate(each.recent, np.ones((_NEAR, _NEAR), np.uint8))
        mask = np.asarray(near) * (_difference(each.now.picture, background, _CONTRAST, step) > 0)
        return _told_apart(np.asarray(cv2.medianBlur(mask.astype(np.uint8), 3)), each.change > 0, each.now.pose)


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


def _difference(a: Picture, b: Picture, noise: int, step: Camera) -> Picture:
    """Return by how much two pictures differ, in the channel in which they differ most; 0 where it may be noise.

    Where the camera's ``step`` between them was taken away, edges may differ a little.
    """
    import cv2

    apart = np.asarray(cv2.absdiff(a, b), np.uint8)
    if not step.still:
        apart = without_edges(apart, b)
    red, green, blue = cv2.split(apart)
    most = cv2.max(cv2.max(red, green), blue)
    usual = int(np.median(np.asarray(most)[1::3, 1::3]))
    return np.asarray(cv2.threshold(most, noise + 2 * usual, 0, cv2.THRESH_TOZERO)[1], np.uint8)


def _grain(before: Picture, after: Picture) -> float:
    apart = np.sort(np.abs(after[1::3, 1::3].astype(np.int16) - before[1::3, 1::3]).ravel())
    return float(np.sqrt(apart[: len(apart) // 2].mean() / 8))


def _without_rim(change: Picture, step: Camera) -> Picture:
    """Blank what came into the picture by the camera's movement."""
    height, width = change.shape
    x = int(abs(step.x) + abs(step.zoom) * width / 2 + abs(step.roll) * height / 2) + 2
    y = int(abs(step.y) + abs(step.zoom) * height / 2 + abs(step.roll) * width / 2) + 2
    change[:, :x] = change[:, -x:] = 0
    change[:y] = change[-y:] = 0
    return change


def _told_apart(mask: Picture, changed: NDArray[np.bool_], pose: Camera) -> tuple[Thing, ...]:
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
    middle = (width - 1) / 2, (height - 1) / 2
    return tuple(
        Thing(
            *pose.undone(float(x[n]) - middle[0], float(y[n]) - middle[1]),
            int(areas[n]),
            bool(at_edge[n]),
            float(x[n]),
            float(y[n]),
        )
        for n in range(1, count)
        if areas[n] >= _SMALLEST and moves[n]
    )
