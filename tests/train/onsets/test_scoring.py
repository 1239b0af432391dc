import numpy as np
import pytest

from v2a_foley.sync.onsets import Onset
from v2a_foley.train.onsets.scoring import Found, best_score, matches, score_at


def onsets(*pairs):
    return tuple(Onset(time, 1.0, likelihood, (0.5, 0.5, 0.2, 0.2)) for time, likelihood in pairs)


def test_early_sound_is_the_worse_error():
    assert matches([0.985, 1.985], [1.0, 2.001]) == pytest.approx([-0.015])
    assert matches([1.045, 2.046], [1.0, 2.0]) == pytest.approx([0.045])


def test_every_onset_counts_once_and_as_many_as_possible_do():
    assert matches([1.0], [1.0, 1.01]) == pytest.approx([0.0])
    assert matches([1.0, 1.01], [1.0]) == pytest.approx([0.0])
    assert len(matches([1.02, 1.05], [0.99, 1.02])) == 2


def test_the_threshold_and_the_way_that_are_best_are_found():
    exact = onsets((1.0, 0.9), (2.0, 0.8), (3.0, 0.3))
    late = onsets((1.05, 0.9), (2.05, 0.8), (3.05, 0.3))
    found = [Found(exact, late, np.array([1.0, 2.0]), 0.1), Found((), (), np.zeros(0), 0.1)]
    best = best_score(found)
    assert (best.f1, best.early) == (1.0, True)
    assert best.threshold == 0.5
    low = score_at(found, 0.1, early=True)
    assert (low.precision, low.recall) == (pytest.approx(2 / 3), 1.0)
    assert low.false_a_minute == pytest.approx(5)
    assert score_at(found, 0.1, early=False).f1 == 0


def test_fewer_false_onsets_are_worth_a_little():
    truths = np.arange(1.0, 201.0)
    likely = [(time, 0.35 if time < 2 else 0.9) for time in truths]
    false = [(time + 0.5, 0.35) for time in truths[:2]]
    found = [Found(onsets(*sorted(likely + false)), (), truths, 4.0)]
    best = best_score(found, early=True)
    assert (best.threshold, best.precision) == (0.5, 1.0)
    assert score_at(found, 0.35, early=True).f1 > best.f1 - 0.01
    low = [Found(onsets(*((time, 0.3) for time in truths)), (), truths, 4.0)]
    assert best_score(low, early=True).threshold == 0.3
    high = [Found(onsets(*((time, 0.9) for time in truths), *((time + 0.5, 0.6) for time in truths)), (), truths, 4.0)]
    assert best_score(high, early=True).threshold > 0.5
