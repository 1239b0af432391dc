"""Single values of a document, read from plain JSON values that a stranger may have written: numbers, texts, times.

Every reader takes one value and returns one, or raises ``Wrong``; none of them knows where the value stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import chain, islice
from math import isfinite
from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar, runtime_checkable

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
_SIMPLE = {str, bool, type(None)}


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


@runtime_checkable
class Column(Protocol):
    """A reader that can read many values at once, several times faster than one by one."""

    def __call__(self, value: Plain) -> Any:  # noqa: ANN401 - whatever it reads
        """Read one value."""
        ...

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return values as they are to be, or None where one of them is odd: it may be wrong, or not."""
        ...


@dataclass(frozen=True)
class Whole:
    """Reads whole numbers from ``low`` to below ``high``."""

    low: int = _WHOLE[0]
    high: int = _WHOLE[1]

    def __call__(self, value: Plain) -> int:
        """Read one."""
        if type(value) is not int:
            raise Wrong(f"is {shown(value)}, not a whole number")
        if not self.low <= value < self.high:
            raise Wrong(f"is {shown(value)}, which is out of range")
        return value

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return many, where all are such numbers."""
        right = set(map(type, values)) <= {int} and self.low <= min(values) and max(values) < self.high
        return values if right else None


@dataclass(frozen=True)
class Number:
    """Reads finite numbers from ``low`` to ``high``, both included."""

    low: float
    high: float

    def __call__(self, value: Plain) -> float:
        """Read one."""
        if type(value) is not float and type(value) is not int:
            raise Wrong(f"is {shown(value)}, not a number")
        if not self.low <= value <= self.high:  # nor is NaN
            raise Wrong(f"is {shown(value)}, which is out of range")
        return float(value)

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return many, where all are such numbers, and none of them is whole."""
        if set(map(type, values)) != {float} or not all(map(isfinite, values)):
            return None
        return values if self.low <= min(values) and max(values) <= self.high else None


@dataclass(frozen=True)
class Text:
    """Reads texts of a length, in characters, between two limits."""

    shortest: int = 0
    longest: int = 2**31

    def __call__(self, value: Plain) -> str:
        """Read one."""
        if type(value) is not str:
            raise Wrong(f"is {shown(value)}, not a text")
        if not self.shortest <= len(value) <= self.longest:
            raise Wrong("is empty" if not value else f"is longer than {self.longest} characters")
        return value

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return many, where all are such texts."""
        if set(map(type, values)) != {str}:
            return None
        lengths = set(map(len, values))
        return values if self.shortest <= min(lengths) and max(lengths) <= self.longest else None


@dataclass(frozen=True)
class Hexadecimal:
    """Reads texts of small hexadecimal digits: so many of them or, where it is so said, none."""

    digits: int
    or_none: bool = False

    def __call__(self, value: Plain) -> str:
        """Read one."""
        if type(value) is not str or not self._is(value):
            raise Wrong(f"is {shown(value)}, not {self.digits} hexadecimal digits")
        return value

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return many, where all are such texts."""
        if set(map(type, values)) != {str} or set(map(len, values)) != {self.digits}:
            return None
        return values if _HEX.fullmatch("".join(values)) else None

    def _is(self, value: str) -> bool:
        return (self.or_none and not value) or (len(value) == self.digits and _HEX.fullmatch(value) is not None)


text = Text()
name = Text(shortest=1, longest=200)
"""Reads ids and names."""


def truth(value: Plain) -> bool:
    """Read true or false."""
    if type(value) is not bool:
        raise Wrong(f"is {shown(value)}, neither true nor false")
    return value


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


class Many(Generic[T]):
    """Reads lists, each of whose values another reader reads."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        """Take the reader of one value."""
        self._read = read

    def __call__(self, value: Plain) -> tuple[T, ...]:
        """Read one list."""
        return tuple(read_each(value, self._read))

    def column(self, values: list[Any]) -> list[Any] | None:
        """Return many lists, whose values are read together."""
        if set(map(type, values)) != {list}:
            return None
        flat = list(chain.from_iterable(values))
        read = self._read.column(flat) if flat and isinstance(self._read, Column) else None
        found = map(self._read, flat) if read is None else iter(read)
        return [tuple(islice(found, len(value))) for value in values]


def many(read: Callable[[Any], T]) -> Many[T]:
    """Return a reader of lists, each of whose values another reader reads."""
    return Many(read)


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
    if kind in _SIMPLE:
        return value
    if kind is int:
        return _any_whole(value)
    if kind is float:
        if not isfinite(value):
            raise Wrong(f"is {value}, which is no number")
        return value
    if not depth:
        raise Wrong("is nested too deep")
    if kind is list:
        return read_each(value, lambda each: plain(each, depth - 1))
    result = dict(table(value))
    for key, each in result.items():
        if type(each) not in _SIMPLE:
            try:
                result[key] = plain(each, depth - 1)
            except Wrong as error:
                raise error.within(key) from error
    return result


_any_whole = Whole()


def all_plain(values: Iterable[Any]) -> bool:
    """Tell whether ``plain`` would let all of many values through: level by level, which is faster than one by one."""
    level = list(values)
    for _ in range(_DEEPEST + 1):
        kinds = set(map(type, level)) - _SIMPLE
        if not kinds:
            return True
        if kinds - {int, float, list, dict}:
            return False
        if int in kinds and _any_whole.column([each for each in level if type(each) is int]) is None:
            return False
        if float in kinds and not all(isfinite(each) for each in level if type(each) is float):
            return False
        tables = [each for each in level if type(each) is dict]
        if set(map(type, chain.from_iterable(tables))) - {str}:
            return False
        lists = [each for each in level if type(each) is list] if list in kinds else []
        level = list(chain(chain.from_iterable(map(dict.values, tables)), chain.from_iterable(lists)))
    return False


def as_plain(value: Plain) -> Plain:
    """Return what the program itself holds (mappings, tuples) as plain values.

    Raises:
        Wrong: it holds something that JSON has no word for.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is dict or isinstance(value, Mapping):
        result = dict(value)
        for key, each in result.items():
            if type(key) is not str:
                raise Wrong(f"has the key {shown(key)}, which is no text")
            if type(each) not in _AS_THEY_ARE:
                try:
                    result[key] = as_plain(each)
                except Wrong as error:
                    raise error.within(key) from error
        return result
    if isinstance(value, list | tuple):
        return [each if type(each) in _AS_THEY_ARE else as_plain(each) for each in value]
    if isinstance(value, str | int | float):  # an enumeration's value, a number of NumPy's
        return value
    raise Wrong(f"is a {kind.__name__}, which no document can hold")


_AS_THEY_ARE = {*_SIMPLE, int, float}


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
    before, after = found.groups("1")
    over, under = int(before), int(after)
    if not under or abs(over) > LONGEST_TIME * under:
        raise Wrong(f"is {shown(value)}, which is no time that a film has")
    return Fraction(over, under)


def times(values: list[Any]) -> list[Fraction] | None:
    """Return many times, or None where one of them is odd."""
    return list(map(_time, values)) if set(map(type, values)) <= {str} else None


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
