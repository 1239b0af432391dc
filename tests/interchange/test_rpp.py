"""What REAPER's project says is read by another package's parser."""

from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

import pytest
import rpp
from hypothesis import given, settings
from hypothesis import strategies as st

from v2a_foley.errors import OutputError
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium, Role
from v2a_foley.interchange.rpp import quoted, rpp_of, seconds, write_rpp
from v2a_foley.timebase import Timecode, to_samples

RATES = [
    (Fraction(24_000, 1001), False, "24", "2"),
    (Fraction(25), False, "25", "0"),
    (Fraction(30_000, 1001), True, "30", "1"),
    (Fraction(30_000, 1001), False, "30", "2"),
    (Fraction(60_000, 1001), True, "60", "1"),
]
HOUR = 48_000 * 3600
PATHS = ["/t/é # % a.wav", "C:\\t\\a 'b'.wav", "\\\\server\\s\\a`&<>.flac", "takes/a \"b\" 'c'.wav", "../x.wav"]


def edit_at(rate, drop, path="/t/é # % a.wav"):
    start = Timecode.parse("01:00:00:00", rate, drop_frame=drop)
    film = Medium("/films/a film.mov", start.time, 300 / rate, "a film", rate, start, (640, 360), 2)
    take = Medium(path, Fraction(1), Fraction(9), channels=1)
    shots = tuple(Item(f"Shot {n}", n * 100 / rate, 100 / rate, film, start.time + n * 100 / rate) for n in range(3))
    own = Item("a film", Fraction(0), 300 / rate, replace(film, rate=None), start.time)
    step = Item(
        "step \"1\" 'x'", Fraction(12_345, 48_000), Fraction(2), take, Fraction(3, 2), gain=-6.0,
        fade_in=Fraction(1, 10), fade_out=Fraction(1, 5), marks=(Mark(Fraction(1, 4), "hit"),),
        others=MappingProxyType({"t2": replace(take, path="/t/2.wav"), "t3": replace(take, path="/t/3.wav")}),
    )  # fmt: skip
    off = Item("off", Fraction(5), Fraction(1), take, Fraction(9), enabled=False)
    lanes = (
        Lane("V1", LaneKind.PICTURE, shots, Role.PICTURE),
        Lane("ORIG", LaneKind.SOUND, (own,), Role.ORIGINAL),
        Lane("FOLEY", LaneKind.SOUND, (step, off), Role.FOLEY),
        Lane("STEM", LaneKind.SOUND, (), Role.STEM, enabled=False),
    )
    marks = (Mark(Fraction(1), "cue `a`", colour="red"), Mark(Fraction(2), "scene", Fraction(3)))
    return Edit("A film", rate, start, lanes, (640, 360), marks)


def values(element, tag):
    return [child[1:] for child in element if isinstance(child, list) and child[0] == tag]


