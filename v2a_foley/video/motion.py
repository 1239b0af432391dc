"""How much moves in a film, and when something sharp happens. What sound that makes is the business of ``sync``.

One door: ``MotionMeter`` is fed blocks of frames and answers a ``Motion``. How the numbers are found (here: small
grey frames, patch by patch) may change behind it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from v2a_foley.timebase import TimeRange
from v2a_foley.video.impact import ImpactFinder
from v2a_foley.video.read import FrameBlock

_LOUDEST = 95.0
"""Percentile of the moving frames' energy that counts as 1."""
_FAINTEST = 0.3
"""Grey levels, over the whole picture, that the livelier frames of a film must change by to count as 1: the noise of a
film in which nothing moves is not to be blown up."""


@dataclass(frozen=True)
class Peak:
    """A moment at which something stops, turns round or strikes.

    Attributes:
        time: when the frame that shows the contact starts, on the film's clock.
        strength: how sharp, 0 to 1.
    """

    time: Fraction
    strength: float


@dataclass(frozen=True, eq=False)
class Motion:
    """What moves, frame by frame.

    Attributes:
        times: when each frame is shown, on the film's clock.
        energy: ``float32 (n,)``, 0 to 1: how much moves on that frame, the camera's own movement taken away.
        peaks: the sharp moments, in order.
    """

    times: tuple[Fraction, ...]
    energy: NDArray[np.float32]
    peaks: tuple[Peak, ...] = ()

    def within(self, span: TimeRange) -> Motion:
        """Return the part that lies in a range."""
        first, last = bisect_left(self.times, span.start), bisect_left(self.times, span.end)
        peaks = tuple(peak for peak in self.peaks if span.contains(peak.time))
        return Motion(self.times[first:last], self.energy[first:last], peaks)


class MotionMeter:
    """Measures motion from blocks of frames in order; a ``Watcher``.

    Args:
        rate: frames a second.
    """

    def __init__(self, rate: Fraction) -> None:
        """Begin before the first frame."""
        self._times: list[Fraction] = []
        self._finder = ImpactFinder(float(rate))

    def feed(self, block: FrameBlock) -> None:
        """Look at the next frames."""
        self._times.extend(block.times)
        for frame in block.frames:
            self._finder.feed(frame)

    def finish(self, cuts: Sequence[Fraction] = ()) -> Motion:
        """Return what was found.

        Args:
            cuts: starts of shots, which are not motion; without them only what the meter itself takes for a cut.
        """
        places = {time: number for number, time in enumerate(self._times)} if cuts else {}
        moved, struck = self._finder.finish(frozenset(places[cut] for cut in cuts if cut in places))
        peaks = tuple(Peak(self._times[number], strength) for number, strength in struck)
        return Motion(tuple(self._times), _normalised(moved), peaks)


def _normalised(moved: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring grey levels to 0..1: 1 is what the livelier frames of this film do."""
    moving = moved[moved > 0]
    if len(moving) == 0:
        return np.zeros_like(moved)
    loudest = max(float(np.percentile(moving, _LOUDEST)), _FAINTEST)
    scaled: NDArray[np.float32] = np.clip(moved / loudest, 0.0, 1.0).astype(np.float32)
    return scaled
