"""Lists of hits, the one format for hits by hand, for labels of footage and for what is known of rendered scenes.

A row says when something is struck, how hard, and what sounds. What becomes of it is the business of ``engine``.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from v2a_foley.errors import InputError, ProjectError
from v2a_foley.files import write_text, writing
from v2a_foley.interchange.tables import Row, Table, coded, decimal, exact, rows_of, short, text_of
from v2a_foley.media import MediaFacts
from v2a_foley.project import Region
from v2a_foley.project.document import from_text

COLUMNS = ("time", "strength", "event", "x", "y")
"""The list's columns, in their order; ``time`` alone is needed."""
MOST_HITS = 100_000
MOST_WORDS = 500
"""Characters of an event's words at most."""
_HINT = "Correct the row. A list reads: time,strength,event,x,y; a time is 1.25, 5/4 or a timecode of the film."
_TABLE = Table("list of hits", COLUMNS, (("time",),), MOST_HITS, _HINT, "Begin with the line: time,strength,event,x,y")
_PART = re.compile(r"^\d{1,3}(?:[.,]\d{1,20})?$", re.ASCII)
_DIGITS = 12
"""Digits of a numerator, of a denominator or after a point that are read at most."""


@dataclass(frozen=True)
class ListedHit:
    """One row of a list.

    Attributes:
        time: when, in seconds from 0 on the film's clock.
        strength: how hard, 0 to 1.
        event: an event's name, caption or words; empty for whatever is struck there.
        region: where on the screen, a point without a size; None where the list does not say.
    """

    time: Fraction
    strength: float = 1.0
    event: str = ""
    region: Region | None = None


def read_hits(path: Path, media: MediaFacts | None = None) -> tuple[ListedHit, ...]:
    """Read a list of hits, CSV or JSON, and return it in order of time.

    CSV has a header with the names of ``COLUMNS``, in any order; commas, semicolons or tabs part them, and other
    columns are left out. JSON is a list of objects with the same keys, or an object with such a list under ``hits``.
    A time is seconds (``1.25``, ``5/4``) or a timecode of the film. An empty strength is 1. ``x`` and ``y`` are parts
    of the picture's width and height, both or neither.

    Args:
        path: the list, UTF-8 (CSV may be UTF-16 with a byte order mark), up to 16 MiB and 100 000 hits.
        media: the film that it is for; without one there are no timecodes, and no end.

    Raises:
        InputError: the file cannot be read, or a row holds what is not understood; the message names the row.
    """
    text = text_of(path, _TABLE.name)
    rows = _objects(path, text) if text.lstrip()[:1] in ("[", "{") else rows_of(path, text, _TABLE)
    return tuple(sorted((_hit(row, media) for row in rows), key=lambda hit: hit.time))


