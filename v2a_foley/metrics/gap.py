"""The gap between modalities in one space: means, cosines, how easily they are told apart, a projection to look at.

Numbers only; what draws them is elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.errors import UsageError
from v2a_foley.metrics import arrays, intervals, needs
from v2a_foley.metrics.arrays import Rows, Values
from v2a_foley.metrics.figure import Better, Figure, Protocol

_PAIRS = 200_000
"""How many mismatched pairs a histogram counts at most."""
_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Gap:
    """Two modalities' means and what lies between them.

    Attributes:
        first: ``float64 (d,)`` the mean of the first modality's unit vectors; its length is 1 where they all agree.
        second: ``float64 (d,)`` the same for the second.
        vector: ``float64 (d,)`` from the second to the first.
        distance: the length of the vector, 0 … 2.
    """

    first: Values
    second: Values
    vector: Values
    distance: Figure


@dataclass(frozen=True, eq=False)
class Cosines:
    """How the cosines of two sets are spread.

    Attributes:
        edges: ``float64 (bins + 1,)`` from −1 to 1.
        matched: ``float64 (bins,)`` the density of the cosines of partners (sums to 1 over the bins' widths); empty
            where rows are no partners.
        mismatched: ``float64 (bins,)`` the same for rows that do not belong together.
        matched_mean: mean cosine of partners, NaN where there are none.
        mismatched_mean: mean cosine of the others.
    """

    edges: Values
    matched: Values
    mismatched: Values
    matched_mean: float
    mismatched_mean: float


@dataclass(frozen=True, eq=False)
class Projection:
    """Sets in the plane of their two main directions.

    Attributes:
        points: by name, ``float64 (n, 2)``.
        explained: the share of the variance that lies along either axis.
        centre: ``float64 (d,)`` what lies at the origin.
        axes: ``float64 (2, d)`` unit vectors; the largest entry of each is positive.
    """

    points: Mapping[str, Rows]
    explained: tuple[float, float]
    centre: Values
    axes: Rows


def modality_gap(
    one: ArrayLike,
    other: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    names: tuple[str, str] = ("pictures", "sounds"),
    level: float = intervals.LEVEL,
) -> Gap:
    """Measure the modality gap: the distance between the means of two modalities' unit vectors (Liang et al. 2022).

    Chance alone holds two means apart by about ``sqrt(spread₁ / n₁ + spread₂ / n₂)``, where a spread is one less the
    squared length of the mean: a gap near that is none. The interval is that of the projection on the gap's own
    direction.

    Args:
        one: ``(n, d)`` embeddings of the first modality; taken at unit length.
        other: ``(m, d)`` of the second.
        rests_on: the space or spaces, with their versions.
        data: what was measured on.
        names: what the two are.
        level: of the interval.

    Raises:
        UsageError: fewer than two rows on a side, or sets of different sizes of space.
        RenderError: a value is not finite, or a row is zero.
    """
    first, second = _units(one, other, names)
    vector = first.mean(axis=0) - second.mean(axis=0)
    length = float(np.linalg.norm(vector))
    direction = vector / length if length > 0 else vector
    variance = sum(float((each @ direction).var(ddof=1)) / len(each) for each in (first, second))
    freedom = min(len(first), len(second)) - 1
    found = intervals.around(length, math.sqrt(variance), freedom, "Student's t along the gap", level=level)
    chance = [1 - float((each.mean(axis=0) ** 2).sum()) for each in (first, second)]
    need = needs.gap(sum(chance), length)
    figure = Figure(
        Protocol("modality gap", rests_on, data, f"|mean of {names[0]} − mean of {names[1]}|, unit vectors"),
        length, max(0.0, found.low), found.high, min(len(first), len(second)), need.samples, Better.NEITHER,
        found.words, reason=need.reason,
    )  # fmt: skip
    return Gap(first.mean(axis=0), second.mean(axis=0), vector, figure)


def cosine_histograms(
    one: ArrayLike, other: ArrayLike, *, bins: int = 100, paired: bool = True, seed: int = 0
) -> Cosines:
    """Count the cosines of partners, and of rows that do not belong together.

    Args:
        one: ``(n, d)``.
        other: ``(n, d)``, row by row the partners; or ``(m, d)`` where ``paired`` is false.
        bins: from −1 to 1.
        paired: whether rows are partners.
        seed: of the choice of mismatched pairs, where there are more than 200,000.

    Raises:
        UsageError: fewer than two rows, no bins, or the two do not fit each other.
        RenderError: a value is not finite, or a row is zero.
    """
    if bins < 1:
        raise UsageError(f"{bins} bins make no histogram.", hint="Choose 100.")
    first, second = _units(one, other, ("first embeddings", "second embeddings"), paired=paired)
    edges = np.linspace(-1.0, 1.0, bins + 1)
    left, right = _mismatched(len(first), len(second), seed, paired=paired)
    parts = range(0, len(left), _AT_ONCE)
    apart = np.concatenate(
        [(first[left[i : i + _AT_ONCE]] * second[right[i : i + _AT_ONCE]]).sum(axis=1) for i in parts]
    )
    apart = apart.clip(-1.0, 1.0)
    together = (first * second).sum(axis=1).clip(-1.0, 1.0) if paired else np.zeros(0)
    return Cosines(
        edges,
        np.histogram(together, edges, density=True)[0] if paired else together,
        np.histogram(apart, edges, density=True)[0],
        float(together.mean()) if paired else math.nan,
        float(apart.mean()),
    )


def separability(
    one: ArrayLike,
    other: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    names: tuple[str, str] = ("pictures", "sounds"),
    folds: int = 5,
    level: float = intervals.LEVEL,
    seed: int = 0,
) -> Figure:
    """Measure how easily two modalities are told apart along the difference of their means.

    The area under the ROC curve; 0.5: not at all, as where a mapper closed the gap; 1: always. The direction is
    found without the rows that it is tried on (cross-validation); where both sets have as many rows, partners are in
    one fold.

    Args:
        one: ``(n, d)``; taken at unit length.
        other: ``(m, d)``.
        rests_on: the space or spaces, with their versions.
        data: what was measured on.
        names: what the two are.
        folds: in how many the rows are cut.
        level: of the interval (Wilson, with the number of samples that DeLong's variance stands for).
        seed: of the cut.

    Raises:
        UsageError: fewer than two rows a fold, fewer than two folds, or sets of different sizes of space.
        RenderError: a value is not finite, or a row is zero.
    """
    if folds < 2:
        raise UsageError(f"{folds} folds leave nothing to try on.", hint="Choose 5.")
    first, second = _units(one, other, names, least=2 * folds)
    rng = np.random.default_rng(seed)
    of_first = rng.permutation(len(first)) % folds
    of_second = of_first if len(first) == len(second) else rng.permutation(len(second)) % folds
    wins_first, wins_second = np.empty(len(first)), np.empty(len(second))
    for fold in range(folds):
        mine, yours = of_first == fold, of_second == fold
        direction = first[~mine].mean(axis=0) - second[~yours].mean(axis=0)
        wins_first[mine], wins_second[yours] = _wins(first[mine] @ direction, second[yours] @ direction)
    area = float(wins_first.mean() + wins_second.mean()) / 2
    variance = float(wins_first.var(ddof=1)) / len(first) + float(wins_second.var(ddof=1)) / len(second)
    least = min(len(first), len(second))
    stands_for = area * (1 - area) / variance if variance > 0 else float(least)
    found = intervals.wilson(area * stands_for, stands_for, level=level)
    need = needs.share()
    return Figure(
        Protocol("separability", rests_on, data, f"AUC of {names[0]} against {names[1]}, {folds} folds"),
        area, found.low, found.high, least, need.samples, Better.NEITHER, f"{found.words} with DeLong's variance",
        reason=need.reason,
    )  # fmt: skip


def project(sets: Mapping[str, ArrayLike]) -> Projection:
    """Project sets of one space's size onto the two directions of their largest joint variance (PCA).

    Every set weighs the same, however many rows it has. Lengths are left as they are.

    Args:
        sets: by name, ``(n, d)`` each, ``d`` at least 2.

    Raises:
        UsageError: no sets, fewer than two rows in one, fewer than two dimensions, or sets that do not fit together.
        RenderError: a value is not finite, or all rows are the same.
    """
    tables = {name: arrays.rows(table, f"embeddings of {name}", least=2) for name, table in sets.items()}
    sizes = {table.shape[1] for table in tables.values()}
    if len(sizes) != 1 or min(sizes) < 2:
        raise UsageError(
            f"Sets of {sorted(sizes)} dimensions have no common plane.", hint="Give sets of one space, or of one size."
        )
    centre = np.mean([table.mean(axis=0) for table in tables.values()], axis=0)
    spread = np.mean([(table - centre).T @ (table - centre) / len(table) for table in tables.values()], axis=0)
    variances, vectors = np.linalg.eigh(spread)
    total = float(np.trace(spread))
    if not total > 0:
        raise UsageError("All embeddings are the same.", hint="Project sets that differ.")
    axes = vectors[:, ::-1][:, :2].T
    axes = axes * np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])[:, None]
    explained = np.maximum(variances[::-1][:2], 0.0) / total
    return Projection(
        {name: (table - centre) @ axes.T for name, table in tables.items()},
        (float(explained[0]), float(explained[1])),
        centre,
        axes,
    )


def _units(
    one: ArrayLike, other: ArrayLike, names: tuple[str, str], *, least: int = 2, paired: bool = False
) -> tuple[Rows, Rows]:
    first, second = arrays.pair(one, other, names[0], names[1], least=least, paired=paired)
    return arrays.unit(first, names[0]), arrays.unit(second, names[1])


def _mismatched(first: int, second: int, seed: int, *, paired: bool) -> tuple[arrays.Groups, arrays.Groups]:
    """Return pairs of rows that are no partners: all of them, or as many drawn ones as a histogram needs."""
    every = first * second - (first if paired else 0)
    if every <= _PAIRS:
        left, right = np.divmod(np.arange(first * second, dtype=np.int64), second)
        kept = left != right if paired else np.ones(len(left), dtype=bool)
        return left[kept], right[kept]
    rng = np.random.default_rng(seed)
    left = rng.integers(0, first, _PAIRS)
    if not paired:
        return left, rng.integers(0, second, _PAIRS)
    return left, (left + rng.integers(1, second, _PAIRS)) % second


def _wins(mine: Values, yours: Values) -> tuple[Values, Values]:
    """Return the share of ``yours`` that each of ``mine`` beats, and of ``mine`` that beat each of ``yours``."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([mine, yours]))
    above = (ranks[: len(mine)] - rankdata(mine)) / len(yours)
    below = 1 - (ranks[len(mine) :] - rankdata(yours)) / len(mine)
    return above, below
