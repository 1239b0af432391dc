from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tests.engine.test_spot import spotted
from tests.engine.worlds import DOG, ENGINE, RAIN, WOOD, motion
from v2a_foley.project import Region
from v2a_foley.sync import followed
from v2a_foley.sync.follow import FLOOR, MOST_POINTS
from v2a_foley.timebase import TimeRange
from v2a_foley.video.motion import Motion, Peak

WHOLE = TimeRange(Fraction(0), Fraction(12))
RUB = replace(ENGINE, family="abrasion")


def ranks(values) -> np.ndarray:
    return np.argsort(np.argsort(values))


def driven(speed) -> Motion:
    still = motion((Fraction(3), 0.6))
    return replace(still, energy=np.array([speed(float(time)) for time in still.times], np.float32))


@pytest.mark.parametrize(
    ("sync", "struck", "driven"),
    [("auto", True, True), ("events", True, False), ("envelope", False, True), ("off", False, False)],
)
def test_hits_and_curves_are_followed_as_far_as_they_are_wanted(sync, struck, driven):
    moves = motion((Fraction(3), 0.6))
    assert (bool(followed(moves, WHOLE, WOOD, sync)[0]), followed(moves, WHOLE, ENGINE, sync)[1] is not None) == (
        struck,
        driven,
    )
    for steady in (RAIN, DOG):
        assert followed(moves, WHOLE, steady, sync) == ((), None)


@pytest.mark.parametrize(
    ("event", "speed"),
    [(ENGINE, lambda t: (t / 12) ** 2), (ENGINE, lambda t: np.exp(-((t - 5) ** 2) / 4)),
     (RUB, lambda t: abs(np.sin(2 * np.pi * t)))],
)  # fmt: skip
def test_the_level_rises_and_falls_with_the_speed(event, speed):
    curve = followed(driven(speed), WHOLE, event)[1]
    true = [speed(float(time)) for time in curve.times]
    assert np.corrcoef(ranks(true), ranks(curve.values))[0, 1] > 0.95
    assert FLOOR <= min(curve.values) <= max(curve.values) <= 1


def test_what_has_weight_does_not_follow_single_strokes():
    strokes = driven(lambda t: abs(np.sin(2 * np.pi * t)))
    slow, fast = (np.ptp(followed(strokes, WHOLE, event)[1].values[3:-3]) for event in (ENGINE, RUB))
    assert slow < 0.5 * fast


def test_a_long_curve_stays_small():
    long = motion(seconds=600)
    assert len(followed(long, TimeRange(Fraction(0), Fraction(600)), RUB)[1].times) == MOST_POINTS


def test_hits_and_curves_carry_their_place():
    moves = driven(lambda t: 0.5)
    place = np.tile(np.float32([0.25, 0.5, 0.1, 1.5]), (len(moves.times), 1))
    moves = replace(moves, regions=place, peaks=(Peak(Fraction(3), 0.6, (0.2, 1.0, 0.1, 0.1)),))
    assert followed(moves, WHOLE, WOOD)[0][0].region == Region(0.2, 1.0, 0.1, 0.1)
    assert set(followed(moves, WHOLE, ENGINE)[1].regions) == {Region(0.25, 0.5, 0.1, 1.0)}


def test_with_nothing_found_auto_is_off():
    still = motion(energy=0.0)
    seen = [{"wood": 0.8, "rain": 0.3}, {"engine": 0.8}, {"dog": 0.9}]
    assert followed(still, WHOLE, ENGINE) == ((), None)
    assert spotted(seen, moves=still).cues == spotted(seen, moves=still, sync="off").cues
    assert spotted(seen, moves=motion((Fraction(1), 0.5))).cues != spotted(seen, moves=still).cues
