"""Exact time. Times are ``Fraction`` seconds; this module alone rounds them to frames or samples.

Timecode follows SMPTE ST 12-1: non-drop counts ``round(rate)`` frames a second, drop-frame skips frame
numbers 0 and 1 (0 to 3 at 59.94) at each minute but every tenth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

SAMPLE_RATE = 48_000
"""The mixer's sample rate, in hertz."""

_TIMECODE = re.compile(r"^(\d{2}):([0-5]\d):([0-5]\d)([:;.,])(\d{2,3})$")


def nearest(value: Fraction) -> int:
    """Round to the nearest integer, halves up, so that rounding never depends on the parity of a neighbour."""
    return floor(value + Fraction(1, 2))


def to_samples(time: Fraction, sample_rate: int = SAMPLE_RATE) -> int:
    """Return the sample nearest to a time in seconds."""
    return nearest(time * sample_rate)


def from_samples(samples: int, sample_rate: int = SAMPLE_RATE) -> Fraction:
    """Return the exact time, in seconds, of a sample."""
    return Fraction(samples, sample_rate)


def to_frame(time: Fraction, rate: Fraction) -> int:
    """Return the number of the frame nearest to a time in seconds, at a constant rate in frames a second."""
    return nearest(time * rate)


def frame_at(time: Fraction, rate: Fraction) -> int:
    """Return the number of the frame that is on screen at a time (the last one that started)."""
    return floor(time * rate)


def frames_within(duration: Fraction, rate: Fraction) -> int:
    """Return how many whole frames a duration holds; a sound of 2 s holds 47 frames at 23.976, not 48."""
    return floor(duration * rate)


def frames_covering(duration: Fraction, rate: Fraction) -> int:
    """Return how many frames it takes to cover a duration."""
    return ceil(duration * rate)


def from_frame(frame: int, rate: Fraction) -> Fraction:
    """Return the exact time, in seconds, at which a frame starts, at a constant rate in frames a second."""
    return frame / rate


def as_text(time: Fraction) -> str:
    """Write a time so that nothing is lost: ``593/24``, or ``12`` for a whole number of seconds."""
    return str(time)


def as_clock(time: Fraction) -> str:
    """Write a time for people, ``h:mm:ss.mmm`` (hours only when there are any); rounded to the millisecond."""
    sign = "-" if time < 0 else ""
    millis = nearest(abs(time) * 1000)
    seconds, millis = divmod(millis, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{sign}{head}:{seconds:02d}.{millis:03d}"


def clean_rate(rate: Fraction) -> Fraction:
    """Return the exact NTSC or whole rate that a container's rounded rate stands for.

    Containers write 23.976 or 2997/100 where 24000/1001 or 30000/1001 is meant. A rate within 0.01 % of such
    a rate becomes it; any other is returned unchanged.
    """
    candidates = [Fraction(round(rate))] if rate >= 1 else []
    candidates += [Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)]
    for candidate in candidates:
        if candidate > 0 and abs(rate - candidate) <= candidate / 10_000:
            return candidate
    return rate


def drop_frame_possible(rate: Fraction) -> bool:
    """Tell whether drop-frame timecode exists at a rate: only at 30000/1001 and 60000/1001."""
    return rate in (Fraction(30_000, 1001), Fraction(60_000, 1001))


@dataclass(frozen=True)
class TimeRange:
    """A half-open range of time, ``start <= t < end``, in seconds."""

    start: Fraction
    end: Fraction

    def __post_init__(self) -> None:
        """Refuse a range that ends before it starts."""
        if self.end < self.start:
            raise ValueError(f"a range cannot end at {self.end} before it starts at {self.start}")

    @property
    def duration(self) -> Fraction:
        """The length of the range, in seconds."""
        return self.end - self.start

    def contains(self, time: Fraction) -> bool:
        """Tell whether a time lies in the range; its end does not."""
        return self.start <= time < self.end

    def overlap(self, other: TimeRange) -> TimeRange | None:
        """Return the part that both ranges share, or None where they only touch or lie apart."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return TimeRange(start, end) if start < end else None


@dataclass(frozen=True)
class Timecode:
    """A frame number written as SMPTE timecode.

    Attributes:
        frame: frames since 00:00:00:00, counted one by one (drop-frame drops numbers, not frames).
        rate: exact frames a second.
        drop_frame: whether numbers are dropped; only at 29.97 and 59.94.
    """

    frame: int
    rate: Fraction
    drop_frame: bool = False

    def __post_init__(self) -> None:
        """Refuse a drop-frame count at a rate that has none."""
        if self.drop_frame and not drop_frame_possible(self.rate):
            raise ValueError(f"there is no drop-frame timecode at {self.rate} frames a second")

    @property
    def base(self) -> int:
        """The whole number of frame numbers in a second of timecode (24 at 23.976)."""
        return max(1, nearest(self.rate))

    @property
    def time(self) -> Fraction:
        """The real time since 00:00:00:00, in seconds: 01:00:00:00 at 23.976 is 3603.6 s."""
        return from_frame(self.frame, self.rate)

    def samples(self, sample_rate: int = SAMPLE_RATE) -> int:
        """Return the sample count since 00:00:00:00, as a Broadcast WAV's time reference holds it."""
        return to_samples(self.time, sample_rate)

    def __add__(self, frames: int) -> Timecode:
        """Return the timecode a number of frames later."""
        return Timecode(self.frame + frames, self.rate, self.drop_frame)

    def __str__(self) -> str:
        """Write ``hh:mm:ss:ff``, with ``;`` before the frames where numbers are dropped."""
        base, number = self.base, self.frame
        if self.drop_frame:
            dropped = 2 * base // 30
            minute, ten = base * 60 - dropped, base * 600 - 9 * dropped
            tens, rest = divmod(number, ten)
            number += 9 * dropped * tens
            if rest >= base * 60:
                number += dropped * (1 + (rest - base * 60) // minute)
        seconds, frames = divmod(number, base)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        mark, width = (";" if self.drop_frame else ":"), len(str(base - 1))
        return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:0{max(2, width)}d}"

    @classmethod
    def parse(cls, text: str, rate: Fraction, *, drop_frame: bool | None = None) -> Timecode:
        """Read ``hh:mm:ss:ff`` (or ``;ff``, which marks drop-frame).

        Args:
            text: the timecode.
            rate: exact frames a second.
            drop_frame: overrides what the text's separator says.

        Raises:
            ValueError: the text is no timecode, or names a frame that the rate does not have.
        """
        match = _TIMECODE.match(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a timecode (hh:mm:ss:ff)")
        hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
        drop = match[4] in ";," and drop_frame_possible(rate) if drop_frame is None else drop_frame
        base = max(1, nearest(rate))
        dropped = 2 * base // 30 if drop else 0
        if frames >= base or (drop and minutes % 10 and seconds == 0 and frames < dropped):
            raise ValueError(f"{text!r} names a frame that does not exist at {rate} frames a second")
        total_minutes = hours * 60 + minutes
        number = (total_minutes * 60 + seconds) * base + frames
        number -= dropped * (total_minutes - total_minutes // 10)
        return cls(number, rate, drop)
