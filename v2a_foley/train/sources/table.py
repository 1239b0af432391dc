"""Reads CSV files line by line, however large and in whatever encoding, and says which line cannot be understood."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from v2a_foley.errors import SourceError

_LONGEST = 1 << 20
"""Letters a field may have; what is longer is no list of clips."""


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a CSV file with their numbers from 1; empty ones are left out.

    The delimiter is a comma, or the tab or semicolon that the first line has more of.

    Raises:
        SourceError: the file cannot be read, or is no CSV.
    """
    csv.field_size_limit(_LONGEST)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as opened:
            first = opened.readline(_LONGEST)
            opened.seek(0)
            reader = csv.reader(opened, delimiter=max(",\t;", key=first.count))
            for row in reader:
                if any(field.strip() for field in row):
                    yield reader.line_num, row
    except (OSError, csv.Error, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceError(f"{str(path)!r} cannot be read: {reason}.", hint="Is it a CSV file?") from error


def records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the lines after the header as values by the header's names (in lower case); what is missing is empty.

    Raises:
        SourceError: the file cannot be read, or is no CSV.
    """
    lines = rows(path)
    _, header = next(lines, (0, []))
    names = [name.strip().lower() for name in header]
    for number, row in lines:
        yield number, {name: field.strip() for name, field in zip(names, [*row, *[""] * len(names)], strict=False)}


def header(path: Path) -> list[str]:
    """Return the first line's fields, in lower case; empty where there is none.

    Raises:
        SourceError: the file cannot be read, or is no CSV.
    """
    for _, row in rows(path):
        return [name.strip().lower() for name in row]
    return []
