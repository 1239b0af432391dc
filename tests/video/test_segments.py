"""Segments give the frames that the film gives, whatever its codec and its order of frames."""

import numpy as np
import pytest

from tests.footage import ffmpeg, make_film
from v2a_foley.errors import MediaUnreadable
from v2a_foley.video import read, segments
from v2a_foley.video.decord_door import Decoder, fitting_size
from v2a_foley.video.probe import frame_clock, probe, unreadable
from v2a_foley.video.read import read_blocks
from v2a_foley.video.segments import Segments

KINDS = {
    "H.264, closed groups": ("a.mp4", ["-c:v", "libx264", "-g", "12", "-bf", "2"]),
    "H.264, open groups": ("a.mkv", ["-c:v", "libx264", "-x264-params", "open-gop=1:keyint=12:bframes=3"]),
    "H.264, rotated": ("a.mov", ["-c:v", "libx264", "-g", "12"]),
    "HEVC, open groups": ("a.mp4", ["-c:v", "libx265", "-x265-params", "log-level=error:keyint=12:open-gop=1"]),
    "VP9": ("a.webm", ["-c:v", "libvpx-vp9", "-g", "12", "-deadline", "realtime"]),
    "MPEG-2": ("a.mkv", ["-c:v", "mpeg2video", "-g", "12", "-bf", "2"]),
    "ProRes": ("a.mov", ["-c:v", "prores_ks"]),
    "late start": ("a.mp4", ["-c:v", "libx264", "-g", "12", "-output_ts_offset", "3.7"]),
}


def film(folder, kind):
    name, options = KINDS[kind]
    source = "testsrc2=size=192x108:rate=24000/1001:duration=4"
    path = folder / name
    ffmpeg("-f", "lavfi", "-i", source, "-pix_fmt", "yuv422p10" if kind == "ProRes" else "yuv420p", *options, path)
    if kind == "H.264, rotated":
        turned = folder / "turned.mov"
        ffmpeg("-display_rotation", "90", "-i", path, "-c", "copy", turned)
        return turned
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_segments_hold_the_frames_of_the_film(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(segments, "LENGTH", 10)
    facts = probe(film(tmp_path, kind))
    count, size = len(frame_clock(facts)), fitting_size(*facts.picture.display_size, 108)
    parted, whole = Segments(facts, size, count, unreadable), Decoder(facts.path, size)
    starts = range(0, count, 7)
    opened = set()
    for start in starts:
        numbers = range(start, min(start + 7, count))
        np.testing.assert_array_equal(parted.picked(numbers), whole.picked(numbers))
        opened.add(parted.start)
    assert len(opened) > 3, "the film was not parted"


def test_what_cannot_be_parted_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "WORTHWHILE", 10)
    path = make_film(tmp_path / "a.mp4", seconds=2, size=(64, 64))
    hidden = tmp_path / "hidden.mp4"
    ffmpeg("-ss", "0.5", "-i", path, "-c", "copy", hidden)
    facts = probe(hidden)
    with pytest.raises(MediaUnreadable):
        Segments(facts, (64, 64), len(frame_clock(facts)), unreadable).picked(range(1000))
    assert sum(len(block.times) for block in read_blocks(facts)) == len(frame_clock(facts))


def test_a_long_film_is_opened_a_few_seconds_at_a_time(tmp_path, monkeypatch):
    """decord, left alone, decodes all 3,000 frames ahead; of a segment it cannot."""
    path = make_film(tmp_path / "a.mp4", seconds=120, size=(64, 64), rate="25")
    held = []
    made = Segments.picked

    def counted(self, numbers):
        held.append(self.waiting)
        return made(self, numbers)

    monkeypatch.setattr(Segments, "picked", counted)
    assert sum(len(block.times) for block in read_blocks(probe(path))) == 3000
    assert held
    assert max(held) <= 2 * 250 + segments.LENGTH
