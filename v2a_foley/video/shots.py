"""The shots of a film: half-open ranges between cuts that cover the whole picture, boundaries exactly on frames.

Cuts are found by PySceneDetect's detectors on our own frames; fades to black are found here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import CutsError, UsageError
from v2a_foley.media import PictureStream
from v2a_foley.timebase import TimeRange
from v2a_foley.video.cuts import read_cuts
from v2a_foley.video.read import FrameBlock

__all__ = ["DETECTORS", "Cut", "ShotFinder", "ShotSpan", "read_cuts", "spans"]

DETECTORS = ("adaptive", "content", "transnet")
"""The names of the shot detectors; the first is the default."""

_WIDTH = 128
"""Detectors look at frames of this width: enough for them, and nine times cheaper than what they are given."""


@dataclass(frozen=True)
class Cut:
    """Where a new shot starts.

    Attributes:
        time: the start of its first frame, on the film's clock.
        found: ``cut``, ``fade`` or ``list``.
    """

    time: Fraction
    found: str = "cut"


@dataclass(frozen=True)
class ShotSpan:
    """One shot.

    Attributes:
        range: from its first frame's start to the next shot's.
        found: how its start was found: ``start``, ``cut``, ``fade`` or ``list``.
    """

    range: TimeRange
    found: str


def spans(picture: PictureStream, cuts: Iterable[Cut]) -> tuple[ShotSpan, ...]:
    """Return the shots between cuts: they cover the picture from its first frame to its end, without gaps.

    Cuts at the very start or past the end mean nothing, and of two cuts at one time the first counts.
    """
    inside: dict[Fraction, Cut] = {}
    for cut in sorted(cuts, key=lambda cut: cut.time):
        if picture.start < cut.time < picture.end:
            inside.setdefault(cut.time, cut)
    found = ["start", *(cut.found for cut in inside.values())]
    times = [picture.start, *inside, picture.end]
    return tuple(ShotSpan(TimeRange(a, b), how) for (a, b), how in zip(pairwise(times), found, strict=True))


class _Detector(Protocol):
    def feed(self, small: NDArray[np.uint8]) -> None: ...

    def finish(self) -> Sequence[tuple[int, str]]: ...


class ShotFinder:
    """Finds cuts from blocks of frames in order; a ``Watcher``.

    Args:
        detector: one of ``DETECTORS``.
        rate: frames a second, for lengths that are meant in seconds.

    Raises:
        UsageError: there is no such detector.
        DependencyMissing: the detector's package is not installed.
    """

    def __init__(self, detector: str, rate: Fraction) -> None:
        """Choose the detector."""
        from v2a_foley.video.detect import ContentCuts

        if detector not in DETECTORS:
            raise UsageError(f"There is no shot detector {detector!r}.", hint=f"Choose one of {', '.join(DETECTORS)}.")
        self._detector: _Detector = ContentCuts(rate, adaptive=detector == "adaptive")
        self._times: list[Fraction] = []

    def feed(self, block: FrameBlock) -> None:
        """Look at the next frames."""
        import cv2

        self._times.extend(block.times)
        height, width = block.frames.shape[1:3]
        size = (min(width, _WIDTH), max(1, round(min(width, _WIDTH) * height / width)))
        for frame in block.frames:
            self._detector.feed(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))

    def finish(self) -> tuple[Cut, ...]:
        """Return the cuts, in order."""
        return tuple(Cut(self._times[number], found) for number, found in sorted(self._detector.finish()))


def listed(cuts: Sequence[Fraction], picture: PictureStream) -> tuple[Cut, ...]:
    """Return cuts of a list as cuts of this film.

    Raises:
        CutsError: one lies outside the film.
    """
    for time in cuts:
        if not picture.start <= time <= picture.end:
            raise CutsError(
                f"There is a cut at {float(time):.3f} s, but the picture runs from {float(picture.start):.3f} to "
                f"{float(picture.end):.3f} s.",
                hint="Is this the list of another film?",
            )
    return tuple(Cut(time, "list") for time in cuts)
