"""Presets: settings in a TOML file, for every job of a batch, and under names for those that ask for them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from v2a_foley.engine.plain import FIELDS, RESULTS, from_value, is_read, settings_from
from v2a_foley.errors import JobsError, UsageError

_MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class Presets:
    """What a file of presets says.

    Attributes:
        common: settings of every job, as plain values; paths to what is read are absolute.
        named: the same by name.
    """

    common: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    named: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))


def read_presets(path: Path) -> Presets:
    """Read a file of presets: settings at its top hold for every job, a table ``[name]`` for those that name it.

    Raises:
        JobsError: it cannot be read, or holds what is no setting; every mistake is told.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise JobsError(f"{path.name!r} is too large for presets.", hint="Name a TOML file of settings.")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise JobsError(
            f"The presets {str(path)!r} cannot be read: {reason}.", hint="Check the path of --preset."
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise JobsError(
            f"The presets {path.name!r} are no TOML: {error}.",
            hint="Write settings as name = value, a [table] a preset.",
        ) from error
    mistakes: list[str] = []
    named = {name: value for name, value in content.items() if isinstance(value, dict) and name not in FIELDS}
    common = {name: value for name, value in content.items() if name not in named}
    read = Presets(
        _read("", common, path.parent, mistakes),
        {name: _read(f"[{name}] ", table, path.parent, mistakes) for name, table in named.items()},
    )
    if mistakes:
        raise told(f"The presets {path.name!r}", mistakes, "See the settings: v2a-foley batch run --help")
    return read


def told(what: str, mistakes: list[str], hint: str) -> JobsError:
    """Return one error for many mistakes; where they are too many for a sentence, all stand in the error's notes."""
    shown: list[str] = []
    for each in mistakes:
        if shown and sum(map(len, shown)) + len(each) > 400:
            break
        shown.append(each)
    more = f"; and {len(mistakes) - len(shown)} more" if len(shown) < len(mistakes) else ""
    count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    error = JobsError(f"{what} has {count}: {'; '.join(shown)}{more}.".replace("..", "."), hint=hint)
    if more:
        for each in mistakes:
            error.add_note(each)
    return error


def _read(where: str, table: Mapping[str, Any], folder: Path, mistakes: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in FIELDS:
            mistakes.append(f"{where}{name} is no setting")
            continue
        try:
            values[name] = from_value(name, value)
        except ValueError as error:
            mistakes.append(f"{where}{name}: {error}")
    usable = {name: value for name, value in values.items() if name not in RESULTS}
    try:
        settings_from(usable)
    except UsageError as error:
        mistakes.append(f"{where}{error.message.rstrip('.')}")
    return {name: absolute(value, folder) if is_read(name, value) else value for name, value in values.items()}


def absolute(text: str, folder: Path) -> str:
    """Return a path as an absolute text; a relative one lies in ``folder``."""
    return str((folder / text).absolute())
