from __future__ import annotations

import re
from math import inf

import numpy as np
import pyloudnorm
import pytest

from tests.audio.sounds import RATE, blocks, decibels, exact_true_peak, noise, tone, written
from tests.footage import ffmpeg
from v2a_foley.audio.loudness import LoudnessMeter, measure


@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("level", [0.3, 0.02, 0.001])
def test_integrated_agrees_with_pyloudnorm(channels, level):
    swell = np.linspace(0.1, 1, 8 * RATE, dtype=np.float32)
    sound = noise(8, level, channels) * swell
    oracle = pyloudnorm.Meter(RATE).integrated_loudness(sound.T.astype(float))
    assert measure(sound).integrated == pytest.approx(oracle, abs=0.1)


def test_a_997_hz_tone_of_minus_23_dbfs_on_two_channels_is_minus_23_lufs():
    """EBU Tech 3341, case 1: the level of a sine in LUFS equals its peak in dBFS on both channels."""
    assert measure(tone(10, 10 ** (-23 / 20), 997)).integrated == pytest.approx(-23, abs=0.1)


def test_mono_is_one_channel():
    sound = noise(3)
    assert measure(sound[:1]).integrated == pytest.approx(
        measure(np.tile(sound[:1], (2, 1))).integrated - 3.01, abs=0.1
    )


def test_the_low_frequency_channel_does_not_count_and_the_surrounds_count_more():
    sound = np.zeros((6, 4 * RATE), np.float32)
    sound[0] = tone(4, 0.1, 997, 1)[0]
    left = measure(sound, "5.1").integrated
    sound[3] = 0.5
    sound[3] *= tone(4, 1.0, 60, 1)[0]
    assert measure(sound, "5.1").integrated == pytest.approx(left, abs=0.01)
    surround = np.zeros_like(sound)
    surround[4] = sound[0]
    assert measure(surround, "5.1").integrated == pytest.approx(left + 1.5, abs=0.1)


def test_agrees_with_ffmpegs_own_summary(tmp_path):
    sound = noise(6, 0.1, seed=3) * np.linspace(0.2, 1, 6 * RATE, dtype=np.float32)
    path = written(tmp_path / "a.wav", sound)
    said = ffmpeg("-loglevel", "info", "-i", path, "-af", "ebur128=peak=true+sample", "-f", "null", "-")
    said = said[said.rindex("Summary") :]
    ours = measure(sound)
    assert ours.integrated == pytest.approx(float(re.search(r"I:\s+(\S+) LUFS", said)[1]), abs=0.1)
    assert ours.loudness_range == pytest.approx(float(re.search(r"LRA:\s+(\S+) LU", said)[1]), abs=0.2)
    sample, true = re.findall(r"Peak:\s+(\S+) dBFS", said)
    assert ours.sample_peak == pytest.approx(float(sample), abs=0.06)
    assert ours.true_peak == pytest.approx(float(true), abs=0.15)


def test_does_not_depend_on_the_blocks():
    sound = noise(3)
    for size in (1000, 7777, 100_000):
        meter = LoudnessMeter("stereo")
        for block in blocks(sound, size):
            meter.feed(block)
        assert meter.finish() == measure(sound)


def test_true_peak_between_samples():
    n = np.arange(RATE)
    sound = np.sin(np.pi / 2 * n + np.pi / 4, dtype=np.float32)[np.newaxis] * np.float32(0.5)
    sound *= np.hanning(RATE).astype(np.float32)
    found = measure(sound)
    assert found.sample_peak == pytest.approx(decibels(np.abs(sound).max()), abs=1e-4)
    assert found.true_peak == pytest.approx(decibels(exact_true_peak(sound)), abs=0.05)


def test_silence_is_said_in_words():
    silent = measure(np.zeros((2, RATE), np.float32))
    assert (silent.integrated, silent.true_peak, silent.max_momentary) == (-inf, -inf, -inf)
    assert str(silent) == "silent"


def test_a_short_sound_has_a_momentary_maximum_over_silence():
    """0.1 s of a tone fills a quarter of the window of 0.4 s: 6.02 dB less than if it went on."""
    long, short = measure(tone(2, 0.1, 997)), measure(tone(0.1, 0.1, 997))
    assert short.integrated == -inf
    assert short.max_momentary == pytest.approx(long.max_momentary - 6.02, abs=0.15)
    assert "short" in str(short)


def test_an_empty_sound_can_be_measured():
    assert measure(np.zeros((1, 0), np.float32)).integrated == -inf


@pytest.mark.parametrize("layout", ["7.1", "7.1.4", "hexadecagonal"])
def test_many_channels_are_measured(layout):
    import av

    channels = av.AudioLayout(layout).nb_channels
    sound = np.zeros((channels, 2 * RATE), np.float32)
    sound[0] = 0.1 * np.sin(2 * np.pi * 997 * np.arange(2 * RATE) / RATE)
    meter = LoudnessMeter(layout)
    meter.feed(sound)
    assert meter.finish().integrated == pytest.approx(measure(sound[:1], "mono").integrated, abs=0.1)
