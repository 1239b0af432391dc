"""Lines: how a loss fell, and how often the right one is among the first k."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from v2a_foley.plots.style import DASHES, INK, MARKERS, colour, drawn, legend, plain, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 400
"""Points of a line; where there are more, neighbours are averaged and their range is shaded."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A line.

    Attributes:
        name: for the legend.
        x: rising.
        y: as many; what is not finite is left out.
        low: lower end of each point's interval; empty for none.
        high: upper end.
    """

    name: str
    x: Sequence[float] | NDArray[np.floating] | NDArray[np.integer]
    y: Sequence[float] | NDArray[np.floating]
    low: Sequence[float] | NDArray[np.floating] = ()
    high: Sequence[float] | NDArray[np.floating] = ()


def loss_curve(
    train: Curve, validation: Curve | None = None, *, best: float | None = None, rate: Curve | None = None
) -> str:
    """Draw how the loss fell while a network learned.

    Args:
        train: the loss on what is learned from, over steps.
        validation: the loss on what is held out.
        best: the step whose weights were kept.
        rate: the learning rate over steps, drawn small below.

    Returns:
        One ``<svg>`` element. The losses stand on a logarithmic scale where all of them are positive and they span more
        than a factor of five.

    Raises:
        DependencyMissing: matplotlib is not installed.
    """

    def paint(figure: Figure) -> None:
        if rate is None:
            axes = plain(figure, x=_STEP, y="loss")
        else:
            axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1))
            _plain_pair(axes, below)
            x, y = _finite(rate)
            below.plot(x, y, color=INK, alpha=0.65, linewidth=1.5)
            below.set_ylim(bottom=0)
            below.locator_params(axis="y", nbins=2)
            below.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3))
        _line(axes, train, 0)
        if validation is not None:
            _line(axes, validation, 1, marked=len(validation.x) <= _FEW)
        losses = np.concatenate([_finite(each)[1] for each in (train, validation) if each is not None])
        if losses.size and losses.min() > 0 and losses.max() > 5 * losses.min():
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(_readable)
            axes.yaxis.set_minor_formatter(_sparse if losses.max() < _WIDE * losses.min() else "")
        axes.locator_params(axis="x", integer=True)
        if best is not None:
            axes.axvline(best, color=INK, alpha=0.6, linewidth=1, linestyle=(0, (2, 2)), label=f"kept: step {best:g}")
        legend(figure, axes)

    return drawn(paint, size=(460.0, 300.0 if rate is None else 360.0))


def retrieval_curve(curves: Sequence[Curve], *, chance: Curve | None = None) -> str:
    """Draw how often the right one is among the first k.

    Args:
        curves: shares (0 to 1) over k, with their intervals where they have them.
        chance: what guessing gives, drawn faint.

    Returns:
        One ``<svg>`` element, k on a logarithmic scale.

    Raises:
        DependencyMissing: matplotlib is not installed.
    """

    def paint(figure: Figure) -> None:
        axes = plain(figure, x="k", y="right one among the first k")
        for number, each in enumerate(curves):
            _line(axes, each, number, marked=len(each.x) <= _FEW)
        if chance is not None:
            axes.plot(
                *_finite(chance), color=INK, alpha=0.5, linewidth=1.2, linestyle=(0, (2, 2)), label=word(chance.name)
            )
        axes.set_xscale("log")
        ticks = sorted({float(value) for each in curves for value in each.x})
        if len(ticks) <= _FEW:
            axes.set_xticks(ticks, [f"{value:g}" for value in ticks])
            axes.set_xticks([], minor=True)
        most = max((float(np.max(_finite(each)[1], initial=0)) for each in curves), default=1.0)
        axes.set_ylim(0, 1 if most > _HALF else max(1.3 * most, _LEAST))
        axes.yaxis.set_major_formatter(lambda share, _place: f"{100 * share:g} %")
        legend(figure, axes)

    return drawn(paint)


_STEP = "step"
_HALF, _LEAST = 0.5, 0.01
"""Share above which all shares up to 1 are shown, and the smallest that fills a drawing."""
_WIDE = 100.0
"""Times the smallest loss from which the powers of ten alone are named."""
_FEW = 24
"""Points up to which each is marked."""


def _line(axes: Axes, curve: Curve, number: int, *, marked: bool = False) -> None:
    """Draw a line in its series' colour and dashes, with its intervals or, where it is thinned, its range."""
    x, y = _finite(curve)
    low, high = y, y
    if len(curve.low):
        known = np.isfinite(np.asarray(curve.y, np.float64))
        low, high = (np.asarray(each, np.float64)[known] for each in (curve.low, curve.high))
    if len(x) > _MOST:
        edges = np.linspace(0, len(x), _MOST + 1).astype(int)[:-1]
        counts = np.diff([*edges, len(x)])
        low, high = np.minimum.reduceat(low, edges), np.maximum.reduceat(high, edges)
        x, y = np.add.reduceat(x, edges) / counts, np.add.reduceat(y, edges) / counts
    if np.any(high > low):
        axes.fill_between(x, low, high, color=colour(number), alpha=0.2, linewidth=0)
    axes.plot(
        x, y, color=colour(number), linestyle=DASHES[number % len(DASHES)], label=word(curve.name),
        marker=MARKERS[number % len(MARKERS)] if marked else None,
    )  # fmt: skip


def _readable(value: float, _place: float = 0) -> str:
    return f"{value:g}" if 1e-4 <= value < 1e5 else f"{value:.0e}"


def _sparse(value: float, _place: float = 0) -> str:
    """Name 2 and 5 of a decade: all of them would touch each other."""
    return _readable(value) if f"{value:e}"[0] in "25" and f"{value:.3e}"[2:5] == "000" else ""


def _finite(curve: Curve) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.asarray(curve.x, np.float64), np.asarray(curve.y, np.float64)
    known = np.isfinite(y)
    return x[known], y[known]


def _plain_pair(axes: Axes, below: Axes) -> None:
    axes.set_ylabel("loss")
    below.set_ylabel("rate")
    below.set_xlabel(_STEP)
    for each in (axes, below):
        each.tick_params(length=0, which="both", pad=5)
    axes.tick_params(labelbottom=False)
