"""Whether each thing finds its own partner among all: recall at k and the median rank, both ways, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.errors import UsageError
from v2a_foley.metrics import arrays, intervals, needs
from v2a_foley.metrics.arrays import Groups, Rows, Values
from v2a_foley.metrics.figure import Better, Figure, Protocol

_BLOCK_VALUES = 4_000_000
_SAME = 1e-10
"""Cosines closer than this are a tie: the same two rows may differ by rounding from one block to another."""


@dataclass(frozen=True, eq=False)
class Ranks:
    """Where each query's best right answer stands among all targets, with ties shared out.

    Attributes:
        better: ``int64 (n,)`` how many wrong targets are more similar than the best right one.
        tied_wrong: ``int64 (n,)`` how many wrong ones are exactly as similar.
        tied_right: ``int64 (n,)`` how many right ones are as similar as the best, itself included.
        targets: among how many.
    """

    better: Groups
    tied_wrong: Groups
    tied_right: Groups
    targets: int

    @property
    def expected(self) -> Values:
        """The rank of the best right answer, from 1, averaged over all orders of its ties: ``float64 (n,)``."""
        return np.asarray(self.better + 1 + self.tied_wrong / (self.tied_right + 1), dtype=np.float64)

    def within(self, k: int) -> Values:
        """Return how likely a right answer is among the first ``k``, over all orders of its ties: ``float64 (n,)``."""
        places = np.clip(k - self.better, 0, self.tied_wrong + self.tied_right)
        missed = np.ones(len(self.better))
        drawn = 0
        # All `places` first tied ones are wrong: (w/t) · ((w−1)/(t−1)) · …, in at most as many steps as k.
        while (going := places > drawn).any():
            wrong = np.maximum(self.tied_wrong - drawn, 0)
            missed[going] *= wrong[going] / (self.tied_wrong + self.tied_right - drawn)[going]
            drawn += 1
        return 1.0 - missed


def ranks(queries: ArrayLike, targets: ArrayLike, labels: ArrayLike | None = None) -> Ranks:
    """Return the rank of each query's partner among all targets by cosine.

    The similarities are made and counted in blocks of 32 MB: nothing of the size of all of them is ever in memory.

    Args:
        queries: ``(n, d)``.
        targets: ``(n, d)``; the partner of each query stands in its row.
        labels: ``(n,)``; targets of a query's label are right, too (clips of one class). By default only the partner.

    Raises:
        UsageError: no rows, or the two do not fit each other.
        RenderError: a value is not finite, or a row is zero.
    """
    asking, answering = arrays.pair(queries, targets, "queries", "targets", paired=True)
    label = arrays.groups(labels, len(asking), "queries")
    asking, answering = arrays.unit(asking, "queries"), arrays.unit(answering, "targets")
    found = np.empty((3, len(asking)), dtype=np.int64)
    step = max(1, _BLOCK_VALUES // len(asking))
    for start in range(0, len(asking), step):
        block = slice(start, start + step)
        found[:, block] = _of_block(asking[block] @ answering.T, label[block], label)
    return Ranks(found[0], found[1], found[2], len(asking))


def retrieval(
    pictures: ArrayLike,
    sounds: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    names: tuple[str, str] = ("picture", "sound"),
    ks: Sequence[int] = (1, 5, 10),
    labels: ArrayLike | None = None,
    back: bool = True,
    level: float = intervals.LEVEL,
) -> list[Figure]:
    """Measure how often each finds its partner among all, from pictures to sounds and back: R@k and the median rank.

    The figures depend on the number of candidates, which is part of their protocol. A share that ties make undecided is
    counted as its chance: embeddings that are all alike find their partner as often as a blind guess.

    Args:
        pictures: ``(n, d)``.
        sounds: ``(n, d)``, row by row the pictures' partners.
        rests_on: the embedding or space, with its version.
        data: what was measured on.
        names: what the two are, for the figures' names: ``R@1 picture → sound``.
        ks: among how many of the first the partner counts as found.
        labels: ``(n,)`` what is right besides the partner: all of the same label.
        back: whether the way from sounds to pictures is asked too.
        level: of the intervals (Wilson for R@k, order statistics for the median rank).

    Returns:
        For each direction R@k in the order of ``ks``, in per cent, then the median rank.

    Raises:
        UsageError: fewer than two pairs, a k below 1, or the two do not fit each other.
        RenderError: a value is not finite, or a row is zero.
    """
    arrays.rows(pictures, f"{names[0]} embeddings", least=2)
    if not ks or min(ks) < 1:
        raise UsageError(
            f"{list(ks)} are no numbers of answers to look at.", hint="Choose numbers from 1, such as 1, 5, 10."
        )
    figures = []
    both = ((pictures, sounds, f"{names[0]} → {names[1]}"), (sounds, pictures, f"{names[1]} → {names[0]}"))
    for queries, targets, way in both if back else both[:1]:
        found = ranks(queries, targets, labels)
        details = f"among {found.targets}" + ("" if labels is None else ", any of the same label is right")
        figures += [_recall(found, k, Protocol(f"R@{k} {way}", rests_on, data, details), level) for k in ks]
        figures.append(_median(found, Protocol(f"median rank {way}", rests_on, data, details), level))
    return figures


def _recall(found: Ranks, k: int, protocol: Protocol, level: float) -> Figure:
    hits = found.within(k)
    span = intervals.wilson(float(hits.sum()), len(hits), level=level)
    need = needs.share()
    return Figure(
        protocol, 100 * float(hits.mean()), 100 * span.low, 100 * span.high, len(hits), need.samples,
        Better.HIGHER, span.words, "%", need.reason,
    )  # fmt: skip


def _median(found: Ranks, protocol: Protocol, level: float) -> Figure:
    expected = found.expected
    span = intervals.of_median(expected, level=level)
    need = needs.share()
    return Figure(
        protocol, float(np.median(expected)), span.low, span.high, len(expected), need.samples, Better.LOWER,
        span.words, reason="the interval then lies between the 45th and the 55th percentile of the ranks",
    )  # fmt: skip


def _of_block(similar: Rows, own: Groups, label: Groups) -> tuple[Groups, Groups, Groups]:
    right = own[:, None] == label[None, :]
    best = np.where(right, similar, -np.inf).max(axis=1, keepdims=True)
    tied = np.abs(similar - best) <= _SAME
    better = (similar > best + _SAME).sum(axis=1)
    return better, (tied & ~right).sum(axis=1), (tied & right).sum(axis=1)
