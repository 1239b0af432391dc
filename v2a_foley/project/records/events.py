"""Events in a document: a table by name that shots and cues point into, so that each stands there once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from v2a_foley.project.events import Ear, Event, Follows, Kind, Layer
from v2a_foley.project.records.form import Form
from v2a_foley.project.records.values import (
    Number,
    Plain,
    Wrong,
    as_plain,
    many,
    name,
    one_of,
    optional,
    plain,
    read_each,
    shown,
    table,
    text,
    truth,
)

LOUDEST = 200.0
"""Decibels that a level or a gain may be away from zero."""
_FAR = 1e30


def _params(value: Plain) -> Mapping[str, Any]:
    for key, each in table(value).items():
        if type(each) not in (str, bool, int, float):
            raise Wrong(f"is {shown(each)}, neither a number nor a text nor true or false", (key,))
    return MappingProxyType(plain(value)) if value else _NO_PARAMS


def _ear(value: Plain) -> Ear:
    ranges: dict[str, tuple[float, float]] = {}
    for key, pair in table(table(value).get("ranges")).items():
        try:
            low, high = read_each(pair, Number(-_FAR, _FAR))
        except Wrong as error:
            raise error.within("ranges", key) from error
        except ValueError as error:
            raise Wrong("needs a lowest and a highest value", ("ranges", key)) from error
        ranges[key] = (low, high)
    return Ear(MappingProxyType(ranges), text(value.get("source", "")))


_NO_PARAMS: Mapping[str, Any] = MappingProxyType({})
_FORM = Form(
    Event,
    {
        "name": (name, None),
        "caption": (text, None),
        "catid": (text, None),
        "category": (text, None),
        "subcategory": (text, None),
        "kind": (one_of(Kind), lambda kind: kind.value),
        "layer": (one_of(Layer), lambda layer: layer.value),
        "level": (Number(-LOUDEST, LOUDEST), None),
        "family": (text, None),
        "sees": (many(text), list),
        "params": (_params, as_plain),
        "bed": (text, None),
        "follows": (one_of(Follows), lambda follows: follows.value),
        "place": (text, None),
        "distance": (Number(0, 1e6), None),
        "rare": (truth, None),
        "ear": (optional(_ear), lambda ear: {"ranges": as_plain(ear.ranges), "source": ear.source}),
    },
)


class Written:
    """The events of a document that is being written: gives each a key, and keeps their records."""

    def __init__(self) -> None:
        """Start with none."""
        self.records: dict[str, dict[str, Any]] = {}
        self._keys: dict[int, str] = {}
        self._events: dict[str, Event] = {}

    def key(self, event: Event) -> str:
        """Return the key of an event: its name, with a number where another event has the same name."""
        key = self._keys.get(id(event))  # the project holds it, so that no other event can get its address
        return self._new(event) if key is None else key

    def _new(self, event: Event) -> str:
        key, number_ = event.name, 1
        while (other := self._events.get(key)) is not None and other != event:
            number_ += 1
            key = f"{event.name}~{number_}"
        if other is None:
            self._events[key] = event
            self.records[key] = _FORM.write(event)
        self._keys[id(event)] = key
        return key


def read_events(value: Plain) -> tuple[dict[str, Event], dict[str, dict[str, Any]]]:
    """Return the events of a document by key, and by key what is said of them that is not known.

    Raises:
        Wrong: one of them is not what it should be.
    """
    events: dict[str, Event] = {}
    extras: dict[str, dict[str, Any]] = {}
    for key, record in table(value).items():
        try:
            values, extra = _FORM.values(record)
        except Wrong as error:
            raise error.within(key) from error
        events[key] = Event(**values)
        if extra:
            extras[key] = extra
    return events, extras


def pointed(events: Mapping[str, Event], value: Plain) -> Event:
    """Return the event that a key points to.

    Raises:
        Wrong: there is none.
    """
    event = events.get(value) if type(value) is str else None
    if event is None:
        raise Wrong(f"is {shown(value)}, and there is no such event in the document")
    return event
