"""Which settings stay with a project, and which places it may read from."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.projects import film
from v2a_foley.engine.projects.choices import lasting, merged, trust_places
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import ProjectError, UsageError
from v2a_foley.project import Project


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_DATA", str(tmp_path / "data"))
    return Project(film(tmp_path / "film.mp4"), id="1" * 32, settings={"seed": 7, "prompt": ["rain"]})


def test_what_is_given_comes_before_what_stays(project):
    assert merged(project, RunSettings()).seed == 7
    found = merged(project, RunSettings(seed=8, overwrite=True))
    assert (found.seed, found.prompt, found.overwrite) == (8, ("rain",), True)
    assert lasting(RunSettings(seed=8, overwrite=True, stems=Path("stems"))) == {"seed": 8}


@pytest.mark.parametrize("name", ["library", "mapper", "init", "cuts", "spot_from", "profile", "cues"])
def test_a_project_reads_from_no_place_that_its_user_never_named(project, name):
    hostile = replace(project, settings={name: "/home/ann/private"})
    with pytest.raises(ProjectError, match="never named"):
        merged(hostile, RunSettings())
    trust_places(hostile)
    assert str(getattr(merged(hostile, RunSettings()), name)) == "/home/ann/private"
    with pytest.raises(ProjectError, match="never named"):
        merged(replace(hostile, settings={name: "/home/ann/elsewhere"}), RunSettings())
    with pytest.raises(ProjectError, match="never named"):
        merged(replace(hostile, id="2" * 32), RunSettings())


def test_a_place_that_is_given_needs_no_trust(project):
    hostile = replace(project, settings={"library": "/home/ann/private"})
    assert merged(hostile, RunSettings(library=Path("/sfx"))).library == Path("/sfx")


@pytest.mark.parametrize("wrong", [{"shots": 5}, {"seed": "x"}, {"seed": True}, {"gain": float("nan")}, {"takes": 99}])
def test_settings_of_the_wrong_type_are_refused_in_words(project, wrong):
    with pytest.raises(UsageError):
        merged(replace(project, settings=wrong), RunSettings())
