"""What a thing's record looks like: the fields it has, and how each is read and written. Knows no particular thing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from v2a_foley.project.records.values import Column, Plain, Wrong, as_plain, plain, read_each, table

T = TypeVar("T")
Read = Callable[[Any], Any]
Write = Callable[[Any], Any]

NOTHING: Mapping[str, Any] = MappingProxyType({})
_REQUIRED = object()


@dataclass(frozen=True)
class _Member:
    """A field of a record: its value where it is left out, and how it is read and written (None: as it is)."""

    key: str
    default: Any
    read: Read
    write: Write | None


class Form(Generic[T]):
    """The record of a frozen dataclass: an object with one member a field; a field at its default is left out.

    Members that are not known are kept in the dataclass's ``extra``.
    """

    def __init__(self, kind: type[T], members: Mapping[str, tuple[Read, Write | None]]) -> None:
        """Take the dataclass, and by field how its value is read, and how written (None: as it is)."""
        defaults = {
            each.name: each.default_factory()
            if each.default_factory is not MISSING
            else _REQUIRED
            if each.default is MISSING
            else each.default
            for each in fields(kind)  # type: ignore[arg-type]  # T is one
        }
        if hasattr(kind, "__post_init__"):
            raise TypeError(f"{kind.__name__} checks itself; read it by its constructor")
        self.kind = kind
        self._defaults = {key: value for key, value in defaults.items() if value is not _REQUIRED}
        self._readers = {key: read for key, (read, _) in members.items()}
        self._members = [_Member(key, defaults[key], *members[key]) for key in members]
        self._needed = [each.key for each in self._members if each.default is _REQUIRED]
        self._as_they_are = [each.key for each in self._members if each.default is _REQUIRED and each.write is None]
        self._written = [each for each in self._members if each.key not in self._as_they_are]

    def values(self, record: Plain) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a record says, by field, and what it says that is not known.

        Raises:
            Wrong: it lacks a field, or one of them is not what it should be.
        """
        values: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        key = ""
        try:
            for key, value in table(record).items():
                read = self._readers.get(key)
                if read is None:
                    extra[key] = plain(value)
                else:
                    values[key] = read(value)
        except Wrong as error:
            raise error.within(*([key] if key else [])) from error
        for each in self._needed:
            if each not in values:
                raise Wrong("is missing", (each,))
        return values, extra

    def rows(self, records: Plain) -> list[dict[str, Any]]:
        """Return what each record of a list says, by field, with ``extra`` where there is something not known.

        Raises:
            Wrong: one of them is not what it should be.
        """
        try:
            return self._together(records)
        except (Wrong, TypeError):  # something is odd: one by one, to keep what is not known or to say where it is
            return read_each(records, self._row)

    def read_all(self, records: Plain) -> list[T]:
        """Return the things that the records of a list speak of.

        Raises:
            Wrong: one of them is not what it should be.
        """
        return self.made(self.rows(records))

    def made(self, rows: Iterable[Mapping[str, Any]]) -> list[T]:
        """Return things of their fields' values.

        The dataclass's own constructor is gone around: a frozen one calls ``object.__setattr__`` a field, which took a
        third of the time that loading takes. Its defaults are filled in; it must have no ``__post_init__``.
        """
        kind, new, defaults = self.kind, object.__new__, self._defaults
        things = []
        for row in rows:
            thing = new(kind)
            thing.__dict__.update(defaults)
            thing.__dict__.update(row)
            things.append(thing)
        return things

    def _row(self, record: Plain) -> dict[str, Any]:
        values, extra = self.values(record)
        if extra:
            values["extra"] = MappingProxyType(extra)
        return values

    def _together(self, records: Plain) -> list[dict[str, Any]]:
        """Return the rows of records that hold nothing unknown, field by field, which is several times faster."""
        if type(records) is not list or not all(type(each) is dict for each in records):
            raise TypeError
        if not set[str]().union(*records) <= self._readers.keys():
            raise TypeError
        rows: list[dict[str, Any]] = list(map(dict, records))
        for member in self._members:
            key, read = member.key, member.read
            have = rows if member.default is _REQUIRED else [row for row in rows if key in row]
            try:
                column = [row[key] for row in have]
            except KeyError as error:
                raise TypeError from error
            done = read.column(column) if column and isinstance(read, Column) else None
            if done is not column:
                for row, value in zip(have, map(read, column) if done is None else done, strict=True):
                    row[key] = value
        return rows

    def write(self, thing: T) -> dict[str, Any]:
        """Return a thing's record.

        Raises:
            Wrong: it holds what no document can hold.
        """
        have = vars(thing)
        record = {key: have[key] for key in self._as_they_are}
        for member in self._written:
            key, default, write = member.key, member.default, member.write
            value = have[key]
            if value is default or (default is not _REQUIRED and value == default):
                continue
            if write is None:
                record[key] = value
                continue
            try:
                record[key] = write(value)
            except Wrong as error:
                raise error.within(key) from error
        extra = have.get("extra")
        if extra:
            record.update((key, value) for key, value in as_plain(extra).items() if key not in self._readers)
        return record

    def write_all(self, things: Sequence[T]) -> list[dict[str, Any]]:
        """Return the records of things.

        Raises:
            Wrong: one of them holds what no document can hold.
        """
        records: list[dict[str, Any]] = []
        try:
            for thing in things:
                records.append(self.write(thing))  # noqa: PERF401 - the length tells which one was wrong
        except Wrong as error:
            raise error.within(len(records)) from error
        return records


@contextmanager
def in_one_go() -> Iterator[None]:
    """Put off the search for garbage while many small things are made and kept; it would take half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
