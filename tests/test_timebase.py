from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley import timebase
from v2a_foley.timebase import Timecode, TimeRange

RATES = [
    Fraction(24_000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30_000, 1001),
    Fraction(50),
    Fraction(60_000, 1001),
]
NTSC = Fraction(30_000, 1001)


def test_one_hour_at_23976_is_the_broadcast_wav_figure():
    assert Timecode.parse("01:00:00:00", Fraction(24_000, 1001)).samples() == 172_972_800


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("00:00:59;29", 1799),
        ("00:01:00;02", 1800),
        ("00:09:59;29", 17_981),
        ("00:10:00;00", 17_982),
        ("01:00:00;00", 107_892),
    ],
)
def test_drop_frame_counts_as_smpte_st_12_says(text, frame):
    timecode = Timecode.parse(text, NTSC)
    assert timecode.drop_frame
    assert timecode.frame == frame
    assert str(timecode) == text


@pytest.mark.parametrize("text", ["00:01:00;00", "00:01:00;01", "00:02:00:30", "1:2:3:4", "00:61:00:00", ""])
def test_timecodes_that_do_not_exist_are_refused(text):
    with pytest.raises(ValueError, match=r"timecode|does not exist"):
        Timecode.parse(text, NTSC)


def test_drop_frame_only_where_it_exists():
    with pytest.raises(ValueError, match="drop-frame"):
        Timecode(0, Fraction(25), drop_frame=True)


@given(st.integers(0, 24 * 3600 * 60), st.sampled_from([NTSC, Fraction(60_000, 1001)]), st.booleans())
def test_timecode_survives_being_written_and_read(frame, rate, drop):
    timecode = Timecode(frame, rate, drop)
    if str(timecode) < "99":
        assert Timecode.parse(str(timecode), rate, drop_frame=drop) == timecode


@given(st.integers(0, 10**7), st.sampled_from(RATES))
def test_frames_survive_the_way_through_seconds(frame, rate):
    time = timebase.from_frame(frame, rate)
    assert timebase.to_frame(time, rate) == frame
    assert timebase.frame_at(time, rate) == frame


@given(st.integers(-(10**9), 10**10))
def test_samples_survive_the_way_through_seconds(samples):
    assert timebase.to_samples(timebase.from_samples(samples)) == samples


def test_two_seconds_of_sound_hold_47_frames_at_23976():
    assert timebase.frames_within(Fraction(2), Fraction(24_000, 1001)) == 47
    assert timebase.frames_covering(Fraction(2), Fraction(24_000, 1001)) == 48


@given(st.fractions(-100, 100))
def test_nearest_rounds_halves_up_always(value):
    rounded = timebase.nearest(value)
    assert -Fraction(1, 2) <= value - rounded < Fraction(1, 2)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (Fraction(23_976, 1000), Fraction(24_000, 1001)),
        (Fraction(2997, 100), NTSC),
        (Fraction(25), Fraction(25)),
        (Fraction(5994, 100), Fraction(60_000, 1001)),
        (Fraction(15, 2), Fraction(15, 2)),
        (Fraction(1, 2), Fraction(1, 2)),
        (Fraction(24), Fraction(24)),
    ],
)
def test_rates_are_what_the_container_meant(written, meant):
    assert timebase.clean_rate(written) == meant


def test_clock_for_people():
    assert timebase.as_clock(Fraction(593, 24)) == "0:24.708"
    assert timebase.as_clock(Fraction(7261)) == "2:01:01.000"
    assert timebase.as_clock(Fraction(-1, 2)) == "-0:00.500"


@given(*[st.fractions(0, 100) for _ in range(4)])
def test_overlap_is_what_both_contain(a, b, c, d):
    first, second = TimeRange(min(a, b), max(a, b)), TimeRange(min(c, d), max(c, d))
    shared = first.overlap(second)
    for time in (a, b, c, d, (a + c) / 2):
        both = first.contains(time) and second.contains(time)
        assert both == (shared is not None and shared.contains(time))


def test_a_range_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="before it starts"):
        TimeRange(Fraction(2), Fraction(1))
