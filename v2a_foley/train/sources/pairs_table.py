"""A CSV of pairs: which picture goes with which sound, from where to where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from v2a_foley.errors import SourceError
from v2a_foley.train.sources.item import Item, Source, Unusable, key_of, name_of, split_named
from v2a_foley.train.sources.table import header, records

KIND = "table"
COLUMNS = ("picture", "sound", "start", "duration", "label", "split")
_NUMBER = re.compile(r"(\d{1,7}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d)?|\d{1,9}/\d{1,9}")
"""Seconds as people and spreadsheets write them, up to those that no film lasts."""
_LONGEST = 600
"""Seconds that one pair may last: all of its sound lies in memory."""


def is_table(path: Path) -> bool:
    """Tell whether a file is a CSV of pairs, by its header."""
    try:
        return "picture" in header(path)
    except SourceError:
        return False


def pairs_table(path: Path) -> Source:
    """Return the pairs of a CSV with the columns picture, sound, start, duration, label and split.

    Only ``picture`` must be there. Paths are relative to the CSV. Where ``sound`` is empty, it is the picture file's
    own; ``start`` counts in both.

    Raises:
        SourceError: the file cannot be read, is no CSV, or has no column ``picture``.
    """
    if "picture" not in header(path):
        raise SourceError(
            f"{path.name} has no column 'picture'.", hint=f"Its first line names the columns: {','.join(COLUMNS)}."
        )

    def entries() -> Iterator[Item | Unusable]:
        for number, record in records(path):
            yield _entry(path.parent, number, record)

    return Source(KIND, name_of(path), "clips of a list", sum(1 for _ in records(path)), entries)


def _entry(base: Path, number: int, record: Mapping[str, str]) -> Item | Unusable:
    picture, sound = record["picture"], record.get("sound", "")
    if not picture:
        return Unusable(f"line {number}", "the line of the list names no picture")
    try:
        start, duration = (_seconds(record.get(name, "")) for name in ("start", "duration"))
    except (ValueError, ZeroDivisionError):
        return Unusable(f"line {number}", "start or duration is no number of seconds")
    if duration is not None and duration > _LONGEST:
        return Unusable(f"line {number}", f"its duration is above {_LONGEST} s")
    key = key_of(f"{picture}+{sound}" if sound else picture)
    if start or duration:
        key += f"@{float(start or 0):.3f}" + (f"+{float(duration):.3f}" if duration else "")
    return Item(
        key,
        base / picture,
        base / sound if sound else None,
        start=start or Fraction(0),
        duration=duration or None,
        group=key_of(picture),
        label=key_of(record.get("label", "")),
        split=split_named(record.get("split", "")),
    )


def _seconds(text: str) -> Fraction | None:
    """Return a number of seconds; None where the field is empty.

    Raises:
        ValueError, ZeroDivisionError: it is no number, below 0, or beyond all films.
    """
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Fraction(text)
