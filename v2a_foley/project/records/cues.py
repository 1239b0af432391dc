"""Cues in a document, with their takes. How their hits and curves are written stands in ``hits.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from v2a_foley.project.events import Event, Layer
from v2a_foley.project.model import Cue, Take
from v2a_foley.project.records.events import LOUDEST, pointed
from v2a_foley.project.records.form import Form
from v2a_foley.project.records.hits import Curve, Hits, as_curve, as_hits
from v2a_foley.project.records.takes import read_takes, write_takes
from v2a_foley.project.records.values import (
    Number,
    Plain,
    Whole,
    Wrong,
    as_span,
    many,
    name,
    one_of,
    optional,
    shown,
    span,
    text,
    time,
    truth,
)
from v2a_foley.timebase import as_text


def cue_form(events: Mapping[str, Event], key_of: Callable[[Event], str]) -> Form[Cue]:
    """Return the form of cues, for reading with a table of events, or for writing with keys."""
    return Form(Cue, cue_members(events, key_of))


def cue_members(
    events: Mapping[str, Event], key_of: Callable[[Event], str]
) -> dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any] | None]]:
    """Return how each field of a cue is read, and how written (None: as it is); edits speak of single fields."""
    seconds, as_seconds = optional(_seconds), _optional_text
    return {
        "id": (name, None),
        "layer": (one_of(Layer), lambda layer: layer.value),
        "range": (span, as_span),
        "shots": (many(Whole(0, 2**31)), list),
        "event": (lambda key: pointed(events, key), key_of),
        "prompt": (text, None),
        "negative": (text, None),
        "gain": (Number(-LOUDEST, LOUDEST), None),
        "hits": (Hits(), as_hits),
        "intensity": (Curve(), as_curve),
        "takes": (_list, write_takes),
        "active": (optional(name), None),
        "muted": (truth, None),
        "place": (text, None),
        "seed": (optional(Whole()), None),
        "anchor": (optional(time), as_seconds),
        "slip": (time, as_text),
        "fade_in": (seconds, as_seconds),
        "fade_out": (seconds, as_seconds),
    }


def read_cues(form: Form[Cue], records: Plain, takes: Path, seen: set[str]) -> tuple[Cue, ...]:
    """Read a list of cues.

    Args:
        form: of cues.
        records: the list.
        takes: the folder that the sounds of their takes lie in.
        seen: ids that are taken; grows by those that are read.

    Raises:
        Wrong: one of them is not what it should be, has the id of another, or plays a take that it does not have.
    """
    rows = form.rows(records)
    made = iter(_takes_of(rows, takes))
    for number, row in enumerate(rows):
        name, active = row["id"], row.get("active")
        if name in seen:
            raise Wrong(f"is {shown(name)}, which is the id of another cue", (number, "id"))
        seen.add(name)
        own = tuple(islice(made, len(row.get("takes", ()))))
        ids = {take.id for take in own}
        if len(ids) < len(own):
            raise Wrong("names one take twice", (number, "takes"))
        if active is not None and active not in ids:
            raise Wrong(f"is {shown(active)}, which is none of its takes", (number, "active"))
        row["takes"] = own
    return tuple(form.made(rows))


def _takes_of(rows: Sequence[Mapping[str, Any]], folder: Path) -> list[Take]:
    """Read the takes of all cues at once, which is faster than cue by cue."""
    records = [record for row in rows for record in row.get("takes", ())]
    try:
        return read_takes(records, folder)
    except Wrong as error:
        place, *rest = error.way
        at = [(cue, take) for cue, row in enumerate(rows) for take in range(len(row.get("takes", ())))]
        cue, take = at[int(place)]
        raise Wrong(error.why, (cue, "takes", take, *rest)) from error


def _list(value: Plain) -> list[Any]:
    if type(value) is not list:
        raise Wrong(f"is {shown(value)}, not a list")
    return value


def _seconds(value: Plain) -> Fraction:
    found = time(value)
    if found < 0:
        raise Wrong(f"is {shown(value)}, which is less than nothing")
    return found


def _optional_text(value: Fraction | None) -> str | None:
    return None if value is None else as_text(value)
