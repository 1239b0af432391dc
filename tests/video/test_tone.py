import numpy as np
import pytest

from tests.footage import ffmpeg
from v2a_foley.video.probe import probe
from v2a_foley.video.read import read_blocks, read_frames
from v2a_foley.video.tone import toned


def graded(path, transfer, grey):
    """A film of one grey, whose code value is as given, with its light coded as stated."""
    picture = f"color=gray:s=64x64:r=25:d=0.4,format=yuv420p10,geq=lum={grey}:cb=512:cr=512"
    notes = f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    ffmpeg("-f", "lavfi", "-i", picture, "-c:v", "libx265", "-x265-params", notes, path)
    return path


def code(luminance):
    """The PQ code of a luminance (ST 2084), as a 10-bit value in studio range."""
    y = (luminance / 10_000) ** (2610 / 16384)
    return round(64 + 876 * ((3424 / 4096 + 2413 / 128 * y) / (1 + 2392 / 128 * y)) ** (2523 / 32))


def test_diffuse_white_in_pq_looks_white_and_brighter_light_stays_apart(tmp_path):
    shown = []
    for number, luminance in enumerate((1, 26, 203, 1000)):
        facts = probe(graded(tmp_path / f"{number}.mp4", "smpte2084", code(luminance)))
        assert facts.picture.transfer == "pq"
        frames = next(read_blocks(facts)).frames
        np.testing.assert_array_equal(read_frames(facts, [facts.picture.start]), frames[:1])
        shown.append(float(frames.mean()))
    assert shown == sorted(shown)
    assert 15 < shown[0] < 35
    assert 85 < shown[1] < 115  # what reflects an eighth of white is a dark grey
    assert 180 < shown[2] < 205
    assert shown[3] > 250


@pytest.mark.parametrize(("transfer", "name"), [("arib-std-b67", "hlg"), ("bt709", "")])
def test_other_light_is_left_as_it_is(transfer, name, tmp_path):
    facts = probe(graded(tmp_path / "a.mp4", transfer, 502))
    assert facts.picture.transfer == name
    assert abs(float(next(read_blocks(facts)).frames.mean()) - 128) <= 2


def test_the_curve_rises_and_keeps_black():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None, None], 3, axis=3)
    curve = toned(ramp, "pq")[0, :, 0, 0].astype(int)
    assert (curve[0], curve[-1]) == (0, 255)
    assert np.all(np.diff(curve) >= 0)
