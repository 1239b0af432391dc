from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings

from tests.interchange.frame_edits import RATES, edits, film
from v2a_foley.errors import OutputError
from v2a_foley.interchange.edit import Edit
from v2a_foley.interchange.places import path_of
from v2a_foley.interchange.xmeml import write_xmeml, xmeml_of
from v2a_foley.interchange.xmeml_held import held_by_xmeml
from v2a_foley.interchange.xmeml_reader import read_xmeml
from v2a_foley.timebase import Timecode


@given(edit=edits())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_as_it_is_held(edit, tmp_path):
    held = held_by_xmeml(edit)
    assert held_by_xmeml(held) == held
    write_xmeml(edit, tmp_path / "a.xml")
    assert read_xmeml(tmp_path / "a.xml") == held


@given(edit=edits())
@settings(max_examples=30, deadline=None)
def test_no_clip_asks_for_more_frames_than_its_file_has_and_none_lie_over_another(edit):
    root = xmeml_of(edit)
    lengths = {file.get("id"): int(file.findtext("duration") or 0) for file in root.iter("file") if len(file)}
    for track in root.iter("track"):
        free = 0
        for clip in track.findall("clipitem"):
            start, end, first, last = (int(clip.findtext(tag)) for tag in ("start", "end", "in", "out"))
            assert free <= start < end
            assert 0 <= first < last
            length = lengths[clip.find("file").get("id")]
            assert not length or last <= length
            free = end


@pytest.mark.parametrize(("rate", "drop"), RATES)
def test_another_reader_finds_every_frame(rate, drop, tmp_path):
    edit = film(rate, drop=drop)
    write_xmeml(edit, tmp_path / "a.xml")
    timeline = otio.adapters.read_from_file(str(tmp_path / "a.xml"), "fcp_xml")
    assert timeline.name == "Film & Ton"
    assert timeline.global_start_time.value == edit.start.frame
    assert abs(timeline.global_start_time.rate - float(rate)) < 1e-9
    tracks = list(timeline.tracks)
    assert [track.kind for track in tracks] == ["Video", "Audio", "Audio", "Audio", "Audio"]
    for track, lane in zip(tracks, held_by_xmeml(edit).lanes, strict=True):
        clips = list(track.find_clips())
        assert [clip.name for clip in clips] == [item.name for item in lane.items]
        for clip, item in zip(clips, lane.items, strict=True):
            place = track.range_of_child(clip)
            assert place.start_time.value == item.start * rate
            assert place.duration.value == item.duration * rate
            assert clip.source_range.start_time.value == pytest.approx(float(item.source * rate), abs=1e-6)
            assert path_of(clip.media_reference.target_url) == item.medium.path
            assert clip.media_reference.available_range.duration.value == item.medium.duration * rate
    marker = timeline.tracks.markers[0]
    assert (marker.name, marker.marked_range.start_time.value) == ("cut this", 200)
    assert marker.marked_range.duration.value == 10
    hits = next(iter(tracks[3].find_clips())).markers
    assert [hit.marked_range.start_time.value - 5 for hit in hits] == [2, 7]


@pytest.mark.parametrize(("rate", "drop"), RATES)
def test_a_known_film_keeps_what_matters(rate, drop, tmp_path):
    edit = film(rate, drop=drop)
    write_xmeml(edit, tmp_path / "a.xml")
    read = read_xmeml(tmp_path / "a.xml")
    assert (read.name, read.rate, read.start, read.size, read.marks) == (
        edit.name, edit.rate, edit.start, edit.size, edit.marks,
    )  # fmt: skip
    assert [(lane.name, lane.kind, lane.enabled) for lane in read.lanes] == [
        (lane.name, lane.kind, lane.enabled) for lane in edit.lanes
    ]
    assert read.lanes[0].items == edit.lanes[0].items
    step, off, _ = read.lanes[3].items
    assert (step.gain, step.fade_in, step.fade_out) == (-6.0, 3 / rate, 4 / rate)
    assert step.marks == edit.lanes[3].items[0].marks
    assert not off.enabled
    assert off.duration == int(2 * rate) / rate  # never the 48th of 47.95 frames
    assert step.medium.path == "C:\\takes\\t0 &.wav"
    assert read.lanes[2].items[0].medium.path == "\\\\nas\\a\\wind.wav"


def test_the_file_is_what_premiere_and_resolve_expect(tmp_path):
    rate = Fraction(30_000, 1001)
    write_xmeml(film(rate, drop=True), tmp_path / "a.xml")
    text = (tmp_path / "a.xml").read_text(encoding="utf-8")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n<xmeml version="5">')
    root = fromstring(text)
    sequence = root.find("sequence")
    assert sequence.findtext("rate/timebase") == "30"
    assert sequence.findtext("rate/ntsc") == "TRUE"
    assert sequence.findtext("timecode/string") == "01:00:00;00"
    assert sequence.findtext("timecode/frame") == "107892"
    assert sequence.findtext("timecode/displayformat") == "DF"
    films = [file for file in root.iter("file") if file.get("id") == "file-1"]
    assert [len(file) > 0 for file in films] == [True] + [False] * 4  # three shots, two channels of its sound: one file
    assert films[0].findtext("pathurl") == "file://localhost/films/%C3%A9%20%23%20%2520%20a.mov"
    left, right = root.findall("sequence/media/audio/track")[:2]
    assert (left.get("currentExplodedTrackIndex"), right.get("currentExplodedTrackIndex")) == ("0", "1")
    assert left.get("premiereTrackType") == "Stereo"
    assert [track.findtext("clipitem/sourcetrack/trackindex") for track in (left, right)] == ["1", "2"]
    names = {clip.get("id") for clip in root.iter("clipitem")}
    links = [link.text for link in root.iter("linkclipref")]
    assert len(links) == 8
    assert set(links) <= names
    step = next(clip for clip in root.iter("clipitem") if clip.findtext("name") == "step <1>")
    points = [(each.findtext("when"), float(each.findtext("value"))) for each in step.iter("keyframe")]
    level = 10 ** (-6 / 20)
    assert points == [("5", 0), ("8", pytest.approx(level)), ("21", pytest.approx(level)), ("25", 0)]


def test_a_rate_that_it_cannot_count_is_refused_in_words(tmp_path):
    rate = Fraction(25, 2)
    with pytest.raises(OutputError, match="25/2"):
        write_xmeml(Edit("a", rate, Timecode(0, rate)), tmp_path / "a.xml")
    assert list(Path(tmp_path).iterdir()) == []
