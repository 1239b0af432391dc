"""``export``: a project's takes arrive in a timeline, at their samples, in files that are there."""

from __future__ import annotations

import opentimelineio as otio
import pytest

from tests.cli.program import Program, assert_refused
from tests.footage import make_film
from v2a_foley.interchange.otio_reader import read_otio
from v2a_foley.interchange.places import pure
from v2a_foley.project.storage import read_project
from v2a_foley.timebase import to_samples


@pytest.fixture
def project(cli: Program, place):
    film = make_film(
        place.folder / "é # 1%.mp4", seconds=2, size=(160, 90), cuts=(25,), sound="tone", timecode="01:00:00:00"
    )
    assert cli("project", "new", film, "--prompt", "1=a dog barks", "--handles", "0.5").code == 0
    folder = film.with_suffix(".foley")
    assert cli("project", "generate", folder).code == 0
    return folder


def test_a_projects_takes_arrive_in_a_timeline(cli: Program, project, place, monkeypatch):
    monkeypatch.chdir(place.folder)
    done = cli("export", project.name, "-o", "cut.otio", "--json")
    assert (done.code, done.err) == (0, "")
    kept = read_project(project)
    edit = read_otio(place.folder / "cut.otio")
    assert str(edit.start) == "01:00:00:00"
    assert done.json == {
        "output": "cut.otio",
        "format": "otio",
        "tracks": len(edit.lanes),
        "clips": sum(len(lane.items) for lane in edit.lanes),
    }
    laid = {item.facts["cue"]: item for lane in edit.sounds for item in lane.items if "cue" in item.facts}
    assert set(laid) == {cue.id for cue in kept.cues}
    for cue in kept.cues:
        assert to_samples(laid[cue.id].start) == to_samples(cue.range.start)
        assert pure(laid[cue.id].medium.path).is_absolute()
        assert (place.folder / laid[cue.id].medium.path).is_file()
    other = otio.adapters.read_from_file(str(place.folder / "cut.otio"))
    assert [track.name for track in other.tracks][:2] == ["Picture", "ORIG"]
    bundle = cli("export", project.name, "-o", "cut.otioz")
    assert bundle.code == 0
    assert "clips at 01:00:00:00" in bundle.out
    assert read_otio(place.folder / "cut.otioz").start == edit.start


def test_what_cannot_be_exported_is_refused(cli: Program, project, place, monkeypatch):
    monkeypatch.chdir(place.folder)
    (place.folder / "old.otio").write_text("mine")
    for words, code in (
        ((project.name, "-o", "cut.doc"), 2),
        ((project.name, "-o", "cut.otio", "--to", "tape"), 2),
        ((project.name, "-o", "old.otio"), 2),
        ((project.name, "-o", "no/where.otio"), 3),
        (("nothing", "-o", "cut.otio"), 3),
    ):
        assert_refused(cli("export", *words), code)
    assert (place.folder / "old.otio").read_text() == "mine"
    assert not (place.folder / "cut.otio").exists()
    assert cli("export", project.name, "-o", "old.otio", "--overwrite").code == 0


def test_an_edit_says_where_the_shots_are(cli: Program, project, place, monkeypatch):
    monkeypatch.chdir(place.folder)
    for name in ("cut.otio", "cut.xml", "cut.edl"):
        assert cli("export", project.name, "-o", name).code == 0
        found = cli("project", "new", "é # 1%.mp4", "--edit", name, "-o", f"{name}.foley", "--json")
        assert (found.code, found.err) == (0, "")
        assert [shot["start"] for shot in found.json["shots"]] == ["0", "1"]
        assert [shot.found for shot in read_project(place.folder / f"{name}.foley").shots] == ["start", "list"]
    (place.folder / "broken.otio").write_text("{}")
    assert_refused(cli("project", "new", "é # 1%.mp4", "--edit", "broken.otio", "-o", "b.foley"), 3)
    assert_refused(cli("project", "new", "é # 1%.mp4", "--edit", "gone.otio", "-o", "b.foley"), 3)
    assert_refused(cli("project", "new", "é # 1%.mp4", "--edit", "cut.aaf", "-o", "b.foley"), 2)
