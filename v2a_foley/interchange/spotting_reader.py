"""Reads a spotting list that an editor changed: rows taken out or added, times, events, prompts and levels changed.

The list is written in ``spotting.py``. What the picture does in a cue (hits, intensity) is not in it.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path

from v2a_foley.errors import InputError
from v2a_foley.interchange.spotting import COLUMNS
from v2a_foley.media import MediaFacts
from v2a_foley.project import FOLEY_LAYERS, Cue, Event, Layer, Vocabulary
from v2a_foley.timebase import Timecode, TimeRange, from_frame

MOST_BYTES = 16 << 20
"""A list of more bytes is none."""
MOST_ROWS = 20_000
MOST_WORDS = 500
"""Characters of a prompt at most."""
GAINS = (-60.0, 24.0)
_DELIMITERS = (",", ";", "\t")
_CLOCKS = ("timecode", "seconds", "exact")
_YES, _NO = {"yes", "y", "true", "1", "x"}, {"", "no", "n", "false", "0"}
_ID = re.compile(r"^[A-Za-z0-9-]{1,12}$")
_EXACT = re.compile(r"^\d{1,12}(?:/\d{1,12})?$")
_SECONDS = re.compile(r"^\d{1,7}(?:[.,]\d{1,12})?$")
_GAIN = re.compile(r"^[+-]?\d{1,3}(?:[.,]\d{1,6})?$")
_HINT = "Correct the row in the list, or write the list again with --spotting."


@dataclass(frozen=True)
class _Row:
    """One row: its number as a spreadsheet shows it, and its cells by the columns' names."""

    path: Path
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def wrong(self, column: str, why: str) -> InputError:
        return InputError(f"{self.path.name}, row {self.number}, column {column}: {why}.", hint=_HINT)


def read_spotting(path: Path, media: MediaFacts, vocabulary: Vocabulary) -> tuple[Cue, ...]:
    """Read a spotting list: one cue a row, in the list's order, without hits, intensity and takes.

    Commas, semicolons or tabs part the columns, whose order does not matter; unknown ones are left out. Needed are
    ``event`` and a beginning and an end. A time is the row's timecode where that was changed, else its seconds where
    those were, else its exact time, so that a row nobody touched keeps its time to the sample. Rows without a cue's id
    are new cues; without a layer they lie on their event's own.

    Args:
        path: the list, UTF-8 (or UTF-16 with a byte order mark, as spreadsheets write it).
        media: the film whose timecode the list counts in.
        vocabulary: the events that it may name.

    Raises:
        InputError: the file cannot be read, or a row holds what is not understood; the message names row and column.
    """
    cues: list[Cue] = []
    rows = list(_rows(path))
    taken = {row["cue"] for row in rows}
    fresh = (name for name in (f"c{number}" for number in range(1, 2 * MOST_ROWS + 2)) if name not in taken)
    seen: set[str] = set()
    for row in rows:
        name = row["cue"] or next(fresh)
        if not _ID.match(name):
            raise row.wrong("cue", f"{_short(name)} is no cue's id (letters, digits and hyphens, at most 12)")
        if name.lower() in seen:
            raise row.wrong("cue", f"{name!r} stands in an earlier row already")
        seen.add(name.lower())
        cues.append(_cue(row, name, media, vocabulary))
    return tuple(cues)


def _cue(row: _Row, name: str, media: MediaFacts, vocabulary: Vocabulary) -> Cue:
    event = _event(row, vocabulary)
    start, end = _time(row, "in", media), _time(row, "out", media)
    if end <= start:
        raise row.wrong("timecode_out", "the cue ends before it begins")
    prompt = row["prompt"]
    if len(prompt) > MOST_WORDS:
        raise row.wrong("prompt", f"it has {len(prompt)} characters; {MOST_WORDS} are the most")
    return Cue(
        id=name,
        layer=_layer(row, event),
        range=TimeRange(start, end),
        shots=_shots(row),
        event=event,
        prompt=prompt,
        gain=_gain(row),
        muted=_muted(row),
    )


def _event(row: _Row, vocabulary: Vocabulary) -> Event:
    name = row["event"]
    if not name:
        raise row.wrong("event", "it is empty")
    try:
        return vocabulary[name]
    except KeyError:
        known = {event.name: event for event in vocabulary}
        folded = name.lower().replace(" ", "_").replace("-", "_")
        if folded in known:
            return known[folded]
        near = get_close_matches(folded[:64], known, n=1)
        nearest = f"; the nearest is {near[0]!r}" if near else ""
        raise row.wrong("event", f"{_short(name)} is no event{nearest}") from None


def _layer(row: _Row, event: Event) -> Layer:
    text = row["layer"].upper()
    if not text:
        return event.layer
    if text not in {layer.value for layer in FOLEY_LAYERS}:
        raise row.wrong("layer", f"{_short(row['layer'])} is none of {', '.join(FOLEY_LAYERS)}")
    return Layer(text)


def _shots(row: _Row) -> tuple[int, ...]:
    numbers = re.split(r"[\s,;]+", row["shots"]) if row["shots"] else []
    if not all(number.isascii() and number.isdigit() and len(number) < 8 for number in numbers):
        raise row.wrong("shots", f"{_short(row['shots'])} is no list of shots' numbers")
    return tuple(int(number) for number in numbers)


