"""How different the takes of one condition are: whether a mapper answers one picture with one sound or with many."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.errors import UsageError
from v2a_foley.metrics import arrays, intervals
from v2a_foley.metrics.arrays import Groups, Rows, Values
from v2a_foley.metrics.averages import mean_figure, ratio_figure
from v2a_foley.metrics.figure import Better, Figure, Protocol

_MARGIN = 0.05


def spread_by_condition(takes: ArrayLike, of: ArrayLike) -> Values:
    """Return the mean of 1 − cosine over all pairs of takes of each condition, ``float64 (conditions,)``, 0 … 2.

    Args:
        takes: ``(n, d)`` embeddings of sounds.
        of: ``(n,)`` the condition (clip, picture) that each is a take of; conditions come out in sorted order.

    Raises:
        UsageError: a condition with fewer than two takes.
        RenderError: a value is not finite, or a row is zero.
    """
    table, group, counts = _takes(takes, of)
    together = np.zeros((len(counts), table.shape[1]))
    np.add.at(together, group, table)
    # The squared length of a sum of k unit vectors is k plus the cosines of all ordered pairs.
    cosines: Values = ((together**2).sum(axis=1) - counts) / (counts * (counts - 1))
    return np.clip(1 - cosines, 0.0, 2.0)


def spread_of_takes(
    takes: ArrayLike,
    of: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    level: float = intervals.LEVEL,
    resamples: int = intervals.RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Measure the spread of takes: the mean over conditions of the mean pairwise cosine distance.

    It says nothing of whether the takes are any good: noise has the largest spread. Read it beside the reference's
    (``spread_against``). Arguments: as ``spread_by_condition``; conditions are what the bootstrap draws.

    Raises:
        UsageError: fewer than two conditions, or one with fewer than two takes.
        RenderError: a value is not finite, or a row is zero.
    """
    return mean_figure(
        spread_by_condition(takes, of), Protocol("spread", rests_on, data, "mean of 1 − cosine over pairs of takes"),
        Better.NEITHER, what="conditions", level=level, resamples=resamples, seed=seed,
    )  # fmt: skip


def spread_against(
    takes: ArrayLike,
    of: ArrayLike,
    reference: ArrayLike,
    reference_of: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    level: float = intervals.LEVEL,
    resamples: int = intervals.RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Measure the spread of takes as a share of the reference's, where several true sounds a condition are known.

    1: the takes differ as much as the true sounds do; 0: they are all one. The ratio of the two mean spreads, drawn by
    condition, both sides together; numbers of takes may differ, as the mean over pairs does not depend on them.

    Args:
        takes: ``(n, d)`` embeddings of generated sounds.
        of: ``(n,)`` their conditions.
        reference: ``(m, d)`` embeddings of true sounds.
        reference_of: ``(m,)`` their conditions: the same ones.
        rests_on: the embedding, with its version.
        data: what was measured on.
        level: of the interval.
        resamples: of its bootstrap.
        seed: of its draws.

    Raises:
        UsageError: fewer than two conditions, other conditions in the reference, or one with fewer than two sounds; or
            the reference has no spread at all.
        RenderError: a value is not finite, or a row is zero.
    """
    if not np.array_equal(np.unique(np.asarray(of)), np.unique(np.asarray(reference_of))):
        raise UsageError(
            "The takes and the reference have different conditions.", hint="Keep the conditions that both have."
        )
    new, old = spread_by_condition(takes, of), spread_by_condition(reference, reference_of)
    if not old.sum() > 0:
        raise UsageError("The reference has no spread.", hint="Give several different true sounds a condition.")
    details = "ratio of the mean cosine distances within a condition"
    return ratio_figure(
        new, old, Protocol("spread / reference", rests_on, data, details), Better.NEITHER, what="conditions",
        margin=_MARGIN, level=level, resamples=resamples, seed=seed,
    )  # fmt: skip


def effective_takes(
    takes: ArrayLike,
    of: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    level: float = intervals.LEVEL,
    resamples: int = intervals.RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Measure how many different takes there are a condition: the Vendi score (Friedman & Dieng 2022), averaged.

    exp of the entropy of the eigenvalues of the takes' cosines over their number: 1 where all are one, their number
    where all are orthogonal. Unlike the spread it tells two kinds of sound, each many times, from many kinds. It
    depends on the number of takes, which is therefore part of its protocol. Arguments: as ``spread_of_takes``.

    Raises:
        UsageError: fewer than two conditions, one with fewer than two takes, or conditions of unequal numbers.
        RenderError: a value is not finite, or a row is zero.
    """
    table, group, counts = _takes(takes, of)
    if counts.min() != counts.max():
        raise UsageError(
            f"Conditions have from {counts.min():g} to {counts.max():g} takes, which this score depends on.",
            hint="Use the same number of takes for each.",
        )
    order = np.argsort(group, kind="stable").reshape(len(counts), -1)
    each = np.array([_vendi(table[rows]) for rows in order])
    return mean_figure(
        each, Protocol("effective takes", rests_on, data, f"Vendi score of {order.shape[1]} takes"), Better.NEITHER,
        what="conditions", level=level, resamples=resamples, seed=seed,
    )  # fmt: skip


def _takes(takes: ArrayLike, of: ArrayLike) -> tuple[Rows, Groups, Values]:
    table = arrays.unit(arrays.rows(takes, "takes"), "takes")
    group = arrays.groups(of, len(table), "takes")
    counts = np.bincount(group).astype(np.float64)
    if counts.min() < 2:
        label = np.unique(np.asarray(of))[int(counts.argmin())]
        raise UsageError(f"Condition {label} has a single take.", hint="Make at least two takes of every condition.")
    return table, group, counts


def _vendi(table: Rows) -> float:
    eigen = np.linalg.svd(table, compute_uv=False) ** 2 / len(table)
    kept = eigen[eigen > 0]
    return float(np.exp(-(kept * np.log(kept)).sum()))
