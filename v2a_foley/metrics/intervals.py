"""Intervals: what a mean, a share, a median or a set of seeds leaves open. Every one is found the same way twice."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.errors import UsageError
from v2a_foley.metrics import arrays
from v2a_foley.metrics.arrays import Values

LEVEL = 0.95
RESAMPLES = 2000
_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Interval:
    """From where to where a value may lie, and how that was found: ``95 %, BCa bootstrap of 2000``."""

    low: float
    high: float
    words: str


def of_mean(
    values: ArrayLike,
    of: ArrayLike | None = None,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Return the interval of a mean, by bootstrap over samples or over their groups.

    Args:
        values: ``(n,)``.
        of: ``(n,)`` labels; values of one label (takes of one clip) are drawn together.
        level: how often such intervals hold the true mean.
        resamples: how many are drawn.
        seed: of the draws.

    Raises:
        UsageError: fewer than two samples or groups, or a level outside 0 … 1.
        RenderError: a value is not finite.
    """
    line = arrays.values(values, "values")
    return of_ratio(line, np.ones(len(line)), of, level=level, resamples=resamples, seed=seed)


def of_ratio(
    over: ArrayLike,
    under: ArrayLike,
    of: ArrayLike | None = None,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Return the interval of ``sum(over) / sum(under)``, by bootstrap over samples or over their groups.

    Bias-corrected and accelerated (BCa, Efron 1987): the percentiles are moved by the bootstrap's median bias and by
    the jackknife's skewness. Draws in which nothing stands under the line are left out. Arguments, errors: as
    ``of_mean``.
    """
    check_level(level)
    top = arrays.values(over, "numerators")
    bottom = arrays.values(under, "denominators")
    if len(top) != len(bottom):
        raise UsageError(
            f"There are {len(top)} numerators and {len(bottom)} denominators.", hint="Give one of each a sample."
        )
    group = arrays.groups(of, len(top), "samples", least=2)
    top, bottom = arrays.sums(group, top), arrays.sums(group, bottom)
    if bottom.sum() == 0:
        raise UsageError("Nothing was counted: all denominators are zero.", hint="Measure where there is something.")
    drawn = _drawn_ratios(top, bottom, resamples, seed)
    left = bottom.sum() - bottom
    without = (top.sum() - top)[left != 0] / left[left != 0]
    low, high = _bca(float(top.sum() / bottom.sum()), drawn, without, level)
    kind = "" if of is None else " over groups"
    return Interval(low, high, f"{100 * level:g} %, BCa bootstrap of {resamples}{kind}")


def percentile(
    statistic: Callable[[np.random.Generator], float],
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Return the percentile interval of whatever ``statistic`` computes on a draw that it makes with the generator."""
    check_level(level)
    rng = np.random.default_rng(seed)
    drawn = np.array([statistic(rng) for _ in range(resamples)])
    low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2])
    return Interval(float(low), float(high), f"{100 * level:g} %, percentile bootstrap of {resamples}")


def over_seeds(values: ArrayLike, *, level: float = LEVEL) -> Interval:
    """Return the interval of the mean over a few independent runs: Student's t.

    Raises:
        UsageError: fewer than two runs.
        RenderError: a value is not finite.
    """
    line = arrays.values(values, "runs", least=2)
    error = float(line.std(ddof=1)) / math.sqrt(len(line))
    return around(float(line.mean()), error, len(line) - 1, f"Student's t over {len(line)} seeds", level=level)


def around(value: float, error: float, freedom: float, words: str, *, level: float = LEVEL) -> Interval:
    """Return the interval of a value with a standard error: plus and minus Student's t."""
    check_level(level)
    from scipy.stats import t

    reach = float(t.ppf(0.5 + level / 2, freedom)) * error
    return Interval(value - reach, value + reach, f"{100 * level:g} %, {words}")


def wilson(hits: float, of: float, *, level: float = LEVEL) -> Interval:
    """Return the interval of a share (Wilson 1927), which stays inside 0 … 1 and open at 0 and at 1.

    Args:
        hits: how many; may be a fraction where ties are shared out.
        of: of how many.
        level: how often such intervals hold the true share.

    Raises:
        UsageError: no trials, or more hits than trials.
    """
    check_level(level)
    if not of > 0 or not 0 <= hits <= of * (1 + 1e-12):
        raise UsageError(f"{hits:g} hits of {of:g} are no share.", hint="Count hits among at least one trial.")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    part = min(hits / of, 1.0)
    centre = (part + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * math.sqrt(part * (1 - part) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    low = 0.0 if part == 0 else max(0.0, centre - reach)
    high = 1.0 if part == 1 else min(1.0, centre + reach)
    return Interval(low, high, f"{100 * level:g} %, Wilson")


def of_median(values: ArrayLike, *, level: float = LEVEL) -> Interval:
    """Return the interval of a median: between two of the sorted values, by the binomial distribution, for any data.

    With few values (under six at 95 %) it reaches from the least to the greatest, and holds the median less often.

    Raises:
        UsageError: fewer than two values.
        RenderError: a value is not finite.
    """
    check_level(level)
    from scipy.stats import binom

    line = np.sort(arrays.values(values, "values", least=2))
    below = max(int(binom.ppf(0.5 - level / 2, len(line), 0.5)) - 1, 0)
    return Interval(float(line[below]), float(line[-1 - below]), f"{100 * level:g} %, order statistics")


def check_level(level: float) -> None:
    """Refuse a level that is no probability."""
    if not 0 < level < 1:
        raise UsageError(f"{level:g} is no level of an interval.", hint="Choose one between 0 and 1, such as 0.95.")


def _drawn_ratios(top: Values, bottom: Values, resamples: int, seed: int) -> Values:
    if resamples < 1:
        raise UsageError(f"{resamples} resamples make no interval.", hint="Draw 1000 or more.")
    rng, count = np.random.default_rng(seed), len(top)
    at_once = max(1, _AT_ONCE // count)
    drawn = []
    for start in range(0, resamples, at_once):
        picks = rng.integers(0, count, size=(min(at_once, resamples - start), count))
        over, under = top[picks].sum(axis=1), bottom[picks].sum(axis=1)
        drawn.append(over[under != 0] / under[under != 0])
    return np.concatenate(drawn)


def _bca(value: float, drawn: Values, without: Values, level: float) -> tuple[float, float]:
    apart = without.mean() - without
    spread = float((apart**2).sum())
    if spread <= (1e-15 * max(abs(value), 1e-300)) ** 2 * len(without) or np.ptp(drawn) == 0:
        return min(value, float(drawn.min())), max(value, float(drawn.max()))
    normal = NormalDist()
    smaller = (float((drawn < value).mean()) + float((drawn <= value).mean())) / 2
    least = 0.5 / len(drawn)
    shift = normal.inv_cdf(min(max(smaller, least), 1 - least))
    skew = float((apart**3).sum()) / (6 * spread**1.5)
    z = normal.inv_cdf(0.5 + level / 2)

    def moved(quantile: float) -> float:
        reach = shift + quantile
        return normal.cdf(shift + reach / (1 - skew * reach))

    low, high = np.quantile(drawn, sorted((moved(-z), moved(z))))
    return float(low), float(high)
