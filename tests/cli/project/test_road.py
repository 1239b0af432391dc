"""``project new``, ``show``, ``generate`` and ``render``: a film's way through a project, without the app."""

from __future__ import annotations

import pytest

from tests.cli.program import Program, assert_refused
from tests.footage import make_film, stream_hash


@pytest.fixture
def film(place):
    return make_film(place.folder / "film.mp4", seconds=2, size=(160, 90), cuts=(25,), sound="tone")


def test_a_film_goes_through_a_project(cli: Program, film, place):
    folder, out = place.folder / "film.foley", place.folder / "out.mp4"
    new = cli("project", "new", film, "--prompt", "1=a dog barks", "--handles", "0.5", "--json")
    assert (new.code, new.err) == (0, "")
    assert new.json["project"] == str(folder)
    assert new.json["settings"] == {"prompt": ["1=a dog barks"], "handles": 0.5}
    cues = [cue["id"] for cue in new.json["cues"]]
    assert [cue["needs_take"] for cue in new.json["cues"]] == ["no take"] * len(cues)
    made = cli("project", "generate", folder, "--json").json["takes"]
    assert sorted(take["id"] for take in made) == sorted(f"{name}t1" for name in cues)
    nothing = cli("project", "generate", folder)
    assert (nothing.code, nothing.out) == (0, "Every cue has a take that is what it asks for.\n")
    dog = next(cue["id"] for cue in new.json["cues"] if cue["prompt"])
    more = cli("project", "generate", folder, "--cue", dog, "--takes", "2", "--json").json["takes"]
    assert sorted(take["id"] for take in more) == [f"{dog}t2", f"{dog}t3"]
    assert cli("project", "set", folder, f"cue:{cues[0]}", "prompt=a bell rings").code == 0
    shown = cli("project", "show", folder, "--json").json
    assert {cue["id"]: cue["needs_take"] for cue in shown["cues"] if cue["needs_take"]} == {cues[0]: "another prompt"}
    assert next(cue["active"] for cue in shown["cues"] if cue["id"] == dog) == f"{dog}t2"
    assert "needs a take: another prompt" in cli("project", "show", folder).out
    done = cli("project", "render", folder, "-o", out, "--stems", place.folder / "stems", "--gain", "-3")
    assert done.code == 0
    assert "Changed since their takes were made" in done.err
    assert stream_hash(out) == stream_hash(film)
    assert len(list((place.folder / "stems").iterdir())) == 5


REFUSED = [
    (("new", "film.mp4", "-o", "film.foley"), 2),
    (("new", "gone.mp4"), 3),
    (("show", "nowhere"), 3),
    (("generate", "film.foley", "--cue", "c99"), 2),
    (("render", "film.foley", "-o", "film.mp4"), 3),
    (("render", "film.foley", "-o", "no/where.mp4"), 3),
]


def test_what_cannot_be_is_refused(cli: Program, film, place, monkeypatch):
    monkeypatch.chdir(place.folder)
    assert cli("project", "new", "film.mp4").code == 0
    before = {path: path.read_bytes() for path in place.folder.rglob("*") if path.is_file()}
    for words, code in REFUSED:
        assert_refused(cli("project", *words), code)
        assert {path: path.read_bytes() for path in place.folder.rglob("*") if path.is_file()} == before
