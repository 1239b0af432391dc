import numpy as np
import pytest

from tests.generate.sounds import RATE, centroid
from v2a_foley.generate.audioldm.impulses import strikes_in
from v2a_foley.generate.strikes import arrange, lead_of, strike_all


def struck(rise: float, pitch: float = 0.0) -> np.ndarray:
    """A sound that climbs for so many seconds, from 0.5 s on, and dies away: a tone, or noise."""
    time = np.arange(RATE) / RATE
    carrier = np.cos(2 * np.pi * pitch * time) if pitch else np.random.default_rng(2).standard_normal(RATE) * 0.3
    shape = np.minimum(1, time / max(rise, 1e-9)) * np.exp(-np.maximum(0, time - rise) * 12)
    return np.concatenate([np.zeros(RATE // 2), 0.5 * shape * carrier])[None].astype(np.float32)


def heard(wave: np.ndarray) -> float:
    """Milliseconds at which the level, over 2 ms, comes within 10 dB of its highest."""
    power = np.convolve(wave.astype(float) ** 2, np.ones(96))[: len(wave)]
    return float(np.argmax(power >= 0.1 * power.max())) / RATE * 1000


@pytest.mark.parametrize("rise", [0.0, 0.002, 0.01, 0.02, 0.05])
@pytest.mark.parametrize("pitch", [0.0, 300.0])
def test_an_attack_is_heard_on_its_hit_however_slow(rise: float, pitch: float):
    strikes = strikes_in(struck(rise, pitch), RATE, 1)
    hit = RATE // 2
    (wave,) = np.concatenate(
        list(strike_all(arrange(strikes, ((hit, 1.0),), np.random.default_rng(1)), 2 * RATE, 1, RATE)), axis=1
    )
    assert abs(heard(wave) - 500) <= 5
    assert not wave[: hit - round(0.016 * RATE)].any()


def test_a_slow_attack_begins_no_earlier_than_sound_may():
    assert lead_of(struck(0.3)[:, RATE // 2 :], RATE) == round(0.015 * RATE)
    assert lead_of(struck(0.0)[:, RATE // 2 :], RATE) == 0
    assert lead_of(np.zeros((1, 100)), RATE) == 0


@pytest.mark.parametrize("first", [0.07, 0.2])
def test_a_first_click_before_a_louder_one_lies_on_the_hit(first: float):
    clicks = struck(0.0)[:, RATE // 2 :].copy()
    clicks[:, round(0.012 * RATE) :] = clicks[:, : -round(0.012 * RATE)]
    clicks[:, : round(0.012 * RATE)] = 0
    clicks[:, : round(0.004 * RATE)] = first * clicks[:, round(0.012 * RATE) : round(0.016 * RATE)]
    assert lead_of(clicks, RATE) == 0


def test_a_hit_on_the_first_sample_loses_its_lead_without_a_click():
    strikes = strikes_in(struck(0.05), RATE, 1)
    wave = np.concatenate(list(strike_all(arrange(strikes, ((0, 1.0),), np.random.default_rng(1)), RATE, 1, RATE)), 1)
    assert wave[0, 0] == 0
    assert np.abs(wave).max() > 0.2


def test_repetitions_differ_in_pitch_and_each_lies_on_its_hit():
    strikes = strikes_in(struck(0.0, 1000.0), RATE, 1)
    hits = tuple((at, 1.0) for at in range(1000, 200_000, 40_000))
    placed = arrange(strikes, hits, np.random.default_rng(1))
    assert len({one.pitch for one in placed}) == len(hits)
    wave = np.concatenate(list(strike_all(placed, 240_000, 1, RATE)), axis=1)[0]
    pitches = []
    for at, _ in hits:
        assert not wave[at - 200 : at].any()
        assert abs(wave[at]) > 0.01
        spectrum = np.abs(np.fft.rfft(wave[at : at + 9600] * np.hanning(9600), 1 << 18))
        pitches.append(np.argmax(spectrum) * RATE / (1 << 18))
    np.testing.assert_allclose(pitches, [1000 * one.pitch for one in placed], rtol=1e-3)
    assert np.ptp(pitches) > 5


def test_a_softer_hit_is_softer_and_duller():
    strikes = strikes_in(struck(0.0), RATE, 1)
    hits = ((1000, 1.0), (60_000, 0.25))
    wave = np.concatenate(list(strike_all(arrange(strikes, hits, np.random.default_rng(1)), 120_000, 1, RATE)), axis=1)[
        0
    ]
    loud, soft = wave[1000:20_000], wave[60_000:79_000]
    assert 20 * np.log10(np.abs(loud).max() / np.abs(soft).max()) == pytest.approx(12, abs=3.1)
    assert centroid(soft) < 0.85 * centroid(loud)
