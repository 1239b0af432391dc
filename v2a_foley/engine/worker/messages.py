"""Reads and writes the messages between a worker and its client, a JSON object a line. ``schema.py`` says which.

Nothing that is read is trusted: whatever a line holds, it becomes a message or a ``ProtocolError``.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from v2a_foley import errors
from v2a_foley.engine.worker.schema import DEEPEST, EVENTS, KINDS, LONGEST, REQUESTS, VERSION, Field
from v2a_foley.errors import FoleyError, ProtocolError
from v2a_foley.progress import ProgressEvent

DEFECT = "Defect"
"""Type of the errors that are nobody's mistake but the program's."""
LONGEST_ID = 100
"""Characters that a request's id may have."""
_HINT = "See docs/worker.md for what a worker understands."


@dataclass(frozen=True)
class Request:
    """Something that a worker is asked to do.

    Attributes:
        id: the client's name for it, unique among those that are not done yet.
        do: what, a key of ``schema.REQUESTS``.
        params: what it needs to know, as the table says.
    """

    id: str
    do: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Refused:
    """A line that is no request.

    Attributes:
        id: the request's id, where it could be read.
        error: why.
    """

    id: str | None
    error: ProtocolError


@dataclass(frozen=True)
class Event:
    """Something that a worker tells.

    Attributes:
        event: its kind, a key of ``schema.EVENTS``, or one that a newer worker knows.
        id: of the request that it belongs to; None where it belongs to none.
        values: what it says, by the names of the table's fields; what is not in the table is left out.
    """

    event: str
    id: str | None = None
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def ends(self) -> bool:
        """Whether it is the last one of its request."""
        return self.event in EVENTS and EVENTS[self.event].ends

    def progress(self) -> ProgressEvent:
        """Return a ``progress`` event as the report that it stands for."""
        return ProgressEvent(**self.values)


def read_request(line: bytes) -> Request | Refused:
    """Read a line that a client sent; never raises for what it holds."""
    name: str | None = None
    try:
        message = _object(line)
        name = _id(message)
        return _request(message, name)
    except ProtocolError as error:
        return Refused(name, error)


def _request(message: Mapping[str, Any], name: str | None) -> Request:
    _check_version(message)
    if name is None:
        raise ProtocolError(
            f"A request's id must be a text of 1 to {LONGEST_ID} characters.",
            hint="Give every request an id of its own.",
        )
    for key in message:
        if key not in ("v", "id", "do", "params"):
            raise ProtocolError(f"A request has no field {_short(key)}.", hint=_HINT)
    form = REQUESTS.get(message["do"]) if isinstance(message.get("do"), str) else None
    if form is None:
        raise ProtocolError(
            f"There is no request {_short(message.get('do'))}.", hint=f"Choose one of {', '.join(REQUESTS)}."
        )
    params = message.get("params", {})
    if not isinstance(params, dict):
        raise ProtocolError("A request's params must be an object.", hint=_HINT)
    known = {each.name for each in form.params}
    for key in params:
        if key not in known:
            raise ProtocolError(f"The request {form.do!r} has no parameter {_short(key)}.", hint=_HINT)
    return Request(name, form.do, MappingProxyType(_values(form.params, params, f"The request {form.do!r}")))


def read_event(line: bytes) -> Event:
    """Read a line that a worker sent. What a newer worker adds is passed over.

    Raises:
        ProtocolError: it is no event, or of another version.
    """
    message = _object(line)
    _check_version(message)
    kind, name = message.get("event"), message.get("id")
    if not isinstance(kind, str) or not (name is None or isinstance(name, str)):
        raise ProtocolError("What the worker said is no event.", hint=_HINT)
    form = EVENTS.get(kind)
    if form is None:
        return Event(kind, name)
    return Event(kind, name, MappingProxyType(_values(form.fields, message, f"The event {kind!r}")))


def request_line(request: Request) -> bytes:
    """Return a request as the line that is sent.

    Raises:
        ProtocolError: it holds what JSON cannot, or is too long.
    """
    return _line({"v": VERSION, "id": request.id, "do": request.do, "params": dict(request.params)})


def event_line(event: str, name: str | None = None, **values: object) -> bytes:
    """Return an event as the line that is sent.

    Args:
        event: its kind, a key of ``schema.EVENTS``.
        name: id of its request.
        **values: what the table says for this kind.

    Raises:
        ProtocolError: it holds what JSON cannot, or is too long.
    """
    head: dict[str, object] = {"v": VERSION}
    if EVENTS[event].of_request:
        head["id"] = name
    return _line({**head, "event": event, **values})


