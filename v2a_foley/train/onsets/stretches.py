"""Stretches of film as the net learns them: traits and truths in one file each, on the disk, and read when needed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import StoreError
from v2a_foley.files import writing
from v2a_foley.train.onsets.labels import Truth
from v2a_foley.video.traits import Traits

LONGEST = 2048
"""Frames of a stretch, at most: a film of two hours is read by the piece."""
_HELD = 2 << 30
"""Bytes of stretches that are kept in memory."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some frames of one film that follow each other, with what sounds in them.

    Attributes:
        traits: of the frames; those in memory may be in float16.
        cuts: which of the frames begin a shot, ``bool (n,)``.
        truths: ``float64 (m, 4)``: seconds, strength, across, down; the last two may be NaN.
    """

    traits: Traits
    cuts: NDArray[np.bool_]
    truths: NDArray[np.float64]

    @property
    def seconds(self) -> NDArray[np.float64]:
        """When each frame is shown, ``float64 (n,)``."""
        return np.array([float(time) for time in self.traits.times])


def rows_of(truths: Sequence[Truth]) -> NDArray[np.float64]:
    """Return truths as ``float64 (m, 4)``, in order of time."""
    rows = [(each.time, each.strength, *(each.place or (np.nan, np.nan))) for each in truths]
    return np.array(sorted(rows), np.float64).reshape(-1, 4)


def write_stretch(path: Path, stretch: Stretch) -> None:
    """Write a stretch as an npz file, its values in float16.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    times = stretch.traits.times
    with writing(path) as part, part.open("wb") as opened:
        np.savez(
            opened,
            numerators=np.array([time.numerator for time in times], np.int64),
            denominators=np.array([time.denominator for time in times], np.int64),
            cells=stretch.traits.cells.astype(np.float16),
            frame=stretch.traits.frame.astype(np.float16),
            cuts=stretch.cuts,
            truths=stretch.truths,
        )


def read_stretch(path: Path) -> Stretch:
    """Read a stretch; its values stay in float16.

    Raises:
        StoreError: the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as found:
            times = tuple(
                Fraction(int(above), int(below))
                for above, below in zip(found["numerators"], found["denominators"], strict=True)
            )
            return Stretch(Traits(times, found["cells"], found["frame"]), found["cuts"], found["truths"])
    except (OSError, ValueError, KeyError, EOFError, ZeroDivisionError, BadZipFile) as error:
        raise _unreadable(path, error) from error


def hits_in(path: Path) -> int:
    """Return how many truths a stretch has, without reading the rest of it.

    Raises:
        StoreError: the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as found:
            return len(found["truths"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise _unreadable(path, error) from error


class Shelf:
    """Hands out stretches by their files, and keeps those in memory that there is room for.

    Args:
        most: bytes to keep.
    """

    def __init__(self, most: int = _HELD) -> None:
        """Begin empty."""
        self._most, self._held = most, 0
        self._stretches: OrderedDict[Path, Stretch] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, path: Path) -> Stretch:
        """Return a stretch.

        Raises:
            StoreError: its file is missing or damaged.
        """
        with self._lock:
            if path in self._stretches:
                self._stretches.move_to_end(path)
                return self._stretches[path]
        stretch = read_stretch(path)
        with self._lock:
            if path not in self._stretches:
                self._stretches[path] = stretch
                self._held += stretch.traits.cells.nbytes
            while self._held > self._most and len(self._stretches) > 1:
                _, gone = self._stretches.popitem(last=False)
                self._held -= gone.traits.cells.nbytes
        return stretch


def _unreadable(path: Path, error: Exception) -> StoreError:
    return StoreError(
        f"The traits in {str(path)!r} cannot be read: {error}.", hint="Remove the file; it is made again."
    )
