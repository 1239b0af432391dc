import numpy as np
import pytest

from benchmarks.sync import scoring
from benchmarks.sync.scoring import NARROW, WIDE, Counts, Film


def film(truth, found, scores=None, seconds=10.0):
    return Film(tuple(truth), tuple(found), tuple(scores or [1.0] * len(found)), seconds)


@pytest.mark.parametrize(
    ("offset", "narrow", "wide"),
    [(0.0, 1, 1), (-0.015, 1, 1), (-0.016, 0, 1), (0.045, 1, 1), (0.046, 0, 1), (0.05, 0, 1), (-0.05, 0, 1),
     (0.051, 0, 0)],
)  # fmt: skip
def test_the_windows_hold_their_ends(offset, narrow, wide):
    assert len(scoring.matches([1.0], [1.0 + offset], NARROW)) == narrow
    assert len(scoring.matches([1.0], [1.0 + offset], WIDE)) == wide


def test_as_many_as_possible_are_matched_where_the_nearest_first_would_lose_one():
    # 1.04 is nearer to 1.06; taken by it, 1.0 would be left alone.
    assert scoring.matches([1.0, 1.06], [1.04, 1.1], WIDE) == [(0, 0), (1, 1)]


def test_of_equally_many_matches_those_of_least_offset_are_taken():
    assert scoring.matches([1.0], [0.97, 1.01], WIDE) == [(0, 1)]


def test_each_event_is_matched_once():
    assert scoring.counts(film([1.0], [1.0, 1.01, 1.02]), WIDE) == Counts(1, 3, 1)


def test_precision_recall_and_f1():
    counted = Counts(truth=4, found=2, matched=1)
    assert (counted.precision, counted.recall) == (0.5, 0.25)
    assert counted.f1 == pytest.approx(1 / 3)
    assert Counts(0, 0, 0).f1 == 0
    assert scoring.pooled([counted, Counts(1, 3, 1)]) == Counts(5, 5, 2)


def test_average_precision_of_a_worked_example():
    # Ranked: right (1/1), wrong, right (2/3); one of three is never found.
    measured = film([1.0, 2.0, 3.0], [1.0, 5.0, 2.0], [3.0, 2.0, 1.0])
    assert scoring.average_precision([measured], WIDE) == pytest.approx((1 + 2 / 3) / 3)


def test_average_precision_ranks_the_films_together_and_counts_ties_as_one_step():
    good, bad = film([1.0], [1.0], [1.0]), film([1.0], [4.0], [2.0])
    assert scoring.average_precision([good, bad], WIDE) == pytest.approx(0.5 / 2)
    tied = [film([1.0], [1.0], [1.0]), film([], [4.0], [1.0])]
    assert scoring.average_precision(tied, WIDE) == scoring.average_precision(tied[::-1], WIDE) == 0.5


def test_the_median_offset_is_late_where_sound_follows_picture():
    assert scoring.median_offset([film([1, 2, 3], [1.01, 2.02, 3.03])]) == pytest.approx(0.02)
    assert scoring.median_offset([film([1], [5])]) is None


def test_a_rate_has_the_exact_poisson_interval():
    none = scoring.a_minute(0, 180)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(3.689 / 3, abs=1e-3)  # textbook: 0 events, 95 %: up to 3.689
    ten = scoring.a_minute(10, 60)
    assert (ten.low, ten.high) == (pytest.approx(4.795, abs=1e-3), pytest.approx(18.390, abs=1e-3))
    with pytest.raises(ValueError, match="no time"):
        scoring.a_minute(1, 0)


def test_levels_that_rise_with_speed_correlate_whatever_their_scale():
    times = np.linspace(0, 5, 100)
    speed = [(0.0, 0.0), (5.0, 10.0)]
    assert scoring.rank_correlation(times, -60 + times**3, speed) == pytest.approx(1.0)
    assert scoring.rank_correlation(times, -times, speed) == pytest.approx(-1.0)
    assert scoring.rank_correlation(times, np.full(100, -20.0), speed) == 0


def test_an_ambience_that_swells_with_motion_is_told_from_a_steady_one():
    times = np.linspace(0, 4, 80)
    speed = [(0.0, 0.0), (1.99, 0.0), (2.0, 1.0), (4.0, 1.0)]
    assert scoring.varies(times, np.full(80, -30.0), speed) == pytest.approx(0)
    assert scoring.varies(times, np.where(times >= 2, -27.0, -30.0), speed) == pytest.approx(3.0, abs=0.2)


def test_chance_keeps_the_number_and_shifting_keeps_the_rhythm():
    truth = film([1.0, 2.0], [1.0, 9.5])
    drawn = scoring.by_chance(truth, np.random.default_rng(0))
    assert len(drawn.found) == 2
    assert drawn.truth == truth.truth
    assert scoring.shifted(truth, 1.0).found == (2.0, pytest.approx(0.5))


def test_an_interval_is_over_films():
    same = [Counts(10, 10, 8)] * 5
    assert scoring.f1_interval(same) == (pytest.approx(0.8), pytest.approx(0.8))
    mixed = scoring.f1_interval([Counts(10, 10, 10), Counts(10, 10, 0)] * 5)
    assert mixed is not None
    assert mixed[0] < 0.4 < 0.6 < mixed[1]
    assert scoring.f1_interval(same[:1]) is None


def test_scores_must_belong_to_events():
    with pytest.raises(ValueError, match="1 events were found and 0 have a score"):
        Film((), (1.0,), (), 1.0)
