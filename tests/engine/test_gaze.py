from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.footage import make_film
from v2a_foley import Progress, open_film
from v2a_foley.embed import Space, normalised
from v2a_foley.engine.gaze import BATCH, even_frames, gaze
from v2a_foley.errors import Cancelled
from v2a_foley.timebase import TimeRange


class Meter:
    """Eyes whose embedding is a picture's mean colour; they remember how many they were shown at a time."""

    space = Space("colours", 3, "colours")
    frame_size = 64

    def __init__(self):
        self.batches = []

    def load(self):
        pass

    def encode_images(self, frames):
        self.batches.append(len(frames))
        return normalised(frames.mean(axis=(1, 2)).astype(np.float32) + 1)


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(1, 200))
def test_frames_are_spread_evenly_and_none_comes_twice(first, length, count):
    chosen = even_frames(first, first + length, count)
    assert len(chosen) == min(length, count) == len(set(chosen))
    assert chosen == sorted(chosen)
    assert first <= chosen[0]
    assert chosen[-1] < first + length
    if len(chosen) > 1:
        gaps = np.diff(chosen)
        assert gaps.max() - gaps.min() <= 1
        assert abs((chosen[0] - first) - (first + length - 1 - chosen[-1])) <= 1  # as far from both ends


def coloured(path, colours, each):
    def frames():
        for colour in colours:
            for _ in range(each):
                yield np.broadcast_to(np.array(colour, np.uint8), (90, 160, 3))

    return make_film(path, seconds=len(colours) * each / 25, size=(160, 90), frames=frames())


def test_every_shot_is_seen_by_its_own_frames(tmp_path):
    colours = [(200, 20, 20), (20, 200, 20), (20, 20, 200)]
    project = open_film(coloured(tmp_path / "in.mp4", colours, each=50))
    spans = [TimeRange(Fraction(2 * n), Fraction(2 * n + 2)) for n in range(3)]
    eyes, progress = Meter(), Progress()
    seen = gaze(project.media, spans, eyes, 30, progress)
    assert [len(each.embeddings) for each in seen] == [30, 30, 30]
    assert eyes.batches == [BATCH, 90 - BATCH]
    for span, each, colour in zip(spans, seen, colours, strict=True):
        assert all(span.start <= time < span.end for time in each.times)
        assert (each.embeddings.argmax(axis=1) == np.argmax(colour)).all()
    assert "gaze" in progress.seconds


def test_a_shot_shorter_than_the_frames_asked_for_gives_all_it_has(tmp_path):
    project = open_film(make_film(tmp_path / "in.mp4", seconds=1, size=(160, 90)))
    spans = [TimeRange(Fraction(0), Fraction(1, 25)), TimeRange(Fraction(1, 25), Fraction(1))]
    assert [len(each.times) for each in gaze(project.media, spans, Meter(), 64, Progress())] == [1, 24]


def test_looking_can_be_stopped(tmp_path):
    project = open_film(make_film(tmp_path / "in.mp4", seconds=2, size=(160, 90)))
    progress = Progress()
    progress.listener = lambda event: progress.cancel() if event.stage == "gaze" else None
    with pytest.raises(Cancelled):
        gaze(project.media, [TimeRange(Fraction(0), Fraction(2))], Meter(), 64, progress)
