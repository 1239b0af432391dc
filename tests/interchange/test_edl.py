import opentimelineio as otio
import pytest
from hypothesis import given, settings

from tests.interchange.frame_edits import RATES, edits, film
from v2a_foley.errors import OutputError
from v2a_foley.interchange.edl import edl_of, held_by_edl, write_edl


@pytest.mark.parametrize(("rate", "drop"), RATES)
def test_another_reader_finds_every_frame(rate, drop, tmp_path):
    edit = film(rate, drop=drop)
    write_edl(edit, tmp_path / "a.edl", lanes=["Picture", "FOLEY"])
    held = held_by_edl(edit, lanes=["Picture", "FOLEY"])
    timeline = otio.adapters.read_from_file(str(tmp_path / "a.edl"), "cmx_3600", rate=float(rate))
    tracks = {track.name: track for track in timeline.tracks}
    assert set(tracks) == {"V", "A1"}
    for name, lane in zip(("V", "A1"), held.lanes, strict=True):
        clips = tracks[name].find_clips()
        assert [clip.name for clip in clips] == [item.name for item in lane.items]
        first = tracks[name].range_of_child(clips[0]).start_time.value
        for clip, item in zip(clips, lane.items, strict=True):
            place = tracks[name].range_of_child(clip)
            assert place.start_time.value - first == (item.start - lane.items[0].start) * rate
            assert place.duration.value == item.duration * rate
            assert clip.source_range.start_time.value == item.source * rate


@given(edit=edits())
@settings(max_examples=40, deadline=None)
def test_what_is_held_is_held_again(edit):
    try:
        held = held_by_edl(edit)
    except OutputError:
        return
    assert held_by_edl(held) == held
    assert edl_of(edit).startswith("TITLE:")


def test_too_much_is_refused_in_words():
    rate, drop = RATES[0]
    edit = film(rate, drop=drop)
    with pytest.raises(OutputError, match="no lane"):
        edl_of(edit, lanes=["nothing"])
