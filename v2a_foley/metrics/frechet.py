"""Fréchet distances between two sets of embeddings, with their intervals: FD (a row a sound), FAD (a row a frame).

The distance itself is in ``gaussians.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.metrics import arrays, intervals, needs
from v2a_foley.metrics.arrays import Groups, Rows, Values
from v2a_foley.metrics.figure import Better, Figure, Protocol
from v2a_foley.metrics.gaussians import Moments, combined, decomposed, frechet_distance, moments, moments_of

__all__ = ["Moments", "fd", "fd_infinite", "frechet_distance", "moments"]

_PARTS = 5
"""Into how many parts the sets are cut at most, to see how the distance grows as they get smaller."""


def fd(
    generated: ArrayLike,
    reference: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    metric: str = "FD",
    generated_of: ArrayLike | None = None,
    reference_of: ArrayLike | None = None,
    fixed_reference: bool = False,
    level: float = intervals.LEVEL,
) -> Figure:
    """Measure the Fréchet distance of generated sounds from a reference, as it is usually printed.

    The value is too high, the more so the fewer samples there are, and its interval says where it would lie for other
    samples *of the same number*: what two figures of one protocol and one number may be compared by. Where the
    distance itself lies is ``fd_infinite``'s answer. A bootstrap is not used: drawing a sample again adds the same
    bias a second time, and lies above the value for hundreds of dimensions. Instead the derivative of the distance
    with respect to each sound's weight, which is closed-form, gives the variance (infinitesimal jackknife; Rippl,
    Munk & Sturm 2016 for the limit law), at the cost of one decomposition: whole sounds are weighed, so that the
    frames of one sound stay together.

    Args:
        generated: ``(n, d)``, a row a sound, or a frame of one.
        reference: ``(m, d)``.
        rests_on: the embedding, with its version.
        data: what was measured on.
        metric: ``FD``, or ``FAD`` for frames of VGGish.
        generated_of: ``(n,)`` which sound each generated row belongs to; by default every row is its own.
        reference_of: ``(m,)`` the same for the reference.
        fixed_reference: take the reference as the truth, not as a sample: its share of the variance is left out.
        level: of the interval.

    Raises:
        UsageError: fewer than two sounds on a side, or sets from different spaces.
        RenderError: a value is not finite, or the singular values did not converge.
    """
    new, old, new_of, old_of = _checked(generated, reference, generated_of, reference_of, least=2)
    value, error = _with_error(new, old, new_of, old_of, fixed_reference=fixed_reference)
    sounds = _count(new_of) if fixed_reference else min(_count(new_of), _count(old_of))
    found = intervals.around(value, error, sounds - 1, "infinitesimal jackknife over sounds", level=level)
    need = needs.frechet(new.shape[1])
    return Figure(
        Protocol(metric, rests_on, data, _details(fixed_reference=fixed_reference)),
        value, max(0.0, found.low), found.high, min(_count(new_of), _count(old_of)), need.samples,
        Better.LOWER, f"{found.words}, for so many samples", reason=need.reason,
    )  # fmt: skip


def fd_infinite(
    generated: ArrayLike,
    reference: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    metric: str = "FD∞",
    generated_of: ArrayLike | None = None,
    reference_of: ArrayLike | None = None,
    fixed_reference: bool = False,
    level: float = intervals.LEVEL,
    seed: int = 0,
) -> Figure:
    """Measure the Fréchet distance that infinitely many samples would have (Chong & Forsyth 2020).

    The distance grows as a straight line with one over the number of samples; the line is drawn through the distances
    of the whole sets, of their halves, thirds, quarters and fifths, and read where that is zero. Other than in the
    paper the parts are disjoint and all are used, which leaves less to chance than one draw a size, and both sets are
    cut, because both are samples; with ``fixed_reference`` only the generated one, as there. The estimate has no
    bias, and so may be negative where the sets have one origin: that says zero. The interval joins the error of the
    distance with that of the line.

    Arguments, errors: as ``fd``; at least ten sounds on a side that is cut. ``seed`` shuffles the sounds into parts.
    """
    least = 2 * _PARTS
    new, old, new_of, old_of = _checked(generated, reference, generated_of, reference_of, least=least)
    value, error = _with_error(new, old, new_of, old_of, fixed_reference=fixed_reference)
    rng = np.random.default_rng(seed)
    new_parts, old_parts = rng.permutation(_count(new_of)), rng.permutation(_count(old_of))
    whole = moments_of(old)
    sizes, distances = np.arange(1, _PARTS + 1, dtype=np.float64), [value]
    for parts in range(2, _PARTS + 1):
        olds = (
            [whole] * parts if fixed_reference else [moments_of(part) for part in _cut(old, old_of, old_parts, parts)]
        )
        distances.append(
            float(
                np.mean(
                    [
                        frechet_distance(moments_of(part), against)
                        for part, against in zip(_cut(new, new_of, new_parts, parts), olds, strict=True)
                    ]
                )
            )
        )
    limit, of_line = _at_zero(sizes, np.array(distances))
    sounds = _count(new_of) if fixed_reference else min(_count(new_of), _count(old_of))
    found = intervals.around(
        limit,
        math.hypot(error, of_line),
        sounds - 1,
        "infinitesimal jackknife over sounds and error of the line",
        level=level,
    )
    need = needs.frechet_infinite(new.shape[1])
    return Figure(
        Protocol(metric, rests_on, data, _details(fixed_reference=fixed_reference)),
        limit, found.low, found.high, min(_count(new_of), _count(old_of)), need.samples,
        Better.LOWER, found.words, reason=need.reason,
    )  # fmt: skip


def _details(*, fixed_reference: bool) -> str:
    return "reference taken as the truth" if fixed_reference else ""


def _checked(
    generated: ArrayLike, reference: ArrayLike, new_of: ArrayLike | None, old_of: ArrayLike | None, *, least: int
) -> tuple[Rows, Rows, Groups, Groups]:
    new, old = arrays.pair(generated, reference, "generated embeddings", "reference embeddings", least=2)
    return (
        new,
        old,
        arrays.groups(new_of, len(new), "generated sounds", least=least),
        arrays.groups(old_of, len(old), "reference sounds", least=least),
    )


def _count(of: Groups) -> int:
    return int(of.max()) + 1


def _cut(table: Rows, of: Groups, order: Groups, parts: int) -> Iterator[Rows]:
    """Yield the rows of each part: groups stay whole, parts differ by one group at most."""
    part_of = np.empty(len(order), dtype=np.int64)
    part_of[order] = np.arange(len(order)) % parts
    for part in range(parts):
        yield table[part_of[of] == part]


def _with_error(new: Rows, old: Rows, new_of: Groups, old_of: Groups, *, fixed_reference: bool) -> tuple[float, float]:
    one, other = moments_of(new), moments_of(old)
    left, singular, right = decomposed(one.root @ other.root.T)
    value = combined(one, other, float(singular.sum()))
    variance = _variance(new, new_of, one, other, right, singular)
    if not fixed_reference:
        variance += _variance(old, old_of, other, one, left, singular)
    return value, math.sqrt(variance)


def _variance(table: Rows, of: Groups, own: Moments, across: Moments, vectors: Rows, singular: Values) -> float:
    """Return one side's part of the distance's variance.

    Args:
        table: its rows.
        of: their groups.
        own: its moments.
        across: those of the other side.
        vectors: ``(r, k)`` the singular vectors on the *other* side of ``root rootᵀ``.
        singular: the singular values.
    """
    count = len(table)
    centred = table - own.mean
    kept = singular > np.finfo(np.float64).eps * max(len(vectors), len(own.root)) * singular.max(initial=0.0)
    seen = centred @ (across.root.T @ vectors[:, kept]) / math.sqrt(count - 1)
    shared = (seen**2 / singular[kept]).sum(axis=1)
    influence = (
        2 * centred @ (own.mean - across.mean)
        + (centred**2).sum(axis=1) * (count / (count - 1))
        - (own.root**2).sum()
        - (count * shared - singular[kept].sum())
    )
    by_sound = arrays.sums(of, influence) / count
    return float((by_sound**2).sum()) * len(by_sound) / (len(by_sound) - 1)


def _at_zero(sizes: Values, distances: Values) -> tuple[float, float]:
    """Return where the line through the points meets zero, and the standard error of that."""
    away = sizes - sizes.mean()
    slope = float(away @ distances) / float(away @ away)
    limit = float(distances.mean()) - slope * float(sizes.mean())
    rest = distances - limit - slope * sizes
    scatter = float(rest @ rest) / (len(sizes) - 2)
    return limit, math.sqrt(scatter * (1 / len(sizes) + float(sizes.mean()) ** 2 / float(away @ away)))
