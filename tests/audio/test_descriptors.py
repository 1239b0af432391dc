"""The descriptors on sounds whose figures are known."""

import numpy as np
import pytest

from v2a_foley.audio.descriptors import DESCRIPTORS, described
from v2a_foley.errors import UsageError

RATE = 48_000
TIME = np.arange(4 * RATE) / RATE


def noise(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(4 * RATE)


def clicks(every: float, ring: float = 0.02) -> np.ndarray:
    return noise() * np.exp(-(TIME % every) / ring)


def test_a_tone_is_one_colour():
    tone = np.sin(2 * np.pi * 1000 * TIME)
    found = described(tone)
    assert found["centroid"] == pytest.approx(1000, rel=0.01)
    assert found["rolloff"] == pytest.approx(1000, abs=30)
    assert found["flatness"] < 0.01
    assert found["tonality"] > 30
    assert found["pitch"] == pytest.approx(1000, rel=0.02)
    assert found["modulation_depth"] < 0.05
    assert found["length"] == pytest.approx(4, abs=0.01)


def test_white_noise_has_all_of_them():
    found = described(noise())
    assert found["centroid"] == pytest.approx(9000, rel=0.03)
    assert found["flatness"] > 0.9
    assert found["tonality"] < 10
    assert found["rolloff"] == pytest.approx(15_300, rel=0.03)


@pytest.mark.parametrize("hertz", [60, 220, 700, 2500])
def test_the_pitch_of_a_rich_tone_is_its_fundamental(hertz):
    rich = sum(np.sin(2 * np.pi * k * hertz * TIME + k) / k for k in range(1, 9))
    assert described(rich, ("pitch",))["pitch"] == pytest.approx(hertz, rel=0.03)


@pytest.mark.parametrize("rate", [2.0, 7.0, 40.0])
def test_a_pulse_is_found(rate):
    wave = noise() * (1 + 0.8 * np.sin(2 * np.pi * rate * TIME))
    assert described(wave, ("modulation_rate",))["modulation_rate"] == pytest.approx(rate, rel=0.05)


def test_a_pulse_is_as_deep_as_it_is():
    depth = described(noise() * (1 + 0.5 * np.sin(2 * np.pi * 3 * TIME)))["modulation_depth"]
    assert depth == pytest.approx(0.5 / np.sqrt(2), rel=0.12)


def test_strikes_are_counted_and_their_decay_measured():
    assert described(clicks(0.5), ("onset_rate",))["onset_rate"] == pytest.approx(2, abs=0.26)
    for ring in (0.05, 0.2):
        single = noise() * np.exp(-TIME / ring)
        assert described(single, ("decay",))["decay"] == pytest.approx(ring * np.log(10), rel=0.2)


def test_colour_does_not_hang_on_the_silence_around():
    wave = noise()
    padded = np.concatenate([np.zeros(RATE), wave[:RATE], np.zeros(3 * RATE)])
    for name in ("centroid", "flatness", "tonality", "length"):
        assert described(padded)[name] == pytest.approx(described(wave[:RATE])[name], rel=0.15)


def test_what_cannot_be_described_is_said():
    for wave in (np.zeros(RATE), np.ones(100)):
        with pytest.raises(UsageError):
            described(wave)
    with pytest.raises(UsageError, match="warmth"):
        described(noise(), ("warmth",))
    assert set(described(noise())) == set(DESCRIPTORS)
