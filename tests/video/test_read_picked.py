import numpy as np
import pytest

from tests.footage import ffmpeg, make_film, texture
from v2a_foley.video import segments
from v2a_foley.video.probe import frame_clock, probe
from v2a_foley.video.read import read_blocks, read_frames, read_picked


def everything(media) -> np.ndarray:
    return np.concatenate([block.frames for block in read_blocks(media, short_side=64)])


@pytest.mark.parametrize("seconds", [4, 40])
def test_picked_frames_are_those_of_the_film(seconds, tmp_path):
    """The longer film is opened piece by piece."""
    media = probe(make_film(tmp_path / "a.mp4", seconds=seconds, size=(128, 72), cuts=[40, 77], extra=["-g", "40"]))
    count = media.picture.frames
    every = everything(media)
    for numbers in ([0], [count - 1], list(range(3, count, 7)), [count // 2, count // 2 + 1], []):
        frames = list(read_picked(media, numbers, short_side=64))
        assert sum(map(len, frames)) == len(numbers)
        if numbers:
            np.testing.assert_array_equal(np.concatenate(frames), every[numbers])


def test_what_lies_before_is_not_decoded(tmp_path, monkeypatch):
    media = probe(make_film(tmp_path / "a.mp4", seconds=40, size=(128, 72), cuts=[40, 77], extra=["-g", "40"]))
    opened = []
    whole = segments.Decoder
    monkeypatch.setattr(segments, "Decoder", lambda *words, **more: opened.append(1) or whole(*words, **more))
    list(read_picked(media, [930, 935], short_side=64))
    assert len(opened) == 1, "of the five segments only the last is wanted"


def test_a_photograph_is_the_same_at_any_number(tmp_path):
    from PIL import Image

    Image.fromarray(texture(1, (90, 60))).save(tmp_path / "a.png")
    (frames,) = read_picked(probe(tmp_path / "a.png"), [0, 1])
    assert len(frames) == 2
    np.testing.assert_array_equal(frames[0], frames[1])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("mpeg2.ts", ["-c:v", "mpeg2video", "-bf", "2", "-g", "15"]),
        ("h264.ts", ["-c:v", "libx264", "-x264-params", "open-gop=1:keyint=48:bframes=3"]),
        ("open.mp4", ["-c:v", "libx264", "-x264-params", "open-gop=1:keyint=48:bframes=3"]),
        ("mpeg2.mkv", ["-c:v", "mpeg2video", "-bf", "2", "-g", "60"]),
        ("xvid.avi", ["-c:v", "mpeg4", "-bf", "2"]),
        ("refresh.mp4", ["-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=60"]),
    ],
)
def test_frames_are_those_that_another_decoder_counts(name, code, tmp_path):
    """decord rewinds transport streams to the wrong place, and miscounts after a leap where groups are open."""
    import av

    source = make_film(tmp_path / "source.mkv", seconds=12, size=(128, 72), cuts=[40, 77, 160, 200])
    ffmpeg("-i", source, *code, "-q:v", "3", tmp_path / name)
    media = probe(tmp_path / name)
    read = everything(media)
    with av.open(str(tmp_path / name)) as opened:
        shape = {"width": read.shape[2], "height": read.shape[1], "format": "rgb24"}
        true = np.stack([frame.to_ndarray(**shape) for frame in opened.decode(video=0)])
    assert read.shape == true.shape
    assert np.abs(read.astype(int) - true).mean(axis=(1, 2, 3)).max() < 3
    for numbers in ([5, 250], list(range(3, len(true), 31)), list(range(150, 290, 7))):
        frames = np.concatenate(list(read_picked(media, numbers, short_side=64)))
        np.testing.assert_array_equal(frames, read[numbers])
        times = frame_clock(media).times()
        np.testing.assert_array_equal(read_frames(media, [times[n] for n in numbers], short_side=64), read[numbers])
