import struct
from fractions import Fraction

import numpy as np
import pytest
import soundfile

from tests.interchange.test_rpp import RATES, edit_at
from v2a_foley.errors import OutputError, UsageError
from v2a_foley.interchange.edit import Edit, LaneKind
from v2a_foley.interchange.guide import guide_lane, two_pop
from v2a_foley.timebase import Timecode


@pytest.mark.parametrize(("rate", "drop"), [each[:2] for each in RATES])
def test_the_pop_lies_two_seconds_before_on_every_track(tmp_path, rate, drop):
    edit = edit_at(rate, drop)
    popped = two_pop(edit, tmp_path / "new")
    assert str(popped.start).replace(";", ":") == "00:59:58:00"
    moved = popped.lanes[0].items[0].start
    # All keep their timecode: what starts later lies as much later as the timeline starts earlier.
    assert popped.start.time + moved == edit.start.time
    assert moved * rate == 2 * edit.start.base
    for before, after in zip(edit.lanes, popped.lanes, strict=True):
        pops = 1 if before.kind is LaneKind.SOUND else 0
        assert [item.start - moved for item in after.items[pops:]] == [item.start for item in before.items]
        if pops:
            pop = after.items[0]
            assert (pop.start, pop.source) == (0, pop.medium.start)
            assert 0 <= 1 / rate - pop.duration < Fraction(1, 48_000)
    assert [mark.time - moved for mark in popped.marks[1:]] == [mark.time for mark in edit.marks]
    assert guide_lane(popped, tmp_path / "guide.mov").pictures[-1].items[0].start == moved


def test_the_pop_sounds_as_it_should(tmp_path):
    edit = edit_at(Fraction(25), False)
    popped = two_pop(edit, tmp_path)
    path = popped.sounds[0].items[0].medium.path
    sound, rate = soundfile.read(path)
    assert (rate, sound.shape) == (48_000, (1920,))
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-20, abs=0.01)
    assert np.abs(np.fft.rfft(sound)).argmax() * 48_000 / 1920 == 1000
    content = (tmp_path / path).read_bytes()
    at = content.index(b"bext") + 8 + 256 + 32 + 32 + 18
    assert struct.unpack("<Q", content[at : at + 8])[0] == (3600 - 2) * 48_000
    first = content
    two_pop(edit, tmp_path)
    assert (tmp_path / path).read_bytes() == first
    assert len(list(tmp_path.iterdir())) == 1


def test_too_early_a_start_is_refused_in_words(tmp_path):
    for frames in (0, 49):
        edit = Edit("a", Fraction(25), Timecode(frames, Fraction(25)))
        with pytest.raises(UsageError, match="no room"):
            two_pop(edit, tmp_path)
    assert str(two_pop(Edit("a", Fraction(25), Timecode(50, Fraction(25))), tmp_path).start) == "00:00:00:00"


def test_a_start_after_dropped_numbers_reads_two_seconds_less(tmp_path):
    rate = Fraction(30_000, 1001)
    edit = Edit("a", rate, Timecode.parse("01:01:01:10", rate, drop_frame=True))
    assert str(two_pop(edit, tmp_path).start) == "01:00:59;10"


def test_a_folder_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        two_pop(edit_at(Fraction(25), False), tmp_path / "file" / "x")


def test_without_a_pop_the_guide_begins_with_the_edit(tmp_path):
    edit = edit_at(Fraction(25), False)
    item = guide_lane(edit, tmp_path / "g.mov").pictures[-1].items[0]
    assert (item.start, item.duration, item.source) == (0, edit.duration, edit.start.time)
    assert guide_lane(Edit("a", Fraction(25), Timecode(0, Fraction(25))), tmp_path / "g.mov").lanes == ()
