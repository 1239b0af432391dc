"""Lists of cuts that others made: PySceneDetect's scene CSV, or one time a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from v2a_foley.errors import CutsError
from v2a_foley.media import MediaFacts
from v2a_foley.timebase import Timecode
from v2a_foley.video.clock import FrameClock
from v2a_foley.video.probe import frame_clock

_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)$")
_SECONDS = re.compile(r"^\d+(?:\.\d+)?$")
_FRAMES = re.compile(r"^\d{1,2}:\d{2}:\d{2}[:;]\d{2,3}$")
_HEADER = "start timecode"
_HINT = "Use PySceneDetect's scene list, or one time a line: hh:mm:ss:ff, hh:mm:ss.mmm, or seconds."


def read_cuts(path: Path, film: MediaFacts) -> list[Fraction]:
    """Read the starts of shots from a file, on the film's clock, each moved to the nearest frame.

    Two forms: PySceneDetect's scene list (``save-scenes``, with or without its first line "Timecode List"), whose
    "Start Frame" or "Start Timecode" column counts; or one time a line: ``hh:mm:ss:ff`` (``;ff`` for drop-frame),
    ``hh:mm:ss.mmm``, ``mm:ss.mmm``, or seconds. Empty lines and lines that begin with ``#`` are left out.

    Times count from the first frame of the picture. Where the film has a start timecode and **all** times of the list
    are at or past it, they are that timecode's.

    Raises:
        CutsError: the file is missing or unreadable, or a line is no time, or lies outside the film; the message
            names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CutsError(f"The list of cuts {str(path)!r} cannot be read: {error}.", hint=_HINT) from error
    rows = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    rows = [(number, line) for number, line in rows if line and not line.startswith("#")]
    header = next((i for i, (_, line) in enumerate(rows[:2]) if _HEADER in line.lower()), None)
    entries = rows if header is None else _column(path, rows[header:])
    if not entries:
        raise CutsError(f"The list of cuts {str(path)!r} is empty.", hint=_HINT)
    return _on_the_film(path, entries, film)


def _column(path: Path, rows: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the start timecodes of PySceneDetect's table."""
    titles = [title.strip().lower() for title in next(csv.reader([rows[0][1]]))]
    place = titles.index(_HEADER) if _HEADER in titles else -1
    entries = []
    for number, line in rows[1:]:
        cells = next(csv.reader([line]))
        if not 0 <= place < len(cells):
            raise CutsError(f"{path.name}, line {number}: the row has no start timecode.", hint=_HINT)
        entries.append((number, cells[place].strip()))
    return entries


def _on_the_film(path: Path, entries: list[tuple[int, str]], film: MediaFacts) -> list[Fraction]:
    clock, start = frame_clock(film), film.timecode
    read = [(number, text, _seconds(path, number, text, film)) for number, text in entries]
    offset = start.time if start is not None and all(time >= start.time for _, _, time in read) else Fraction(0)
    cuts = []
    for number, text, time in read:
        place = clock.zero + time - offset
        slack = 1 / film.picture.rate
        if place > clock.end + slack:
            raise CutsError(
                f"{path.name}, line {number}: {text} lies past the end of the film ({float(clock.end):.3f} s).",
                hint="Is this the list of another film?",
            )
        cuts.append(_snapped(clock, place))
    return sorted(set(cuts))


def on_frames(times: Iterable[Fraction], film: MediaFacts) -> list[Fraction]:
    """Return times on the film's clock, each moved to the nearest frame, in order and once."""
    clock = frame_clock(film)
    return sorted({_snapped(clock, time) for time in times})


def _snapped(clock: FrameClock, place: Fraction) -> Fraction:
    return clock.time(clock.nearest(place))


def _seconds(path: Path, number: int, text: str, film: MediaFacts) -> Fraction:
    """Return a time as written, in seconds since 00:00:00:00."""
    try:
        if _FRAMES.match(text):
            drop = film.timecode.drop_frame if film.timecode else None
            return Timecode.parse(text.zfill(len("00:00:00:00")), film.picture.rate, drop_frame=drop or None).time
        decimal = text.replace(",", ".")
        if _SECONDS.match(decimal):
            return Fraction(decimal)
        match = _CLOCK.match(decimal)
        if match and int(match[2]) < 60 and Fraction(match[3]) < 60:
            return int(match[1] or 0) * 3600 + int(match[2]) * 60 + Fraction(match[3])
    except ValueError as error:
        raise CutsError(f"{path.name}, line {number}: {error}.", hint=_HINT) from error
    raise CutsError(f"{path.name}, line {number}: {text!r} is not a time.", hint=_HINT)
