"""The shots of a film: half-open ranges between cuts that cover the whole picture, boundaries exactly on frames.

Cuts are found by PySceneDetect's detectors on our own frames; fades to black are found here.
"""

from __future__ import annotations

from array import array
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
from v2a_foley.video.fades import fades
from v2a_foley.video.read import FrameBlock

__all__ = ["DETECTORS", "Cut", "CutDetector", "ShotFinder", "ShotSpan", "detector_of", "listed", "read_cuts", "spans"]

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


class CutDetector(Protocol):
    """What finds hard cuts in small frames."""

    def feed(self, small: NDArray[np.uint8]) -> None:
        """Look at the next frame, ``uint8 (height, width, 3)``, RGB."""
        ...

    def finish(self) -> list[int]:
        """Return the numbers of the frames that begin a shot, rising."""
        ...


def detector_of(name: str, rate: Fraction) -> CutDetector:
    """Return a detector of hard cuts.

    Args:
        name: one of ``DETECTORS``.
        rate: frames a second, for lengths that are meant in seconds.

    Raises:
        UsageError: there is no such detector.
        DependencyMissing: the detector's package is not installed.
    """
    if name in ("adaptive", "content"):
        from v2a_foley.video.detect import ContentCuts

        return ContentCuts(rate, adaptive=name == "adaptive")
    if name == "transnet":
        from v2a_foley.video.transnet import TransnetCuts

        return TransnetCuts()
    raise UsageError(f"There is no shot detector {name!r}.", hint=f"Choose one of {', '.join(DETECTORS)}.")


class ShotFinder:
    """Finds cuts and fades from blocks of frames in order; a ``Watcher``.

    Args:
        detector: what finds the hard cuts.
        rate: frames a second.
    """

    def __init__(self, detector: CutDetector, rate: Fraction) -> None:
        """Begin before the first frame."""
        self._detector = detector
        self._rate = rate
        self._times: list[Fraction] = []
        self._light = array("f")

    def feed(self, block: FrameBlock) -> None:
        """Look at the next frames."""
        import cv2

        self._times.extend(block.times)
        height, width = block.frames.shape[1:3]
        size = (min(width, _WIDTH), max(8, round(min(width, _WIDTH) * height / width)))
        for frame in block.frames:
            small = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)
            self._light.append(float(np.mean(cv2.mean(small)[:3])))
            self._detector.feed(small)

    def finish(self) -> tuple[Cut, ...]:
        """Return the cuts, in order; a fade through black is one cut, at its darkest frame."""
        found = dict.fromkeys(self._detector.finish(), "cut")
        for fade in fades(self._light, float(self._rate)):
            found = {frame: how for frame, how in found.items() if not fade.first <= frame <= fade.last}
            if fade.darkest is not None:
                found[fade.darkest] = "fade"
        return tuple(Cut(self._times[frame], found[frame]) for frame in sorted(found))


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
