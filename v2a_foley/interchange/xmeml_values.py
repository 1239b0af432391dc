"""Rates, timecodes, frames and words as FCP7 XML (``xmeml``) says them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from v2a_foley.errors import TimelineError
from v2a_foley.interchange.frames import plain
from v2a_foley.interchange.untrusted import MOST_SECONDS, rate_from
from v2a_foley.timebase import Timecode, drop_frame_possible

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_LONGEST = 2000
"""Characters of a name or a note that are kept."""


class Values:
    """Reads the values of one file, which it names where one makes no sense.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        """Keep the file's name."""
        self.path = path

    def wrong(self, what: str, hint: str = "Export the timeline again, or as another format.") -> TimelineError:
        """Return the error that says what is wrong with the file."""
        return TimelineError(f"{self.path.name!r} {what}.", hint=hint)

    def rate(self, element: Element | None, otherwise: Fraction) -> Fraction:
        """Return how many frames a second an element counts in."""
        if element is None or element.find("rate/timebase") is None:
            return otherwise
        base = rate_from(text_of(element, "rate/timebase"), self.path)
        ntsc = element.find("rate/ntsc")
        return base * 1000 / 1001 if ntsc is not None and true(ntsc) and base.denominator == 1 else base

    def timecode(self, element: Element | None, rate: Fraction) -> Timecode | None:
        """Return a timecode; a sequence's or file's frames are counted at its own rate where it names one."""
        if element is None:
            return None
        own = self.rate(element, rate)
        drop = text_of(element, "displayformat").upper() == "DF" and drop_frame_possible(own)
        frame, text = self.frame(element, "frame", own), text_of(element, "string")
        if frame is None and text:
            try:
                frame = Timecode.parse(text.replace(";", ":"), own, drop_frame=drop).frame
            except ValueError as error:
                raise self.wrong(f"holds the timecode {text[:40]!r}") from error
        if frame is None or frame < 0:
            return None
        return Timecode(frame, own, drop)

    def size(self, element: Element | None) -> tuple[int, int] | None:
        """Return the width and height of a picture."""
        width, height = (self.whole(element, tag) or 0 for tag in ("width", "height"))
        return (width, height) if 0 < width < 100_000 and 0 < height < 100_000 else None

    def frame(self, element: Element, tag: str, rate: Fraction) -> int | None:
        """Return a time in frames; None where there is none."""
        found = self.whole(element, tag)
        if found is not None and abs(found) > MOST_SECONDS * rate:
            raise self.wrong(f"holds a time of {str(found)[:40]} frames")
        return found

    def whole(self, element: Element | None, tag: str) -> int | None:
        """Return a whole number; editors write ``12`` and ``12.0``."""
        text = raw_of(element, tag)[:20] if element is not None else ""
        if not text:
            return None
        try:
            return int(text) if text.lstrip("+-").isdecimal() else int(float(text))
        except (ValueError, OverflowError) as error:
            raise self.wrong(f"holds the number {text[:40]!r}") from error


def raw_of(element: Element, tag: str) -> str:
    """Return what an element of an element says, without the space around it."""
    found = element.find(tag)
    return (found.text or "").strip() if found is not None else ""


def clipped(text: str) -> str:
    """Return a name or a note in one line, not too long."""
    return plain(text[:_LONGEST])


def text_of(element: Element, tag: str) -> str:
    """Return a name or a note that an element of an element says."""
    return clipped(raw_of(element, tag))


def true(element: Element | None) -> bool:
    """Tell whether an element says yes; one that is not there does."""
    return element is None or (element.text or "").strip().upper() not in {"FALSE", "0", "NO"}
