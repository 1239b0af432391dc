"""A run's settings as plain values: out of a cell of a list, TOML or JSON, and what differs from the defaults."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from v2a_foley.engine.settings import CUES, ONSETS, RunSettings
from v2a_foley.errors import UsageError

FIELDS = tuple(each.name for each in fields(RunSettings) if each.name != "overwrite")
"""What a job may choose. Whether files are replaced is the batch's affair."""
RESULTS = ("stems", "spotting", "timeline", "contact_sheet")
"""The fields that name what is written; they lie in the batch's folder."""
INPUTS = ("cuts", "edit", "spot_from", "mapper", "library", "init")
"""The fields that name what is read; ``profile`` may name a folder, ``cues`` and ``onsets`` a file, as well."""
SEPARATOR = "|"
"""Between several prompts in one cell."""
_TRUE, _FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")


def is_read(name: str, value: object) -> bool:
    """Tell whether a field's plain value names what is read, profiles aside."""
    return name in INPUTS or (name == "cues" and value not in CUES) or (name == "onsets" and value not in ONSETS)


def from_text(name: str, text: str) -> Any:  # noqa: ANN401 - the field's own type
    """Return the plain value that a cell's text stands for.

    Raises:
        ValueError: the text is no value of the field's type.
    """
    kind, text = _kinds()[name], text.strip()
    if kind is bool:
        if text.lower() in _TRUE + _FALSE:
            return text.lower() in _TRUE
        raise ValueError(f"{text!r} is neither yes nor no")
    if kind is int:
        if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 20:
            raise ValueError(f"{text!r} is no whole number")
        return int(text)
    if kind is float:
        return _number(text)
    if kind is tuple:
        return [each.strip() for each in text.split(SEPARATOR)]
    return text


def from_value(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever TOML or JSON holds
    """Return a field's plain value out of a value of TOML or JSON.

    Raises:
        ValueError: the value is not of the field's type.
    """
    kind = _kinds()[name]
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return _number(str(value))
    if kind is tuple and isinstance(value, str):
        return [value]
    if kind is tuple and isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return list(value)
    if name == "loudness" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    if kind in (str, Path) and isinstance(value, str):
        return value
    if (kind is Path or name in ("cues", "onsets")) and isinstance(value, Path):
        return str(value)
    raise ValueError(f"{value!r} is no {_SAID[kind]}")


def settings_from(values: Mapping[str, Any]) -> RunSettings:
    """Return the settings that plain values stand for.

    Raises:
        UsageError: one is not known, is not of its type, or lies outside its range.
    """
    kinds = _kinds()
    turned: dict[str, Any] = {}
    for name, value in values.items():
        if name not in kinds:
            raise UsageError(f"There is no setting {name[:80]!r}.", hint="See them: v2a-foley run --help")
        try:
            plain = from_value(name, value)
        except ValueError as error:
            raise UsageError(
                f"The setting {name!r} cannot be used: {str(error)[:200]}.", hint="See: v2a-foley run --help"
            ) from error
        turned[name] = Path(plain) if kinds[name] is Path else tuple(plain) if kinds[name] is tuple else plain
    return RunSettings(**turned)


def chosen(settings: RunSettings, names: Iterable[str] = FIELDS) -> dict[str, Any]:
    """Return what differs from the defaults, as plain values: paths as texts, prompts as a list."""
    usual = RunSettings()
    values = {each: getattr(settings, each) for each in names}
    return {
        name: list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value
        for name, value in values.items()
        if value != getattr(usual, name)
    }


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{text!r} is no number")
    return value


_SAID = {bool: "true or false", int: "whole number", float: "number", tuple: "text or list of texts"} | dict.fromkeys(
    (str, Path), "text"
)


@cache
def _kinds() -> Mapping[str, type]:
    """Return the type of each field's values, None left out."""
    found: dict[str, type] = {}
    for name, hint in get_type_hints(RunSettings).items():
        if get_origin(hint) in (Union, types.UnionType):
            found[name] = next(each for each in get_args(hint) if each is not type(None))
        else:
            found[name] = get_origin(hint) or hint
    return found
