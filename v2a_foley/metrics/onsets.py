"""Whether things sound when they should: two lists of onset times compared. Finding onsets is done elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.errors import DependencyMissing, RenderError, UsageError
from v2a_foley.metrics import arrays, intervals
from v2a_foley.metrics.arrays import Values
from v2a_foley.metrics.averages import ratio_figure
from v2a_foley.metrics.figure import Better, Figure, Protocol

Times = Sequence[Fraction] | Sequence[float]
"""Seconds, at least 0, of one clip's onsets."""

TOLERANCES = (Fraction(1, 20), Fraction(1, 10), Fraction(1, 5))
"""Seconds: what mir_eval takes (50 ms), what a viewer hardly notices, and what is plainly one event."""


@dataclass(frozen=True, eq=False)
class Matches:
    """What two lists of onsets have in common.

    Attributes:
        reference: how many onsets the reference has.
        found: how many the other has.
        offsets: ``float64 (hits,)`` seconds by which each matched onset is late; negative: early.
    """

    reference: int
    found: int
    offsets: Values

    @property
    def f_measure(self) -> float:
        """Harmonic mean of precision and recall; 0 where either list is empty, as mir_eval has it."""
        return 2 * len(self.offsets) / (self.reference + self.found) if self.reference and self.found else 0.0


def match_onsets(reference: Times, found: Times, tolerance: Fraction | float) -> Matches:
    """Match as many onsets as possible, each with one other within the tolerance (mir_eval's bipartite matching).

    Args:
        reference: seconds at which something should sound; in any order.
        found: seconds at which something does.
        tolerance: seconds, inclusive.

    Raises:
        UsageError: a negative time or tolerance.
        RenderError: a time is no finite number.
        DependencyMissing: mir_eval is not installed.
    """
    truth, heard = _seconds(reference, "reference onsets"), _seconds(found, "found onsets")
    if not tolerance >= 0:
        raise UsageError(f"A tolerance of {float(tolerance):g} s makes no sense.", hint="Choose 0.05 s or more.")
    try:
        from mir_eval.util import match_events
    except ImportError as error:
        raise DependencyMissing(
            "The agreement of onsets is counted by mir_eval, which is not installed.",
            hint="Install it: pip install 'v2a-foley[train]'.",
        ) from error
    if not len(truth) or not len(heard):
        return Matches(len(truth), len(heard), np.zeros(0))
    pairs = match_events(truth, heard, float(tolerance))
    offsets = np.array([heard[j] - truth[i] for i, j in pairs], dtype=np.float64)
    return Matches(len(truth), len(heard), offsets)


def onset_agreement(
    reference: Sequence[Times],
    found: Sequence[Times],
    *,
    rests_on: str,
    data: str = "",
    tolerances: Sequence[Fraction | float] = TOLERANCES,
    of: ArrayLike | None = None,
    level: float = intervals.LEVEL,
    resamples: int = intervals.RESAMPLES,
    seed: int = 0,
) -> list[Figure]:
    """Measure how many onsets agree at each tolerance, and how far those that agree are off.

    The onsets of all clips are counted together, so that a clip without any weighs nothing and a busy one much;
    intervals draw clips. Precision, recall and F share their matches. The mean absolute offset and the mean delay
    (positive: the sound is late) are over the matches of the largest tolerance, which bounds them; by chance alone
    the absolute one is half of it.

    Args:
        reference: of each clip the seconds at which something should sound.
        found: of each clip those at which something does.
        rests_on: how the onsets were found, on either side: ``hits of the picture, onsets by spectral flux``.
        data: what was measured on.
        tolerances: seconds.
        of: ``(n,)`` the clip that each list belongs to; takes of one clip are drawn together, and count as one sample.
        level: of the intervals.
        resamples: of their bootstrap.
        seed: of its draws.

    Returns:
        For each tolerance F, precision, recall; then, where at least one onset is matched in two clips, the mean
        absolute offset and the mean delay, in seconds.

    Raises:
        UsageError: fewer than two clips, unequal numbers of them, no tolerances, or no onsets at all on one side.
        RenderError: a time is no finite number.
        DependencyMissing: mir_eval is not installed.
    """
    if len(reference) != len(found):
        raise UsageError(
            f"There are onsets of {len(reference)} reference clips and of {len(found)} others.",
            hint="Give one list for each, an empty one where nothing sounds.",
        )
    if len(found) < 2:
        raise UsageError(
            f"There are {len(found)} clips; this figure needs at least 2.", hint="Measure on more samples."
        )
    if not tolerances:
        raise UsageError("No tolerance was given.", hint="Choose one or more, such as 0.05 s.")
    figures: list[Figure] = []
    matches: list[Matches] = []
    for tolerance in sorted(tolerances):
        matches = [match_onsets(a, b, tolerance) for a, b in zip(reference, found, strict=True)]
        hits = np.array([len(each.offsets) for each in matches], dtype=np.float64)
        true = np.array([each.reference for each in matches], dtype=np.float64)
        heard = np.array([each.found for each in matches], dtype=np.float64)
        if not true.sum() or not heard.sum():
            side = "reference" if not true.sum() else "sound"
            raise UsageError(f"The {side} has no onsets at all.", hint="Measure on clips in which something happens.")
        for name, top, bottom in (
            ("F", 2 * hits, true + heard),
            ("precision", hits, heard),
            ("recall", hits, true),
        ):
            protocol = Protocol(f"onset {name} ±{1000 * float(tolerance):g} ms", rests_on, data, "all clips together")
            figures.append(
                ratio_figure(
                    top,
                    bottom,
                    protocol,
                    Better.HIGHER,
                    what="clips",
                    of=of,
                    margin=0.05,
                    level=level,
                    resamples=resamples,
                    seed=seed,
                )
            )
    widest = 1000 * float(max(tolerances))
    clips = arrays.groups(of, len(matches), "clips")
    matched = [each.offsets for each in matches if len(each.offsets)]
    of_matched = clips[[len(each.offsets) > 0 for each in matches]]
    if len(np.unique(of_matched)) >= 2:
        counts = np.array([len(each) for each in matched], dtype=np.float64)
        details = f"over onsets matched within {widest:g} ms"
        for name, sums, better in (
            ("onset offset", np.array([np.abs(each).sum() for each in matched]), Better.LOWER),
            ("onset delay", np.array([each.sum() for each in matched]), Better.NEITHER),
        ):
            protocol = Protocol(name, rests_on, data, details)
            figures.append(
                ratio_figure(
                    sums,
                    counts,
                    protocol,
                    better,
                    what="clips",
                    of=None if of is None else of_matched,
                    margin=0.01,
                    unit="s",
                    level=level,
                    resamples=resamples,
                    seed=seed,
                )
            )
    return figures


def _seconds(times: Times, what: str) -> Values:
    line = np.sort(np.array([float(each) for each in times], dtype=np.float64))
    if not np.isfinite(line).all():
        raise RenderError(f"The {what} hold a time that is no finite number.", hint="Look at the detector's output.")
    if len(line) and line[0] < 0:
        raise UsageError(f"The {what} begin at {line[0]:g} s.", hint="Count from the beginning of the clip.")
    return arrays.values(line, what, least=0)
