"""Reads and writes a project's folder for the road: the document and the files of takes."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from v2a_foley.errors import UsageError
from v2a_foley.files import translated, write_text, writing
from v2a_foley.project import Project, Take
from v2a_foley.project.document import from_document, from_text, to_document, to_text
from v2a_foley.project.places import DOCUMENT, TAKES
from v2a_foley.project.records.takes import read_takes, record_file, sound_file, write_takes
from v2a_foley.project.records.values import Wrong


def create_project(folder: Path, project: Project) -> Project:
    """Write a new project's folder, and return the project as it lies there."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{str(folder)!r} exists already.", hint="Give the project another folder: -o FOLDER.")
    folder.mkdir(parents=True, exist_ok=True)
    project = replace(project, id=uuid4().hex)
    write_project(folder, project)
    return project


def write_project(folder: Path, project: Project) -> None:
    """Write the document."""
    with writing(folder / DOCUMENT) as part:
        part.write_bytes(to_text(to_document(project, folder)))


def read_project(folder: Path, media: Path | None = None) -> Project:
    """Read the document."""
    return from_document(from_text((folder / DOCUMENT).read_bytes()), folder, media=media)


def store_take(folder: Path, path: Path, take: Take) -> Take:
    """Move a take's file among those of a project."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    place = folder / TAKES / sound_file(digest)
    try:
        place.parent.mkdir(exist_ok=True)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.replace(place)
    except OSError as error:
        raise translated(error, place) from error
    kept = replace(take, path=place, digest=digest)
    write_text(folder / TAKES / record_file(digest), json.dumps(write_takes([kept])[0]))
    return kept


def kept_takes(folder: Path) -> list[Take]:
    """Return the takes that lie in a project's folder."""
    found = []
    for path in sorted((folder / TAKES).glob("*.json")):
        try:
            found += read_takes([json.loads(path.read_bytes())], folder / TAKES)
        except (Wrong, ValueError):
            continue
    return found
