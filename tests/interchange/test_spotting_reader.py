from __future__ import annotations

import csv
import io
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.projects import ENGINE, HAMMER, RAIN, STEPS, WIND, film, project_of
from v2a_foley.errors import InputError
from v2a_foley.interchange.spotting import COLUMNS, write_spotting
from v2a_foley.interchange.spotting_reader import MOST_ROWS, read_spotting
from v2a_foley.interchange.tables import MOST_BYTES
from v2a_foley.media import MediaFacts
from v2a_foley.project import FOLEY_LAYERS, Cue, Hit, Project, Region, Vocabulary
from v2a_foley.timebase import TimeRange

EVENTS = (RAIN, WIND, HAMMER, STEPS, ENGINE)
WORDS = Vocabulary(EVENTS)
FILM = film(Path("film.mp4"), Fraction(24_000, 1001), frames=2400, timecode="01:00:00:00")
RATES = [
    (Fraction(24_000, 1001), "01:00:00:00"),
    (Fraction(25), None),
    (Fraction(30_000, 1001), "00:59:59;20"),
    (Fraction(50), "10:00:00:00"),
    (Fraction(120), None),
]


def parts(cue: Cue) -> tuple:
    return (cue.id, cue.layer, cue.range, cue.shots, cue.event, cue.prompt, round(cue.gain, 1), cue.muted)


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def save(path: Path, rows: list[list[str]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def listed(folder: Path, media: MediaFacts = FILM) -> tuple[Project, Path, list[list[str]]]:
    project = project_of(media, folder)
    write_spotting(project, folder / "list.csv")
    return project, folder / "list.csv", table(folder / "list.csv")


def changed(folder: Path, column: str, value: str, row: int = 1) -> Path:
    _, path, rows = listed(folder)
    rows[row][COLUMNS.index(column)] = value
    return save(path, rows)


@pytest.mark.parametrize(("rate", "timecode"), RATES)
def test_what_nobody_touched_is_read_as_it_was(tmp_path, rate, timecode):
    media = film(tmp_path / "a.mp4", rate, timecode=timecode)
    project, path, _ = listed(tmp_path, media)
    found = read_spotting(path, media, WORDS)
    assert {cue.id: parts(cue) for cue in found} == {cue.id: parts(cue) for cue in project.cues}
    assert all(not cue.takes for cue in found)


LETTERS = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n",;\t=')
TEXTS = st.text(LETTERS, max_size=60).map(str.strip)
TICKS = int(FILM.duration * 48_000)


@st.composite
def cues(draw) -> list[Cue]:
    found = []
    for number in range(draw(st.integers(0, 8))):
        start, end = sorted(draw(st.lists(st.integers(0, TICKS), min_size=2, max_size=2, unique=True)))
        event = draw(st.sampled_from(EVENTS))
        found.append(
            Cue(
                f"c{number}",
                draw(st.sampled_from(FOLEY_LAYERS)),
                TimeRange(Fraction(start, 48_000), Fraction(end, 48_000)),
                tuple(draw(st.lists(st.integers(1, 999), max_size=3))),
                event,
                prompt=draw(TEXTS),
                gain=draw(st.floats(-60, 24)),
                muted=draw(st.booleans()),
            )
        )
    return found


@given(cues(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.randoms())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_written_saved_by_a_spreadsheet_and_read_again(tmp_path_factory, wanted, delimiter, encoding, chance):
    folder = tmp_path_factory.mktemp("list")
    write_spotting(Project(FILM, cues=tuple(wanted)), folder / "list.csv")
    rows = [[*row, f"note {number}"] for number, row in enumerate(table(folder / "list.csv"))]
    rows[0][-1] = "remarks"
    order = list(range(len(rows[0])))
    chance.shuffle(order)
    rows = [[row[column] for column in order] for row in rows]
    path = save(folder / "again.csv", rows, delimiter=delimiter, encoding=encoding)
    found = {cue.id: parts(cue) for cue in read_spotting(path, FILM, WORDS)}
    assert found == {cue.id: parts(replace(cue, gain=float(f"{cue.gain:.1f}"))) for cue in wanted}


def test_a_changed_timecode_counts_and_the_other_end_keeps_its_sample(tmp_path):
    before = read_spotting(listed(tmp_path)[1], FILM, WORDS)[0]
    after = read_spotting(changed(tmp_path, "timecode_in", "01:00:02:12"), FILM, WORDS)[0]
    assert after.range == TimeRange(Fraction(60) * 1001 / 24_000, before.range.end)


def test_changed_seconds_count_where_the_timecode_was_not_changed(tmp_path):
    assert read_spotting(changed(tmp_path, "seconds_in", "1,25"), FILM, WORDS)[0].range.start == Fraction(5, 4)


def test_rows_are_taken_out_and_added(tmp_path):
    _, path, rows = listed(tmp_path)
    bare = ["timecode_in", "Timecode_Out", "EVENT", "gain_db", "muted", "who cares"]
    new = ["01:00:01:00", "01:00:02:00", "Hammer", "−3,5", "x", "?"]
    save(path, [bare, new, [""] * 6, ["01:00:01:00", "01:00:02:00", "rain", "", "", ""]])
    one, two = read_spotting(path, FILM, WORDS)
    assert (one.id, one.layer, one.event, one.gain, one.muted) == ("c1", HAMMER.layer, HAMMER, -3.5, True)
    assert (two.id, two.layer, two.gain, two.muted) == ("c2", RAIN.layer, 0.0, False)
    rows = [rows[0], rows[2], ["", *rows[1][1:]]]
    kept, fresh = read_spotting(save(path, rows), FILM, WORDS)
    assert kept.id == rows[1][0]
    assert fresh.id not in {"", kept.id}


def test_hits_come_back_in_full(tmp_path):
    project = project_of(FILM, tmp_path)
    hammer = next(cue for cue in project.cues if cue.event is HAMMER)
    at = hammer.range.start
    hits = (
        Hit(at, 1 / 3, Region(0.1, 0.2, 1e-5, 1.0)),
        Hit(at + Fraction(1, 7), 0.0, muted=True),
        Hit(at + Fraction(2, 7), 1.0, Region(0, 1, 0.5, 1 / 3), muted=True),
    )
    project = project.with_cues(replace(cue, hits=hits) if cue is hammer else cue for cue in project.cues)
    write_spotting(project, tmp_path / "full.csv")
    found = {cue.id: cue.hits for cue in read_spotting(tmp_path / "full.csv", FILM, WORDS)}
    assert found == {cue.id: cue.hits for cue in project.cues}


@pytest.mark.parametrize(
    ("typed", "hits"),
    [
        ("", ()),
        ("3", ()),
        ("2@1", (Hit(Fraction(2)),)),
        ("1.250@0.80; 5/4 @ ,5 ;", None),
        ("2.5 muted;1,5@0,25", (Hit(Fraction(3, 2), 0.25), Hit(Fraction(5, 2), muted=True))),
        ("01:00:01:00@0.5", (Hit(Fraction(1001, 1000), 0.5),)),
        ("1@0.5 [0.5 0.5 0.1 0.1]", (Hit(Fraction(1), 0.5, Region(0.5, 0.5, 0.1, 0.1)),)),
        ("1@1.5", None),
        ("1@nan", None),
        ("1@0.5 [0.5 0.5]", None),
        ("-1@0.5", None),
        ("1/0@0.5", None),
        ("soon", None),
        ("99999@1", None),
    ],
)
def test_hits_are_typed_by_hand(tmp_path, typed, hits):
    path = changed(tmp_path, "hits", typed)
    if hits is None:
        with pytest.raises(InputError, match="column hits"):
            read_spotting(path, FILM, WORDS)
    else:
        assert read_spotting(path, FILM, WORDS)[0].hits == hits


def test_what_excel_makes_of_it_is_read(tmp_path):
    """Fractions become dates, decimals lose their zeros; a first line names the delimiter."""
    project, path, rows = listed(tmp_path)
    for row in rows[1:]:
        row[COLUMNS.index("exact_in")] = "24. Jan"
        row[COLUMNS.index("seconds_in")] = row[COLUMNS.index("seconds_in")].rstrip("0").rstrip(".").replace(".", ",")
    save(path, rows, delimiter=";")
    path.write_bytes(b"sep=;\r\n" + path.read_bytes())
    for cue in read_spotting(path, FILM, WORDS):
        was = next(each for each in project.cues if each.id == cue.id)
        assert abs(cue.range.start - was.range.start) < Fraction(1, 40)
        assert cue.range.end == was.range.end


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("event", "hamer", "'hamer' is no event; the nearest is 'hammer'"),
        ("event", "", "it is empty"),
        ("timecode_in", "01:00:00:24", "is no timecode"),
        ("timecode_in", "soon", "is no timecode"),
        ("timecode_in", "00:10:00:00", "lies outside the film"),
        ("timecode_out", "09:00:00:00", "lies outside the film"),
        ("timecode_out", "01:00:00:00", "ends before it begins"),
        ("seconds_in", "-3", "is no number of seconds"),
        ("layer", "ORIG", "is none of BG, FX, FOLEY"),
        ("gain_db", "loud", "is no level"),
        ("gain_db", "1e3", "is no level"),
        ("gain_db", "90", "is no level"),
        ("muted", "perhaps", "neither yes nor no"),
        ("shots", "one two", "no list of shots"),
        ("cue", "c3", "stands in an earlier row"),
        ("cue", "../c", "no cue's id"),
        ("prompt", "x" * 501, "501 characters"),
    ],
)
def test_every_mistake_is_one_sentence_with_its_row_and_column(tmp_path, column, value, words):
    row = 4 if column == "cue" else 2
    path = changed(tmp_path, column, value, row)
    rows = table(path)
    if value == "c3":
        rows[row][0] = rows[1][0]
        save(path, rows)
    with pytest.raises(InputError) as caught:
        read_spotting(path, FILM, WORDS)
    assert f"list.csv, row {row + 1}, column {column}" in caught.value.message
    assert words in caught.value.message
    assert caught.value.message.count("\n") == 0
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "no column"),
        (b"event\nrain\n", "no column 'timecode_in'"),
        (b"timecode_in,timecode_out\n", "no column 'event'"),
        (b"event,event,timecode_in,timecode_out\n", "two columns 'event'"),
        (b'event,timecode_in,timecode_out\nrain,"01:00', "row 2"),
        (b"event,timecode_in,timecode_out\nrain,01:00:00:00,01:00:01:00,more\n", "more cells"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "not UTF-8"),
        (b"event,\0,timecode_in", "no text"),
        (b"event,timecode_in,timecode_out\n" + b'"' + b"x" * 200_000 + b'",,\n', "field"),
        (b"event,timecode_in,timecode_out\n" + b"rain,01:00:00:00,01:00:01:00\n" * (MOST_ROWS + 1), "more than"),
        (b" " * (MOST_BYTES + 1), "larger than"),
    ],
    ids=range(12),
)
def test_what_is_no_list_is_refused(tmp_path, data, words):
    (tmp_path / "list.csv").write_bytes(data)
    with pytest.raises(InputError, match=words):
        read_spotting(tmp_path / "list.csv", FILM, WORDS)


