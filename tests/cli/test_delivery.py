"""Delivering, naming and spotting by hand, as a user meets them on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.program import assert_refused, contents
from tests.footage import make_film


@pytest.fixture
def film(place) -> Path:
    return make_film(place.folder / "my_film.mp4", seconds=3, size=(160, 90), sound="tone")


def said(cli, *words: object) -> dict:
    done = cli("run", *words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_a_delivery_is_told_with_its_numbers(cli, film):
    result = said(
        cli,
        film,
        "-o",
        "out.mov",
        "--deliver",
        "ebu",
        "--prompt",
        "rain on a roof",
        "--stems",
        "stems",
        "--version",
        "v7",
    )
    report = result["delivery"]
    assert (report["preset"], report["passed"], report["gate"], report["speech_share"]) == (
        "ebu",
        True,
        "programme",
        None,
    )
    measured = {check["what"]: check["measured"] for check in report["checks"]}
    assert measured["integrated loudness"] == pytest.approx(-23, abs=0.2) == result["integrated_lufs"]
    assert measured["true peak"] <= -1
    assert {path.name for path in Path("stems").iterdir()} == {
        f"my_film_{each}_v7.wav" for each in ("ORIG", "BG", "FX", "FOLEY", "EFX")
    }
    assert result["effects"] == str(Path("stems/my_film_EFX_v7.wav"))


@pytest.mark.parametrize(
    "words",
    [
        ("--deliver", "moon"),
        ("--deliver", "ebu", "--loudness", "-20"),
        ("--dialogue-track", "2"),
        ("--music-track", "2"),
        ("--dialogue-track", "0"),
        ("--dialogue-track", "1", "--music-track", "1"),
        ("--dialogue-track", "1", "--original", "replace"),
        ("--foley-to", "lfe"),
        ("--name", "{film}"),
        ("--name", "{take"),
        ("--stem-name", "{layer}/{film}"),
        ("--stem-name", "{layer}{shot}"),
        ("--version", "a/b"),
        ("--spot-from", "list.csv", "--prompt", "rain"),
    ],
)
def test_wrong_use_is_refused_before_work(cli, film, place, words):
    before = contents(place.folder)
    assert_refused(cli("run", film, "-o", "out.mp4", *words), 2)
    place.assert_clean(before)


def test_stems_named_by_timecode_are_not_replaced_unasked(cli, film, place):
    Path("stems").mkdir()
    Path("stems/00-00-00-00 BG.wav").write_text("mine")
    before = contents(place.folder)
    assert_refused(cli("run", film, "-o", "out.mp4", "--stems", "stems", "--stem-name", "{tc} {layer}"), 2)
    place.assert_clean(before)


@pytest.mark.long
def test_a_list_is_written_changed_and_rendered_from(cli, film):
    said(
        cli,
        film,
        "-o",
        "a.mov",
        "--prompt",
        "rain on a roof, a dog barks",
        "--spotting",
        "list.csv",
        "--timeline",
        "a.otio",
    )
    with Path("list.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["name"] and row["bandwidth_hz"] == "24000" and row["model"] for row in rows)
    assert {path.stem for path in Path("a_takes").iterdir()} == {row["name"] for row in rows}
    assert all(row["name"].startswith(f"{row['catid']}_") and row["name"].endswith("_V2AF_my-film") for row in rows)
    kept = rows[0] | {"timecode_in": "00:00:01:00", "gain_db": "-6,0", "cue": "c9"}
    with Path("new.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, kept, delimiter=";")
        table.writeheader()
        table.writerow(kept)
    [cue] = said(cli, film, "-o", "b.mov", "--spot-from", "new.csv")["cues"]
    assert (cue["id"], cue["event"], cue["start"], cue["gain"]) == ("c9", kept["event"], "1", -6.0)
    assert cue["end"] == kept["exact_out"]
    assert cue["shots"] == [1]


def test_a_mistake_in_a_list_is_told_before_work(cli, film, place):
    Path("list.csv").write_text("event,timecode_in,timecode_out\ndgo,00:00:00:00,00:00:01:00\n")
    before = contents(place.folder)
    done = cli("run", film, "-o", "out.mp4", "--spot-from", "list.csv")
    assert_refused(done, 3)
    assert "row 2, column event" in done.err
    place.assert_clean(before)
