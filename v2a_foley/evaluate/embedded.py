"""What mapped embeddings are worth beside the true ones: the figures of one contestant, over pairs and over draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import Embeddings
from v2a_foley.metrics import intervals
from v2a_foley.metrics.averages import mean_figure
from v2a_foley.metrics.figure import Better, Figure, Protocol
from v2a_foley.metrics.frechet import fd
from v2a_foley.metrics.gap import separability
from v2a_foley.metrics.retrieval import retrieval
from v2a_foley.metrics.similarity import paired_cosine
from v2a_foley.metrics.variability import spread_of_takes

KS = (1, 5, 10)
_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Truth:
    """What mapped embeddings are held against.

    Attributes:
        targets: the true sounds, ``float32 (n, d)``.
        groups: ``int64 (n,)``, the file that each pair comes from.
        classes: ``int64 (n,)``, the class of each, -1 where it has none or is alone in it.
        half: ``bool (n,)``, one half of the files.
        rests_on: the space, for protocols.
        data: the pairs, for protocols.
    """

    targets: Embeddings
    groups: NDArray[np.int64]
    classes: NDArray[np.int64]
    half: NDArray[np.bool_]
    rests_on: str
    data: str

    @property
    def of(self) -> NDArray[np.int64] | None:
        """The groups where they say anything: None where every pair is a file of its own."""
        return None if len(np.unique(self.groups)) == len(self.groups) else self.groups

    def protocol(self, metric: str, details: str = "") -> Protocol:
        """Return the protocol of a figure over these pairs."""
        return Protocol(metric, self.rests_on, self.data, details)


def truth_of(targets: Embeddings, groups: Sequence[str], labels: Sequence[str], rests_on: str, data: str) -> Truth:
    """Return what to hold mapped embeddings against; which files fall into which half depends on their order alone."""
    numbers = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1].astype(np.int64)
    order = np.random.default_rng(0).permutation(int(numbers.max()) + 1)
    first = order < (len(order) + 1) // 2
    _, found, counts = np.unique(np.asarray(labels, dtype=str), return_inverse=True, return_counts=True)
    usable = (counts[found] > 1) & (np.asarray(labels, dtype=str) != "")
    return Truth(targets, numbers, np.where(usable, found, -1).astype(np.int64), first[numbers], rests_on, data)


def figures_of(draws: Sequence[Embeddings], truth: Truth, check: Callable[[], None] = lambda: None) -> list[Figure]:
    """Measure mapped embeddings.

    Args:
        draws: one or more, each ``float32 (n, d)`` in the order of the true ones; a mapper without chance gives one.
        truth: the true ones.
        check: called now and then; may raise ``Cancelled``.
    """
    near, off = cosines(draws, truth), _errors(draws, truth)
    whole = truth.of
    found = [
        _joined([_distance(each, truth) for each in draws]),
        *_halves(draws, truth),
        mean_figure(
            near, truth.protocol("cosine", "to its own true sound"), Better.HIGHER, what="pairs", of=whole, margin=0.01
        ),
        mean_figure(off, truth.protocol("squared error", "|mapped − true|²"), Better.LOWER, what="pairs", of=whole),
        *_told_apart(draws, truth),
    ]
    by_draw = []
    for each in draws:
        check()
        by_draw.append(retrieval(each, truth.targets, rests_on=truth.rests_on, data=truth.data, ks=KS, back=False))
    found += [
        _joined(list(same), most=100.0 if same[0].unit == "%" else math.inf) for same in zip(*by_draw, strict=True)
    ]
    found += _class_spread(draws[0], truth)
    if len(draws) > 1:
        takes = np.concatenate(list(draws))
        of = np.tile(np.arange(len(truth.targets)), len(draws))
        found.append(_named(spread_of_takes(takes, of, rests_on=truth.rests_on, data=truth.data), "spread of draws"))
    return found


def reference_figures(truth: Truth) -> list[Figure]:
    """Measure the truth itself: one half against the other, and how far sounds of one class lie apart."""
    return [*_halves([truth.targets], truth), *_class_spread(truth.targets, truth)]


def cosines(draws: Sequence[Embeddings], truth: Truth) -> NDArray[np.float64]:
    """Return each pair's cosine of what was mapped and what is true, the mean over draws, ``float64 (n,)``."""
    return np.asarray(np.mean([paired_cosine(each, truth.targets) for each in draws], axis=0), np.float64)


def _distance(mapped: Embeddings, truth: Truth) -> Figure:
    return fd(
        mapped, truth.targets, rests_on=truth.rests_on, data=truth.data,
        generated_of=truth.of, reference_of=truth.of,
    )  # fmt: skip


def _halves(draws: Sequence[Embeddings], truth: Truth) -> list[Figure]:
    """Return the distance of one half from the truth of the other: what a half of the truth itself can be held to."""
    one, other = truth.half, ~truth.half
    if min(len(np.unique(truth.groups[one])), len(np.unique(truth.groups[other]))) < 2:
        return []
    each = [
        fd(
            mapped[one], truth.targets[other], rests_on=truth.rests_on, data=truth.data,
            generated_of=truth.groups[one], reference_of=truth.groups[other],
        )
        for mapped in draws
    ]  # fmt: skip
    return [_named(_joined(each), "FD to the other half")]


def _errors(draws: Sequence[Embeddings], truth: Truth) -> NDArray[np.float64]:
    apart = [np.square(each.astype(np.float64) - truth.targets).sum(axis=1) for each in draws]
    return np.asarray(np.mean(apart, axis=0), np.float64)


def _told_apart(draws: Sequence[Embeddings], truth: Truth) -> list[Figure]:
    """Return how easily what is mapped is told from what is true: whether the domain gap was closed."""
    if len(truth.targets) < 2 * _FOLDS:
        return []
    each = [
        separability(
            mapped, truth.targets, rests_on=truth.rests_on, data=truth.data, names=("mapped", "true"), folds=_FOLDS
        )
        for mapped in draws
    ]
    return [_joined(each, most=1.0)]


def _class_spread(mapped: Embeddings, truth: Truth) -> list[Figure]:
    """Return how far sounds of one class lie apart: the same question to what is mapped and to what is true."""
    known = truth.classes >= 0
    if len(np.unique(truth.classes[known])) < 2:
        return []
    found = spread_of_takes(mapped[known], truth.classes[known], rests_on=truth.rests_on, data=truth.data)
    return [_named(found, "spread within a class")]


def _named(figure: Figure, metric: str) -> Figure:
    return replace(figure, protocol=replace(figure.protocol, metric=metric))


def _joined(figures: Sequence[Figure], *, most: float = math.inf) -> Figure:
    """Return the mean over draws of a figure from 0 to ``most``, as open as samples and draws leave it."""
    if len(figures) == 1:
        return figures[0]
    values = [each.value for each in figures]
    value, seeds = float(np.mean(values)), intervals.over_seeds(values)
    below = float(np.mean([each.value - each.low for each in figures]))
    above = float(np.mean([each.high - each.value for each in figures]))
    reach = seeds.high - value
    return replace(
        figures[0],
        value=value,
        low=max(0.0, value - math.hypot(below, reach)),
        high=min(most, value + math.hypot(above, reach)),
        interval=f"{figures[0].interval}, and {seeds.words.partition(', ')[2]}",
    )
