"""Where a timeline cuts a film: the film as its source, the film as what it was rendered to."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.projects import film, project_of
from v2a_foley.errors import CutsError, UsageError
from v2a_foley.interchange.cuts import cuts_of
from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Medium
from v2a_foley.interchange.formats import FORMATS, format_of
from v2a_foley.interchange.layout import edit_of
from v2a_foley.timebase import Timecode

RATE = Fraction(25)


def edit(*lanes: list[Item], start: str = "01:00:00:00") -> Edit:
    laid = tuple(Lane(f"V{n}", LaneKind.PICTURE, tuple(items)) for n, items in enumerate(lanes))
    return Edit("cut", RATE, Timecode.parse(start, RATE), laid)


def item(start: int, end: int, path: str = "/rushes/a.mov", source: int = 0, zero: int = 0, **more) -> Item:
    medium = Medium(path, Fraction(zero), Fraction(100))
    return Item("x", Fraction(start), Fraction(end - start), medium, Fraction(source), **more)


def test_a_projects_own_timeline_gives_its_own_cuts(tmp_path):
    for timecode in (None, "01:00:00:00"):
        project = project_of(film(tmp_path / "a.mp4", RATE, timecode=timecode), tmp_path, shots=5)
        found = cuts_of(edit_of(project), project.media)
        assert found == [shot.range.start for shot in project.shots[1:]]


def test_a_rendered_film_is_cut_where_its_timeline_is(tmp_path):
    media = film(tmp_path / "export.mp4", RATE, frames=250)
    cut = edit([item(0, 3), item(3, 7, source=50), item(8, 10)])
    assert cuts_of(cut, media) == [3, 7, 8]
    later = film(tmp_path / "export.mp4", RATE, frames=150, timecode="01:00:04:00")
    assert cuts_of(cut, later) == [3, 4]


def test_of_lanes_above_each_other_the_highest_is_seen(tmp_path):
    media = film(tmp_path / "export.mp4", RATE, frames=250)
    below, above = [item(0, 4), item(4, 10)], [item(3, 5), item(6, 7, enabled=False)]
    assert cuts_of(edit(below, above), media) == [3, 5]
    assert cuts_of(replace(edit(below, above), lanes=edit(below).lanes), media) == [4]


@pytest.mark.parametrize("place", ["/rushes/A.MOV", "C:\\rushes\\a.mxf", "\\\\nas\\rushes\\a.mp4", "a.mov"])
def test_a_source_is_found_by_its_name_and_its_timecode(tmp_path, place):
    media = film(tmp_path / "a.mov", RATE, frames=500, timecode="10:00:00:00")
    zero = 36_000
    played = [item(0, 2, place, zero + 5, zero), item(2, 4, "/other.mov", 90), item(4, 5, place, zero + 12, zero)]
    assert cuts_of(edit(played), media) == [5, 7, 12, 13]
    silent = [replace(each, medium=replace(each.medium, start=Fraction(0))) for each in played]
    assert cuts_of(edit(silent), media) == [5, 7, 12, 13]


def test_nothing_to_cut_is_said(tmp_path):
    media = film(tmp_path / "a.mov", RATE, frames=100)
    with pytest.raises(CutsError, match="no picture"):
        cuts_of(Edit("cut", RATE, Timecode(0, RATE)), media)
    with pytest.raises(CutsError, match="lies in"):
        cuts_of(edit([item(0, 2, source=500)]), media)
    assert cuts_of(edit([item(0, 4, "/other.mov")]), media) == []


def test_formats_are_known_by_name_or_by_suffix(tmp_path):
    assert len({each.name for each in FORMATS}) == len({each.suffix for each in FORMATS}) == len(FORMATS)
    for each in FORMATS:
        assert format_of(tmp_path / f"a{each.suffix.upper()}") is each
        assert format_of(tmp_path / "a", each.name) is each
    with pytest.raises(UsageError):
        format_of(tmp_path / "a.aaf", reads=True)
    with pytest.raises(UsageError):
        format_of(tmp_path / "a.otio", "tape")
