"""Segments give the frames that the film gives, whatever its codec and its order of frames."""

from contextlib import ExitStack

import av
import numpy as np
import pytest

from tests.footage import ffmpeg, make_film
from v2a_foley.errors import MediaUnreadable
from v2a_foley.video import read, segments
from v2a_foley.video.decord_door import Decoder, fitting_size
from v2a_foley.video.probe import frame_clock, probe, unreadable
from v2a_foley.video.read import read_blocks
from v2a_foley.video.segments import Segments
from v2a_foley.video.stepwise import Stepwise

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


REFRESHED = ["-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=12:bframes=2"]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
@pytest.mark.parametrize("longest", [1000, 40])
def test_intra_refresh_is_not_taken_for_a_place_to_begin(name, longest, tmp_path, monkeypatch):
    """Its keyframes are marked, and a decoder that begins there shows frames that were never whole."""
    monkeypatch.setattr(segments, "LENGTH", 10)
    monkeypatch.setattr(segments, "LONGEST", longest)
    monkeypatch.setattr(read, "WORTHWHILE", 10)
    path = tmp_path / name
    source = "testsrc2=size=192x108:rate=25:duration=4"
    ffmpeg("-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", *REFRESHED, path)
    with av.open(str(path)) as opened:
        marked = sum(packet.is_keyframe for packet in opened.demux(video=0) if packet.size)
        opened.seek(0)
        true = [frame.to_ndarray(format="rgb24", width=192, height=108) for frame in opened.decode(video=0)]
    assert marked > 5, "nothing was marked, so nothing is tried"
    seen = np.concatenate([block.frames for block in read_blocks(probe(path), short_side=108)])
    assert len(seen) == len(true) == 100
    assert np.abs(seen.astype(int) - np.stack(true)).max() <= 2


def test_a_film_without_a_place_to_begin_is_decoded_step_by_step(tmp_path, monkeypatch):
    """decord would hold all of its frames at once."""
    monkeypatch.setattr(segments, "LENGTH", 10)
    monkeypatch.setattr(segments, "LONGEST", 40)
    monkeypatch.setattr(read, "WORTHWHILE", 10)
    path = tmp_path / "turned.mp4"
    whole = make_film(tmp_path / "a.mp4", seconds=4, size=(192, 128), extra=["-g", "1000"])
    ffmpeg("-display_rotation", "-90", "-i", whole, "-c", "copy", path)
    opened = []
    monkeypatch.setattr(read, "Stepwise", lambda *given: opened.append(given) or Stepwise(*given))
    facts = probe(path)
    seen = np.concatenate([block.frames for block in read_blocks(facts, short_side=128)])
    assert len(opened) == 1
    straight = Decoder(facts.path, seen.shape[2:0:-1]).picked(range(100))
    assert seen.shape == straight.shape == (100, seen.shape[1], seen.shape[2], 3)
    assert np.abs(seen.astype(int) - straight).mean(axis=(1, 2, 3)).max() < 3
    with pytest.raises(MediaUnreadable, match="100 of its 200"), ExitStack() as stack:
        Stepwise(facts, (64, 64), 200, stack).picked(range(200))


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
