from __future__ import annotations

import numpy as np
import pytest

from tests.audio.sounds import RATE, blocks, decibels, exact_true_peak, noise, tone
from v2a_foley.audio.limiter import Limiter
from v2a_foley.audio.loudness import measure


def gains_of(sound, fixed=None, size=24_000, ceiling=-1.0):
    limiter = Limiter(len(sound), ceiling, beside=fixed is not None)
    others = [None] * sound.shape[1] if fixed is None else blocks(fixed, size)
    parts = [limiter.feed(one, other) for one, other in zip(blocks(sound, size), others, strict=False)]
    return np.concatenate([*parts, limiter.finish()])


def squares(seconds, frequency, level):
    return np.sign(tone(seconds, 1.0, frequency)).astype(np.float32) * np.float32(level)


def between_samples(seconds):
    """A quarter of the sample rate, 45 degrees off: its peaks lie 3 dB above its samples."""
    n = np.arange(round(seconds * RATE))
    return np.tile(np.sin(np.pi / 2 * n + np.pi / 4).astype(np.float32), (2, 1))


def spikes(seconds):
    sound = noise(seconds, 0.02)
    sound[:, ::4801] = 3.0
    sound[:, 1::9602] = -3.0
    return sound


def below(sound, edge):
    """Only what lies below an edge, in hertz: what a converter lets through."""
    spectrum = np.fft.rfft(sound)
    spectrum[:, np.fft.rfftfreq(sound.shape[1], 1 / RATE) > edge] = 0
    return np.fft.irfft(spectrum, sound.shape[1]).astype(np.float32)


NASTY = {
    "loud noise": below(noise(2, 1.0), 21_000),
    "spikes": spikes(2),
    "square wave": squares(2, 997, 1.5),
    "between the samples": between_samples(2),
    "high tone": tone(2, 2.0, 17_500),
    "loud from the first sample": tone(0.5, 4.0, 60) + np.float32(1),
    "bursts": below(noise(2, 0.7) * (np.arange(2 * RATE) % 9600 < 480), 21_000),
}


@pytest.mark.parametrize("name", NASTY)
def test_true_peak_stays_below_the_ceiling(name):
    limited = NASTY[name] * gains_of(NASTY[name])
    assert decibels(exact_true_peak(limited)) <= -1 + 0.1
    assert measure(limited).true_peak <= -1 + 0.1


@pytest.mark.parametrize("name", NASTY)
def test_the_limiter_is_not_lazy(name):
    """Peaks end up at the ceiling, not far below it."""
    limited = NASTY[name] * gains_of(NASTY[name])
    assert decibels(exact_true_peak(limited)) >= -1.5


def test_clean_material_passes_to_the_bit():
    sound = tone(2, 0.85, 200)
    assert (gains_of(sound) == 1).all()


def test_gain_is_smooth_and_comes_back():
    sound = noise(2, 0.01)
    sound[:, RATE] = 3.0
    gains = gains_of(sound)
    assert gains[RATE] == pytest.approx(10 ** (-1.05 / 20) / 3, rel=0.01)
    assert np.abs(np.diff(gains)).max() < 0.03
    assert (gains[: RATE - 150] == 1).all()
    assert (gains[RATE + RATE // 4 :] == 1).all()


@pytest.mark.parametrize("size", [1000, 4801, 96_000])
def test_gains_do_not_depend_on_the_blocks(size):
    sound, fixed = spikes(1), tone(1, 0.9)
    np.testing.assert_allclose(gains_of(sound, size=size), gains_of(sound), atol=1e-6)
    np.testing.assert_allclose(gains_of(sound, fixed, size=size), gains_of(sound, fixed), atol=1e-6)


def test_beside_a_quiet_sound_the_sum_stays_below_the_ceiling():
    sound, fixed = below(noise(2, 0.6, seed=1), 21_000), tone(2, 0.4, 300)
    gains = gains_of(sound, fixed)
    assert decibels(exact_true_peak(fixed + sound * gains)) <= -1 + 0.1
    assert gains.min() > 0.1


def test_beside_a_loud_sound_the_sum_exceeds_what_that_reaches_nowhere():
    fixed = tone(2, 0.99, 300)
    sound = noise(2, 0.3, seed=2)
    mixed = fixed + sound * gains_of(sound, fixed)
    assert decibels(exact_true_peak(mixed)) <= decibels(exact_true_peak(fixed)) + 0.1
    assert np.abs(mixed).max() < 1


def test_a_loud_moment_of_the_other_sound_lifts_the_ceiling_only_thereabouts():
    fixed = np.zeros((2, 4 * RATE), np.float32)
    fixed[:, :RATE] = tone(1, 0.99, 300)
    sound = below(noise(4, 0.8, seed=3), 21_000)
    mixed = (fixed + sound * gains_of(sound, fixed))[:, 2 * RATE :]
    edges = np.clip(np.minimum(np.arange(2 * RATE), np.arange(2 * RATE)[::-1]) / 4800, 0, 1)
    assert decibels(exact_true_peak(mixed * edges)) <= -1 + 0.1


def test_white_noise_by_the_standards_meter():
    """White noise reaches up to half the sample rate, where no meter of finite length agrees with another."""
    sound = noise(2, 1.0)
    assert measure(sound * gains_of(sound)).true_peak <= -1 + 0.1


def test_an_empty_stream_has_no_gains():
    limiter = Limiter(2)
    assert len(limiter.finish()) == 0
