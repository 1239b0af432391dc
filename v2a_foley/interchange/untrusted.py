"""What every reader of a timeline asks of a file that anybody may have written: bounded, plain, with sane numbers."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from v2a_foley.errors import TimelineError
from v2a_foley.timebase import clean_rate

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 64 << 20
"""Bytes of a timeline's file, at most: a feature film's with every take is some 5 MB."""
MOST_ITEMS = 100_000
"""Clips, gaps and markers of a timeline, at most."""
MOST_SECONDS = Fraction(366 * 24 * 3600)
"""No time and no duration lies further from zero."""
_SLOWEST, _FASTEST = Fraction(1, 10), Fraction(1000)
_HINT = "Export the timeline again, or as another format."


def text_of(path: Path) -> str:
    """Return a timeline file's text: UTF-8 or UTF-16 by its mark, else Latin-1.

    Raises:
        TimelineError: it cannot be read, or is too large to be a timeline.
    """
    content = bytes_of(path)
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    return content.decode("latin-1")


def bytes_of(path: Path) -> bytes:
    """Return a timeline file's bytes.

    Raises:
        TimelineError: it cannot be read, or is too large to be a timeline.
    """
    try:
        with path.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise TimelineError(f"{path.name!r} cannot be read: {error.strerror}.", hint="Check the name.") from error
    if len(content) > MOST_BYTES:
        raise TimelineError(f"{path.name!r} is larger than {MOST_BYTES >> 20} MiB: no timeline.", hint=_HINT)
    return content


def xml_of(path: Path) -> Element:
    """Return the root of an XML timeline. Entities, external or not, are refused; a document type without any is not.

    Raises:
        TimelineError: it cannot be read, is no XML, declares entities, or is larger or deeper than a timeline.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    content = bytes_of(path)
    try:
        root: Element = fromstring(content, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise TimelineError(f"{path.name!r} cannot be read as XML: {error!s:.200}.", hint=_HINT) from error
    return root


def counted(count: int, path: Path) -> None:
    """Refuse a timeline with too many parts.

    Raises:
        TimelineError: there are more than ``MOST_ITEMS``.
    """
    if count > MOST_ITEMS:
        raise TimelineError(f"{path.name!r} has more than {MOST_ITEMS:,} clips and markers.", hint=_HINT)


def rate_from(value: Fraction | float | str | None, path: Path) -> Fraction:
    """Return frames a second as they are meant (23.976 is 24000/1001).

    Raises:
        TimelineError: it is no rate.
    """
    try:
        rate = Fraction(value) if value is not None and (not isinstance(value, float) or isfinite(value)) else None
    except (ValueError, ZeroDivisionError):
        rate = None
    if rate is None or not _SLOWEST <= rate <= _FASTEST:
        raise TimelineError(f"{path.name!r} says {str(value)[:40]!r} frames a second.", hint=_HINT)
    return clean_rate(rate)


def seconds_from(value: Fraction | float | str | None, path: Path, *, least: Fraction = -MOST_SECONDS) -> Fraction:
    """Return a time in seconds as an exact number.

    Args:
        value: a number, or text such as ``1001/30000`` or ``2.5``.
        path: the file that says it.
        least: the smallest that makes sense.

    Raises:
        TimelineError: it is no number, or makes no sense.
    """
    try:
        time = Fraction(value) if value is not None and (not isinstance(value, float) or isfinite(value)) else None
    except (ValueError, ZeroDivisionError):
        time = None
    if time is None or not least <= time <= MOST_SECONDS:
        raise TimelineError(f"{path.name!r} holds the time {str(value)[:40]!r}.", hint=_HINT)
    return time
