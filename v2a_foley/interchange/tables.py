"""Tables that people change in spreadsheets, as rows of texts: delimiters, byte order marks, limits, times.

What their columns mean is the business of those who read them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from v2a_foley.errors import InputError
from v2a_foley.media import MediaFacts
from v2a_foley.timebase import Timecode, from_frame

MOST_BYTES = 16 << 20
"""A list of more bytes is none."""
_DELIMITERS = (",", ";", "\t")
_EXACT = re.compile(r"^\d{1,12}(?:/\d{1,12})?$", re.ASCII)
_DECIMAL = re.compile(r"^\d{1,7}(?:[.,]\d{1,12})?$", re.ASCII)


@dataclass(frozen=True)
class Table:
    """What is known of a kind of list before one is read.

    Attributes:
        name: what errors call it (``spotting list``).
        columns: the columns that mean something; others are left out.
        needed: for each thing that a list must say, the columns that may say it.
        most: rows at most.
        hint: what to do about a row that is wrong.
        pattern: what to do about a list without a needed column.
    """

    name: str
    columns: tuple[str, ...]
    needed: tuple[tuple[str, ...], ...]
    most: int
    hint: str
    pattern: str


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells by the columns' names."""

    path: Path
    number: int
    cells: Mapping[str, str]
    hint: str

    def __getitem__(self, column: str) -> str:
        """Return a cell without the space around it; empty where there is none."""
        return self.cells.get(column, "").strip()

    def wrong(self, column: str, why: str) -> InputError:
        """Return the error that a cell is not understood."""
        return InputError(f"{self.path.name}, row {self.number}, column {column}: {why}.", hint=self.hint)


def rows_of(path: Path, text: str, table: Table) -> Iterator[Row]:
    """Yield the rows of a list that hold anything; commas, semicolons or tabs part the columns.

    Raises:
        InputError: there is no header, a needed column is missing, or there are more rows than a list has.
    """
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep="):  # what Excel writes to tell itself the delimiter
        first, text = rest.partition("\n")[0], rest
    cells_of = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first, table), strict=True)
    header: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(cells_of, 1):
            if number > table.most + 1:
                raise InputError(f"{path.name} has more than {table.most} rows.", hint=f"Is this a {table.name}?")
            if number == 1:
                header = _header(path, cells, table)
            elif any(cell.strip() for cell in cells):
                row = Row(path, number, dict(zip(header, cells, strict=False)), table.hint)
                if any(cell.strip() for cell in cells[len(header) :]):
                    raise row.wrong(f"{len(header) + 1}", "the row has more cells than the list has columns")
                yield row
    except csv.Error as error:
        raise InputError(f"{path.name}, row {number + 1}: {error}.", hint=table.hint) from error
    if not header:
        raise InputError(f"{path.name} is empty.", hint=table.hint)


def text_of(path: Path, name: str) -> str:
    """Return a list's text: UTF-8, or UTF-16 with a byte order mark, as spreadsheets write it.

    Raises:
        InputError: the file cannot be read, is too large, or is no text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"The {name} {str(path)!r} cannot be read: {reason}.", hint="Check the path.") from error
    if len(data) > MOST_BYTES:
        raise InputError(f"{path.name} is larger than {MOST_BYTES >> 20} MiB.", hint=f"Is this a {name}?")
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8 text.", hint="Save it as 'CSV UTF-8'.") from error
    if "\0" in text:
        raise InputError(f"{path.name} is no text.", hint=f"Is this a {name}?")
    return text


def exact(text: str) -> Fraction | None:
    """Return an exact time (``593/24``), or None where there is none: spreadsheets take fractions for dates."""
    if not _EXACT.match(text):
        return None
    try:
        return Fraction(text)
    except ZeroDivisionError:
        return None


def decimal(text: str) -> Fraction | None:
    """Return a number of seconds (``1.25``, ``1,25``), or None where the text is none."""
    return Fraction(text.replace(",", ".")) if _DECIMAL.match(text) else None


def coded(text: str, media: MediaFacts) -> Fraction | None:
    """Return when on the film's clock a timecode of the film lies, or None where the text is none of its timecodes."""
    start = media.start_timecode
    try:
        code = Timecode.parse(text, start.rate, drop_frame=start.drop_frame)
    except ValueError:
        return None
    return media.picture.start + from_frame(code.frame - start.frame, start.rate)


def short(text: str) -> str:
    """Quote a cell, the beginning of a long one."""
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def _delimiter(header: str, table: Table) -> str:
    """Return what parts the columns: that which finds the most of them."""

    def known(mark: str) -> int:
        return len({cell.strip().strip('"').strip().lower() for cell in header.split(mark)} & set(table.columns))

    return max(_DELIMITERS, key=known)


def _header(path: Path, cells: list[str], table: Table) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    twice = sorted({name for name in names if name in table.columns and names.count(name) > 1})
    if twice:
        raise InputError(f"{path.name} has two columns {twice[0]!r}.", hint="Take one out.")
    missing = [ways[0] for ways in table.needed if not set(ways) & set(names)]
    if missing:
        raise InputError(f"{path.name}, row 1: there is no column {missing[0]!r}.", hint=table.pattern)
    return names
