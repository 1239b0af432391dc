"""Projects in folders of their own, with a film beside them and sounds for their takes; small, and made in no time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.projects import film, project_of
from v2a_foley.project import Project
from v2a_foley.project.creating import create_project
from v2a_foley.project.storage import OpenProject
from v2a_foley.project.take_store import store_take

CONTENT = bytes(range(256)) * 64


def filled(folder: Path, *, content: bytes = CONTENT, shots: int = 4) -> Project:
    """A project whose takes lie in its folder, and whose film, of any content, lies beside it."""
    path = folder.parent / "film.mp4"
    path.write_bytes(content)
    scratch = folder / "cache"
    scratch.mkdir(parents=True)
    project = project_of(film(path, timecode="10:00:00:00"), scratch, shots=shots)
    cues = []
    for cue in project.cues:
        takes = []
        for take in cue.takes:
            take.path.write_bytes(b"RIFF" + take.id.encode() * 10)
            takes.append(store_take(folder, take.path, replace(take, key=f"{len(cues):064x}")))
        cues.append(replace(cue, takes=tuple(takes)))
    described = [replace(shot, embedding=(0.5, -0.25, float(shot.index))) for shot in project.shots]
    return project.with_cues(cues).with_shots(described)


def created(folder: Path, **options) -> OpenProject:
    """The same, saved and open."""
    return create_project(folder, filled(folder, **options))
