"""Cues in a document, with their hits, their curves and their takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Any

from v2a_foley.project.events import Event, Layer
from v2a_foley.project.model import Cue, Hit, Intensity, Take
from v2a_foley.project.records.events import LOUDEST, pointed
from v2a_foley.project.records.form import Form
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
    read_each,
    shown,
    span,
    text,
    time,
    times,
    truth,
)
from v2a_foley.timebase import as_text

_strength = Number(0.0, 1000.0)


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
        "hits": (_Hits(), lambda hits: [[as_text(hit.time), hit.strength] for hit in hits]),
        "intensity": (_Curve(), _as_curve),
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


def _hit(value: Plain) -> Hit:
    if type(value) is not list or len(value) != 2:
        raise Wrong(f"is {shown(value)}, not a time and a strength")
    return Hit(time(value[0]), _strength(value[1]))


def _points(values: list[Any]) -> tuple[list[Fraction], list[float]] | None:
    """Return the times and the strengths of all points of many lists, or None where one of them is odd."""
    if set(map(type, values)) != {list}:
        return None
    flat = list(chain.from_iterable(values))
    if set(map(type, flat)) != {list} or set(map(len, flat)) != {2}:
        return None
    when, strengths = times([point[0] for point in flat]), _strength.column([point[1] for point in flat])
    return None if when is None or strengths is None else (when, strengths)


class _Hits:
    """Reads hits: a list of times and strengths."""

    def __call__(self, value: Plain) -> tuple[Hit, ...]:
        """Read those of one cue."""
        return tuple(read_each(value, _hit))

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return those of many cues."""
        points = _points(values)
        if points is None:
            return None
        hits = map(Hit, *points)
        return [tuple(islice(hits, len(value))) for value in values]


class _Curve:
    """Reads curves of intensity: lists of times, which never fall, and strengths."""

    def __call__(self, value: Plain) -> Intensity | None:
        """Read that of one cue."""
        if value is None:
            return None
        points = read_each(value, _hit)
        if not points:
            raise Wrong("has no points")
        curve = Intensity(tuple(point.time for point in points), tuple(point.strength for point in points))
        if not _rises(curve):
            raise Wrong("runs back in time")
        return curve

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return those of many cues."""
        points = _points(values)
        if points is None or not all(values):
            return None
        when, strengths = iter(points[0]), iter(points[1])
        curves = [Intensity(tuple(islice(when, len(value))), tuple(islice(strengths, len(value)))) for value in values]
        return curves if all(map(_rises, curves)) else None


def _rises(curve: Intensity) -> bool:
    return all(earlier <= later for earlier, later in pairwise(curve.times))


def _as_curve(curve: Intensity | None) -> list[list[Any]] | None:
    if curve is None:
        return None
    return [[as_text(time), value] for time, value in zip(curve.times, curve.values, strict=True)]
