"""``v2a-foley project relink``: a film that lies elsewhere is found again."""

import json

import pytest

from tests.cli.program import Program
from tests.project.folders import created
from v2a_foley.project.storage import read_project


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_DATA", str(tmp_path / "user"))
    with created(tmp_path / "project"):
        pass
    (tmp_path / "away").mkdir()
    (tmp_path / "film.mp4").rename(tmp_path / "away" / "film.mp4")
    return tmp_path / "project"


def test_a_film_is_relinked(folder, tmp_path, capfd, monkeypatch):
    program = Program(capfd, monkeypatch)
    done = program("project", "relink", folder, tmp_path / "away" / "film.mp4", "--json")
    assert done.code == 0
    assert done.json == {"project": str(folder), "film": str(tmp_path / "away" / "film.mp4")}
    assert read_project(folder).media.path == tmp_path / "away" / "film.mp4"


@pytest.mark.long
def test_another_film_is_taken_only_when_it_is_meant(folder, tmp_path, capfd, monkeypatch):
    program = Program(capfd, monkeypatch)
    other = tmp_path / "other.mp4"
    other.write_bytes(b"another")
    done = program("project", "relink", folder, other)
    assert done.code == 3
    assert "--anyway" in done.err
    done = program("project", "relink", folder, other, "--anyway")
    assert done.code == 0
    assert "other.mp4" in done.out
    assert read_project(folder).media.path == other
    done = program("project", "relink", folder, tmp_path / "none.mp4", "--json")
    assert (done.code, json.loads(done.out)["error"]["type"]) == (3, "MediaNotFound")
