import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.mapper import Calibration
from v2a_foley.mapper.calibration import fitted, probabilities

CALIBRATION = Calibration(scale=20.0, none=0.5, threshold=0.3, ambience_none=0.4)


def test_an_event_at_none_is_as_likely_as_no_event():
    np.testing.assert_allclose(probabilities(np.array([[0.5]]), CALIBRATION), 0.5)
    np.testing.assert_allclose(probabilities(np.array([[0.5, 0.5]]), CALIBRATION), 1 / 3)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20), st.floats(0.1, 1000), st.floats(-1, 1))
def test_probabilities_are_probabilities_in_the_order_of_the_similarities(similar, scale, none):
    likely = probabilities(np.array([similar]), Calibration(scale, none, 0.3, 0.4))[0]
    assert (likely >= 0).all()
    assert likely.sum() <= 1 + 1e-9
    order = np.argsort(similar)
    assert (np.diff(likely[order]) >= -1e-12).all()


def test_the_fit_finds_the_calibration_that_made_the_answers():
    rng = np.random.default_rng(4)
    true = Calibration(scale=16.0, none=0.4, threshold=0.3, ambience_none=0.3)
    similar = rng.uniform(0, 0.8, (4000, 12))
    likely = probabilities(similar, true)
    drawn = (rng.random((4000, 1)) > likely.cumsum(axis=1)).sum(axis=1)
    right = drawn[:, None] == np.arange(12)
    found = fitted(similar, right, drawn == 12, CALIBRATION)
    assert abs(found.scale - 16) <= 2
    assert abs(found.none - 0.4) <= 0.04
    assert (found.threshold, found.ambience_none) == (0.3, 0.4)


def test_weights_count_as_repeats():
    rng = np.random.default_rng(5)
    similar, right = rng.uniform(0, 0.8, (60, 5)), np.eye(5, dtype=bool)[rng.integers(0, 5, 60)]
    quiet = rng.random(60) > 0.7
    counts = rng.integers(1, 4, 60)
    repeated = [np.repeat(part, counts, axis=0) for part in (similar, right, quiet)]
    assert fitted(similar, right, quiet, CALIBRATION, counts.astype(float)) == fitted(*repeated, CALIBRATION)
