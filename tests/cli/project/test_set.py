"""``project set`` and ``project edit``: what was set is in the folder; what cannot be is refused."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from typer.testing import CliRunner

from tests.projects import film, project_of
from v2a_foley.cli.project import app
from v2a_foley.project import Hit, Intensity, Layer, Region
from v2a_foley.project.creating import create_project
from v2a_foley.project.storage import read_project


@pytest.fixture
def folder(tmp_path):
    """A project without takes whose film has a timecode: four shots of 2.5 s."""
    project = project_of(film(tmp_path / "film.mp4", timecode="01:00:00:00"), tmp_path / "takes")
    bare = project.with_cues(replace(cue, takes=(), active=None) for cue in project.cues)
    create_project(tmp_path / "project", bare).close()
    return tmp_path / "project"


def do(*words, code=0, text=None):
    done = CliRunner().invoke(app, list(map(str, words)), input=text)
    assert done.exit_code == code, done.output
    return done


def test_parts_of_a_cue_are_set(folder):
    words = ["gain=-3", "muted=yes", "prompt=rain on tin", "seed=7", "fade-in=0.5", "fade-out=0", "layer=foley"]
    done = do("set", folder, "cue:c3", *words, "hits=0.5@0.25, 1", "intensity=0@0.5,2@1")
    assert "c3 gain: 0.0 → -3.0" in done.output
    cue = read_project(folder).cue("c3")
    assert (cue.gain, cue.muted, cue.prompt, cue.seed, cue.layer) == (-3.0, True, "rain on tin", 7, Layer.FOLEY)
    assert (cue.fade_in, cue.fade_out) == (Fraction(1, 2), 0)
    assert cue.hits == (Hit(Fraction(1, 2), 0.25), Hit(Fraction(1)))
    assert cue.intensity == Intensity((Fraction(0), Fraction(2)), (0.5, 1.0))
    do("set", folder, "cue:c3", "seed=", "fade-in=none", "intensity=")
    cue = read_project(folder).cue("c3")
    assert (cue.seed, cue.fade_in, cue.intensity) == (None, None, None)


def test_hits_come_from_a_list(folder, tmp_path):
    def seconds(name):
        return [float(hit.time) for hit in read_project(folder).cue(name).hits]

    listed, before = tmp_path / "hits.csv", seconds("c5")
    listed.write_text(
        "time,strength,event,x,y\n0.5,0.2,,,\n1,0.4,Hammer,0.1,0.9\n1,0.7,hammer,0.2,0.8\n01:00:06:00,,,,\n"
    )
    do("set", folder, "cue:c3", f"hits-from={listed}", "gain=-3")
    assert read_project(folder).cue("c3").hits == (Hit(Fraction(1), 0.7, Region(0.2, 0.8, 0, 0)),)
    assert (read_project(folder).cue("c3").gain, seconds("c5")) == (-3, before)
    do("set", folder, "film", f"hits-from={listed}")
    assert (seconds("c3"), seconds("c5")) == ([1], [6])
    listed.write_text("time,event\n1,a dog barks\n")
    for target in ("film", "cue:c3"):
        assert "strikes" in do("set", folder, target, f"hits-from={listed}", code=2).output
    assert (seconds("c3"), seconds("c5")) == ([1], [6])


def test_a_cue_is_moved_and_trimmed_by_seconds_or_timecode(folder):
    do("set", folder, "cue:c3", "at=01:00:03:00")
    assert read_project(folder).cue("c3").range.start == 3
    do("set", folder, "cue:c3", "start=97/24", "end=5")
    cue = read_project(folder).cue("c3")
    assert (cue.range.start, cue.range.end, cue.anchor) == (Fraction(97, 24), 5, 0)


def test_a_shot_s_cut_falls_on_a_frame_and_its_own_cues_are_set(folder):
    do("set", folder, "shot:2", "start=3.01", "scene=4", "gain=-2")
    project = read_project(folder)
    assert project.shots[1].range.start == 3
    assert project.shots[1].scene == 4
    assert [cue.gain for cue in project.cues if cue.id in ("c1", "c3", "c4")] == [0.0, 0.0, -2.0]


def test_the_film_s_settings_are_checked_and_go_back_to_their_defaults(folder):
    do("set", folder, "film", "original=duck", "loudness=-23", "takes=2", "prompt=rain", "prompt=2=wind")
    assert read_project(folder).settings == {
        "original": "duck", "loudness": "-23", "takes": 2, "prompt": ["rain", "2=wind"],
    }  # fmt: skip
    do("set", folder, "film", "takes=", "prompt=", "original=")
    assert read_project(folder).settings == {"loudness": "-23"}


def test_edits_are_applied_in_one_go_and_their_inverse_undoes_them(folder, tmp_path):
    before = read_project(folder)
    lines = ['{"edit": "split_shot", "shot": 1, "at": "1"}', '{"edit": "remove_cue", "cue": "c3"}']
    done = json.loads(do("edit", folder, "-", "--json", text="\n".join(lines)).stdout)
    assert [each["edit"] for each in done["edits"]] == ["split_shot", "remove_cue"]
    assert "c3: removed" in done["changes"]
    assert len(read_project(folder).shots) == 5
    file = tmp_path / "undo.jsonl"
    file.write_text(json.dumps(done["undo"]) + "\n")
    do("edit", folder, file)
    assert read_project(folder) == before


def test_an_edit_that_cannot_be_keeps_the_others_from_being_saved(folder):
    before = read_project(folder)
    good, bad = '{"edit": "split_shot", "shot": 1, "at": "1"}', '{"edit": "remove_cue", "cue": "c99"}'
    assert "no cue 'c99'" in do("edit", folder, good, bad, code=2).output
    assert read_project(folder) == before


@pytest.mark.parametrize(
    "words",
    [
        ("film", "loudness=loud"),
        ("film", "original=none"),
        ("film", "stems=out"),
        ("film", "sound=loud"),
        ("film", "takes=many"),
        ("cue:c3", "gain=loud"),
        ("cue:c3", "gain=99"),
        ("cue:c3", "gain=nan"),
        ("cue:c3", "active=c3t1"),
        ("cue:c3", "muted=perhaps"),
        ("cue:c3", "gain=1", "gain=2"),
        ("cue:c3", "at=1/0"),
        ("cue:c3", "at=00:00:00:99"),
        ("cue:c3", "layer=ORIG"),
        ("cue:c3", "event=no such thing"),
        ("cue:c3", "takes="),
        ("cue:c3", "gain"),
        ("cue:c99", "gain=1"),
        ("shot:3", "start=99"),
        ("shot:9", "gain=1"),
        ("reel:1", "gain=1"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_set_is_refused_in_words(folder, words):
    before = (folder / "project.json").read_bytes()
    done = do("set", folder, *words, code=2)
    assert len(done.stderr.strip().splitlines()) >= 2  # a sentence and a hint
    assert (folder / "project.json").read_bytes() == before


@pytest.mark.parametrize("text", ["{", "[1]", '{"edit": "split_shot", "shot": NaN}', "{" * 9, "no-such-file"])
def test_what_is_no_edit_is_refused_in_words(folder, text):
    do("edit", folder, text, code=2)


def test_a_take_outside_of_the_folder_is_no_edit(folder):
    take = {"id": "x", "path": "/etc/passwd", "digest": "../../etc/passwd"}
    do("edit", folder, json.dumps({"edit": "add_take", "cue": "c1", "take": take}), code=2)


def test_places_are_kept_from_the_root_and_words_as_they_are(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    do("set", folder, "film", "cues=hits.csv", "onsets=hand", "library=mine")
    settings = read_project(folder).settings
    assert (settings["cues"], settings["onsets"]) == (str(tmp_path / "hits.csv"), "hand")
    assert settings["library"] == str(tmp_path / "mine")
