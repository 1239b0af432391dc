"""Spread of takes, effective takes, density and coverage: against scipy's distances and the papers' closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist

from v2a_foley.errors import RenderError, UsageError
from v2a_foley.metrics.coverage import density_and_coverage, expected_coverage
from v2a_foley.metrics.variability import effective_takes, spread_against, spread_by_condition, spread_of_takes


@given(st.integers(0, 10_000), st.lists(st.integers(2, 7), min_size=2, max_size=8), st.integers(2, 12))
@settings(max_examples=50, deadline=None)
def test_the_spread_agrees_with_scipys_pairwise_distances(seed, counts, size):
    rng = np.random.default_rng(seed)
    of = np.repeat(np.arange(len(counts)), counts)
    takes = rng.standard_normal((len(of), size))
    expected = [pdist(takes[of == condition], "cosine").mean() for condition in range(len(counts))]
    np.testing.assert_allclose(spread_by_condition(takes, of), expected, atol=1e-9)
    order = rng.permutation(len(of))
    np.testing.assert_allclose(spread_by_condition(takes[order], of[order]), expected, atol=1e-9)
    assert spread_of_takes(takes, of, rests_on="noise", resamples=20).value == pytest.approx(np.mean(expected))


def test_the_spread_knows_its_ends():
    of = np.repeat(np.arange(5), 4)
    same = np.ones((20, 3))
    assert spread_of_takes(same, of, rests_on="noise").value == pytest.approx(0, abs=1e-12)
    apart = np.tile(np.eye(4), (5, 1))
    assert spread_of_takes(apart, of, rests_on="noise").value == pytest.approx(1)
    against = np.tile([[1.0, 0], [-1, 0]], (10, 1))
    assert spread_by_condition(against, np.repeat(np.arange(10), 2)) == pytest.approx(2)


def test_against_the_reference_it_is_one_where_both_have_one_origin():
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((60, 8))

    def drawn(count, width):
        takes = centres.repeat(count, axis=0)
        return takes + width * rng.standard_normal(takes.shape), np.repeat(np.arange(60), count)

    reference, reference_of = drawn(3, 1.0)
    takes, of = drawn(8, 1.0)
    figure = spread_against(takes, of, reference, reference_of, rests_on="noise")
    assert figure.low < 1 < figure.high
    collapsed, of = drawn(8, 0.1)
    figure = spread_against(collapsed, of, reference, reference_of, rests_on="noise")
    assert figure.high < 0.2
    expected = spread_by_condition(collapsed, of).mean() / spread_by_condition(reference, reference_of).mean()
    assert figure.value == pytest.approx(expected)


def test_effective_takes_tell_two_kinds_from_many():
    two_kinds = np.tile([[1.0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]], (6, 1))
    of = np.repeat(np.arange(6), 4)
    assert effective_takes(two_kinds, of, rests_on="noise").value == pytest.approx(2)
    assert effective_takes(np.tile(np.eye(4), (6, 1)), of, rests_on="noise").value == pytest.approx(4)
    assert effective_takes(np.ones((24, 3)), of, rests_on="noise").value == pytest.approx(1)


@pytest.mark.parametrize("seed", range(4))
def test_effective_takes_are_the_entropy_of_the_similarities(seed):
    takes = np.random.default_rng(seed).standard_normal((12, 5))
    of = np.tile([0, 1], 6)
    expected = []
    for condition in (0, 1):
        eigen = np.linalg.eigvalsh((1 - cdist(takes[of == condition], takes[of == condition], "cosine")) / 6)
        eigen = eigen[eigen > 1e-12]
        expected.append(math.exp(-(eigen * np.log(eigen)).sum()))
    assert effective_takes(takes, of, rests_on="noise").value == pytest.approx(np.mean(expected), rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [(40, 30), (25, 90)])
def test_density_and_coverage_agree_with_all_distances_at_once(seed, shape, monkeypatch):
    monkeypatch.setattr("v2a_foley.metrics.coverage._BLOCK_VALUES", 200)  # many blocks
    rng = np.random.default_rng(seed)
    new, old = rng.standard_normal((shape[0], 6)) + 0.3, rng.standard_normal((shape[1], 6))
    density, coverage = density_and_coverage(new, old, rests_on="noise")
    radii = np.sort(cdist(old, old), axis=1)[:, 5]
    inside = cdist(old, new) < radii[:, None]
    assert density.value == pytest.approx(inside.sum() / (5 * shape[0]), abs=1e-9)
    assert coverage.value == pytest.approx(inside.any(axis=1).mean(), abs=1e-9)
    assert density.low <= density.value <= density.high


def test_one_origin_gives_the_papers_expected_values():
    rng = np.random.default_rng(2)
    found = [density_and_coverage(*rng.standard_normal((2, 80, 5)), rests_on="noise", resamples=20) for _ in range(40)]
    assert np.mean([each.value for each, _ in found]) == pytest.approx(1, abs=0.05)
    assert np.mean([each.value for _, each in found]) == pytest.approx(expected_coverage(80, 80), abs=0.01)
    collapsed = np.tile(rng.standard_normal((1, 5)) * 0.1, (80, 1))
    _, coverage = density_and_coverage(collapsed, rng.standard_normal((80, 5)), rests_on="noise")
    assert coverage.value < 0.5
    assert coverage.value < expected_coverage(80, 80)
    same = rng.standard_normal((30, 5))
    assert density_and_coverage(same, same, rests_on="noise")[1].value == 1


def test_bad_input_is_refused_in_a_sentence():
    good = np.random.default_rng(3).standard_normal((8, 3))
    of = np.repeat(np.arange(4), 2)
    with pytest.raises(UsageError, match="Condition 3 has a single take"):
        spread_of_takes(good[:7], of[:7], rests_on="noise")
    with pytest.raises(UsageError, match="at least 2"):
        spread_of_takes(good[:2], of[:2], rests_on="noise")
    with pytest.raises(UsageError, match="labels"):
        spread_of_takes(good, of[:3], rests_on="noise")
    with pytest.raises(UsageError, match="different conditions"):
        spread_against(good, of, good, of + 1, rests_on="noise")
    with pytest.raises(UsageError, match="no spread"):
        spread_against(good, of, np.ones((8, 3)), of, rests_on="noise")
    with pytest.raises(UsageError, match="from 2 to 4 takes"):
        effective_takes(good, [0, 0, 1, 1, 1, 1, 2, 2], rests_on="noise")
    with pytest.raises(UsageError, match="at least 6"):
        density_and_coverage(good, good[:5], rests_on="noise")
    with pytest.raises(UsageError, match="neighbours"):
        density_and_coverage(good, good, rests_on="noise", nearest=0)
    good[4, 1] = np.nan
    with pytest.raises(RenderError, match="Row 4"):
        spread_of_takes(good, of, rests_on="noise")
    with pytest.raises(RenderError, match="Row 4"):
        density_and_coverage(good, good, rests_on="noise")
