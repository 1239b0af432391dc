"""Rows of figures as reports show them: a table, a plot a metric, and what stands on too few samples."""

from __future__ import annotations

from collections.abc import Sequence

from v2a_foley.evaluate.report.content import Plot
from v2a_foley.metrics.figure import Better, Figure, Table
from v2a_foley.plots.spread import Dot, intervals

ARROWS = {Better.LOWER: "lower is better", Better.HIGHER: "higher is better", Better.NEITHER: ""}
Rows = Sequence[tuple[str, Sequence[Figure]]]
"""Rows of figures by their names."""


def table_of(title: str, rows: Rows) -> Table:
    """Return rows as a table."""
    table = Table(title)
    for name, figures in rows:
        table.add(name, figures)
    return table


def few_samples(rows: Rows) -> list[str]:
    """Return a sentence on the metrics whose figures stand on fewer samples than they need; none where all have enough.

    Each is named once, with the most that one of its figures needs; why it needs them stands below its table.
    """
    needs: dict[str, Figure] = {}
    for figure in (figure for _, figures in rows for figure in figures if not figure.enough):
        known = needs.setdefault(figure.protocol.metric, figure)
        if figure.needs > known.needs:
            needs[figure.protocol.metric] = figure
    listed = ", ".join(f"{metric} ({each.samples:,} of {each.needs:,})" for metric, each in needs.items())
    return [f"Too few samples for {listed}."] if needs else []


def dots_of(rows: Rows, metric: str) -> Plot | None:
    """Return one metric of several rows as values with their intervals; None where fewer than two rows have it."""
    known = [(name, figure) for name, figures in rows for figure in figures if figure.protocol.metric == metric]
    if len(known) < 2:
        return None
    drawn = intervals(
        [Dot(name, each.value, each.low, each.high, faint=not each.enough) for name, each in known],
        x=" – ".join(word for word in (metric, ARROWS[known[0][1].better]) if word),
    )
    return Plot(drawn, metric, f"{known[0][1].interval}. Hollow: fewer samples than it needs.")
