"""Intervals: against scipy and the textbooks' closed forms, and by counting how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from v2a_foley.errors import RenderError, UsageError
from v2a_foley.metrics import intervals
from v2a_foley.metrics.figure import Better, Figure, Protocol, as_dict
from v2a_foley.metrics.seeds import over_seeds


@pytest.mark.parametrize("seed", range(4))
def test_the_mean_agrees_with_scipys_bca(seed):
    values = np.random.default_rng(seed).exponential(size=60)
    ours = intervals.of_mean(values, resamples=20_000, seed=seed)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=20_000, rng=np.random.default_rng(seed + 1))
    width = theirs.confidence_interval.high - theirs.confidence_interval.low
    # Both draw at random: at 20,000 draws an end wavers by about one per cent of the width.
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.03 * width)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.03 * width)
    plain = stats.bootstrap((values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1))
    moved = plain.confidence_interval.high - theirs.confidence_interval.high
    assert abs(moved) > abs(ours.high - theirs.confidence_interval.high), "BCa moved nothing that this test could see"


@pytest.mark.parametrize("seed", range(2))
def test_a_ratio_agrees_with_scipys_bca(seed):
    rng = np.random.default_rng(seed)
    under = rng.integers(1, 9, 50).astype(float)
    over = under * rng.uniform(0, 1, 50)
    ours = intervals.of_ratio(over, under, resamples=20_000)
    theirs = stats.bootstrap(
        (over, under), lambda a, b, axis: a.sum(axis) / b.sum(axis), paired=True, n_resamples=20_000, vectorized=True,
        rng=np.random.default_rng(7),
    ).confidence_interval  # fmt: skip
    assert ours.low == pytest.approx(theirs.low, abs=0.03 * (theirs.high - theirs.low))
    assert ours.high == pytest.approx(theirs.high, abs=0.03 * (theirs.high - theirs.low))


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_the_mean_is_held_as_often_as_said(draw):
    rng = np.random.default_rng(1)
    held = 0
    for seed in range(400):
        values = getattr(rng, draw)(size=60)
        found = intervals.of_mean(values, resamples=600, seed=seed)
        held += found.low <= (draw == "exponential") <= found.high
    assert 0.9 <= held / 400 <= 0.98


def test_groups_are_drawn_whole():
    rng = np.random.default_rng(2)
    held = 0
    for seed in range(200):
        values = rng.standard_normal(40).repeat(10) + 0.1 * rng.standard_normal(400)
        found = intervals.of_mean(values, np.arange(40).repeat(10), resamples=400, seed=seed)
        held += found.low <= 0 <= found.high
    assert 0.88 <= held / 200 <= 0.99
    alone = intervals.of_mean(values)
    assert found.high - found.low > 2 * (alone.high - alone.low)
    assert "groups" in found.words


def test_the_same_seed_gives_the_same_and_more_draws_than_memory_are_made_in_parts():
    values = np.random.default_rng(3).standard_normal(5000)
    assert intervals.of_mean(values, seed=4) == intervals.of_mean(values, seed=4)
    assert intervals.of_mean(values, seed=4) != intervals.of_mean(values, seed=5)
    found = intervals.of_mean(values)
    reach = 1.96 * values.std(ddof=1) / np.sqrt(5000)
    assert found.low == pytest.approx(values.mean() - reach, abs=0.1 * reach)
    assert found.high == pytest.approx(values.mean() + reach, abs=0.1 * reach)


def test_what_never_varies_has_an_interval_of_no_width():
    found = intervals.of_mean(np.full(20, 0.3))
    assert found.low == pytest.approx(0.3)
    assert found.high == pytest.approx(0.3)
    assert intervals.over_seeds([2.0, 2.0, 2.0]).high == 2


def test_the_percentile_bootstrap_agrees_with_scipys():
    values = np.random.default_rng(4).exponential(size=80)
    found = intervals.percentile(lambda rng: float(np.median(rng.choice(values, 80))), resamples=5000)
    theirs = stats.bootstrap((values,), np.median, n_resamples=5000, method="percentile", rng=np.random.default_rng(0))
    width = theirs.confidence_interval.high - theirs.confidence_interval.low
    assert found.low == pytest.approx(theirs.confidence_interval.low, abs=0.06 * width)
    assert found.high == pytest.approx(theirs.confidence_interval.high, abs=0.06 * width)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12), st.floats(0.5, 0.999))
@settings(max_examples=50, deadline=None)
def test_seeds_agree_with_scipys_t(values, level):
    found = intervals.over_seeds(values, level=level)
    scale = stats.sem(values)
    low, high = stats.t.interval(level, len(values) - 1, np.mean(values), scale) if scale else [np.mean(values)] * 2
    assert found.low == pytest.approx(low, rel=1e-9, abs=1e-9)
    assert found.high == pytest.approx(high, rel=1e-9, abs=1e-9)


@given(st.integers(1, 2000), st.data(), st.floats(0.5, 0.999))
@settings(max_examples=80, deadline=None)
def test_wilson_agrees_with_scipys(of, data, level):
    hits = data.draw(st.integers(0, of))
    found = intervals.wilson(hits, of, level=level)
    theirs = stats.binomtest(hits, of).proportion_ci(level, method="wilson")
    assert found.low == pytest.approx(theirs.low, abs=1e-9)
    assert found.high == pytest.approx(theirs.high, abs=1e-9)
    assert 0 <= found.low <= hits / of <= found.high <= 1


@pytest.mark.parametrize("count", [10, 101, 400])
def test_the_median_agrees_with_scipys_quantile_test_and_holds_it(count):
    rng = np.random.default_rng(5)
    values = rng.exponential(size=count)
    found = intervals.of_median(values)
    theirs = stats.quantile_test(values, q=np.median(values), p=0.5).confidence_interval(0.95)
    assert found.low == pytest.approx(theirs.low)
    assert found.high == pytest.approx(theirs.high)
    held = [intervals.of_median(rng.standard_normal(count)) for _ in range(400)]
    assert np.mean([each.low <= 0 <= each.high for each in held]) > 0.93


def test_seeds_join_figures_of_one_protocol():
    protocol = Protocol("FD", "noise")
    figures = [Figure(protocol, v, v - 1, v + 1, 50 + i, 40, Better.LOWER) for i, v in enumerate((1.0, 2.0, 3.0))]
    joined = over_seeds(figures)
    assert (joined.value, joined.samples, joined.protocol) == (2.0, 50, protocol)
    assert joined.high == pytest.approx(2 + stats.t.ppf(0.975, 2) / np.sqrt(3))
    assert "3 seeds" in as_dict(joined)["interval"]
    other = Figure(Protocol("FD", "other noise"), 1, 0, 2, 50, 40, Better.LOWER)
    with pytest.raises(UsageError, match="one protocol"):
        over_seeds([*figures, other])
    with pytest.raises(UsageError, match="at least 2"):
        over_seeds(figures[:1])


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(UsageError, match="at least 2"):
        intervals.of_mean([1.0])
    with pytest.raises(RenderError, match="Row 1"):
        intervals.of_mean([1.0, np.nan])
    with pytest.raises(UsageError, match="level"):
        intervals.of_mean([1.0, 2.0], level=1)
    with pytest.raises(UsageError, match="share"):
        intervals.wilson(3, 2)
    with pytest.raises(UsageError, match="share"):
        intervals.wilson(0, 0)
    with pytest.raises(UsageError, match="no interval"):
        intervals.of_mean([1.0, 2.0], resamples=0)
    with pytest.raises(UsageError, match="Nothing was counted"):
        intervals.of_ratio([0, 0], [0, 0])
    with pytest.raises(UsageError, match="denominators"):
        intervals.of_ratio([0, 0], [1])
    with pytest.raises(UsageError, match="numbers"):
        intervals.of_mean(["a", "b"])
