"""Cues in a document, with their hits, their curves and their takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from v2a_foley.project.events import Event, Layer
from v2a_foley.project.model import Cue, Hit, Intensity, Take
from v2a_foley.project.records.events import LOUDEST, pointed
from v2a_foley.project.records.form import Form
from v2a_foley.project.records.takes import read_take, write_take
from v2a_foley.project.records.values import (
    Plain,
    Wrong,
    as_span,
    many,
    name,
    number,
    one_of,
    optional,
    read_each,
    shown,
    span,
    text,
    time,
    truth,
    whole,
)
from v2a_foley.timebase import as_text

_strength = number(0.0, 1000.0)


def cue_form(events: Mapping[str, Event], key_of: Callable[[Event], str], takes: Path) -> Form[Cue]:
    """Return the form of cues, for reading with a table of events and a folder of takes, or for writing with keys."""
    seconds, as_seconds = optional(_seconds), _optional_text

    def read_takes(value: Plain) -> tuple[Take, ...]:
        found = read_each(value, lambda each: read_take(each, takes))
        if len(found) > 1 and len({take.id for take in found}) < len(found):
            raise Wrong("names one take twice")
        return tuple(found)

    return Form(
        Cue,
        {
            "id": (name, None),
            "layer": (one_of(Layer), lambda layer: layer.value),
            "range": (span, as_span),
            "shots": (many(whole(0, 2**31)), list),
            "event": (lambda key: pointed(events, key), key_of),
            "prompt": (text, None),
            "negative": (text, None),
            "gain": (number(-LOUDEST, LOUDEST), None),
            "hits": (many(_hit), lambda hits: [[as_text(hit.time), hit.strength] for hit in hits]),
            "intensity": (optional(_curve), _as_curve),
            "takes": (read_takes, lambda made: [write_take(take) for take in made]),
            "active": (optional(name), None),
            "muted": (truth, None),
            "place": (text, None),
            "seed": (optional(whole()), None),
            "anchor": (optional(time), as_seconds),
            "slip": (time, as_text),
            "fade_in": (seconds, as_seconds),
            "fade_out": (seconds, as_seconds),
        },
    )


def read_cues(form: Form[Cue], value: Plain, seen: set[str]) -> tuple[Cue, ...]:
    """Read a list of cues.

    Args:
        form: of cues.
        value: the list.
        seen: ids that are taken; grows by those that are read.

    Raises:
        Wrong: one of them is not what it should be, has the id of another, or plays a take that it does not have.
    """

    def read(record: Plain) -> Cue:
        cue = form.read(record)
        if cue.id in seen:
            raise Wrong(f"is {shown(cue.id)}, which is the id of another cue", ("id",))
        seen.add(cue.id)
        if cue.active is not None and cue.take is None:
            raise Wrong(f"is {shown(cue.active)}, which is none of its takes", ("active",))
        return cue

    return tuple(read_each(value, read))


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


def _curve(value: Plain) -> Intensity:
    points = read_each(value, _hit)
    if not points:
        raise Wrong("has no points")
    times = tuple(point.time for point in points)
    if any(later < earlier for earlier, later in pairwise(times)):
        raise Wrong("runs back in time")
    return Intensity(times, tuple(point.strength for point in points))


def _as_curve(curve: Intensity | None) -> list[list[Any]] | None:
    if curve is None:
        return None
    return [[as_text(time), value] for time, value in zip(curve.times, curve.values, strict=True)]
