"""What a thing's record looks like: the fields it has, and how each is read and written. Knows no particular thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from v2a_foley.project.records.values import Plain, Wrong, as_plain, plain, table

T = TypeVar("T")
Read = Callable[[Any], Any]
Write = Callable[[Any], Any]

NOTHING: Mapping[str, Any] = MappingProxyType({})
_REQUIRED = object()


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
        self.kind = kind
        self.readers = {key: read for key, (read, _) in members.items()}
        self.rows = [(key, defaults[key], write) for key, (_, write) in members.items()]
        self.needed = [key for key, default, _ in self.rows if default is _REQUIRED]

    def values(self, record: Plain) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a record says, by field, and what it says that is not known.

        Raises:
            Wrong: it lacks a field, or one of them is not what it should be.
        """
        values: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        readers = self.readers
        key = ""
        try:
            for key, value in table(record).items():
                read = readers.get(key)
                if read is None:
                    extra[key] = plain(value)
                else:
                    values[key] = read(value)
        except Wrong as error:
            raise error.within(*([key] if key else [])) from error
        for each in self.needed:
            if each not in values:
                raise Wrong("is missing", (each,))
        return values, extra

    def read(self, record: Plain) -> T:
        """Return the thing that a record speaks of.

        Raises:
            Wrong: the record is not what it should be.
        """
        values, extra = self.values(record)
        if extra:
            values["extra"] = MappingProxyType(extra)
        return self.kind(**values)

    def write(self, thing: T) -> dict[str, Any]:
        """Return a thing's record.

        Raises:
            Wrong: it holds what no document can hold.
        """
        have = vars(thing)
        extra = have.get("extra")
        record: dict[str, Any] = as_plain(extra) if extra else {}
        for key, default, write in self.rows:
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
        return record
