from __future__ import annotations

from math import inf

import numpy as np
import pytest

from tests.audio.sounds import RATE, blocks, noise, tone
from v2a_foley.audio.loudness import measure
from v2a_foley.audio.riding import Ride, limited, ridden
from v2a_foley.audio.weighting import HOP, EnergyMeter, gated, level, moments, short_terms, within


def energies(sound: np.ndarray, layout: str = "stereo", size: int = 48_000) -> np.ndarray:
    meter = EnergyMeter(layout)
    for block in blocks(sound, size):
        meter.feed(block)
    return meter.finish()


@pytest.mark.parametrize(("channels", "layout"), [(1, "mono"), (2, "stereo"), (6, "5.1"), (6, "5.1(side)")])
def test_it_measures_what_ffmpeg_measures(channels, layout):
    sound = noise(8, 0.1, channels, seed=4) * np.linspace(0.05, 1, 8 * RATE, dtype=np.float32)
    found, ours = measure(sound, layout), energies(sound, layout)
    assert gated(moments(ours)) == pytest.approx(found.integrated, abs=0.05)
    assert level(moments(ours).max()) == pytest.approx(found.max_momentary, abs=0.05)
    assert level(short_terms(ours).max()) == pytest.approx(found.max_short_term, abs=0.05)


def test_it_does_not_depend_on_the_blocks():
    sound = noise(3.07, 0.1)
    whole = energies(sound, size=len(sound[0]))
    assert len(whole) == 30
    np.testing.assert_allclose(energies(sound, size=1013), whole, rtol=1e-9)
    assert len(EnergyMeter().finish()) == 0


def test_nothing_has_no_loudness():
    assert gated(np.zeros(0)) == gated(np.zeros(50)) == level(0) == -inf
    assert len(moments(np.ones(3))) == 0


def test_only_blocks_that_lie_inside_speech_are_kept():
    values = np.arange(20.0)
    kept = within(values, [(2 * HOP, 7 * HOP), (10 * HOP + 1, 15 * HOP - 1), (16 * HOP, 18 * HOP)])
    np.testing.assert_array_equal(
        kept, [3.5, 4.5]
    )  # 2-5, 3-6; four hops fit only once into the second, cut at both ends
    assert len(within(values, [(0, 3 * HOP)])) == 0
    assert len(within(values, [(0, 40 * HOP)])) == 17


def programme(kind: str) -> np.ndarray:
    rng, time = np.random.default_rng(0), np.arange(600) / 10
    loud = {
        "swell": -30 + 14 * np.sin(2 * np.pi * time / 30) ** 3,
        "boom": -26 + 4 * rng.standard_normal(600) + 18 * ((time > 30) & (time < 33)),
        "at the end": -30 + 16 * (time > 56),
        "at the start": -30 + 16 * (time < 4),
        "twice": -32 + 18 * (((time > 10) & (time < 12)) | ((time > 14) & (time < 17))),
    }[kind]
    return 10 ** (loud / 10)


@pytest.mark.parametrize("kind", ["swell", "boom", "at the end", "at the start", "twice"])
def test_a_ride_keeps_the_loudness_and_the_limit_and_moves_slowly(kind):
    whole = programme(kind)
    still = Ride(-23 - gated(moments(whole)))
    assert level(short_terms(ridden(whole, still)).max()) > -18
    ride = limited(whole, still, -18)
    after = ridden(whole, ride)
    assert gated(moments(after)) == pytest.approx(-23, abs=0.05)
    assert level(short_terms(after).max()) <= -18
    assert np.abs(np.diff(ride.cuts)).max() < 1.5  # decibels in a tenth of a second
    assert ride.cuts.min() >= 0


def test_what_is_below_the_limit_is_left_alone():
    whole = energies(noise(10, 0.1))
    still = Ride(-23 - gated(moments(whole)))
    assert limited(whole, still, -18) is still


def test_gains_follow_the_clock_whatever_the_blocks():
    ride = Ride(-3.0, np.array([0.0, 0, 6, 6, 0, 0]))
    whole = ride.gains(0, 6 * HOP)
    np.testing.assert_allclose(
        np.concatenate([ride.gains(start, 1000) for start in range(0, 6 * HOP, 1000)])[: 6 * HOP], whole
    )
    assert 20 * np.log10(whole[3 * HOP]) == pytest.approx(-9, abs=1e-3)
    assert 20 * np.log10(whole[0]) == pytest.approx(-3, abs=1e-3)
    assert Ride(-6.0).gains(5, 10) == pytest.approx(0.501, abs=1e-3)


def test_a_tone_at_the_reference_level():
    """EBU Tech 3341: a sine of 1 kHz at -23 dBFS in both channels is -23 LUFS."""
    assert gated(moments(energies(tone(5, 10 ** (-23 / 20), 997)))) == pytest.approx(-23, abs=0.05)
