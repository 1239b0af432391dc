"""Single values of a document, read from plain JSON values that a stranger may have written: numbers, texts, times.

Every reader takes one value and returns one, or raises ``Wrong``; none of them knows where the value stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import Any, Self, TypeAlias, TypeVar

from v2a_foley.timebase import TimeRange, as_text

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Plain: TypeAlias = Any
"""A value as JSON gives it: a text, a number, true, false, null, a list or an object; or anything worse."""

LONGEST_TIME = 10**9
"""Seconds that a time may be away from zero: some thirty years."""
_WHOLE = (-(2**63), 2**64)
_DEEPEST = 32
"""How deep what is kept unread may be nested."""
_TIME = re.compile(r"(-?[0-9]{1,40})(?:/([0-9]{1,40}))?")
_HEX = re.compile(r"[0-9a-f]+")


class Wrong(ValueError):
    """A value is not what it should be. Knows the way to it, which grows as it leaves the readers."""

    def __init__(self, why: str, way: tuple[str | int, ...] = ()) -> None:
        """Keep what is wrong (``is no number``) and the way to the value, from the outside in."""
        super().__init__(why)
        self.why, self.way = why, way

    def within(self, *steps: str | int) -> Self:
        """Return it with steps before its way."""
        return type(self)(self.why, (*steps, *self.way))

    @property
    def place(self) -> str:
        """Where it stands: ``cues[3].gain``."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.way).lstrip(".")


def shown(value: object) -> str:
    """Return a value in a few characters, for a sentence."""
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return "a huge number"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:36]}…"


def whole(low: int = _WHOLE[0], high: int = _WHOLE[1]) -> Callable[[Any], int]:
    """Return a reader of whole numbers from ``low`` to below ``high``."""

    def read(value: Plain) -> int:
        if type(value) is not int:
            raise Wrong(f"is {shown(value)}, not a whole number")
        if not low <= value < high:
            raise Wrong(f"is {shown(value)}, which is out of range")
        return value

    return read


def number(low: float, high: float) -> Callable[[Any], float]:
    """Return a reader of finite numbers from ``low`` to ``high``, both included."""

    def read(value: Plain) -> float:
        if type(value) is not float and type(value) is not int:
            raise Wrong(f"is {shown(value)}, not a number")
        if not low <= value <= high:  # nor is NaN
            raise Wrong(f"is {shown(value)}, which is out of range")
        return float(value)

    return read


def text(value: Plain) -> str:
    """Read a text."""
    if type(value) is not str:
        raise Wrong(f"is {shown(value)}, not a text")
    return value


def name(value: Plain) -> str:
    """Read a text that is not empty and not endless: an id, a name."""
    if not text(value) or len(value) > 200:
        raise Wrong("is empty" if not value else "is longer than 200 characters")
    return str(value)


def truth(value: Plain) -> bool:
    """Read true or false."""
    if type(value) is not bool:
        raise Wrong(f"is {shown(value)}, neither true nor false")
    return value


def hexadecimal(*lengths: int) -> Callable[[Any], str]:
    """Return a reader of texts of small hexadecimal digits, of one of the lengths."""

    def read(value: Plain) -> str:
        if type(value) is not str or len(value) not in lengths or (value and not _HEX.fullmatch(value)):
            raise Wrong(f"is {shown(value)}, not {lengths[0]} hexadecimal digits")
        return value

    return read


def one_of(kind: type[E]) -> Callable[[Any], E]:
    """Return a reader of the values of an enumeration."""
    known = {each.value: each for each in kind}

    def read(value: Plain) -> E:
        found = known.get(value) if type(value) is str else None
        if found is None:
            raise Wrong(f"is {shown(value)}, not one of {', '.join(map(repr, known))}")
        return found

    return read


def optional(read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Return a reader that lets null through as None."""
    return lambda value: None if value is None else read(value)


def many(read: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    """Return a reader of lists, each of whose values another reader reads."""

    def read_all(value: Plain) -> tuple[T, ...]:
        if not value and type(value) is list:
            return ()
        return tuple(read_each(value, read))

    return read_all


def read_each(value: Plain, read: Callable[[Any], T]) -> list[T]:
    """Read a list; what is wrong in it is told with its number, from 0."""
    if type(value) is not list:
        raise Wrong(f"is {shown(value)}, not a list")
    result: list[T] = []
    try:
        for each in value:
            result.append(read(each))  # noqa: PERF401 - the length tells which one was wrong
    except Wrong as error:
        raise error.within(len(result)) from error
    return result


def table(value: Plain) -> dict[str, Any]:
    """Read an object, whose values are not looked at."""
    if type(value) is not dict:
        raise Wrong(f"is {shown(value)}, not an object")
    for key in value:
        if type(key) is not str:
            raise Wrong(f"has the key {shown(key)}, which is no text")
    return value


def plain(value: Plain, depth: int = _DEEPEST) -> Plain:
    """Read any plain value, of finite numbers and not too deep, as it is (a copy)."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is int:
        return whole()(value)
    if kind is float:
        if not isfinite(value):
            raise Wrong(f"is {value}, which is no number")
        return value
    if not depth:
        raise Wrong("is nested too deep")
    if kind is list:
        return read_each(value, lambda each: plain(each, depth - 1))
    result = {}
    for key, each in table(value).items():
        try:
            result[key] = plain(each, depth - 1)
        except Wrong as error:
            raise error.within(key) from error
    return result


def as_plain(value: Plain) -> Plain:
    """Return what the program itself holds (mappings, tuples) as plain values.

    Raises:
        Wrong: it holds something that JSON has no word for.
    """
    kind = type(value)
    if kind is str or kind is int or kind is float or kind is bool or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(key): as_plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(each) for each in value]
    if isinstance(value, str | int | float):  # an enumeration's value
        return value
    raise Wrong(f"is a {kind.__name__}, which no document can hold")


def time(value: Plain) -> Fraction:
    """Read an exact time in seconds: ``593/24``, ``-2``."""
    if type(value) is not str:
        raise Wrong(f"is {shown(value)}, not a time like '593/24'")
    return _time(value)


@lru_cache(maxsize=1 << 16)
def _time(value: str) -> Fraction:
    found = _TIME.fullmatch(value)
    if found is None:
        raise Wrong(f"is {shown(value)}, not a time like '593/24'")
    over, under = int(found[1]), int(found[2] or 1)
    if not under or abs(over) > LONGEST_TIME * under:
        raise Wrong(f"is {shown(value)}, which is no time that a film has")
    return Fraction(over, under)


def span(value: Plain) -> TimeRange:
    """Read a half-open range of time, ``["0", "593/24"]``."""
    if type(value) is not list or len(value) != 2:
        raise Wrong(f"is {shown(value)}, not a start and an end")
    start, end = read_each(value, time)
    try:
        return TimeRange(start, end)
    except ValueError as error:
        raise Wrong(f"ends at {end} before it starts at {start}") from error


def as_span(value: TimeRange) -> list[str]:
    """Write a range of time."""
    return [as_text(value.start), as_text(value.end)]