def error_values(error: BaseException) -> dict[str, Any]:
    """Return what an ``error`` event says of an error; what is none of ours is a defect."""
    if isinstance(error, FoleyError):
        return {
            "type": type(error).__name__, "message": error.message, "hint": error.hint, "exit_code": error.exit_code,
        }  # fmt: skip
    told = FoleyError(f"The program failed by a mistake of its own: {type(error).__name__}: {error}".rstrip(": ") + ".")
    return {
        "type": DEFECT, "message": told.message, "hint": "Please report it, with the end of the worker's log.",
        "exit_code": FoleyError.exit_code,
    }  # fmt: skip


def error_of(event: Event) -> FoleyError:
    """Return the error that an ``error`` event tells of, of the same type where this program knows it."""
    kind = getattr(errors, event.values["type"], FoleyError)
    if not (isinstance(kind, type) and issubclass(kind, FoleyError)):
        kind = FoleyError
    return kind(event.values["message"], hint=event.values["hint"])


def _line(message: Mapping[str, object]) -> bytes:
    try:
        line = json.dumps(message, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
    except (ValueError, TypeError, RecursionError) as error:
        raise ProtocolError(f"A message cannot be written: {error}.", hint=_HINT) from error
    if len(line) > LONGEST:
        raise ProtocolError(
            f"A message of {len(line)} bytes is too long; {LONGEST} is the most.",
            hint="Send a project with fewer shots and cues.",
        )
    return line


def _object(line: bytes) -> dict[str, Any]:
    """Return the object that a line holds."""
    if len(line) > LONGEST:
        raise ProtocolError(f"A line is longer than {LONGEST} bytes.", hint=_HINT)
    try:
        value = json.loads(
            line.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_once
        )
    except RecursionError as error:
        raise ProtocolError("A line is nested too deeply.", hint=_HINT) from error
    except ValueError as error:
        raise ProtocolError(f"A line is no JSON: {error}.", hint=_HINT) from error
    if not isinstance(value, dict):
        raise ProtocolError("A line must hold an object.", hint=_HINT)
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return value
    raise ProtocolError("A line is nested too deeply.", hint=_HINT)


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:20]} is too large")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _id(message: Mapping[str, Any]) -> str | None:
    found = message.get("id")
    return found if isinstance(found, str) and 1 <= len(found) <= LONGEST_ID else None


def _check_version(message: Mapping[str, Any]) -> None:
    version = message.get("v")
    if type(version) is not int:
        raise ProtocolError("A message does not say its version.", hint=f'Begin it with {{"v": {VERSION}, …}}.')
    if version != VERSION:
        raise ProtocolError(
            f"A message is of version {_short(version)} of the protocol; this program speaks version {VERSION}.",
            hint="Use the same version of the program on both sides.",
        )


def _values(fields: tuple[Field, ...], given: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Return the values of the fields of a table, each of its kind."""
    values = {}
    for each in fields:
        if each.name not in given:
            if each.required:
                raise ProtocolError(f"{what} lacks {each.name!r}.", hint=_HINT)
            continue
        value = given[each.name]
        if not _CHECKS[each.kind](value):
            raise ProtocolError(f"{what}: {each.name!r} must be {KINDS[each.kind]}.", hint=_HINT)
        values[each.name] = value
    return values


def is_path(value: object) -> bool:
    """Tell whether a value is an absolute path that this system can look at."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        os.fsencode(value)
    except UnicodeError:
        return False
    return Path(value).is_absolute()


def _is_whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53


_CHECKS: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "text": lambda value: isinstance(value, str),
        "path": is_path,
        "texts": lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
        "number": _is_number,
        "count": lambda value: _is_whole(value, 1, 1_000_000),
        "whole": lambda value: _is_whole(value, 0, 2**31),
        "flag": lambda value: isinstance(value, bool),
        "object": lambda value: isinstance(value, dict),
    }
)


def _short(value: object) -> str:
    """Return a stranger's value as it may stand in a sentence."""
    words = json.dumps(value, default=str) if not isinstance(value, int) or abs(value) < 10**9 else "a huge number"
    return words if len(words) <= 60 else f"{words[:57]}…"
