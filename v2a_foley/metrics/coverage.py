"""Density and coverage: whether generated sounds lie where true ones do, and how many true ones they reach."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.errors import UsageError
from v2a_foley.metrics import arrays, intervals, needs
from v2a_foley.metrics.arrays import Rows, Values
from v2a_foley.metrics.averages import mean_figure
from v2a_foley.metrics.figure import Better, Figure, Protocol

_BLOCK_VALUES = 8_000_000


def density_and_coverage(
    generated: ArrayLike,
    reference: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    nearest: int = 5,
    level: float = intervals.LEVEL,
    resamples: int = intervals.RESAMPLES,
    seed: int = 0,
) -> tuple[Figure, Figure]:
    """Measure density (fidelity) and coverage (variety) after Naeem et al. 2020.

    Around every true sound lies a ball that reaches to its k-th nearest true neighbour. Coverage: the share of balls
    that hold at least one generated sound. Density: how many balls hold a generated sound, over k, averaged; it may
    exceed 1. For equal distributions the coverage to expect is ``1 − Π (m − i)/(n + m − i), i = 1 … k`` (m true, n
    generated sounds), and the density 1. Euclidean distances; blocks of 64 MB. The intervals take the other side as
    given.

    Args:
        generated: ``(n, d)``, a row a sound.
        reference: ``(m, d)``, a row a sound.
        rests_on: the embedding, with its version.
        data: what was measured on.
        nearest: k.
        level: of the intervals (bootstrap for density, Wilson for coverage).
        resamples: of the bootstrap.
        seed: of its draws.

    Raises:
        UsageError: fewer than two generated sounds, not more than k true ones, or sets from different spaces.
        RenderError: a value is not finite.
    """
    if nearest < 1:
        raise UsageError(f"{nearest} neighbours make no ball.", hint="Choose 5, as in the paper.")
    new, old = arrays.pair(generated, reference, "generated embeddings", "reference embeddings", least=2)
    arrays.rows(old, "reference embeddings", least=nearest + 1)
    radii = _radii(old, nearest)
    holding = np.zeros(len(new))
    covered = np.zeros(len(old), dtype=bool)
    for rows, distances in _blocks(old, new):
        inside = distances < radii[rows, None]
        holding += inside.sum(axis=0)
        covered[rows] = inside.any(axis=1)
    density = holding / nearest
    of_coverage = intervals.wilson(float(covered.sum()), len(covered), level=level)
    need = needs.share()
    details = f"k = {nearest}, {len(new)} generated and {len(old)} true"
    return (
        mean_figure(
            density, Protocol("density", rests_on, data, details), Better.HIGHER, what="generated embeddings",
            margin=0.05, level=level, resamples=resamples, seed=seed,
        ),
        Figure(
            Protocol("coverage", rests_on, data, details), float(covered.mean()), of_coverage.low, of_coverage.high,
            min(len(new), len(old)), need.samples, Better.HIGHER, of_coverage.words, reason=need.reason,
        ),
    )  # fmt: skip


def expected_coverage(generated: int, reference: int, nearest: int = 5) -> float:
    """Return the coverage to expect where both sets have one origin (Naeem et al. 2020)."""
    missed = 1.0
    for i in range(1, nearest + 1):
        missed *= (reference - i) / (generated + reference - i)
    return 1 - missed


def _radii(table: Rows, nearest: int) -> Values:
    radii = np.empty(len(table))
    for rows, distances in _blocks(table, table):
        distances[np.arange(len(distances)), np.arange(rows.start, rows.stop)] = np.inf
        radii[rows] = np.partition(distances, nearest - 1, axis=1)[:, nearest - 1]
    return radii


def _blocks(one: Rows, other: Rows) -> Iterator[tuple[slice, Rows]]:
    """Yield the distances of some rows of ``one`` from all of ``other``, block by block."""
    middle = other.mean(axis=0)
    first, second = one - middle, other - middle
    lengths = (second**2).sum(axis=1)
    step = max(1, _BLOCK_VALUES // len(second))
    for start in range(0, len(first), step):
        block = first[start : start + step]
        squared = (block**2).sum(axis=1, keepdims=True) + lengths - 2 * block @ second.T
        yield slice(start, start + len(block)), np.sqrt(np.maximum(squared, 0.0))
