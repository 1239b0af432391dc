"""A small film as a project, made once, and makers that count what they make."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.footage import make_film
from v2a_foley.engine.projects import Warm, generate, new_project
from v2a_foley.engine.projects.keeping import read_project, write_project
from v2a_foley.engine.settings import RunSettings
from v2a_foley.generate import procedural
from v2a_foley.progress import Progress
from v2a_foley.project import Project

CHOICES = {"prompt": ["1=a dog barks", "2=a bell rings", "3=an engine runs"], "handles": 0.5}


@dataclass
class Made:
    """What the real synthesis was asked to make, in order: names of events."""

    events: list[str] = field(default_factory=list)

    def since(self) -> list[str]:
        """Return what was made since the last look, by name."""
        found, self.events[:] = sorted(self.events), []
        return found


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    counted = Made()

    class Counting(procedural.Procedural):
        def make(self, request, progress=None):
            counted.events.append(request.event.name)
            return super().make(request, progress)

    monkeypatch.setattr(procedural, "Procedural", Counting)
    return counted


@pytest.fixture(scope="session")
def warm() -> Warm:
    return Warm()


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    return make_film(folder / "film.mp4", seconds=3, size=(160, 90), cuts=(25, 50), sound="tone")


@pytest.fixture(scope="session")
def fresh(footage: Path, warm: Warm) -> tuple[Project, Path]:
    """A project as it was made: spotted, without takes."""
    folder = footage.parent / "film.foley"
    settings = RunSettings(prompt=tuple(CHOICES["prompt"]), handles=CHOICES["handles"])
    return new_project(footage, folder, settings, Progress(), warm=warm), folder


@pytest.fixture(scope="session")
def generated(fresh: tuple[Project, Path], warm: Warm) -> Path:
    """The folder of that project with a take of every cue."""
    project, folder = fresh
    there = shutil.copytree(folder, folder.parent / "generated.foley")
    write_project(there, generate(project, there, RunSettings(), Progress(), warm=warm))
    return there


@pytest.fixture
def taken(generated: Path, footage: Path, tmp_path: Path, made: Made) -> tuple[Project, Path]:
    """A copy of it that a test may change."""
    own = shutil.copytree(generated, tmp_path / "own.foley")
    return read_project(own, media=footage), own