@pytest.mark.parametrize(("rate", "drop", "base", "flag"), RATES)
def test_another_parser_reads_it(tmp_path, rate, drop, base, flag):
    edit = edit_at(rate, drop)
    write_rpp(edit, tmp_path / "a.rpp")
    project = rpp.loads((tmp_path / "a.rpp").read_text(encoding="utf-8"))
    assert values(project, "TIMEMODE")[0][:5] == ["5", "5", "-1", base, flag]
    assert abs(Fraction(values(project, "PROJOFFS")[0][0]) - edit.start.time) < Fraction(1, 10**13)
    tracks = project.findall("TRACK")
    assert [values(track, "NAME")[0][0] for track in tracks] == ["V1", "ORIG", "FOLEY", "STEM"]
    assert [values(track, "MUTESOLO")[0][0] for track in tracks] == ["0", "0", "0", "1"]
    assert len({values(track, "PEAKCOL")[0][0] for track in tracks}) == 4
    for track, lane in zip(tracks, edit.lanes, strict=True):
        for found, item in zip(track.findall("ITEM"), lane.items, strict=True):
            for tag, time in (("POSITION", item.start), ("LENGTH", item.duration)):
                assert to_samples(Fraction(values(found, tag)[0][0])) == to_samples(time)
            assert to_samples(Fraction(values(found, "SOFFS")[0][0])) == to_samples(item.source - item.medium.start)
            assert values(found, "MUTE")[0][0] == str(int(not item.enabled))
            assert values(found, "NAME")[0][0] == item.name.replace("`", "'")
            assert found.find("SOURCE").find("FILE")[1] == item.medium.path
    assert tracks[0].find("ITEM").find("SOURCE").attrib == ["VIDEO"]
    # The film sounds once: from its own lane, not from its picture.
    assert float(values(tracks[0].find("ITEM"), "VOLPAN")[0][0]) == 0
    assert float(values(tracks[1].find("ITEM"), "VOLPAN")[0][0]) == 1
    step = tracks[2].find("ITEM")
    assert float(values(step, "VOLPAN")[0][0]) == pytest.approx(10 ** (-6 / 20), abs=1e-14)
    assert [Fraction(values(step, tag)[0][1]) for tag in ("FADEIN", "FADEOUT")] == [Fraction(1, 10), Fraction(1, 5)]
    files = [source.find("FILE")[1] for source in step.findall("SOURCE")]
    assert files == [edit.lanes[2].items[0].medium.path, "/t/2.wav", "/t/3.wav"]
    assert [each[0] for each in values(step, "NAME")] == ["step \"1\" 'x'", "t2", "t3"]
    assert [child for child in step if child == "TAKE"] == ["TAKE", "TAKE"]
    assert Fraction(values(step, "TKM")[0][0]) == Fraction(3, 4)
    assert [(line[0], Fraction(line[1]), line[2], line[3]) for line in values(project, "MARKER")] == [
        ("1", 1, "cue `a`", "0"), ("2", 2, "scene", "1"), ("2", 5, "", "1"),
    ]  # fmt: skip


def test_without_a_lane_of_its_own_the_film_is_heard_from_its_picture():
    edit = edit_at(Fraction(25), False)
    project = rpp.loads(rpp_of(replace(edit, lanes=edit.lanes[:1])))
    assert values(project.find("TRACK").find("ITEM"), "VOLPAN")[0][0] == "1"


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10 * HOUR))
def test_no_sample_is_lost_within_ten_hours(sample):
    # As a double, which is what REAPER holds.
    assert abs(float(seconds(Fraction(sample, 48_000))) * 48_000 - sample) < 1e-6


@pytest.mark.parametrize("path", PATHS)
def test_paths_survive(path):
    found = rpp.loads(rpp_of(edit_at(Fraction(25), False, path)))
    assert found.findall("TRACK")[2].find("ITEM").find("SOURCE").find("FILE")[1] == path


@pytest.mark.parametrize("path", ["/a\nb.wav", "/a\"'`.wav"])
def test_a_path_that_cannot_be_held_is_refused_in_words(path):
    with pytest.raises(OutputError, match="cannot hold"):
        rpp_of(edit_at(Fraction(25), False, path))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12))
def test_a_name_never_breaks_the_file(name):
    lane = Lane(name, LaneKind.SOUND)
    edit = Edit(name, Fraction(25), Timecode(0, Fraction(25)), (lane,), None, (Mark(Fraction(0), name),))
    project = rpp.loads(rpp_of(edit))
    assert [child.tag for child in project if isinstance(child, rpp.Element)] == ["TRACK"]
    assert len(values(project, "MARKER")[0]) == 5


def test_quotes():
    assert [quoted(each) for each in ("", "a", 'a"', "a\"'", "a\"'`")] == ['""', '"a"', "'a\"'", "`a\"'`", "`a\"''`"]


def test_an_item_never_outlasts_its_file():
    medium = Medium("/a.wav", Fraction(0), Fraction(2))
    lane = Lane("FX", LaneKind.SOUND, (Item("a", Fraction(0), Fraction(3), medium, Fraction(1, 2)),))
    project = rpp.loads(rpp_of(Edit("", Fraction(25), Timecode(0, Fraction(25)), (lane,))))
    assert Fraction(values(project.find("TRACK").find("ITEM"), "LENGTH")[0][0]) == Fraction(3, 2)
