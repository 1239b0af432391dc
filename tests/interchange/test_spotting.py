import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.projects import film, project_of
from v2a_foley.errors import OutputError
from v2a_foley.interchange.spotting import COLUMNS, write_spotting
from v2a_foley.project import Project
from v2a_foley.timebase import Timecode

NTSC = Fraction(24_000, 1001)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("rate", "timecode", "first", "last"),
    [
        (NTSC, "01:00:00:00", "01:00:00:00", "01:00:10:00"),
        (Fraction(25), "10:00:00:00", "10:00:00:00", "10:00:09:15"),
        (Fraction(30_000, 1001), "00:59:59;20", "00:59:59;20", "01:00:07;20"),
        (Fraction(24), None, "00:00:00:00", "00:00:10:00"),
    ],
)
def test_a_row_a_cue_with_exact_times(tmp_path: Path, rate: Fraction, timecode: str | None, first: str, last: str):
    project = project_of(film(tmp_path / "a.mp4", rate, timecode=timecode), tmp_path)
    write_spotting(project, tmp_path / "list.csv")
    found = table(tmp_path / "list.csv")

    assert tuple(found[0]) == COLUMNS
    assert len(found) == len(project.cues)
    bed = next(row for row in found if row["cue"] == "c1")
    assert (bed["timecode_in"], bed["timecode_out"]) == (first, last)
    for row in found:
        cue = next(cue for cue in project.cues if cue.id == row["cue"])
        assert (Fraction(row["exact_in"]), Fraction(row["exact_out"])) == (cue.range.start, cue.range.end)
        assert float(row["seconds_in"]) == pytest.approx(float(cue.range.start), abs=1e-6)
        assert row["hits"].count("@") == len(cue.hits)
        assert row["catid"] == cue.event.catid
        assert row["layer"] == cue.layer.value
        assert [int(number) for number in row["shots"].split()] == list(cue.shots)
        assert row["seed"] == str(cue.take.seed)


def test_rows_follow_time_and_then_layer(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path, shots=7)
    write_spotting(project, tmp_path / "list.csv")
    keys = [
        (float(row["seconds_in"]), ("BG", "FX", "FOLEY").index(row["layer"])) for row in table(tmp_path / "list.csv")
    ]

    assert keys == sorted(keys)


def test_words_survive_commas_quotes_lines_and_other_scripts(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path)
    prompt = 'a "loud", ünüsual\nsound — 雨'
    project = project.with_cues(replace(cue, prompt=prompt, takes=(), active=None, muted=True) for cue in project.cues)
    write_spotting(project, tmp_path / "é # 100% list.csv")

    for row in table(tmp_path / "é # 100% list.csv"):
        assert row["prompt"] == prompt
        assert row["generator"] == row["licence"] == row["seed"] == ""
        assert row["muted"] == "yes"


def test_timecode_counts_from_the_first_frame_where_sound_starts_before_the_picture(tmp_path: Path):
    late = film(tmp_path / "a.mp4", NTSC, timecode="01:00:00:00", start=Fraction(1001, 24_000) * 3)
    project = project_of(late, tmp_path)
    write_spotting(project, tmp_path / "list.csv")

    assert table(tmp_path / "list.csv")[0]["timecode_in"] == "01:00:00:00"
    assert Timecode.parse("01:00:00:00", NTSC).frame == 86_400


def test_a_project_without_cues_is_a_header(tmp_path: Path):
    write_spotting(Project(film(tmp_path / "a.mp4")), tmp_path / "list.csv")

    assert (tmp_path / "list.csv").read_text().strip() == ",".join(COLUMNS)


def test_a_place_that_cannot_be_written_is_our_error(tmp_path: Path):
    with pytest.raises(OutputError):
        write_spotting(Project(film(tmp_path / "a.mp4")), tmp_path / "missing" / "list.csv")
