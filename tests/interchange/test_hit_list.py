from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.projects import film
from v2a_foley.errors import InputError
from v2a_foley.interchange.hit_list import MOST_HITS, ListedHit, read_hits, write_hits
from v2a_foley.project import Region

FILM = film(Path("film.mp4"), Fraction(24_000, 1001), frames=2400, timecode="01:00:00:00")
DROP = film(Path("film.mp4"), Fraction(30_000, 1001), frames=3000, timecode="00:59:59;20")
PARTS = st.integers(0, 10**6).map(lambda part: part / 10**6)
HITS = st.lists(
    st.builds(
        ListedHit,
        st.fractions(0, 100, max_denominator=240_000) | st.integers(0, 10**11).map(lambda part: Fraction(part, 10**9)),
        PARTS,
        st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",;\t='), max_size=30).map(str.strip),
        st.none() | st.builds(lambda x, y: Region(x, y, 0.0, 0.0), PARTS, PARTS),
    ),
    max_size=8,
)


def saved(folder: Path, text: str | bytes, name: str = "hits.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@settings(max_examples=60, deadline=None)
@given(hits=HITS, suffix=st.sampled_from([".csv", ".json"]))
def test_what_is_written_is_read_again(hits, suffix):
    with TemporaryDirectory() as folder:
        path = Path(folder, f"hits{suffix}")
        write_hits(path, hits)
        assert read_hits(path, None) == tuple(sorted(hits, key=lambda hit: hit.time))


def test_a_float_is_written_to_the_nanosecond(tmp_path):
    write_hits(tmp_path / "a.csv", [ListedHit(Fraction(0.1) + Fraction(1, 3))])
    assert abs(read_hits(tmp_path / "a.csv")[0].time - (Fraction(0.1) + Fraction(1, 3))) < Fraction(1, 10**9)


@pytest.mark.parametrize(
    ("time", "media", "seconds"),
    [
        ("1.25", FILM, Fraction(5, 4)),
        ("5/4", FILM, Fraction(5, 4)),
        ("01:00:02:00", FILM, Fraction(2 * 1001, 1000)),
        ("01:00:00;02", DROP, Fraction(12 * 1001, 30_000)),
    ],
)
def test_times_are_seconds_fractions_or_the_films_timecodes(tmp_path, time, media, seconds):
    (hit,) = read_hits(saved(tmp_path, f"time,strength,event\n{time},,\n"), media)
    assert hit == ListedHit(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "\ufefftime,strength,event,x,y\r\n2,0.5,a dog,0.25,1\r\n1.5,,,,\r\n",
        "event;y;x;time;strength\n\n;;;1,5;\na dog;1;0,25;2;0,5\n",
        '[{"time": 2, "strength": 0.5, "event": "a dog", "x": 0.25, "y": 1, "who": 1}, {"time": "3/2"}]',
        ' {"hits": [{"time": 1.5}, {"time": "2.0", "strength": "0.5", "event": "a dog", "x": 0.25, "y": 1}]}',
        "sep=\t\ntime\tevent\tstrength\tx\ty\n1.5\t\t\t\t\n2\ta dog\t0.5\t0.25\t1\n",
    ],
)
def test_what_spreadsheets_and_programs_write_is_read(tmp_path, text):
    assert read_hits(saved(tmp_path, text), FILM) == (
        ListedHit(Fraction(3, 2)),
        ListedHit(Fraction(2), 0.5, "a dog", Region(0.25, 1.0, 0.0, 0.0)),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("strength,event\n1,dog\n", "no column 'time'"),
        ("time\n1\nnan\n", "row 3, column time"),
        ("time\ninf\n", "row 2, column time: 'inf' is no time"),
        ("time\n-1\n", "is no time from 0"),
        ("time\n1/0\n", "is no time"),
        ("time\n101\n", "outside the film"),
        ("time\n00:59:59:23\n", "outside the film"),
        ("time\n01:00:00:24\n", "no timecode of this film"),
        ("time,event\n,dog\n", "there is no time"),
        ("time,strength\n1,1.5\n", "row 2, column strength: '1.5' is no number from 0 to 1"),
        ("time,strength\n1,nan\n", "column strength"),
        ("time,x\n1,0.5\n", "both x and y"),
        ("time,event\n1," + "a" * 501, "501 characters"),
        ('time,event\n1,"dog\n', "row 2"),
        ("time,time\n1,1\n", "two columns"),
        ("time\n1,2,3\n", "more cells"),
        (b"time\n\xff\xfe\n", "not UTF-8"),
        (b"time\n1\x00\n", "no text"),
        ("time,event\n" + "1.5,a dog barks\n" * 10**6, "more than"),
        ("[" + "1," * MOST_HITS + "1]", "more than"),
        ("[{}]", "row 1, column time: there is no time"),
        ("[1]", "no object"),
        ('{"hit": []}', "no list of hits"),
        ("[" * 10**5, "recursion"),
        ('[{"time": NaN}]', "no JSON"),
        ('[{"time": 1e400}]', "out of range"),
        ('[{"time": ' + "9" * 4000 + "}]", "out of range"),
        ('[{"time": -1e-3}]', "no time from 0"),
        ('[{"time": true}]', "neither a text nor a number"),
        ('[{"time": [1]}]', "neither a text nor a number"),
        ('[{"time": 1, "event": 3}]', "no text"),
    ],
)
def test_what_is_no_list_is_refused_with_its_row(tmp_path, text, words):
    with pytest.raises(InputError, match=words) as error:
        read_hits(saved(tmp_path, text), FILM)
    assert error.value.hint


def test_a_timecode_needs_a_film(tmp_path):
    with pytest.raises(InputError, match="no film is known"):
        read_hits(saved(tmp_path, "time\n01:00:00:00\n"))
    with pytest.raises(InputError, match="cannot be read"):
        read_hits(tmp_path / "missing.csv")


ODD = st.sampled_from(
    ["1", "nan", "1e9", "-0", "٣", "½", "1/2", "01:00:00:01", "x" * 300, "=1", '"', "\x85", "\r", ";"]
)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.lists(ODD | st.text(max_size=8), max_size=6), max_size=5), form=st.sampled_from("cj"))
def test_whatever_stands_there_gives_hits_or_an_error_of_ours(rows, form):
    lines = "\n".join(",".join(row) for row in rows)
    text = json.dumps([dict(zip(("time", "strength", "event", "x", "y"), row, strict=False)) for row in rows])
    with TemporaryDirectory() as folder:
        path = saved(
            Path(folder), ("time,strength,event,x,y\n" + lines if form == "c" else text).encode("utf-8", "replace")
        )
        try:
            hits = read_hits(path, FILM)
        except InputError:
            return
    assert all(0 <= hit.time < FILM.duration and 0 <= hit.strength <= 1 for hit in hits)
