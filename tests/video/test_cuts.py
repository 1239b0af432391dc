"""Lists of cuts in all their forms, and what is wrong with the others."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.footage import make_film
from v2a_foley.errors import CutsError
from v2a_foley.video.look import look
from v2a_foley.video.probe import probe
from v2a_foley.video.shots import read_cuts

FRAMES = [0, 24, 60]
TABLE = """\
Scene Number,Start Frame,Start Timecode,Start Time (seconds),End Frame,End Timecode,End Time (seconds)
1,1,00:00:00.000,0.000,24,00:00:00.960,0.960
2,25,00:00:00.960,0.960,60,00:00:02.400,2.400
3,61,00:00:02.400,2.400,100,00:00:04.000,4.000
"""
FORMS = {
    "table": TABLE,
    "table with its first line": "Timecode List:,00:00:00.960,00:00:02.400\n" + TABLE,
    "table with a mark of byte order": "\ufeff" + TABLE,
    "frames": "00:00:00:00\n00:00:00:24\n00:00:02:10\n",
    "clock": "00:00:00.000\n00:00:00.960\n0:02.400\n",
    "seconds": "0\n0.96\n\n# a note\n2.4\n",
    "out of order, twice": "2.4\n0\n0.96\n2.4\n",
}


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return probe(make_film(tmp_path_factory.mktemp("cuts") / "a.mp4", seconds=4))


@pytest.fixture(scope="module")
def film_with_timecode(tmp_path_factory):
    return probe(make_film(tmp_path_factory.mktemp("cuts") / "a.mov", seconds=4, timecode="01:00:00:00"))


@pytest.mark.parametrize("form", FORMS)
def test_forms(tmp_path, film, form):
    path = tmp_path / "cuts.csv"
    path.write_text(FORMS[form], encoding="utf-8")
    assert read_cuts(path, film) == [Fraction(n, 25) for n in FRAMES]


def test_shots_from_a_list(tmp_path, film):
    path = tmp_path / "cuts.txt"
    path.write_text("1.0\n2.0\n")
    shots = look(film, cuts=read_cuts(path, film)).shots
    assert [(shot.range.start, shot.found) for shot in shots] == [(0, "start"), (1, "list"), (2, "list")]


def test_times_past_the_start_timecode_are_absolute(tmp_path, film_with_timecode):
    path = tmp_path / "cuts.txt"
    path.write_text("01:00:00:00\n01:00:01:00\n")
    assert read_cuts(path, film_with_timecode) == [0, 1]
    path.write_text("00:00:00:00\n00:00:01:00\n")
    assert read_cuts(path, film_with_timecode) == [0, 1]


def test_drop_frame_times(tmp_path):
    film = probe(make_film(tmp_path / "a.mov", rate="30000/1001", seconds=4, timecode="01:00:00;00"))
    path = tmp_path / "cuts.txt"
    path.write_text("01:00:01;15\n")
    assert read_cuts(path, film) == [Fraction(45 * 1001, 30000)]


def test_a_time_between_frames_goes_to_the_nearest(tmp_path, film):
    path = tmp_path / "cuts.txt"
    path.write_text("0.965\n1.01\n")
    assert read_cuts(path, film) == [Fraction(24, 25), Fraction(25, 25)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("0\nsoon\n", 2),
        ("0\n1.0\n99\n", 3),
        ("00:00:00:30\n", 1),
        ("# x\n\n-1\n", 3),
        (TABLE + "4,101\n", 5),
        ("00:61:00.0\n", 1),
    ],
)
def test_a_wrong_line_is_named(tmp_path, film, text, line):
    path = tmp_path / "cuts.txt"
    path.write_text(text)
    with pytest.raises(CutsError, match=rf"cuts\.txt, line {line}:"):
        read_cuts(path, film)


def test_missing_empty_and_binary_lists(tmp_path, film):
    with pytest.raises(CutsError, match="cannot be read"):
        read_cuts(tmp_path / "none.txt", film)
    path = tmp_path / "cuts.txt"
    path.write_text("\n# nothing\n")
    with pytest.raises(CutsError, match="empty"):
        read_cuts(path, film)
    path.write_bytes(bytes(range(256)))
    with pytest.raises(CutsError, match="cannot be read"):
        read_cuts(path, film)
