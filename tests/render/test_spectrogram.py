import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from v2a_foley.render.spectrogram import (
    HIGHEST,
    LOUDEST,
    LOWEST,
    SOFTEST,
    STEPS,
    height_of,
    spectrogram,
    spectrogram_png,
    time_marks,
)
from v2a_foley.timebase import SAMPLE_RATE


def tone(hertz, seconds=1.0, decibels=-40.0):
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * times)).astype(np.float32)[None]


@pytest.mark.parametrize("hertz", [120.0, 440.0, 1_000.0, 9_000.0])
def test_a_tone_lies_where_its_pitch_is(hertz):
    levels = np.asarray(spectrogram(tone(hertz), (80, 300)))
    rows = levels[:, 20:60].argmax(axis=0)
    wanted = (1 - height_of(hertz)) * 299
    assert np.abs(rows - wanted).max() <= 8


def test_levels_are_what_they_say():
    levels = np.asarray(spectrogram(tone(1000.0, decibels=-44.0), (40, 600)))
    shown = SOFTEST + levels[:, 10:30].max() / (STEPS - 1) * (LOUDEST - SOFTEST)
    assert shown == pytest.approx(-44.0, abs=1.5)
    assert np.asarray(spectrogram(np.zeros((2, SAMPLE_RATE), np.float32), (40, 60))).max() == 0


def test_loud_is_bright_and_silence_is_dark():
    sound = np.concatenate([np.zeros((1, SAMPLE_RATE), np.float32), tone(1000.0, decibels=-12)], axis=1)
    picture = np.asarray(spectrogram(sound, (100, 100)).convert("RGB")).astype(int).sum(axis=2)
    assert picture[:, :40].max() < 60
    assert picture[:, 60:90].max() > 700


def test_png_is_the_picture_with_few_colours_and_few_bytes():
    noise = np.random.default_rng(0).standard_normal((2, 10 * SAMPLE_RATE)).astype(np.float32) * 0.02
    content = spectrogram_png(noise, (560, 150))
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.mode == "P"
        assert picture.size == (560, 150)
        assert len(picture.getcolors()) <= STEPS
    assert len(content) < 80_000


@pytest.mark.parametrize("samples", [1, 100, 3000])
def test_short_sounds_are_drawn(samples):
    assert spectrogram(np.full((1, samples), 0.1, np.float32), (20, 10)).size == (20, 10)


def test_heights_end_where_the_picture_does():
    assert height_of(LOWEST) == 0
    assert height_of(HIGHEST) == pytest.approx(1)
    assert height_of(80.0) == pytest.approx(height_of(160.0) / 2)


@given(st.floats(1e-4, 7200), st.integers(2, 9))
def test_time_marks_are_round_few_and_inside(seconds, most):
    marks = np.array(time_marks(seconds, most=most))
    assert marks[0] == 0
    assert 1 <= len(marks) <= most + 1
    assert marks[-1] <= seconds * (1 + 1e-6)
    if len(marks) > 1:
        step = marks[1]
        leading = step / 10 ** np.floor(np.log10(step) + 1e-9)
        assert min(abs(leading - each) for each in (1, 2, 5)) < 1e-6
        np.testing.assert_allclose(np.diff(marks), step, rtol=1e-9)


def test_marks_of_ten_seconds():
    assert list(time_marks(10.0)) == [0, 2, 4, 6, 8, 10]
    assert list(time_marks(0.0)) == [0]
