"""One figure of the same figure measured under several seeds: training runs, or draws of a generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from v2a_foley.errors import UsageError
from v2a_foley.metrics import intervals
from v2a_foley.metrics.figure import Figure


def over_seeds(figures: Sequence[Figure], *, level: float = intervals.LEVEL) -> Figure:
    """Return the mean of a figure over seeds; its interval is Student's t over them, not over the samples.

    Raises:
        UsageError: fewer than two figures, or of several protocols.
    """
    if len({each.protocol for each in figures}) > 1:
        raise UsageError(
            f"{figures[0].protocol} and {next(e.protocol for e in figures if e.protocol != figures[0].protocol)} "
            "have no common mean.",
            hint="Measure every seed by one protocol.",
        )
    found = intervals.over_seeds([each.value for each in figures], level=level)
    return replace(
        figures[0],
        value=float(np.mean([each.value for each in figures])),
        low=found.low,
        high=found.high,
        samples=min(each.samples for each in figures),
        needs=max(each.needs for each in figures),
        interval=found.words,
    )