def write_hits(path: Path, hits: Iterable[ListedHit]) -> None:
    """Write a list of hits, in one step: JSON where the name ends with ``.json``, else CSV.

    A time is written as decimal seconds where that is exact, else as a fraction; one whose fraction would take more
    than 12 digits is rounded to the nanosecond. Strengths and places are rounded to six decimals; sizes of regions are
    not kept.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    rows = [_cells(hit) for hit in hits]
    if path.suffix.lower() == ".json":
        objects = [{name: cell for name, cell in zip(COLUMNS, row, strict=True) if cell} for row in rows]
        write_text(path, json.dumps({"hits": objects}, ensure_ascii=False, indent=1) + "\n")
        return
    with writing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(rows)


def _hit(row: Row, media: MediaFacts | None) -> ListedHit:
    words = row["event"]
    if len(words) > MOST_WORDS:
        raise row.wrong("event", f"it has {len(words)} characters; {MOST_WORDS} are the most")
    strength = _part(row, "strength")
    return ListedHit(_time(row, media), 1.0 if strength is None else strength, words, _region(row))


def _time(row: Row, media: MediaFacts | None) -> Fraction:
    text = row["time"]
    if not text:
        raise row.wrong("time", "there is no time")
    time = decimal(text)
    if time is None:
        time = exact(text)
    if time is None and ":" in text:
        if media is None:
            raise row.wrong("time", f"{short(text)} is a timecode, and no film is known to count it by")
        time = coded(text, media)
        if time is None:
            raise row.wrong("time", f"{short(text)} is no timecode of this film (hh:mm:ss:ff)")
    if time is None:
        raise row.wrong("time", f"{short(text)} is no time from 0 (1.25, 5/4 or a timecode)")
    if time < 0 or (media is not None and time >= media.duration):
        length = f" ({float(media.duration):.3f} s)" if media is not None else ""
        raise row.wrong("time", f"{short(text)} lies outside the film{length}")
    return time


def _region(row: Row) -> Region | None:
    x, y = _part(row, "x"), _part(row, "y")
    if x is None and y is None:
        return None
    if x is None or y is None:
        raise row.wrong("x" if x is None else "y", "a place needs both x and y")
    return Region(x, y, 0.0, 0.0)


def _part(row: Row, column: str) -> float | None:
    """Return a number from 0 to 1, or None for an empty cell."""
    text = row[column]
    if not text:
        return None
    value = float(text.replace(",", ".")) if _PART.match(text) else math.nan
    if not 0 <= value <= 1:
        raise row.wrong(column, f"{short(text)} is no number from 0 to 1")
    return value


def _objects(path: Path, text: str) -> Iterator[Row]:
    """Yield the objects of a JSON list as rows, numbered from 1."""
    try:
        whole = from_text(text.encode("utf-8"), path.name)
    except ProjectError as error:
        raise InputError(f"{path.name} is no JSON: {error.__cause__}.", hint="Check it with a JSON editor.") from error
    listed = whole.get("hits") if isinstance(whole, dict) else whole
    if not isinstance(listed, list):
        raise InputError(f"{path.name} holds no list of hits.", hint='Write [{"time": 1.25}], or {"hits": [...]}.')
    if len(listed) > MOST_HITS:
        raise InputError(f"{path.name} has more than {MOST_HITS} rows.", hint="Is this a list of hits?")
    for number, each in enumerate(listed, 1):
        row = Row(path, number, {}, _HINT)
        if not isinstance(each, dict):
            raise row.wrong("time", "it is no object with a time")
        yield Row(path, number, {name: _cell(row, name, each.get(name)) for name in COLUMNS}, _HINT)


def _cell(row: Row, column: str, value: object) -> str:
    """Return a value of JSON as a table would hold it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise row.wrong(column, "it is neither a text nor a number")
    if column == "event":
        raise row.wrong(column, "it is no text")
    if not -1e9 < value < 1e9:  # NaN as well
        raise row.wrong(column, f"{short(str(float(value)) if isinstance(value, float) else 'it')} is out of range")
    return str(value) if isinstance(value, int) else _decimals(f"{value:.12f}")


def _cells(hit: ListedHit) -> tuple[str, ...]:
    place = (hit.region.x, hit.region.y) if hit.region is not None else ()
    return (
        _seconds(hit.time),
        _decimals(f"{hit.strength:.6f}"),
        hit.event,
        *(_decimals(f"{each:.6f}") for each in place),
        *("" for _ in range(2 - len(place))),
    )


def _seconds(time: Fraction) -> str:
    if time.denominator.bit_length() <= 40 and 10**_DIGITS % time.denominator == 0:
        digits = time.numerator * (10**_DIGITS // time.denominator)
        whole, part = divmod(digits, 10**_DIGITS)
        return _decimals(f"{whole}.{part:0{_DIGITS}d}")
    if max(time.numerator, time.denominator) < 10**_DIGITS:
        return str(time)
    return _seconds(Fraction(round(time * 10**9), 10**9))


def _decimals(text: str) -> str:
    """Take zeros at the end off a decimal number."""
    return text.rstrip("0").rstrip(".") if "." in text else text
