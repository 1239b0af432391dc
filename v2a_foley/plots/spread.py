"""Points and heaps of them: histograms side by side, clouds in a plane, and values with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from v2a_foley.plots.style import DASHES, INK, LETTERS, MARKERS, SIZE, colour, drawn, legend, plain, word

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_POINTS = 600
"""Points of a cloud that are drawn, evenly chosen from it, so that a drawing stays small."""
_BINS = 48
_ROW = 27.0
"""Height of a row of values, in units."""
_FEW = 200
"""Points of a cloud that are drawn larger, for there is room."""


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points in a plane.

    Attributes:
        name: for the legend.
        points: ``(n, 2)``.
    """

    name: str
    points: NDArray[np.floating]


@dataclass(frozen=True)
class Dot:
    """A value with its interval.

    Attributes:
        name: what was measured: an ablation's value, a kind of mapper.
        value: the estimate.
        low: lower end of its interval; not finite where there is none.
        high: upper end.
        faint: whether it is drawn hollow, for too few samples, or for being reported by others.
    """

    name: str
    value: float
    low: float
    high: float
    faint: bool = False


@dataclass(frozen=True, eq=False)
class Density:
    """A histogram that is counted already.

    Attributes:
        name: for the legend.
        heights: ``(bins,)``, of area one.
        mean: of the values.
    """

    name: str
    heights: NDArray[np.floating]
    mean: float


def histograms(
    groups: Mapping[str, NDArray[np.floating] | Sequence[float]],
    *,
    x: str,
    between: tuple[float, float] | None = None,
    bins: int = _BINS,
) -> str:
    """Draw how often values occur, several groups over each other, each of area one, with their means.

    Args:
        groups: values by the group's name; what is not finite is left out, and so is a group without values.
        x: what the values are.
        between: the range shown; by default that of all values.
        bins: columns over the range.

    Returns:
        One ``<svg>`` element.

    Raises:
        DependencyMissing: matplotlib is not installed.
        ValueError: there is not a single value.
    """
    heaps = {name: _known(values) for name, values in groups.items()}
    heaps = {name: values for name, values in heaps.items() if values.size}
    if not heaps:
        raise ValueError("a histogram of no values")
    low, high = between or (min(each.min() for each in heaps.values()), max(each.max() for each in heaps.values()))
    if not high > low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    widths = edges[1] - edges[0]
    return densities(
        edges,
        [
            Density(name, np.histogram(np.clip(values, low, high), edges)[0] / (values.size * widths), values.mean())
            for name, values in heaps.items()
        ],
        x=x,
    )


def densities(edges: NDArray[np.floating], groups: Sequence[Density], *, x: str, bars: int = _BINS) -> str:
    """Draw histograms that are counted already, over each other, with their means.

    Args:
        edges: ``(bins + 1,)``, evenly rising; empty bins at both ends are not shown.
        groups: at least one.
        x: what the values are.
        bars: neighbouring bins are joined until at most about so many are left.

    Returns:
        One ``<svg>`` element.

    Raises:
        DependencyMissing: matplotlib is not installed.
        ValueError: nothing was counted.
    """
    shown, all_heights = _joined(edges, [each.heights for each in groups], bars)

    def paint(figure: Figure) -> None:
        axes = plain(figure, x=x, y="density", grid="y")
        for number, (each, heights) in enumerate(zip(groups, all_heights, strict=True)):
            dashes = DASHES[number % len(DASHES)]
            axes.stairs(heights, shown, fill=True, color=colour(number), alpha=0.22 if len(groups) < 3 else 0.08)
            axes.stairs(
                heights, shown, color=colour(number), linewidth=1.8, linestyle=dashes,
                label=f"{word(each.name)}, mean {_short(each.mean)}",
            )  # fmt: skip
            axes.axvline(each.mean, color=colour(number), linewidth=1.2, linestyle=(0, (2, 2)))
        axes.set_xlim(shown[0], shown[-1])
        axes.set_ylim(bottom=0)
        axes.locator_params(axis="y", nbins=5)
        legend(figure, axes)

    return drawn(paint)


