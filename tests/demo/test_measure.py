from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.footage import make_film
from v2a_foley.audio.wav import WavWriter
from v2a_foley.demo.measure import difference, impacts_against, onsets, picture_hash
from v2a_foley.timebase import TimeRange


def knocks(samples, places, *, noise=1e-4, level=0.5):
    """Decaying knocks at some samples over a little noise."""
    rng = np.random.default_rng(3)
    sound = noise * rng.standard_normal(samples)
    for place in places:
        length = min(9_600, samples - place)
        time = np.arange(length) / 48_000
        sound[place : place + length] += level * np.exp(-time / 0.03) * np.cos(2 * np.pi * 900 * time)
    return np.tile(sound.astype(np.float32), (2, 1))


def write(path, sound):
    with WavWriter(path, sound.shape[0]) as wav:
        wav.write(sound)
    return path


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=8, unique=True), st.integers(0, 1000))
def test_onsets_are_found_to_the_millisecond(slots, shift):
    places = sorted(2400 + 9600 * slot + shift for slot in slots)
    found = onsets(knocks(600_000, places))
    assert len(found) == len(places)
    assert all(abs(a - b) <= 48 for a, b in zip(found, places, strict=True))


def test_silence_has_no_onsets():
    assert onsets(np.zeros((2, 48_000), np.float32)) == []
    assert onsets(np.zeros((2, 10), np.float32)) == []


def test_impacts_are_paired_with_their_sounds(tmp_path):
    shot = TimeRange(Fraction(1), Fraction(4))
    stem = write(tmp_path / "fx.wav", knocks(5 * 48_000, [24_000, 72_000, 120_480, 150_000]))
    found = impacts_against(stem, shot, [Fraction(3, 2), Fraction(5, 2)])
    offsets = [float(strike.offset) for strike in found.strikes]
    assert offsets == pytest.approx([0, 0.01], abs=0.001)
    assert float(found.worst) == pytest.approx(0.01, abs=0.001)
    assert [float(time) for time in found.others] == pytest.approx([3.125], abs=0.001)


def test_an_impact_without_any_sound_has_no_worst(tmp_path):
    stem = write(tmp_path / "fx.wav", np.zeros((2, 96_000), np.float32))
    found = impacts_against(stem, TimeRange(Fraction(0), Fraction(2)), [Fraction(1)])
    assert found.strikes[0].offset is None
    assert found.worst is None


def test_difference_counts_steps_of_24_bits(tmp_path):
    film = make_film(tmp_path / "film.mov", seconds=1.0, sound="tone", acodec="pcm_s24le")
    raw = tmp_path / "own.wav"
    from v2a_foley import ffmpeg

    ffmpeg.run(["-i", film, "-vn", "-c:a", "pcm_s24le", raw], what="copying the sound")
    from v2a_foley.audio.wav import read_wav

    own, _ = read_wav(raw)
    whole = TimeRange(Fraction(0), Fraction(1))
    assert difference(write(tmp_path / "same.wav", own), film, whole, tmp_path) == 0
    changed = own.copy()
    changed[0, 24_000] += np.float32(3 / 2**23)
    other = write(tmp_path / "other.wav", changed)
    assert difference(other, film, whole, tmp_path) == 3
    assert difference(other, film, TimeRange(Fraction(0), Fraction(1, 4)), tmp_path) == 0


def test_picture_hash_tells_films_apart(tmp_path):
    one = make_film(tmp_path / "one.mp4", seconds=0.4)
    same = make_film(tmp_path / "same.mp4", seconds=0.4, sound="tone")
    other = make_film(tmp_path / "other.mp4", seconds=0.4, cuts=[5])
    assert picture_hash(one, tmp_path) == picture_hash(same, tmp_path)
    assert picture_hash(one, tmp_path) != picture_hash(other, tmp_path)
