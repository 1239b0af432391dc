"""Fréchet distances: against the closed form and torchmetrics; how often intervals hold the truth; bad input."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg
from scipy.stats import t
from torchmetrics.image.fid import FrechetInceptionDistance

from v2a_foley.errors import RenderError, UsageError
from v2a_foley.metrics.frechet import fd, fd_infinite, frechet_distance, moments


def closed_form(one, other):
    """The definition, by a matrix root and without any of ours."""
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    apart = one.mean(0) - other.mean(0)
    root = linalg.sqrtm(first)
    inner = linalg.sqrtm(root @ second @ root)
    return apart @ apart + np.trace(first) + np.trace(second) - 2 * np.trace(inner).real


def of_gaussians(mean, first, second):
    root = linalg.sqrtm(first)
    return float(mean @ mean + np.trace(first + second) - 2 * np.trace(linalg.sqrtm(root @ second @ root)).real)


class Identity(torch.nn.Module):
    """Torchmetrics' feature extractor, which here gets features for images."""

    def __init__(self, size):
        super().__init__()
        self.num_features = size

    def forward(self, images):
        return images


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("count", "size"), [(300, 3), (200, 24), (64, 40)])
def test_it_agrees_with_torchmetrics_and_the_definition(seed, count, size):
    rng = np.random.default_rng(seed)
    one = rng.standard_normal((count, size)) @ rng.standard_normal((size, size)) + rng.standard_normal(size)
    other = rng.standard_normal((count + 17, size)) @ rng.standard_normal((size, size))
    value = frechet_distance(one, other)
    reference = FrechetInceptionDistance(feature=Identity(size), normalize=True).set_dtype(torch.float64)
    reference.update(torch.from_numpy(other), real=True)
    reference.update(torch.from_numpy(one), real=False)
    assert value == pytest.approx(float(reference.compute()), rel=1e-6)
    assert value == pytest.approx(closed_form(one, other), rel=1e-6)
    assert fd(one, other, rests_on="noise").value == pytest.approx(value, rel=1e-12)


@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(2, 30), st.integers(2, 30))
@settings(max_examples=60, deadline=None)
def test_fewer_rows_than_dimensions_agree_with_the_eigenvalues_of_the_small_products(seed, size, few, many):
    rng = np.random.default_rng(seed)
    one, other = rng.standard_normal((few, size)), 2 * rng.standard_normal((many, size)) + 1
    first, second = one - one.mean(0), other - other.mean(0)
    # tr √(Σ₁Σ₂) through the eigenvalues of Y Xᵀ X Yᵀ, which may be of any rank
    inner = second @ first.T @ first @ second.T / ((few - 1) * (many - 1))
    trace = np.sqrt(np.maximum(np.linalg.eigvalsh(inner), 0)).sum()
    apart = one.mean(0) - other.mean(0)
    expected = apart @ apart + (first**2).sum() / (few - 1) + (second**2).sum() / (many - 1) - 2 * trace
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_one_dimension_is_the_difference_of_means_and_deviations():
    rng = np.random.default_rng(1)
    one, other = rng.standard_normal((50, 1)), 3 * rng.standard_normal((70, 1)) + 2
    expected = (one.mean() - other.mean()) ** 2 + (one.std(ddof=1) - other.std(ddof=1)) ** 2
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-12)


@given(st.integers(0, 10_000), st.floats(0.01, 100), st.integers(3, 60))
@settings(max_examples=30, deadline=None)
def test_it_keeps_what_a_distance_keeps(seed, scale, count):
    rng = np.random.default_rng(seed)
    one, other = rng.standard_normal((count, 16)), rng.standard_normal((40, 16)) * 2
    turn = np.linalg.qr(rng.standard_normal((16, 16)))[0]
    value = frechet_distance(one, other)
    assert frechet_distance(other, one) == pytest.approx(value, rel=1e-9)
    assert frechet_distance(scale * one, scale * other) == pytest.approx(scale**2 * value, rel=1e-9)
    assert frechet_distance(one @ turn + 5, other @ turn + 5) == pytest.approx(value, rel=1e-9)
    assert frechet_distance(rng.permutation(one), other) == pytest.approx(value, rel=1e-9)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-10)
    assert frechet_distance(moments(one), moments(other)) == value


def test_identical_sets_of_low_rank_and_constant_ones_are_plain_numbers():
    rng = np.random.default_rng(2)
    flat = rng.standard_normal((100, 2)) @ rng.standard_normal((2, 30))
    constant = np.ones((20, 30))
    same = fd(flat, flat, rests_on="noise")
    assert same.value == pytest.approx(0, abs=1e-10)
    assert same.low == 0
    apart = fd(constant, flat, rests_on="noise")
    assert apart.value == pytest.approx(
        ((1 - flat.mean(0)) ** 2).sum() + np.trace(np.cov(flat, rowvar=False)), rel=1e-9
    )
    assert fd(constant, constant + 1, rests_on="noise").value == pytest.approx(30)
    for figure in (same, apart, fd_infinite(constant, flat, rests_on="noise")):
        assert all(math.isfinite(each) for each in (figure.value, figure.low, figure.high))