def scatter(clouds: Sequence[Cloud], *, x: str, y: str, means: bool = True) -> str:
    """Draw clouds of points in one plane, both axes in the same units.

    The first cloud is what the others are held against: it has the colour of words, and the others those of series,
    so that a mapper has one colour in a plane and in the drawings beside it.

    Args:
        clouds: at least one; of each at most ``MOST_POINTS`` points are drawn, evenly chosen.
        x: what lies across.
        y: what lies up.
        means: whether each cloud's mean is marked by a cross, with a line from the first cloud's to it.

    Returns:
        One ``<svg>`` element.

    Raises:
        DependencyMissing: matplotlib is not installed.
        ValueError: a cloud has no point, or one that is no number.
    """
    if any(not len(cloud.points) or not np.all(np.isfinite(cloud.points)) for cloud in clouds):
        raise ValueError("a cloud without points, or with points that are no numbers")
    colours = [INK, *(colour(number) for number in range(len(clouds) - 1))]

    def paint(figure: Figure) -> None:
        axes = plain(figure, x=x, y=y)
        for number, cloud in enumerate(clouds):
            chosen = np.linspace(0, len(cloud.points) - 1, min(len(cloud.points), MOST_POINTS)).round().astype(int)
            shown = cloud.points[chosen]
            axes.plot(
                shown[:, 0], shown[:, 1], linestyle="none", marker=MARKERS[number % len(MARKERS)],
                markersize=4.5 if len(shown) > _FEW else 7, color=colours[number], alpha=0.75 if number else 0.55,
                markeredgewidth=0, label=word(cloud.name), zorder=2 + number / 100,
            )  # fmt: skip
        middles = [cloud.points.mean(axis=0) for cloud in clouds] if means else []
        for number, middle in enumerate(middles):
            if number:
                axes.plot(*zip(middles[0], middle, strict=True), color=INK, alpha=0.55, linewidth=1.2, zorder=3)
            axes.plot(*middle, marker="P", markersize=11, color=colours[number], markeredgecolor=INK, zorder=4)
        axes.set_aspect("equal", adjustable="datalim")
        legend(figure, axes)

    return drawn(paint, size=(SIZE[0], 400.0))


def intervals(dots: Sequence[Dot], *, x: str) -> str:
    """Draw values with their intervals, one row each, the first at the top.

    Args:
        dots: at least one.
        x: what the values are, with the way they want to go.

    Returns:
        One ``<svg>`` element.

    Raises:
        DependencyMissing: matplotlib is not installed.
        ValueError: there is none.
    """
    if not dots:
        raise ValueError("not a single value to draw")

    def paint(figure: Figure) -> None:
        axes = plain(figure, x=x, y="", grid="x")
        for place, dot in enumerate(dots):
            if np.isfinite(dot.low) and np.isfinite(dot.high):
                axes.plot((dot.low, dot.high), (place, place), color=colour(0), linewidth=2.2, solid_capstyle="butt")
                for end in (dot.low, dot.high):
                    axes.plot((end, end), (place - 0.16, place + 0.16), color=colour(0), linewidth=1.6)
            axes.plot(
                dot.value, place, marker="o", markersize=8.5, color=colour(0), markeredgewidth=1.8,
                fillstyle="none" if dot.faint else "full",
            )  # fmt: skip
        axes.set_yticks(range(len(dots)), [_cut(word(dot.name)) for dot in dots])
        axes.set_ylim(len(dots) - 0.4, -0.6)
        axes.locator_params(axis="x", nbins=6)
        axes.spines["left"].set_visible(False)

    return drawn(paint, size=(SIZE[0], 3.6 * LETTERS + _ROW * (len(dots) + 0.4)))


def _joined(
    edges: NDArray[np.floating], heights: Sequence[NDArray[np.floating]], bars: int
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    """Return histograms over the part where anything was counted, with neighbouring bins joined; areas are kept.

    Raises:
        ValueError: nothing was counted.
    """
    full = np.flatnonzero(np.sum(heights, axis=0)) if len(heights) else np.zeros(0, np.intp)
    if not full.size:
        raise ValueError("a histogram of no values")
    size = -(-int(full[-1] + 1 - full[0]) // bars)
    first, last = max(0, int(full[0]) - size), min(len(edges) - 1, int(full[-1]) + 1 + size)
    starts = np.arange(first, last, size)
    shown = np.asarray(edges, np.float64)[[*starts, last]]
    areas = [np.add.reduceat((each * np.diff(edges))[:last], starts) for each in heights]
    return shown, [each / np.diff(shown) for each in areas]


def _known(values: NDArray[np.floating] | Sequence[float]) -> NDArray[np.float64]:
    every = np.asarray(values, np.float64).ravel()
    return every[np.isfinite(every)]


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _cut(name: str, longest: int = 30) -> str:
    """Return a name that is not too long; its end, which often tells it from its neighbours, is kept."""
    return name if len(name) <= longest else f"{name[: longest // 3]}…{name[-(longest - longest // 3 - 1) :]}"
