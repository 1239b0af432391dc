"""Gaussians in the place of sets of embeddings: their moments, and the Fréchet distance of two of them.

The distance is that of two Gaussians with the sets' means and covariances (Dowson & Landau 1982):
``|μ₁ − μ₂|² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁Σ₂)^½``. With ``Σ₁ = AᵀA`` and ``Σ₂ = BᵀB`` the last trace is the sum of the
singular values of ``A Bᵀ``: real by its nature, whether or not the covariances have full rank, so that there is no
imaginary part to drop and no ridge to add, as there is where the root of the product is taken. With fewer rows than
dimensions ``A`` is the centred rows themselves, else a Cholesky factor of the covariance: few and large operations,
which stay quick beside other programs, where an orthogonal decomposition of the rows became fifty times slower.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.errors import RenderError, UsageError
from v2a_foley.metrics import arrays
from v2a_foley.metrics.arrays import Rows, Values

_LARGEST = 1e140
"""The largest sum of squares of which products can still be told from infinity."""


@dataclass(frozen=True, eq=False)
class Moments:
    """What a Fréchet distance needs to know of a set; to store for a reference that is used again.

    Attributes:
        mean: ``float64 (d,)``.
        root: ``float64 (r, d)``, ``rootᵀ root`` is the covariance, over ``n − 1``; ``r`` is the smaller of n and d.
        samples: how many rows there were.
    """

    mean: Values
    root: Rows
    samples: int


def moments(embeddings: ArrayLike, what: str = "embeddings") -> Moments:
    """Return the mean and a root of the covariance of embeddings ``(n, d)``.

    Raises:
        UsageError: fewer than two rows: one has no covariance.
        RenderError: a value is not finite.
    """
    return moments_of(arrays.rows(embeddings, what, least=2))


def frechet_distance(one: ArrayLike | Moments, other: ArrayLike | Moments) -> float:
    """Return the plain distance of two sets ``(n, d)``, or of their moments, without an interval. At least 0.

    Raises:
        UsageError: fewer than two rows, or sets from different spaces.
        RenderError: a value is not finite, or the singular values did not converge.
    """
    first = one if isinstance(one, Moments) else moments(one)
    second = other if isinstance(other, Moments) else moments(other)
    if len(first.mean) != len(second.mean):
        raise UsageError(
            f"The sets have {len(first.mean)} and {len(second.mean)} dimensions.", hint="Both must come from one space."
        )
    overlap = float(_singular(first.root @ second.root.T).sum())
    return combined(first, second, overlap)


def moments_of(table: Rows) -> Moments:
    """Return the moments of rows that were checked before; errors as ``moments``."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean = table.mean(axis=0)
        centred = table - mean
        total = float((centred**2).sum())
    if not total < _LARGEST:
        raise RenderError("The embeddings are too large for a covariance.", hint="Look at what the encoder was given.")
    root = centred / math.sqrt(len(table) - 1) if len(table) <= table.shape[1] else _root(centred)
    return Moments(mean, root, len(table))


def _root(centred: Rows) -> Rows:
    """Return a square root of a tall table's covariance, the other way round than usual: ``rootᵀ root``.

    Dimensions are brought to one scale first, so that small ones lose nothing to large ones; dead ones are left out.
    Where the rest has no full rank, the eigenvectors make the root. What either loses is under 1e-7 of the variance.
    """
    size = centred.shape[1]
    scale = np.sqrt((centred**2).sum(axis=0) / (len(centred) - 1))
    live = scale > 0
    scaled = centred[:, live] / scale[live]
    correlation = scaled.T @ scaled / (len(centred) - 1)
    root = np.zeros((size, size))
    root[: len(correlation), live] = _factor(correlation) * scale[live]
    return root


def _factor(correlation: Rows) -> Rows:
    try:
        return np.asarray(np.linalg.cholesky(correlation).T)
    except np.linalg.LinAlgError:
        # Not of full rank: two dimensions say the same.
        eigen, vectors = np.linalg.eigh(correlation)
        eigen[eigen < len(eigen) * np.finfo(np.float64).eps * eigen[-1]] = 0.0
        return np.asarray(np.sqrt(eigen)[:, None] * vectors.T)


def combined(one: Moments, other: Moments, overlap: float) -> float:
    """Return the distance, from the sum of the singular values of both roots' product."""
    apart = one.mean - other.mean
    # Rounding can leave a distance of zero a few units in the last place below it, never more.
    return max(0.0, float(apart @ apart) + float((one.root**2).sum()) + float((other.root**2).sum()) - 2 * overlap)


def _singular(matrix: Rows) -> Values:
    try:
        return np.asarray(np.linalg.svd(matrix, compute_uv=False), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        raise _unconverged(error) from error


def decomposed(matrix: Rows) -> tuple[Rows, Values, Rows]:
    """Return the left singular vectors as columns, the singular values, and the right ones as columns."""
    try:
        left, singular, right = np.linalg.svd(matrix, full_matrices=False)
    except np.linalg.LinAlgError as error:
        raise _unconverged(error) from error
    return left, singular, right.T


def _unconverged(error: Exception) -> RenderError:
    return RenderError(
        f"The Fréchet distance could not be computed: {error}.", hint="Look for absurdly large embeddings."
    )
