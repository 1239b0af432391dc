"""The gap between modalities: against sklearn's PCA and AUC, closed forms, and gaps that were put in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from v2a_foley.errors import RenderError, UsageError
from v2a_foley.metrics.gap import cosine_histograms, modality_gap, project, separability


def unit(table):
    return table / np.linalg.norm(table, axis=1, keepdims=True)


def cone(rng, count, size, direction, width=1.0):
    table = width * rng.standard_normal((count, size)) / np.sqrt(size)
    table[:, direction] += 1
    return unit(table)


def test_the_gap_is_the_distance_of_the_means():
    rng = np.random.default_rng(1)
    one, other = cone(rng, 300, 16, 0), cone(rng, 200, 16, 1)
    gap = modality_gap(3 * one, other, rests_on="made")
    np.testing.assert_allclose(gap.vector, one.mean(0) - other.mean(0))
    assert gap.distance.value == pytest.approx(np.linalg.norm(one.mean(0) - other.mean(0)))
    assert gap.distance.low < gap.distance.value < gap.distance.high
    assert gap.distance.enough
    assert modality_gap(one, one, rests_on="made").distance.value == 0
    assert not modality_gap(cone(rng, 50, 16, 0), cone(rng, 50, 16, 0), rests_on="made").distance.enough


def test_the_gaps_interval_holds_the_truth():
    rng = np.random.default_rng(2)
    truth = modality_gap(cone(rng, 100_000, 8, 0), cone(rng, 100_000, 8, 1), rests_on="made").distance.value
    found = [modality_gap(cone(rng, 300, 8, 0), cone(rng, 300, 8, 1), rests_on="made").distance for _ in range(200)]
    assert 0.9 <= np.mean([each.low <= truth <= each.high for each in found]) <= 0.99


@pytest.mark.parametrize("paired", [True, False])
def test_histograms_count_every_pair_once(paired):
    rng = np.random.default_rng(3)
    one = rng.standard_normal((40, 6))
    other = rng.standard_normal((40 if paired else 55, 6)) + (one if paired else 0)
    found = cosine_histograms(one, other, bins=20, paired=paired)
    table = unit(one) @ unit(other).T
    apart = table[~np.eye(40, dtype=bool)] if paired else table.ravel()
    np.testing.assert_allclose(found.mismatched, np.histogram(apart, 20, (-1, 1), density=True)[0])
    assert found.mismatched_mean == pytest.approx(apart.mean())
    if paired:
        np.testing.assert_allclose(found.matched, np.histogram(np.diag(table), 20, (-1, 1), density=True)[0])
        assert found.matched_mean == pytest.approx(np.trace(table) / 40)
        assert found.matched_mean > found.mismatched_mean + 0.3
    else:
        assert found.matched.size == 0
        assert np.isnan(found.matched_mean)
    assert (found.mismatched * np.diff(found.edges)).sum() == pytest.approx(1)


@pytest.mark.parametrize("paired", [True, False])
def test_many_pairs_are_drawn_and_none_is_a_partner(paired, monkeypatch):
    monkeypatch.setattr("v2a_foley.metrics.gap._PAIRS", 20_000)
    one = np.eye(200)
    found = cosine_histograms(one, one, bins=4, paired=paired)
    assert found.mismatched_mean == pytest.approx(0 if paired else 1 / 200, abs=2e-3)
    assert (found.mismatched_mean > 0) is not paired
    assert cosine_histograms(one, one, seed=1).mismatched_mean == cosine_histograms(one, one, seed=1).mismatched_mean


@given(st.integers(0, 10_000), st.integers(10, 60), st.integers(10, 60))
@settings(max_examples=25, deadline=None)
def test_separability_agrees_with_sklearns_area_fold_by_fold(seed, first, second):
    rng = np.random.default_rng(seed)
    one, other = cone(rng, first, 5, 0, 2), cone(rng, second, 5, 1, 2)
    found = separability(one, other, rests_on="made", seed=seed)
    cut = np.random.default_rng(seed)
    of_one = cut.permutation(first) % 5
    of_other = of_one if first == second else cut.permutation(second) % 5
    weights, areas = [], []
    for fold in range(5):
        direction = one[of_one != fold].mean(0) - other[of_other != fold].mean(0)
        mine, yours = one[of_one == fold], other[of_other == fold]
        truth = [1] * len(mine) + [0] * len(yours)
        areas.append(roc_auc_score(truth, np.concatenate([mine, yours]) @ direction))
        weights.append(len(mine) / first + len(yours) / second)
    assert found.value == pytest.approx(np.average(areas, weights=weights), abs=1e-9)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_separability_knows_its_ends_and_does_not_fool_itself():
    rng = np.random.default_rng(4)
    apart = separability(cone(rng, 100, 8, 0, 0.1), cone(rng, 100, 8, 1, 0.1), rests_on="made")
    assert apart.value == 1
    assert 0.9 < apart.low < 1
    # In many dimensions the means of pure noise differ; only rows that the direction was not found on tell.
    areas = [separability(*rng.standard_normal((2, 60, 200)), rests_on="made").value for _ in range(20)]
    assert np.mean(areas) == pytest.approx(0.5, abs=0.05)
    figures = [separability(cone(rng, 150, 4, 0, 2), cone(rng, 150, 4, 1, 2), rests_on="made") for _ in range(100)]
    truth = np.mean([each.value for each in figures])
    assert np.mean([each.low <= truth <= each.high for each in figures]) >= 0.88


@pytest.mark.parametrize("seed", range(3))
def test_the_projection_agrees_with_sklearns_pca(seed):
    rng = np.random.default_rng(seed)
    sets = {
        name: rng.standard_normal((50, 7)) * np.arange(1, 8) + i for i, name in enumerate(("CLIP", "CLAP", "mapped"))
    }
    found = project(sets)
    reference = PCA(2).fit(np.concatenate(list(sets.values())))
    turned = np.sign((reference.components_ * found.axes).sum(axis=1))
    np.testing.assert_allclose(found.axes, reference.components_ * turned[:, None], atol=1e-6)
    np.testing.assert_allclose(found.explained, reference.explained_variance_ratio_, rtol=1e-9)
    np.testing.assert_allclose(found.points["CLAP"], reference.transform(sets["CLAP"]) * turned, atol=1e-6)
    assert np.all(found.axes[np.arange(2), np.abs(found.axes).argmax(axis=1)] > 0)


def test_a_large_set_does_not_outvote_a_small_one():
    rng = np.random.default_rng(5)
    small, large = rng.standard_normal((50, 3)) * [9, 1, 1], rng.standard_normal((5000, 3)) * [1, 1, 3]
    assert abs(project({"small": small, "large": large}).axes[0, 0]) > 0.95
    assert abs(project({"small": small, "large": np.repeat(large, 2, axis=0)}).axes[0, 0]) > 0.95


def test_bad_input_is_refused_in_a_sentence():
    good = np.random.default_rng(6).standard_normal((12, 3))
    with pytest.raises(UsageError, match="at least 2"):
        modality_gap(good[:1], good, rests_on="made")
    with pytest.raises(UsageError, match="dimensions"):
        modality_gap(good, good[:, :2], rests_on="made")
    with pytest.raises(UsageError, match="at least 10"):
        separability(good[:9], good, rests_on="made")
    with pytest.raises(UsageError, match="folds"):
        separability(good, good, rests_on="made", folds=1)
    with pytest.raises(UsageError, match="bins"):
        cosine_histograms(good, good, bins=0)
    with pytest.raises(UsageError, match="row by row"):
        cosine_histograms(good, good[:5])
    with pytest.raises(UsageError, match="no common plane"):
        project({"a": good, "b": good[:, :2]})
    with pytest.raises(UsageError, match="no common plane"):
        project({})
    with pytest.raises(UsageError, match="the same"):
        project({"a": np.ones((4, 3))})
    good[5, 1] = np.nan
    with pytest.raises(RenderError, match="Row 5"):
        modality_gap(good, good, rests_on="made")
    with pytest.raises(RenderError, match="Row 5"):
        project({"a": good})
