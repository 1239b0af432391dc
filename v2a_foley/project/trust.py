"""Which places outside of its folder a project may read from: those that this user named for it, on this machine.

They are kept beside what ``links.py`` keeps, outside of every project: one that came from elsewhere brings none along.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from v2a_foley.errors import ProjectError
from v2a_foley.files import translated, write_text
from v2a_foley.project.document import from_text
from v2a_foley.project.links import data_folder
from v2a_foley.project.records.values import Hexadecimal, Wrong, table


def trusted(project: str) -> Mapping[str, str]:
    """Return the places that this user named for a project of an id, by the setting that names them."""
    file = _file(project)
    try:
        if file is None or not file.is_file():
            return {}
        record = table(from_text(file.read_bytes(), file.name))
    except (OSError, Wrong, ProjectError):  # what cannot be read trusts nobody
        return {}
    return {name: place for name, place in record.items() if isinstance(place, str)}


def trust(project: str, places: Mapping[str, str]) -> None:
    """Remember places that this user named for a project; those named before stay.

    Raises:
        ProjectError: the project has no id.
        OutputError: the user's folder cannot be written to.
    """
    if not places:
        return
    file = _file(project)
    if file is None:
        raise ProjectError("This project has no id, so nothing can be remembered of it.", hint="Make it anew.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, file) from error
    write_text(file, json.dumps({**trusted(project), **places}))


def _file(project: object) -> Path | None:
    try:
        return data_folder() / "places" / f"{Hexadecimal(32)(project)}.json"
    except Wrong:
        return None
