from fractions import Fraction

import numpy as np
import pytest

from v2a_foley.sync.onsets import OnsetCurve, pick_onsets
from v2a_foley.sync.onsets.picking import LATE

RATE = 25


def curve(likelihood, *, early=0.0, strength=0.5, rate=RATE, place=(0.25, 0.75)) -> OnsetCurve:
    count = len(likelihood)
    return OnsetCurve(
        tuple(Fraction(number, rate) for number in range(count)),
        np.array(likelihood, np.float32),
        np.full(count, early, np.float32),
        np.full(count, strength, np.float32),
        np.tile(np.array(place, np.float32), (count, 1)),
    )


def test_peaks_from_the_threshold_on_are_onsets_with_all_that_is_known_of_them():
    found = pick_onsets(curve([0, 0, 0.5, 0, 0, 0, 0.4, 0.9, 0.4, 0, 0.3, 0]), 0.5, early=False)
    assert [each.time for each in found] == [Fraction(2, RATE), Fraction(7, RATE)]
    assert [each.likelihood for each in found] == pytest.approx([0.5, 0.9])
    assert found[0].strength == 0.5
    assert found[0].region[:2] == (0.25, 0.75)


def test_of_two_within_seventy_milliseconds_the_likelier_stays():
    likelihood = np.zeros(60)
    likelihood[[10, 13, 17, 30, 35]] = [0.6, 0.8, 0.7, 0.6, 0.7]  # at 60 a second: 50, 67 and 83 ms apart
    found = pick_onsets(curve(likelihood, rate=60), 0.5, early=False)
    assert [each.time * 60 for each in found] == [13, 30, 35]


def test_an_onset_comes_before_its_frame_by_a_part_of_the_interval_and_never_before_the_frame_before():
    assert pick_onsets(curve([0, 0, 1, 0], early=0.75), 0.5)[0].time == Fraction(2, RATE) - Fraction(3, 4 * RATE) + LATE
    assert pick_onsets(curve([0, 0, 1, 0], early=7.0), 0.5)[0].time == Fraction(1, RATE) + LATE


def test_an_onset_is_never_later_than_its_frame_for_being_meant_late():
    assert pick_onsets(curve([0, 0, 1, 0], early=0.25), 0.5)[0].time == Fraction(2, RATE)
    assert pick_onsets(curve([1, 0, 0, 0], early=0.9), 0.5)[0].time == 0


def test_what_appears_with_a_cut_is_none_and_hides_no_neighbour():
    made = curve([0, 0.7, 0.9, 0, 0, 0.8, 0])
    assert [each.time * RATE for each in pick_onsets(made, 0.5, early=False)] == [2, 5]
    found = pick_onsets(made, 0.5, cuts=[Fraction(2, RATE)], early=False)
    assert [each.time * RATE for each in found] == [1, 5]


def test_a_higher_threshold_leaves_some_of_the_same_onsets():
    made = curve(np.random.default_rng(0).random(400), rate=60)
    low, high = pick_onsets(made, 0.2), pick_onsets(made, 0.8)
    assert high == tuple(each for each in low if each.likelihood >= 0.8)
    assert 0 < len(high) < len(low)


def test_a_flat_top_is_one_onset_and_nothing_is_none():
    assert len(pick_onsets(curve([0, 0.9, 0.9, 0]), 0.5)) == 1
    assert pick_onsets(curve([0.1, 0.2, 0.1]), 0.5) == ()
    assert pick_onsets(curve([]), 0.5) == ()
