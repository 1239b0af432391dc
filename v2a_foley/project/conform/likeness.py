"""How alike two frames are, from their tiny grey pictures. Which frames are compared stands in ``match.py``."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Tiny = NDArray[np.uint8]
"""``uint8 (n, height, width)``: frames as tiny grey pictures; those that are compared share their size."""
Costs = NDArray[np.float32]
"""``float32 (n,)``, 0 (the same picture) to 1 or a little more (another one)."""

_CONTRAST = 6.0
"""Grey levels that count as full contrast at the least: what is flatter is not blown up to noise."""
_MOST = 1.0
"""What one cell may at most differ by, in the picture's own contrast: a burnt-in timecode covers few cells."""
_EXTREME = 18
"""One in so many of the darkest and of the brightest cells has no say in a frame's brightness and contrast."""
_BRIGHTNESS = 40.0
"""Grey levels that tell two flat pictures, which have nothing else, apart for certain."""
_OUTLYING = 2.5
"""What is further from the mean than this, in the picture's own contrast, is no more in the outline."""
_LOW = (5, 6)
"""How many of the lowest vertical and horizontal frequencies stand for a picture while its like is searched."""


class Reel:
    """The pictures of a film, ready to be compared.

    Args:
        tiny: its frames.
    """

    def __init__(self, tiny: Tiny) -> None:
        """Measure brightness and contrast of every frame."""
        count = len(tiny)
        self._cells = tiny.reshape(count, -1) if count else np.zeros((0, 1), np.uint8)
        self._shape = tiny.shape[1:]
        self._mean = np.zeros(count, np.float32)
        self._contrast = np.zeros(count, np.float32)
        for first in range(0, count, 8192):
            part = np.sort(self._cells[first : first + 8192], axis=1)
            spare = part.shape[1] // _EXTREME
            part = part[:, spare : part.shape[1] - spare].astype(np.float32)
            self._mean[first : first + 8192] = part.mean(axis=1)
            self._contrast[first : first + 8192] = part.std(axis=1)

    def __len__(self) -> int:
        """How many frames there are."""
        return len(self._cells)

    def flat(self) -> NDArray[np.bool_]:
        """Tell of each frame, ``bool (n,)``, whether it shows nothing by which it could be found: black, white, fog."""
        return np.asarray(self._contrast < _CONTRAST)

    def patterns(self, frames: slice | NDArray[np.int64]) -> NDArray[np.float32]:
        """Return some frames without their brightness and contrast, ``float32 (n, cells)``."""
        centred = self._cells[frames].astype(np.float32) - self._mean[frames, None]
        return np.asarray(centred / np.maximum(self._contrast[frames, None], _CONTRAST), np.float32)

    def outlines(self) -> NDArray[np.float32]:
        """Return what is coarse in every frame as unit vectors, ``float32 (n, d)``; alike frames point alike."""
        basis = _basis(*self._shape)
        found = np.zeros((len(self), basis.shape[1]), np.float32)
        for first in range(0, len(self), 8192):
            found[first : first + 8192] = (
                np.clip(self.patterns(slice(first, first + 8192)), -_OUTLYING, _OUTLYING) @ basis
            )
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, 1e-6), np.float32)

    def brightness(self, frames: slice) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return the mean grey of some frames, and which of them have nothing else to be told by."""
        return self._mean[frames], self._contrast[frames] < _CONTRAST


def costs(old: Reel, new: Reel, first_old: int, first_new: int, count: int) -> Costs:
    """Return how unlike ``count`` frames of one film are the frames of another that run beside them."""
    here, there = slice(first_old, first_old + count), slice(first_new, first_new + count)
    apart = np.abs(old.patterns(here) - new.patterns(there))
    found: Costs = np.minimum(apart, _MOST).mean(axis=1)
    one, one_flat = old.brightness(here)
    other, other_flat = new.brightness(there)
    darker: Costs = np.where(one_flat & other_flat, np.minimum(np.abs(one - other) / _BRIGHTNESS, 1.0), 0.0)
    return found + darker


def one_by_one(old: Reel, new: Reel, places: NDArray[np.int64], frame: int) -> Costs:
    """Return how unlike one new frame is to each of some old ones, ``float32 (len(places),)``."""
    apart = np.abs(old.patterns(places) - new.patterns(slice(frame, frame + 1)))
    found: Costs = np.minimum(apart, _MOST).mean(axis=1)
    return found


def sliding(
    old: Reel, new: Reel, within: tuple[int, int], start: int, window: tuple[int, int], count: int, outside: float
) -> Costs:
    """Return how unlike some frames are to an old film that is slid along beside them, a frame a step.

    Args:
        old: the old film.
        new: the new one.
        within: the old frames, (first, end), that may be looked at.
        start: the old frame beside the window's first one at the first step.
        window: the new frames, (first, end).
        count: how many steps.
        outside: what a frame costs whose neighbour may not be looked at.

    Returns:
        The mean costs, ``float32 (count,)``; brightness alone tells nothing here.
    """
    first, end = window
    wanted = new.patterns(slice(first, end))
    strip = np.zeros((end - first + count - 1, wanted.shape[1]), np.float32)
    known = np.zeros(len(strip), bool)
    known[within[0] - start : within[1] - start] = True
    strip[known] = old.patterns(slice(*within))
    beside = sliding_window_view(strip, end - first, axis=0).transpose(0, 2, 1)
    apart = np.minimum(np.abs(beside - wanted), _MOST).mean(axis=2)
    valid = sliding_window_view(known, end - first)
    found: Costs = np.where(valid, apart, np.float32(outside)).mean(axis=1)
    return found


@cache
def _basis(height: int, width: int) -> NDArray[np.float32]:
    """Return the lowest frequencies of a picture as columns, ``float32 (cells, d)``, the constant one left out."""
    rows = _cosines(height, min(_LOW[0], height))
    columns = _cosines(width, min(_LOW[1], width))
    both = np.einsum("ay,bx->abyx", rows, columns).reshape(len(rows) * len(columns), height * width)
    return np.ascontiguousarray(both[1:].T, dtype=np.float32)


def _cosines(length: int, count: int) -> NDArray[np.float64]:
    """Return the first rows of the discrete cosine transform (type II) of a length, each of norm 1."""
    angles = np.pi * np.outer(np.arange(count), np.arange(length) + 0.5) / length
    rows = np.cos(angles)
    unit: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