def test_no_file_and_a_folder_are_our_errors(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_spotting(path, FILM, WORDS)


PIECES = (
    b",",
    b";",
    b"\t",
    b'"',
    b"\r\n",
    b"\n",
    b"\0",
    b"\xff",
    b"01:00:00:00",
    b"1/0",
    b"-1",
    b"9" * 40,
    b"\xef\xbb\xbf",
)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A list after some bytes were changed, taken out, doubled or put in."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found) + 1)
        what = chance.randrange(5)
        if what == 0 and at < len(found):
            found[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            del found[at : at + chance.randint(1, 40)]
        elif what == 2:
            found[at:at] = chance.choice(PIECES)
        elif what == 3:
            found[at:at] = found[at : at + chance.randint(1, 200)]
        else:
            del found[at:]
    return bytes(found)


@pytest.mark.parametrize("cases", [500, pytest.param(25_000, marks=pytest.mark.long)])
def test_damage_is_read_or_refused_and_nothing_else(tmp_path, cases):
    data = listed(tmp_path)[1].read_bytes()
    path, chance, refused = tmp_path / "damaged.csv", random.Random(7), []  # noqa: S311 - it chooses damage, no secrets
    for _ in range(cases):
        path.write_bytes(mutated(data, chance))
        try:
            found = read_spotting(path, FILM, WORDS)
        except InputError as error:
            refused.append(error.message)
        else:
            for cue in found:
                assert 0 <= cue.range.start < cue.range.end <= FILM.duration
                assert cue.event in EVENTS
            assert len({cue.id for cue in found}) == len(found)
    assert 0 < len(refused) < cases
    assert max(map(len, refused)) < 400
    assert not any("\n" in message for message in refused)
