"""Reads a spotting list that an editor changed: rows taken out or added, times, events, prompts and levels changed.

The list is written in ``spotting.py``. Its hits are read in ``spotted_hits.py``; the curve of intensity
is not in it.
"""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path

from v2a_foley.interchange.spotted_hits import hits_of_row
from v2a_foley.interchange.spotting import COLUMNS
from v2a_foley.interchange.tables import Row, Table, coded, decimal, exact, rows_of, short, text_of
from v2a_foley.media import MediaFacts
from v2a_foley.project import FOLEY_LAYERS, Cue, Event, Layer, Vocabulary
from v2a_foley.timebase import Timecode, TimeRange

MOST_ROWS = 20_000
MOST_WORDS = 500
"""Characters of a prompt at most."""
GAINS = (-60.0, 24.0)
_TABLE = Table(
    "spotting list",
    COLUMNS,
    (("event",), *(tuple(f"{kind}_{end}" for kind in ("timecode", "seconds", "exact")) for end in ("in", "out"))),
    MOST_ROWS,
    hint="Correct the row in the list, or write the list again with --spotting.",
    pattern="Write a spotting list with --spotting, and change that.",
)
_YES, _NO = {"yes", "y", "true", "1", "x"}, {"", "no", "n", "false", "0"}
_ID = re.compile(r"^[A-Za-z0-9-]{1,12}$")
_GAIN = re.compile(r"^[+-]?\d{1,3}(?:[.,]\d{1,6})?$")


def read_spotting(path: Path, media: MediaFacts, vocabulary: Vocabulary) -> tuple[Cue, ...]:
    """Read a spotting list: one cue a row, in the list's order, without intensity and takes.

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
    rows = list(rows_of(path, text_of(path, _TABLE.name), _TABLE))
    taken = {row["cue"] for row in rows}
    fresh = (name for name in (f"c{number}" for number in range(1, 2 * MOST_ROWS + 2)) if name not in taken)
    seen: set[str] = set()
    for row in rows:
        name = row["cue"] or next(fresh)
        if not _ID.match(name):
            raise row.wrong("cue", f"{short(name)} is no cue's id (letters, digits and hyphens, at most 12)")
        if name.lower() in seen:
            raise row.wrong("cue", f"{name!r} stands in an earlier row already")
        seen.add(name.lower())
        cues.append(_cue(row, name, media, vocabulary))
    return tuple(cues)


def _cue(row: Row, name: str, media: MediaFacts, vocabulary: Vocabulary) -> Cue:
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
        hits=hits_of_row(row, media),
        muted=_muted(row),
    )


def _event(row: Row, vocabulary: Vocabulary) -> Event:
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
        raise row.wrong("event", f"{short(name)} is no event{nearest}") from None


def _layer(row: Row, event: Event) -> Layer:
    text = row["layer"].upper()
    if not text:
        return event.layer
    if text not in {layer.value for layer in FOLEY_LAYERS}:
        raise row.wrong("layer", f"{short(row['layer'])} is none of {', '.join(FOLEY_LAYERS)}")
    return Layer(text)


def _shots(row: Row) -> tuple[int, ...]:
    numbers = re.split(r"[\s,;]+", row["shots"]) if row["shots"] else []
    if not all(number.isascii() and number.isdigit() and len(number) < 8 for number in numbers):
        raise row.wrong("shots", f"{short(row['shots'])} is no list of shots' numbers")
    return tuple(int(number) for number in numbers)


def _gain(row: Row) -> float:
    text = row["gain_db"].replace("−", "-")
    if not text:
        return 0.0
    gain = float(text.replace(",", ".")) if _GAIN.match(text) else math.nan
    if not GAINS[0] <= gain <= GAINS[1]:
        raise row.wrong("gain_db", f"{short(row['gain_db'])} is no level from {GAINS[0]:g} to {GAINS[1]:g} dB")
    return gain


def _muted(row: Row) -> bool:
    text = row["muted"].lower()
    if text not in _YES | _NO:
        raise row.wrong("muted", f"{short(row['muted'])} is neither yes nor no")
    return text in _YES


def _time(row: Row, which: str, media: MediaFacts) -> Fraction:
    """Return when a row's cue begins (``in``) or ends (``out``), on the film's clock."""
    code, seconds, told = row[f"timecode_{which}"], row[f"seconds_{which}"], row[f"exact_{which}"]
    kept = exact(told)
    time: Fraction | None
    if kept is not None and _same_code(code, media.timecode_at(kept)) and _same_seconds(seconds, kept):
        time, column = kept, f"exact_{which}"
    elif code and (kept is None or not _same_code(code, media.timecode_at(kept))):
        time, column = coded(code, media), f"timecode_{which}"
        if time is None:
            raise row.wrong(column, f"{short(code)} is no timecode of this film (hh:mm:ss:ff)")
    elif seconds:
        time, column = decimal(seconds), f"seconds_{which}"
        if time is None:
            raise row.wrong(column, f"{short(seconds)} is no number of seconds")
    else:
        raise row.wrong(f"timecode_{which}", "there is no time")
    frame = 1 / media.start_timecode.rate
    if time < 0 or time > media.duration + frame:
        length = f"{float(media.duration):.3f} s"
        raise row.wrong(column, f"{short(row[column])} lies outside the film ({length})")
    return min(time, media.duration)


def _same_code(text: str, code: Timecode) -> bool:
    return not text or text.replace(";", ":") == str(code).replace(";", ":")


def _same_seconds(text: str, time: Fraction) -> bool:
    said = decimal(text)
    return not text or (said is not None and abs(said - time) < Fraction(1, 1000))
