import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generate.sounds import alike, share
from v2a_foley.generate.audioldm.conform import PEAK, conformed, widened

NATIVE, RATE = 16_000, 48_000


def noise(seconds: float, seed: int = 1, level: float = 0.1) -> np.ndarray:
    return (level * np.random.default_rng(seed).standard_normal(round(seconds * NATIVE))).astype(np.float32)


def tone(seconds: float, hertz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * NATIVE)) / NATIVE).astype(np.float32)


def made(wave: np.ndarray, samples: int, **how) -> np.ndarray:
    blocks = list(conformed(wave, NATIVE, samples=samples, sample_rate=RATE, **how))
    assert all(block.dtype == np.float32 and 0 < block.shape[1] <= 65_536 for block in blocks)
    return np.concatenate(blocks, axis=1)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 300_000), st.integers(1, 60_000), st.sampled_from([(1, False), (2, False), (2, True)]))
def test_length_is_exact_and_the_peak_held(samples: int, have: int, placing: tuple[int, bool]):
    channels, wide = placing
    sound = made(np.resize(noise(1.0), have), samples, channels=channels, wide=wide)
    assert sound.shape == (channels, samples)
    assert np.abs(sound).max() <= PEAK * (1 + 1e-6)


def test_nothing_is_shifted_and_nothing_lost_by_the_rate():
    wave = tone(6.0, 1000.0)
    sound = made(wave, 6 * RATE)[0, RATE:-RATE]
    expected = PEAK * np.sin(2 * np.pi * 1000.0 * np.arange(RATE, 5 * RATE) / RATE)
    np.testing.assert_allclose(sound, expected, atol=3e-3)  # the hard ends ring a little


def test_nothing_is_above_half_the_native_rate():
    assert share(made(noise(3.0), 3 * RATE)[0], 8200, RATE / 2) < 1e-4


def test_blocks_join_without_a_seam():
    wave = noise(40.0)
    whole = made(wave, 40 * RATE)[0]
    import soxr

    once = soxr.resample(wave - wave.mean(), NATIVE, RATE, quality="VHQ")[: len(whole)]
    middle = slice(RATE, -RATE)
    once *= np.abs(whole).max() / np.abs(once).max()
    np.testing.assert_allclose(whole[middle], once[middle], atol=1e-5)


def test_a_wide_sound_is_wide_and_folds_down_to_the_mono_sound():
    wave = noise(4.0)
    mono, wide = made(wave, 4 * RATE)[0], made(wave, 4 * RATE, channels=2, wide=True)
    folded = wide.mean(axis=0)
    folded *= np.sqrt(np.mean(mono**2) / np.mean(folded**2))
    np.testing.assert_allclose(folded, mono, atol=2e-6)
    assert alike(wide[0], wide[1]) < 0.75
    left, right = (np.sqrt(np.mean(side**2)) for side in wide)
    assert abs(20 * np.log10(left / right)) < 1.5


def test_lows_stay_in_the_middle():
    wide = made(tone(4.0, 60.0), 4 * RATE, channels=2, wide=True)
    side, middle = wide[0] - wide[1], wide[0] + wide[1]
    assert np.mean(side**2) < 0.01 * np.mean(middle**2)


def test_width_does_not_depend_on_the_blocks():
    sound = np.random.default_rng(3).standard_normal((1, 100_000)).astype(np.float32)
    whole = np.concatenate(list(widened(iter([sound]))), axis=1)
    parts = np.concatenate(list(widened(iter(np.split(sound, [7, 900, 901, 50_000], axis=1)))), axis=1)
    np.testing.assert_allclose(whole, parts, atol=1e-5)


def test_what_is_not_wide_lies_in_the_middle():
    left, right = made(noise(1.0), RATE, channels=2)
    assert np.array_equal(left, right)


def test_the_curve_is_followed():
    points = ((0, 1.0), (RATE, 1.0), (2 * RATE, 0.1), (4 * RATE, 0.1))
    sound = made(tone(4.0, 440.0), 4 * RATE, intensity=points)[0]
    loud, soft = sound[RATE // 2 : RATE], sound[3 * RATE : 3 * RATE + RATE // 2]
    assert np.abs(soft).max() / np.abs(loud).max() == pytest.approx(0.1**1.3, rel=0.1)


@pytest.mark.parametrize("wave", [np.zeros(NATIVE, np.float32), np.full(NATIVE, 0.3, np.float32)])
def test_silence_and_a_constant_stay_silent(wave: np.ndarray):
    assert np.abs(made(wave, RATE)).max() < 1e-4


def test_a_faint_sound_is_brought_to_level():
    assert np.abs(made(noise(1.0, level=1e-4), RATE)).max() == pytest.approx(PEAK, rel=0.01)
