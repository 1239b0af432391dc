"""What ``edl.py`` writes comes back as it is held; what other programs write, and what anybody may have written."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.interchange.frame_edits import edits
from v2a_foley.errors import OutputError, TimelineError
from v2a_foley.interchange.edl import held_by_edl, write_edl
from v2a_foley.interchange.edl_reader import read_edl
from v2a_foley.timebase import Timecode

RATE = Fraction(25)
NTSC30 = Fraction(30_000, 1001)


def read(tmp_path, text: str | bytes, **how):
    (tmp_path / "a.edl").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_edl(tmp_path / "a.edl", **how)


def event(number: int, channel: str, record: tuple[str, str], source="01:00:00:00", kind="C", reel="TAPE") -> str:
    return f"{number:03d}  {reel:<8} {channel:<5} {kind:<12} {source} 01:00:10:00 {record[0]} {record[1]}\n"


@given(edit=edits())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_as_it_is_held(edit, tmp_path):
    try:
        held = held_by_edl(edit)
    except OutputError:
        assume(False)
    write_edl(edit, tmp_path / "a.edl")
    assert read_edl(tmp_path / "a.edl", rate=edit.rate) == held


def test_a_dissolve_is_a_cut_at_its_middle(tmp_path):
    text = (
        "TITLE: cut\nFCM: NON-DROP FRAME\n\n"
        + event(1, "V", ("01:00:00:00", "01:00:02:00"))
        + "* FROM CLIP NAME: a.mov\n"
        + event(2, "V", ("01:00:02:00", "01:00:02:00"))
        + event(2, "V", ("01:00:02:00", "01:00:05:00"), "02:00:00:00", "D    010", "MY REEL 2")
        + "* FROM CLIP NAME: a.mov\n* TO CLIP NAME: b.mov\n"
    )
    edit = read(tmp_path, text, rate=RATE)
    first, second = edit.pictures[0].items
    assert (edit.name, str(edit.start)) == ("cut", "01:00:00:00")
    assert (first.name, first.start, first.end) == ("a.mov", 0, Fraction(55, 25))
    assert (second.name, second.start, second.end) == ("b.mov", Fraction(55, 25), 5)
    assert second.source == 7200 + Fraction(5, 25)
    assert second.medium.name == "MY REEL 2"


def test_channels_black_speeds_and_locators(tmp_path):
    text = (
        event(1, "BL", ("00:59:59:00", "01:00:00:00")).replace("BL   ", "V    ").replace("TAPE", "BL  ")
        + event(2, "B", ("01:00:00:00", "01:00:02:00"))
        + "M2   TAPE       050.0                01:00:00:00\n"
        + event(3, "AA/V", ("01:00:02:00", "01:00:03:00"))
        + event(4, "NONE", ("01:00:03:00", "01:00:04:00"))
        + "AUD  3   4\n* LOC: 01:00:02:12 MAGENTA here\n* anything\n"
    )
    edit = read(tmp_path, text, rate=RATE)
    assert str(edit.start) == "00:59:59:00"
    assert [(lane.name, [(item.start, item.end) for item in lane.items]) for lane in edit.lanes] == [
        ("V", [(1, 3), (3, 4)]), ("A", [(1, 3), (3, 4)]), ("A2", [(3, 4)]), ("A3", [(4, 5)]), ("A4", [(4, 5)]),
    ]  # fmt: skip
    (mark,) = edit.marks
    assert (mark.time, mark.name, mark.colour) == (3 + Fraction(12, 25), "here", "purple")


def test_drop_frame_is_believed_as_each_program_says_it(tmp_path):
    said = "FCM: DROP FRAME\n" + event(1, "V", ("01:00:00:00", "01:01:00:02"))
    edit = read(tmp_path, said)
    assert (edit.rate, str(edit.start)) == (NTSC30, "01:00:00;00")
    assert edit.duration == 1800 / NTSC30
    marked = "FCM: DROP FRAME\n" + event(1, "V", ("01:00:00;00", "01:01:00;02"))
    assert read(tmp_path, marked).pictures[0].items[0].source == Timecode.parse("01:00:00:00", NTSC30).time
    with pytest.raises(TimelineError) as caught:
        read(tmp_path, event(1, "V", ("01:00:00:00", "01:00:01:00")))
    assert "--rate" in caught.value.hint


HOSTILE = {
    "empty": "",
    "binary": bytes(range(256)) * 9,
    "another thing": "<xml/>\n" * 50,
    "a frame that is not there": event(1, "V", ("01:00:00:00", "01:00:00:99")),
    "an hour that is not there": "001 A V C 99:99:99:99 00:00:00:00 00:00:00:00 00:00:01:00",
    "a source rate of 0": event(1, "V", ("01:00:00:00", "01:00:01:00")) + "* SOURCE RATE: 0\n",
    "a source rate of nothing": event(1, "V", ("01:00:00:00", "01:00:01:00")) + "* SOURCE RATE: nan\n",
    "too many": event(1, "V", ("01:00:00:00", "01:00:00:01")) * 100_001,
    "one line": "001 " + "a " * 5_000_000,
}


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_what_makes_no_sense_is_refused_in_words(tmp_path, what):
    began = time.monotonic()
    with pytest.raises(TimelineError) as caught:
        read(tmp_path, HOSTILE[what], rate=RATE)
    assert "a.edl" in caught.value.message
    assert caught.value.hint
    assert time.monotonic() - began < 20


def test_events_backwards_and_over_each_other_end(tmp_path):
    text = event(1, "V", ("01:00:05:00", "01:00:02:00")) + event(2, "V", ("01:00:00:00", "01:00:09:00"))
    text += event(3, "V", ("01:00:04:00", "01:00:06:00"))
    items = read(tmp_path, text, rate=RATE).pictures[0].items
    assert [(item.start, item.end) for item in items] == [(0, 4), (4, 6)]
