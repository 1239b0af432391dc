import numpy as np
import pytest

from tests.footage import make_film, texture
from v2a_foley.video import segments
from v2a_foley.video.probe import probe
from v2a_foley.video.read import read_blocks, read_picked


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
