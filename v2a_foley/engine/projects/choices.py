"""A project's settings: which of a run's stay with it, what they come to with new ones, and which are trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from v2a_foley.engine.plain import chosen, is_read, settings_from
from v2a_foley.engine.settings import PASSING, RunSettings
from v2a_foley.errors import ProjectError
from v2a_foley.project import Project
from v2a_foley.project.trust import trust, trusted

__all__ = ["PASSING", "lasting", "merged", "places_of", "trust_places"]

_ALL = tuple(each.name for each in fields(RunSettings))
_PROFILES = ("auto", "pocket", "full")
"""Profiles that are names; any other is a file or a folder."""


def lasting(settings: RunSettings) -> dict[str, Any]:
    """Return of the settings what stays with a project; paths are absolute, whoever opens it from wherever."""
    return {
        name: str(Path(value).absolute()) if is_read(name, value) else value
        for name, value in chosen(settings, _ALL).items()
        if name not in PASSING
    }


def merged(project: Project, settings: RunSettings) -> RunSettings:
    """Return a project's settings, with those in their place that are given and differ from their defaults.

    Raises:
        UsageError: one of the project's is not known, or they do not go together.
        ProjectError: the project would read from a place that this user never named for it.
    """
    given = chosen(settings, _ALL)
    own = {name: value for name, value in project.settings.items() if name in _ALL and name not in given}
    known = trusted(project.id) if places_of(own) else {}
    for name, place in places_of(own).items():
        if known.get(name) != place:
            raise ProjectError(
                f"This project would read its {name} from {place!r}, which you never named for it.",
                hint=f"If that is meant: v2a-foley project set FOLDER film {name}={place}",
            )
    return settings_from({**own, **given})


def places_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return of plain settings those that name places to read from, by name."""
    places = {name: str(value) for name, value in settings.items() if value is not None and is_read(name, value)}
    profile = settings.get("profile", "auto")
    return places if profile in _PROFILES else {**places, "profile": str(profile)}


def trust_places(project: Project, names: tuple[str, ...] = _ALL) -> None:
    """Remember that this user named the places of a project's settings, or of some of them."""
    trust(project.id, {name: place for name, place in places_of(project.settings).items() if name in names})
