"""A project's settings: which of a run's stay with it, as plain values, and what they come to with new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from v2a_foley.engine.job import settings_from
from v2a_foley.engine.settings import PASSING, RunSettings
from v2a_foley.options import options_of
from v2a_foley.project import Project

__all__ = ["PASSING", "chosen", "lasting", "merged", "settings_with"]


def chosen(settings: RunSettings) -> dict[str, Any]:
    """Return the settings that differ from their defaults, as plain values: paths as texts, tuples as lists."""
    values = {each.name: getattr(settings, each.name) for each in fields(RunSettings)}
    return {each.name: _plain(values[each.name]) for each in fields(RunSettings) if values[each.name] != each.default}


def lasting(settings: RunSettings) -> dict[str, Any]:
    """Return of them what stays with a project; paths are absolute, whoever opens it from wherever."""
    return {
        name: str(Path(value).absolute()) if isinstance(getattr(settings, name), Path) else value
        for name, value in chosen(settings).items()
        if name not in PASSING
    }


def settings_with(values: Mapping[str, Any]) -> RunSettings:
    """Return the settings that plain values stand for.

    Raises:
        UsageError: one is not known, or lies outside its range.
    """
    return settings_from({name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def merged(project: Project, settings: RunSettings) -> RunSettings:
    """Return a project's settings, with those in their place that are given and differ from their defaults.

    Raises:
        UsageError: one of the project's is not known, or they do not go together.
    """
    known = options_of(RunSettings)
    own = {name: value for name, value in project.settings.items() if name in known}
    return settings_with({**own, **chosen(settings)})


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
