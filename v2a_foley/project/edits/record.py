"""The JSON form of edits, both ways: what files, workers and the app send. What reads here trusts nothing.

An edit is an object whose ``edit`` names its kind; the others are the kind's fields, written as a project's document
writes them. Events stand in a table ``events`` of the outermost edit, and are named; those of the vocabulary need not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

from v2a_foley.errors import UsageError
from v2a_foley.project.edits.edit import KINDS, Edit
from v2a_foley.project.edits.fields import CUE_FIELDS
from v2a_foley.project.edits.parts import RestoreCue, SetCue
from v2a_foley.project.events import Event, default_vocabulary
from v2a_foley.project.model import Cue, Hit, Intensity, Region, Shot, Take
from v2a_foley.project.places import TAKES, absolute, check_takes
from v2a_foley.project.records.cues import cue_members, read_cues
from v2a_foley.project.records.events import Written, read_events
from v2a_foley.project.records.form import Form
from v2a_foley.project.records.hits import Curve, as_curve, as_region, region
from v2a_foley.project.records.shots import shot_form
from v2a_foley.project.records.takes import read_takes, sound_file, write_takes
from v2a_foley.project.records.values import (
    Number,
    Plain,
    Whole,
    Wrong,
    as_plain,
    many,
    optional,
    plain,
    shown,
    table,
    text,
    time,
    truth,
)
from v2a_foley.timebase import as_text

_DEEPEST = 32
"""How far edits of several steps may lie in each other."""
_FAR = 1e9

_Both = tuple[Callable[[Any], Any], Callable[[Any], Any] | None]


def edit_to_json(edit: Edit) -> dict[str, Any]:
    """Return an edit as plain values, ready for JSON.

    Raises:
        UsageError: it holds what no document can hold: a take outside of a project's folder, a number that is none.
    """
    events = Written()
    try:
        record = _Reader({}, events.key, Path()).write(edit)
    except Wrong as error:
        raise UsageError(f"The edit cannot be written: {error.place or 'a value'} {error.why}.") from error
    known = _vocabulary() if events.records else {}
    own = {key: value for key, value in events.records.items() if not _is_known(known, key, value)}
    return {**record, "events": own} if own else record


def edit_from_json(value: object, folder: Path) -> Edit:
    """Return the edit that plain values speak of.

    Args:
        value: plain values, as JSON gives them.
        folder: the project's; the takes of new cues lie in it.

    Raises:
        UsageError: it is no edit; the message names the place.
        ProjectError: a take's file is not one of the project's.
    """
    try:
        record = dict(table(value))
        own, _ = read_events(record.pop("events", {}))
        reader = _Reader(_Events(own), _no_key, absolute(folder) / TAKES)
        edit = reader.read(record)
    except Wrong as error:
        place = f"{error.place} " if error.place else ""
        raise UsageError(
            f"This is no edit: {place}{error.why}.", hint="The edits are described in docs/project-edits.md."
        ) from error
    check_takes(absolute(folder), (sound_file(take.digest) for take in reader.takes))
    return edit


class _Events(dict[str, Event]):
    """Events by name: those that came with an edit, and, where it names another, those of the vocabulary."""

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - as the base has it
        """Return the event of a name."""
        return self[key] if key in self else _vocabulary().get(key, default)


class _Reader:
    """Reads and writes edits of one message, whose events stand in one table; collects the takes that it reads."""

    def __init__(self, events: Mapping[str, Event], key_of: Callable[[Event], str], takes: Path) -> None:
        self.takes: list[Take] = []
        self._folder = takes
        self._members = cue_members(events, key_of)
        self._cue = Form(Cue, self._members)
        self._shot = shot_form(events, key_of)
        self._forms: dict[str, Form[Edit]] = {}
        self._depth = 0

    def read(self, value: Plain) -> Edit:
        """Read an edit.

        Raises:
            Wrong: it is none.
        """
        record = dict(table(value))
        if "edit" not in record:
            raise Wrong("is missing", ("edit",))
        kind = record.pop("edit")
        if type(kind) is not str or kind not in KINDS:
            raise Wrong(f"is {shown(kind)}, which is no kind of edit", ("edit",))
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Wrong("is nested too deep")
        values, strangers = self._form(kind).values(record)
        self._depth -= 1
        if strangers:
            raise Wrong(f"is no field of {kind}", (min(strangers),))
        return KINDS[kind](**values)

    def write(self, edit: Edit) -> dict[str, Any]:
        """Return an edit's record.

        Raises:
            Wrong: it holds what cannot be written.
        """
        return {"edit": edit.name, **self._form(edit.name).write(edit)}

    def _form(self, name: str) -> Form[Edit]:
        form = self._forms.get(name)
        if form is None:
            kind = KINDS[name]
            members = {key: self._both(kind, hint) for key, hint in _hints(kind).items()}
            form = self._forms[name] = Form(kind, members)
        return form

    def _both(self, kind: type[Edit], hint: object) -> _Both:
        """Return how a field of a type is read and written."""
        if hint == Mapping[str, Any]:
            return (self._parts, self._as_parts) if kind in (SetCue, RestoreCue) else (_plain_table, as_plain)
        known: dict[Any, _Both] = {
            int: (Whole(), None),
            int | None: (optional(Whole()), None),
            str: (_text, None),
            str | None: (optional(_text), None),
            bool: (truth, None),
            bool | None: (optional(truth), None),
            float: (Number(-_FAR, _FAR), None),
            Fraction: (time, as_text),
            Fraction | None: (optional(time), lambda value: None if value is None else as_text(value)),
            tuple[str, ...]: (many(_text), list),
            tuple[int, ...] | None: (optional(many(Whole())), lambda value: None if value is None else list(value)),
            Mapping[str, tuple[int, ...]]: (_numbers, as_plain),
            Region | None: (optional(region), lambda value: None if value is None else as_region(value)),
            tuple[Hit, ...]: self._members["hits"],
            Intensity: (_curve, as_curve),
            Cue: (self._read_cue, self._cue.write),
            Take: (self._read_take, lambda take: write_takes([take])[0]),
            tuple[Shot, ...]: (
                lambda value: tuple(self._shot.read_all(value)),
                lambda shots: [self._shot.write(shot) for shot in shots],
            ),
            tuple[Edit, ...]: (many(self.read), lambda edits: [self.write(edit) for edit in edits]),
        }
        return known[hint]

    def _read_cue(self, value: Plain) -> Cue:
        record = {"shots": [], **table(value)}  # an edit may leave the numbers to the program, a document may not
        try:
            (cue,) = read_cues(self._cue, [record], self._folder, set())
        except Wrong as error:
            raise Wrong(error.why, error.way[1:]) from error
        self.takes.extend(cue.takes)
        return cue

    def _read_take(self, value: Plain) -> Take:
        try:
            (take,) = read_takes([value], self._folder)
        except Wrong as error:
            raise Wrong(error.why, error.way[1:]) from error
        self.takes.append(take)
        return take

    def _parts(self, value: Plain) -> Mapping[str, Any]:
        parts = {}
        for key, each in table(value).items():
            if key not in CUE_FIELDS:
                raise Wrong("is no part of a cue that can be set", (key,))
            try:
                parts[key] = self._members[key][0](each)
            except Wrong as error:
                raise error.within(key) from error
        return MappingProxyType(parts)

    def _as_parts(self, parts: Mapping[str, Any]) -> dict[str, Any]:
        if unknown := set(parts) - set(CUE_FIELDS):
            raise Wrong("is no part of a cue that can be set", (min(unknown),))
        return {
            key: value if (write := self._members[key][1]) is None else write(value) for key, value in parts.items()
        }


@cache
def _hints(kind: type[Edit]) -> Mapping[str, Any]:
    """Return the types of a kind's fields, by name."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


@cache
def _vocabulary() -> Mapping[str, Event]:
    return {event.name: event for event in default_vocabulary()}


def _is_known(known: Mapping[str, Event], key: str, record: Mapping[str, Any]) -> bool:
    """Tell whether a record says what the vocabulary's event of that name says."""
    event = known.get(key)
    if event is None:
        return False
    written = Written()
    written.key(event)
    return written.records[key] == record


def _no_key(_: object) -> str:
    raise AssertionError("a form for reading does not write")


def _text(value: Plain) -> str:
    found = text(value)
    if any("\ud800" <= letter <= "\udfff" for letter in found):
        raise Wrong("holds half a letter")
    return found


def _curve(value: Plain) -> Intensity:
    found = Curve()(value)
    if found is None:
        raise Wrong("has no points")
    return found


def _plain_table(value: Plain) -> Mapping[str, Any]:
    return MappingProxyType(plain(table(value)))


def _numbers(value: Plain) -> Mapping[str, tuple[int, ...]]:
    read = many(Whole(0, 2**31))
    return MappingProxyType({_text(key): read(each) for key, each in table(value).items()})


__all__ = ["edit_from_json", "edit_to_json"]
