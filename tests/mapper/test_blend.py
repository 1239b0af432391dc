import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.embed import normalised
from v2a_foley.mapper.blend import slerp, spherical_mean


def points(seed: int, count: int, size: int = 16) -> np.ndarray:
    return normalised(np.random.default_rng(seed).standard_normal((count, size)) + 0.4)


@given(st.integers(0, 1000), st.floats(0, 1))
def test_two_points_are_interpolated_along_the_great_circle(seed, weight):
    one, other = points(seed, 2).astype(np.float64)
    angle = np.arccos(np.clip(one @ other, -1, 1))
    exact = (np.sin((1 - weight) * angle) * one + np.sin(weight * angle) * other) / np.sin(angle)
    np.testing.assert_allclose(slerp(one, other, weight), exact, atol=1e-6)


@given(st.integers(0, 1000), st.permutations(range(5)))
def test_the_order_of_the_points_does_not_matter(seed, order):
    vectors, weights = points(seed, 5), np.arange(1.0, 6.0)
    mean = spherical_mean(vectors, weights)
    assert np.linalg.norm(mean) == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(spherical_mean(vectors[order], weights[order]), mean, atol=1e-6)


@given(st.integers(0, 1000))
def test_one_weight_alone_is_that_point_and_equal_points_are_themselves(seed):
    vectors = points(seed, 3)
    np.testing.assert_allclose(spherical_mean(vectors, [0, 2, 0]), vectors[1], atol=1e-6)
    np.testing.assert_allclose(spherical_mean(vectors[[0, 0]], [1, 3]), vectors[0], atol=1e-6)


def test_directions_to_the_points_cancel_at_the_mean():
    vectors, weights = points(3, 4), np.array([0.1, 0.2, 0.3, 0.4])
    mean = spherical_mean(vectors, weights).astype(np.float64)
    across = vectors - (vectors @ mean)[:, None] * mean
    angles = np.arccos(np.clip(vectors @ mean, -1, 1))[:, None]
    pull = weights @ (across / np.linalg.norm(across, axis=1, keepdims=True) * angles)
    assert np.abs(pull).max() < 1e-6


def test_opposite_poles_have_no_middle_and_the_heavier_one_speaks():
    north = np.array([0, 0, 1], np.float32)
    np.testing.assert_array_equal(spherical_mean(np.stack([north, -north]), [1, 1]), north)


@pytest.mark.parametrize("weights", [[1], [0, 0], [-1, 2], [float("nan"), 1], [1, 2, 3]])
def test_what_are_no_weights_is_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        spherical_mean(points(0, 2), weights)
