"""The exact times of a film's frames, held as integers: two hours of them are a megabyte, not a list of fractions."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from v2a_foley.video.scan import Ticks

_FAR = 2**62
"""Ticks beyond any film."""


@dataclass(frozen=True, eq=False)
class FrameClock:
    """When each frame of a film is shown, on the film's clock.

    Attributes:
        ticks: ``int64 (n,)``, rising; frame i is shown at ``zero + ticks[i] * unit``.
        unit: seconds a tick.
        zero: seconds.
        end: when the last frame ends.
    """

    ticks: Ticks
    unit: Fraction
    zero: Fraction
    end: Fraction

    def __len__(self) -> int:
        """How many frames there are."""
        return len(self.ticks)

    def time(self, frame: int) -> Fraction:
        """Return when a frame starts; the frame after the last one starts at the end of the last one."""
        if frame == len(self.ticks):
            return self.end
        return self.zero + int(self.ticks[frame]) * self.unit

    def times(self, first: int = 0, last: int | None = None) -> tuple[Fraction, ...]:
        """Return when the frames ``first <= i < last`` start."""
        return tuple(self.zero + tick * self.unit for tick in self.ticks[first:last].tolist())

    def frame_at(self, time: Fraction) -> int:
        """Return the frame on screen at a time; the first one before the picture starts, the last one after it."""
        tick = floor((time - self.zero) / self.unit)  # whole, since numpy's integers meet no fraction of any length
        return max(0, bisect_right(self.ticks, max(-_FAR, min(_FAR, tick))) - 1)

    def nearest(self, time: Fraction) -> int:
        """Return the frame whose start is nearest to a time; ``len(self)`` where the end is nearer."""
        frame = self.frame_at(time)
        return frame if time - self.time(frame) <= self.time(frame + 1) - time else frame + 1
