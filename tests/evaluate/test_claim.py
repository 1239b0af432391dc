"""The paper's claim: the regression mapper errs less, the generative one is better in fidelity and variety.

One start is trained in the quick tests, and judged by wide margins; five in the long ones, where the intervals over
them must lie apart.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from tests.evaluate.claim import BRIDGE, ERROR, FD, GENERATIVE, NONE, REGRESSION, SPREAD, TRUTH, means, measured
from v2a_foley.metrics.figure import Figure

OTHERS = [(trained, other) for trained in (REGRESSION, GENERATIVE) for other in (NONE, BRIDGE)]


@contextmanager
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@pytest.mark.long
def test_the_claim_holds_from_one_start(tmp_path):
    with one_thread():
        found = {
            name: {metric: figures[0].value for metric, figures in each.items()}
            for name, each in measured(tmp_path, seeds=(1,), steps=400).items()
        }
    assert 1.3 * found[REGRESSION][ERROR] < found[GENERATIVE][ERROR]
    assert 3 * found[GENERATIVE][FD] < found[REGRESSION][FD]
    assert found[REGRESSION][SPREAD] < 1e-6
    assert found[GENERATIVE][SPREAD] > 0.6 * found[TRUTH][SPREAD]
    for trained, other in OTHERS:
        assert 1.15 * found[trained][ERROR] < found[other][ERROR], (trained, other)
        assert 2 * found[trained][FD] < found[other][FD], (trained, other)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Figure]]:
    folder: Path = tmp_path_factory.mktemp("world")
    with one_thread():
        return means(measured(folder, seeds=(1, 2, 3, 4, 5), steps=700))


@pytest.mark.long
def test_the_regression_has_the_lower_error(many):
    """By far more than chance over the seeds: the intervals lie apart."""
    assert many[REGRESSION][ERROR].high < many[GENERATIVE][ERROR].low


@pytest.mark.long
def test_the_generative_mapper_has_the_better_frechet_distance(many):
    assert many[GENERATIVE][FD].high < many[REGRESSION][FD].low


@pytest.mark.long
def test_the_generative_mapper_has_the_spread_that_the_truth_has(many):
    assert many[REGRESSION][SPREAD].high < 1e-6
    assert many[GENERATIVE][SPREAD].value == pytest.approx(many[TRUTH][SPREAD].value, rel=0.25)


@pytest.mark.long
@pytest.mark.parametrize(("trained", "other"), OTHERS)
def test_both_are_far_from_no_mapper_and_from_the_bridge(many, trained, other):
    assert many[trained][ERROR].high < many[other][ERROR].low
    assert many[trained][FD].high < many[other][FD].low
    assert 3 * many[trained][FD].value < many[other][FD].value


@pytest.mark.long
def test_the_truth_is_nearest_to_itself(many):
    assert many[TRUTH][FD].high < many[GENERATIVE][FD].low
