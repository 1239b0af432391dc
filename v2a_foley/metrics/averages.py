"""Figures that are a mean, or a ratio of two sums, over clips: value, bootstrap interval and need in one step."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.metrics import arrays, intervals, needs
from v2a_foley.metrics.arrays import Values
from v2a_foley.metrics.figure import Better, Figure, Protocol


def mean_figure(
    values: Values,
    protocol: Protocol,
    better: Better,
    *,
    what: str,
    of: ArrayLike | None = None,
    margin: float | None = None,
    scale: float = 1.0,
    unit: str = "",
    level: float = intervals.LEVEL,
    resamples: int = intervals.RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return ``scale · mean(values)`` as a figure; arguments and errors as ``ratio_figure``."""
    return ratio_figure(
        values, np.ones(len(values)), protocol, better, what=what, of=of, margin=margin, scale=scale, unit=unit,
        level=level, resamples=resamples, seed=seed,
    )  # fmt: skip


def ratio_figure(
    over: Values,
    under: Values,
    protocol: Protocol,
    better: Better,
    *,
    what: str,
    of: ArrayLike | None = None,
    margin: float | None = None,
    scale: float = 1.0,
    unit: str = "",
    level: float = intervals.LEVEL,
    resamples: int = intervals.RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return ``scale · sum(over) / sum(under)`` as a figure.

    Args:
        over: ``(n,)``.
        under: ``(n,)``.
        protocol: of the figure.
        better: which way it wants to go.
        what: what the samples are, for errors.
        of: ``(n,)`` labels; samples of one label are drawn together.
        margin: what the interval may leave open, before scaling; by default a twentieth of the value.
        scale: the value is printed times this.
        unit: of the scaled value.
        level: of the interval.
        resamples: of its bootstrap.
        seed: of its draws.

    Raises:
        UsageError: fewer than two samples or groups.
        RenderError: a value is not finite.
    """
    group = arrays.groups(of, len(over), what, least=2)
    found = intervals.of_ratio(over, under, of, level=level, resamples=resamples, seed=seed)
    top, bottom = arrays.sums(group, over), arrays.sums(group, under)
    value = float(top.sum() / bottom.sum())
    spread = float((top - value * bottom).std(ddof=1)) / float(bottom.mean())
    if margin is None:
        need = needs.mean(spread, 0.05 * abs(value), "5 % of the value", level=level)
    else:
        need = needs.mean(spread, margin, f"{scale * margin:g} {unit}".strip(), level=level)
    return Figure(
        protocol, scale * value, scale * found.low, scale * found.high, len(top), need.samples, better, found.words,
        unit, need.reason,
    )  # fmt: skip