def test_the_moments_are_those_of_numpy():
    rng = np.random.default_rng(12)
    one, other = rng.standard_normal((5000, 6)) @ rng.standard_normal((6, 6)), rng.standard_normal((4001, 6))
    assert frechet_distance(one, other) == pytest.approx(closed_form(one, other), rel=1e-9)
    root = moments(one).root
    np.testing.assert_allclose(root.T @ root, np.cov(one, rowvar=False), rtol=1e-10, atol=1e-12)


def test_dead_doubled_and_unequal_dimensions_agree_with_the_definition():
    rng = np.random.default_rng(13)
    one, other = rng.standard_normal((500, 6)), rng.standard_normal((400, 6)) @ rng.standard_normal((6, 6))

    def wide(table):
        """Six dimensions of unequal scale, one of them said twice, and a dead one."""
        table = table * 10.0 ** np.arange(-4, 2)
        return np.column_stack([table, np.full(len(table), 3.0), table[:, 5]])

    # Saying a dimension twice is turning it, and stretching it by √2.
    narrow = 10.0 ** np.arange(-4, 2) * [1, 1, 1, 1, 1, math.sqrt(2)]
    expected = closed_form(one * narrow, other * narrow)
    assert frechet_distance(wide(one), wide(other)) == pytest.approx(expected, rel=1e-6)
    assert frechet_distance(wide(one)[:7], wide(other)) == pytest.approx(
        closed_form((one * narrow)[:7], other * narrow), rel=1e-6
    )
    figure = fd(wide(one), wide(other), rests_on="noise")
    plain = fd(one * narrow, other * narrow, rests_on="noise")
    assert figure.high == pytest.approx(plain.high, rel=1e-6)


def test_frames_of_float32_far_from_zero_keep_four_digits():
    rng = np.random.default_rng(3)
    one, other = rng.standard_normal((400, 16)), 1.5 * rng.standard_normal((400, 16))
    value = frechet_distance((one + 1000).astype(np.float32), (other + 1000).astype(np.float32))
    assert value == pytest.approx(frechet_distance(one, other), rel=1e-3)


def test_the_error_of_the_distance_is_that_of_a_jackknife_that_leaves_every_sound_out():
    rng = np.random.default_rng(4)
    one, other = rng.standard_normal((400, 5)) * [1, 2, 3, 1, 1], rng.standard_normal((300, 5)) + 0.5
    variance = 0.0
    for left, right in ((one, other), (other, one)):
        without = np.array([frechet_distance(np.delete(left, i, axis=0), right) for i in range(len(left))])
        variance += (len(left) - 1) / len(left) * ((without - without.mean()) ** 2).sum()
    figure = fd(one, other, rests_on="noise")
    assert (figure.high - figure.value) / t.ppf(0.975, 299) == pytest.approx(math.sqrt(variance), rel=0.02)


WORLDS = {
    "round": (8, 200, 0.0, 0.5),
    "flat": (12, 150, 1.0, 0.3),
    "few": (16, 80, 0.7, 0.4),
}


@pytest.mark.parametrize("world", WORLDS)
def test_the_intervals_hold_the_truth_as_often_as_they_say(world):
    size, count, decay, apart = WORLDS[world]
    rng = np.random.default_rng(5)
    scales = np.arange(1, size + 1) ** -decay
    first, second = np.diag(scales), np.diag(rng.permutation(scales) * 1.5)
    mean = np.full(size, apart)
    truth = of_gaussians(mean, first, second)
    plain, limits = [], []
    for _ in range(150):
        one = rng.standard_normal((count, size)) @ np.sqrt(first) + mean
        other = rng.standard_normal((count, size)) @ np.sqrt(second)
        plain.append(fd(one, other, rests_on="noise"))
        limits.append(fd_infinite(one, other, rests_on="noise"))
    expected = np.mean([each.value for each in plain])
    held = np.mean([each.low <= expected <= each.high for each in plain])
    found = np.mean([each.low <= truth <= each.high for each in limits])
    assert 0.9 <= held <= 0.995
    assert 0.9 <= found <= 1.0
    error = np.std([each.value for each in limits]) / math.sqrt(150)
    assert np.mean([each.value for each in limits]) == pytest.approx(truth, abs=3 * error)
    assert expected > truth + 5 * error, "the plain distance is too high, or this test shows nothing"
    width = np.mean([each.high - each.low for each in limits]) / 3.92
    assert width == pytest.approx(np.std([each.value for each in limits]), rel=0.35)


