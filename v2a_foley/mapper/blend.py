"""Paths on the unit sphere: how embeddings are mixed, and how words pull at what was seen.

Knows no space; whoever mixes sees to it that the vectors come from one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import Embeddings, normalised

_ROUNDS = 100
_NEAR_ENOUGH = 1e-9


def spherical_mean(vectors: Embeddings, weights: Sequence[float]) -> NDArray[np.float32]:
    """Return the weighted mean on the sphere, ``float32 (d,)`` of unit length.

    It is the point from which the weighted directions to all vectors cancel (Buss and Fillmore 2001). Of two vectors
    it is their spherical interpolation (Shoemake 1985); the order of the vectors does not matter.

    Args:
        vectors: ``float32 (n, d)`` of unit length, n ≥ 1, not opposite to each other.
        weights: n numbers from 0, not all 0; they are scaled to sum to 1.

    Raises:
        ValueError: there is not one weight a vector, or the weights are not as they should be.
    """
    shares = np.asarray(weights, dtype=np.float64)
    if shares.shape != (len(vectors),) or not np.isfinite(shares).all() or shares.min() < 0 or shares.sum() <= 0:
        raise ValueError(f"{list(weights)} are not weights for {len(vectors)} vectors")
    shares = shares / shares.sum()
    points = np.asarray(vectors, dtype=np.float64)
    points = points / np.linalg.norm(points, axis=1, keepdims=True)
    mean = shares @ points
    length = float(np.linalg.norm(mean))
    if length < 1e-6:  # opposite poles have no middle; the heavier one speaks
        return np.asarray(points[int(np.argmax(shares))], dtype=np.float32)
    mean = mean / length
    for _ in range(_ROUNDS):
        step = shares @ _logarithm(mean, points)
        size = float(np.linalg.norm(step))
        if size < _NEAR_ENOUGH:
            break
        mean = np.cos(size) * mean + np.sin(size) * step / size
        mean = mean / np.linalg.norm(mean)
    return np.asarray(mean, dtype=np.float32)


def slerp(one: NDArray[np.float32], other: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    """Return the point a part of the way, 0 to 1, from one unit vector ``(d,)`` to another along the great circle."""
    if weight <= 0:
        return normalised(one)
    if weight >= 1:
        return normalised(other)
    return spherical_mean(np.stack([one, other]), (1 - weight, weight))


def _logarithm(at: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the tangent vectors ``(n, d)`` at a point that lead to the points along great circles."""
    cosines = np.clip(points @ at, -1.0, 1.0)
    across = points - cosines[:, None] * at
    lengths = np.linalg.norm(across, axis=1, keepdims=True)
    angles = np.arctan2(lengths[:, 0], cosines)[:, None]
    return np.where(lengths > 1e-12, across / np.maximum(lengths, 1e-12) * angles, 0.0)