def _gain(row: _Row) -> float:
    text = row["gain_db"].replace("−", "-")
    if not text:
        return 0.0
    gain = float(text.replace(",", ".")) if _GAIN.match(text) else math.nan
    if not GAINS[0] <= gain <= GAINS[1]:
        raise row.wrong("gain_db", f"{_short(row['gain_db'])} is no level from {GAINS[0]:g} to {GAINS[1]:g} dB")
    return gain


def _muted(row: _Row) -> bool:
    text = row["muted"].lower()
    if text not in _YES | _NO:
        raise row.wrong("muted", f"{_short(row['muted'])} is neither yes nor no")
    return text in _YES


def _time(row: _Row, which: str, media: MediaFacts) -> Fraction:
    """Return when a row's cue begins (``in``) or ends (``out``), on the film's clock."""
    code, seconds, exact = row[f"timecode_{which}"], row[f"seconds_{which}"], row[f"exact_{which}"]
    kept = _fraction(exact)
    if kept is not None and _same_code(code, media.timecode_at(kept)) and _same_seconds(seconds, kept):
        time, column = kept, f"exact_{which}"
    elif code and (kept is None or not _same_code(code, media.timecode_at(kept))):
        time, column = _from_code(row, f"timecode_{which}", media), f"timecode_{which}"
    elif seconds:
        time, column = _from_seconds(row, f"seconds_{which}"), f"seconds_{which}"
    else:
        raise row.wrong(f"timecode_{which}", "there is no time")
    frame = 1 / media.start_timecode.rate
    if time < 0 or time > media.duration + frame:
        length = f"{float(media.duration):.3f} s"
        raise row.wrong(column, f"{_short(row[column])} lies outside the film ({length})")
    return min(time, media.duration)


def _fraction(text: str) -> Fraction | None:
    """Return an exact time, or None where there is none: spreadsheets take fractions for dates."""
    if not _EXACT.match(text) or not text.isascii():
        return None
    try:
        return Fraction(text)
    except ZeroDivisionError:
        return None


def _same_code(text: str, code: Timecode) -> bool:
    return not text or text.replace(";", ":") == str(code).replace(";", ":")


def _same_seconds(text: str, time: Fraction) -> bool:
    return not text or (bool(_SECONDS.match(text)) and abs(_decimal(text) - time) < Fraction(1, 1000))


def _decimal(text: str) -> Fraction:
    return Fraction(text.replace(",", "."))


def _from_code(row: _Row, column: str, media: MediaFacts) -> Fraction:
    start = media.start_timecode
    try:
        code = Timecode.parse(row[column], start.rate, drop_frame=start.drop_frame)
    except ValueError as error:
        raise row.wrong(column, f"{_short(row[column])} is no timecode of this film (hh:mm:ss:ff)") from error
    return media.picture.start + from_frame(code.frame - start.frame, start.rate)


def _from_seconds(row: _Row, column: str) -> Fraction:
    if not _SECONDS.match(row[column]) or not row[column].isascii():
        raise row.wrong(column, f"{_short(row[column])} is no number of seconds")
    return _decimal(row[column])


def _rows(path: Path) -> Iterator[_Row]:
    """Yield the rows that hold anything."""
    text = _text(path)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep="):  # what Excel writes to tell itself the delimiter
        first, text = rest.partition("\n")[0], rest
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first), strict=True)
    header: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(table, 1):
            if number > MOST_ROWS + 1:
                raise InputError(f"{path.name} has more than {MOST_ROWS} rows.", hint="Is this a spotting list?")
            if number == 1:
                header = _header(path, cells)
            elif any(cell.strip() for cell in cells):
                row = _Row(path, number, dict(zip(header, cells, strict=False)))
                if any(cell.strip() for cell in cells[len(header) :]):
                    raise row.wrong(f"{len(header) + 1}", "the row has more cells than the list has columns")
                yield row
    except csv.Error as error:
        raise InputError(f"{path.name}, row {number + 1}: {error}.", hint=_HINT) from error
    if not header:
        raise InputError(f"{path.name} is empty.", hint=_HINT)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(
            f"The spotting list {str(path)!r} cannot be read: {reason}.", hint="Check the path."
        ) from error
    if len(data) > MOST_BYTES:
        raise InputError(f"{path.name} is larger than {MOST_BYTES >> 20} MiB.", hint="Is this a spotting list?")
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8 text.", hint="Save it as 'CSV UTF-8'.") from error
    if "\0" in text:
        raise InputError(f"{path.name} is no text.", hint="Is this a spotting list?")
    return text


def _delimiter(header: str) -> str:
    """Return what parts the columns: that which finds the most of them."""

    def known(mark: str) -> int:
        return len({cell.strip().strip('"').strip().lower() for cell in header.split(mark)} & set(COLUMNS))

    return max(_DELIMITERS, key=known)


def _header(path: Path, cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    twice = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    if twice:
        raise InputError(f"{path.name} has two columns {twice[0]!r}.", hint="Take one out.")
    needed = [("event",), *(tuple(f"{kind}_{end}" for kind in _CLOCKS) for end in ("in", "out"))]
    missing = [ways[0] for ways in needed if not set(ways) & set(names)]
    if missing:
        raise InputError(
            f"{path.name}, row 1: there is no column {missing[0]!r}.",
            hint="Write a spotting list with --spotting, and change that.",
        )
    return names


def _short(text: str) -> str:
    """Quote a cell, the beginning of a long one."""
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