def test_sets_of_one_origin_are_zero_apart_at_infinity():
    rng = np.random.default_rng(6)
    sets = rng.standard_normal((20, 2, 400, 20))
    limits = [fd_infinite(one, other, rests_on="noise") for one, other in sets]
    plain = np.mean([frechet_distance(one, other) for one, other in sets])
    assert all(each.low < 0 < each.high for each in limits)
    assert abs(np.mean([each.value for each in limits])) < 0.05 * plain
    assert limits[0] == fd_infinite(*sets[0], rests_on="noise")


def test_frames_of_one_sound_stay_together():
    rng = np.random.default_rng(7)
    of = np.repeat(np.arange(60), 10)
    limits, frame_by_frame = [], []
    for _ in range(60):
        frames = rng.standard_normal((2, 60, 4)).repeat(10, axis=1) + 0.01 * rng.standard_normal((2, 600, 4))
        together = fd(frames[0], frames[1], rests_on="noise", metric="FAD", generated_of=of, reference_of=of)
        apart = fd(frames[0], frames[1], rests_on="noise", metric="FAD")
        assert together.value == apart.value
        assert (together.samples, apart.samples) == (60, 600)
        wider = (together.high - together.value) / (apart.high - apart.value)
        assert wider > 2.5, "the frames of a sound were taken as independent"
        limits.append(fd_infinite(frames[0], frames[1], rests_on="noise", generated_of=of, reference_of=of).value)
        frame_by_frame.append(fd_infinite(frames[0], frames[1], rests_on="noise").value)
    # Both sets have one origin: sixty sounds' bias is to be taken off, not that of six hundred.
    error = np.std(limits) / math.sqrt(len(limits))
    assert abs(np.mean(limits)) < 3 * error
    assert np.mean(frame_by_frame) > 8 * error


def test_a_fixed_reference_has_no_error_of_its_own():
    rng = np.random.default_rng(8)
    one, other = rng.standard_normal((300, 6)), rng.standard_normal((100, 6)) + 1
    free = fd(one, other, rests_on="noise")
    fixed = fd(one, other, rests_on="noise", fixed_reference=True)
    assert fixed.value == free.value
    assert fixed.high - fixed.low < 0.7 * (free.high - free.low)
    assert fixed.protocol != free.protocol
    infinite = fd_infinite(one, other, rests_on="noise", fixed_reference=True)
    assert fd_infinite(one, other, rests_on="noise").value < infinite.value < fixed.value


def test_it_says_how_many_samples_it_needs():
    rng = np.random.default_rng(9)
    figure = fd(rng.standard_normal((79, 8)), rng.standard_normal((200, 8)), rests_on="noise", data="made")
    assert (figure.samples, figure.needs, figure.enough) == (79, 80, False)
    assert "8 dimensions" in figure.reason
    assert "jackknife" in figure.interval
    # The rule's promise: round Gaussians are the worst, and there ten a dimension leave 5 % of the total variance.
    bias = np.mean([frechet_distance(*rng.standard_normal((2, 320, 32))) for _ in range(20)]) / 32
    assert bias == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize("measure", [fd, fd_infinite])
def test_bad_input_is_refused_in_a_sentence(measure):
    good = np.random.default_rng(10).standard_normal((20, 4))
    with pytest.raises(UsageError, match="at least 2"):
        measure(good[:1], good, rests_on="noise")
    with pytest.raises(UsageError, match="at least"):
        measure(good, good, rests_on="noise", generated_of=np.zeros(20))
    with pytest.raises(UsageError, match="4 dimensions"):
        measure(good, good[:, :3], rests_on="noise")
    with pytest.raises(UsageError, match="shape"):
        measure(good[0], good, rests_on="noise")
    with pytest.raises(UsageError, match="labels"):
        measure(good, good, rests_on="noise", reference_of=np.zeros(3))
    for bad in (np.nan, np.inf):
        broken = good.copy()
        broken[7, 2] = bad
        with pytest.raises(RenderError, match="Row 7 of the generated"):
            measure(broken, good, rests_on="noise")
    with pytest.raises(UsageError, match="level"):
        measure(good, good, rests_on="noise", level=95)
    for table in (1e200 * good, np.tile(1e306 * good, (1, 10)), 1e72 * good.astype(np.longdouble)):
        with pytest.raises(RenderError, match="too large"):
            measure(table, np.tile(good, (1, table.shape[1] // 4)), rests_on="noise")


def test_the_extrapolation_refuses_sets_that_cannot_be_cut():
    good = np.random.default_rng(11).standard_normal((20, 4))
    with pytest.raises(UsageError, match="at least 10"):
        fd_infinite(good[:9], good, rests_on="noise")
    with pytest.raises(UsageError, match="dimensions"):
        frechet_distance(good, good[:, :2])
