from __future__ import annotations

import numpy as np
import pytest

from tests.audio.sounds import RATE, blocks, decibels, noise, tone
from tests.footage import speech
from v2a_foley.audio.ducking import Ducker, Ducking


def gains_of(original, settings=None, size=24_000):
    ducker = Ducker(len(original), settings or Ducking())
    return np.concatenate([*(ducker.feed(block) for block in blocks(original, size)), ducker.finish()])


def spoken(start=2.0, end=4.0, length=7.0):
    sound = np.zeros((2, round(length * RATE)), np.float32)
    sound[:, round(start * RATE) : round(end * RATE)] = tone(end - start, 0.2, 600)
    return sound


def test_foley_is_down_when_the_original_starts_and_comes_back_after_it():
    settings = Ducking(depth=12)
    gains = gains_of(spoken(), settings)
    assert (gains[: round(1.8 * RATE)] == 1).all()
    assert decibels(gains[2 * RATE : 4 * RATE].max()) == pytest.approx(-12, abs=0.1)
    assert decibels(gains[round(4.3 * RATE)]) == pytest.approx(-12, abs=0.1)
    assert (gains[round(5.2 * RATE) :] == 1).all()


def test_the_way_down_and_up_is_smooth():
    gains = gains_of(spoken())
    assert np.abs(np.diff(20 * np.log10(gains))).max() < 9 / (0.04 * RATE)


def test_real_speech_holds_it_down_between_words():
    sound = np.zeros((1, 6 * RATE), np.float32)
    sound[0, RATE : 4 * RATE] = speech(3.0)
    gains = gains_of(sound)
    assert decibels(np.median(gains[round(1.3 * RATE) : round(3.7 * RATE)])) < -8.5
    assert gains[0] == 1


@pytest.mark.parametrize(
    "sound", [noise(3, 0.0005), tone(3, 0.2, 45) * np.hanning(3 * RATE).astype(np.float32)], ids=["soft hiss", "rumble"]
)
def test_hiss_and_rumble_do_not_duck(sound):
    assert gains_of(sound).min() > 0.98


@pytest.mark.parametrize("size", [480, 1001, 96_000])
def test_does_not_depend_on_the_blocks(size):
    sound = spoken(0.5, 1.0, 2.3)
    sound[:, : RATE // 4] = noise(0.25, 0.01)
    whole = gains_of(sound)
    assert len(whole) == sound.shape[1]
    np.testing.assert_allclose(gains_of(sound, size=size), whole, atol=1e-6)


def test_speech_from_the_first_sample_to_the_last():
    gains = gains_of(tone(1, 0.2, 600), Ducking(depth=6))
    assert decibels(gains.max()) == pytest.approx(-6, abs=0.1)
    assert len(gains) == RATE
