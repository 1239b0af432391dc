"""The units of one picture are the same whichever container they lie in; where decoding may begin is where it may."""

import av
import pytest

from tests.footage import ffmpeg, make_film
from v2a_foley.video.bitstream import UnitStream


def taken_apart(path):
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        units = UnitStream(stream.codec_context.codec.canonical_name, stream.codec_context.extradata or b"")
        packets = [(bytes(packet), packet.is_keyframe) for packet in film.demux(stream) if packet.size]
    return units, packets


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_the_same_units_with_lengths_and_between_start_codes(codec, tmp_path):
    one = make_film(tmp_path / "a.mp4", seconds=1, size=(96, 64), vcodec=codec)
    other = tmp_path / "a.ts"
    ffmpeg("-i", one, "-c", "copy", other)
    (ours, before), (theirs, after) = taken_apart(one), taken_apart(other)
    assert [data for data, _ in before] != [data for data, _ in after]
    beside = ours.beside | theirs.beside
    left = [ours.picture(data, beside) for data, _ in before]
    assert left == [theirs.picture(data, beside) for data, _ in after]
    assert all(left)
    assert ours.sets == theirs.sets
    assert len(ours.sets) == (2 if codec == "libx264" else 3)


@pytest.mark.parametrize(
    ("options", "marked", "clean"),
    [
        (["-c:v", "libx264", "-g", "10"], 5, 5),
        (["-c:v", "libx264", "-x264-params", "open-gop=1:keyint=10:bframes=2:b-adapt=0"], 5, 5),
        (["-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=10"], 5, 1),
        (["-c:v", "libx265", "-x265-params", "log-level=error:keyint=10:min-keyint=10:open-gop=1"], 5, 5),
    ],
    ids=["closed", "open", "refresh", "HEVC"],
)
def test_where_decoding_may_begin(options, marked, clean, tmp_path):
    path = tmp_path / "a.mkv"
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=96x64:r=25:d=2", "-pix_fmt", "yuv420p", *options, path)
    units, packets = taken_apart(path)
    keys = [data for data, key in packets if key]
    assert abs(len(keys) - marked) <= 1
    assert abs(sum(map(units.begins_cleanly, keys)) - min(clean, len(keys))) <= (clean > 1)
    assert not any(units.begins_cleanly(data) for data, key in packets if not key)


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x00\x00\x01", b"\xff" * 40, b"\x01" * 24, bytes(64)])
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_damaged_bytes_are_taken_as_they_come(codec, data):
    units = UnitStream(codec, data)
    assert isinstance(units.picture(data), list)
    assert units.begins_cleanly(data) in (True, False)
