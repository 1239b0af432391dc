"""How an item comes to lie on whole frames, for the formats that know nothing finer; and text in one plain line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from v2a_foley.interchange.edit import Item, Mark
from v2a_foley.timebase import frames_within, nearest, to_frame

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NO_TEXT = re.compile("[\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """Return a text in one line without control characters and without what no file can hold."""
    return _NO_TEXT.sub("\ufffd", _CONTROL.sub(" ", text)).strip()


def timebase_of(rate: Fraction) -> tuple[int, bool] | None:
    """Return the whole number that a rate is counted by and whether it is an NTSC rate; None for any other rate."""
    if rate.denominator == 1:
        return int(rate), False
    base = rate * Fraction(1001, 1000)
    return (int(base), True) if base.denominator == 1 else None


@dataclass(frozen=True)
class Span:
    """Where an item lies in whole frames; an end is the first frame that is no part of it.

    Attributes:
        start: on the timeline, in its frames.
        end: on the timeline.
        first: in the medium from its beginning, in the frames that the medium is counted in.
        last: in the medium; never more than the medium has.
    """

    start: int
    end: int
    first: int
    last: int


def spans(items: Iterable[tuple[Item, Fraction, Fraction, Fraction]], rate: Fraction) -> Iterator[tuple[Item, Span]]:
    """Lay a lane's items on whole frames, none over another, none before zero; what ends before zero is left out.

    An item takes a frame at least, however short it is, and a medium shorter than a frame counts as one.

    Args:
        items: in order, each with the frames a second that its medium is counted in, with when the medium begins and
            with how long it is (0: not known), both in seconds.
        rate: frames a second of the timeline.
    """
    free = 0
    for item, count, zero, length in items:
        if item.end <= 0:
            continue
        span = _span(item, rate, count, zero, length, free)
        yield item, span
        free = span.end


def _span(item: Item, rate: Fraction, count: Fraction, zero: Fraction, length: Fraction, free: int) -> Span:
    start, first = to_frame(item.start, rate), to_frame(item.source - zero, count)
    late = max(0, free - start)
    start, first = start + late, max(0, first + nearest(late * count / rate))
    frames = max(1, to_frame(item.end, rate) - start)
    needed = max(1, nearest(frames * count / rate))
    if length > 0:
        whole = max(1, frames_within(length, count))
        first = min(first, whole - 1)
        if needed > whole - first:
            frames = max(1, frames_within((whole - first) / count, rate))
            needed = min(max(1, nearest(frames * count / rate)), whole - first)
    return Span(start, start + frames, first, first + needed)


def marks_on_frames(marks: Iterable[Mark], rate: Fraction) -> tuple[Mark, ...]:
    """Return marks on whole frames, none before zero, in order, their words in one plain line."""
    found = [
        Mark(
            max(0, to_frame(mark.time, rate)) / rate,
            plain(mark.name),
            max(0, to_frame(mark.duration, rate)) / rate,
            plain(mark.note),
            mark.colour,
            mark.facts,
        )
        for mark in marks
    ]
    return tuple(sorted(found, key=lambda mark: mark.time))


def apart(items: list[Item]) -> tuple[Item, ...]:
    """Return items in order, each ended where the next begins."""
    found: list[Item] = []
    for item in sorted(items, key=lambda item: item.start):
        while found and found[-1].end > item.start:
            last = found.pop()
            if last.start < item.start:
                length = item.start - last.start
                come = min(last.fade_in, length)
                found.append(replace(last, duration=length, fade_in=come, fade_out=min(last.fade_out, length - come)))
        found.append(item)
    return tuple(found)
