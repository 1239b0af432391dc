"""How good an onset net is on stretches that it did not learn from, and from which likelihood on it should be believed.

Early sound is the worse error (ATSC IS-191), so the window is not symmetric, and
``metrics/onsets.py`` does not do the matching.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.sync.onsets.network import OnsetNet
from v2a_foley.sync.onsets.picking import Onset, pick_onsets
from v2a_foley.sync.onsets.reader import curve_of
from v2a_foley.train.onsets.stretches import Stretch

EARLIEST, LATEST = -0.015, 0.045
"""Seconds by which an onset may be early or late and still be right."""
THRESHOLDS = tuple(round(0.1 + 0.025 * number, 3) for number in range(33))

_NEARLY = 0.01
"""F1 that may be lost for fewer false onsets."""
_HALF = 0.5


@dataclass(frozen=True)
class Score:
    """How onsets agree with the truth.

    Attributes:
        f1: harmonic mean of precision and recall, 0 to 1; 1 where nothing sounds and nothing was found.
        precision: of the onsets, those that are right.
        recall: of the truths, those that were found.
        offset: median seconds by which onsets that are right are late; negative: early.
        false_a_minute: wrong onsets a minute of film.
        threshold: the likelihood from which they count.
        early: whether onsets may lie before their frame's start.
    """

    f1: float
    precision: float
    recall: float
    offset: float
    false_a_minute: float
    threshold: float
    early: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in vars(self).items()}


@dataclass(frozen=True, eq=False)
class Found:
    """What a net found in one stretch, at the lowest threshold, and what is true.

    Attributes:
        exact: onsets that may lie before their frame's start.
        framed: the same at the starts of their frames.
        truths: ``float64 (m,)`` seconds, rising.
        minutes: how long the stretch is.
    """

    exact: tuple[Onset, ...]
    framed: tuple[Onset, ...]
    truths: NDArray[np.float64]
    minutes: float


def found_in(network: OnsetNet, stretches: Iterable[Stretch]) -> list[Found]:
    """Run a net over stretches."""
    found = []
    for stretch in stretches:
        curve = curve_of(network, stretch.traits)
        cuts = frozenset(time for time, cut in zip(curve.times, stretch.cuts, strict=True) if cut)
        exact, framed = (pick_onsets(curve, THRESHOLDS[0], cuts=cuts, early=early) for early in (True, False))
        minutes = float(curve.times[-1] - curve.times[0]) / 60
        found.append(Found(exact, framed, stretch.truths[:, 0], minutes))
    return found


def best_score(found: Sequence[Found], *, early: bool | None = None) -> Score:
    """Return the score at the highest threshold whose F1 is nearly the best: a false sound is heard, one less is not.

    A half is high enough, where a likelihood so high is as good: watching tells little of what is above.

    Args:
        found: what a net found.
        early: whether onsets may lie before their frame's start; None: whichever is better.
    """
    scores = [
        score_at(found, threshold, early=way)
        for way in ((False, True) if early is None else (early,))
        for threshold in THRESHOLDS
    ]
    best = max(score.f1 for score in scores)
    equal = [score for score in scores if score.f1 >= best - 1e-9]
    way = min(equal, key=lambda score: abs(score.offset)).early
    near = [score for score in scores if score.early == way and score.f1 >= best - _NEARLY]
    return next((score for score in reversed(near) if score.threshold <= _HALF), near[0])


def score_at(found: Sequence[Found], threshold: float, *, early: bool) -> Score:
    """Return the score of all stretches together at a threshold."""
    right, heard, true, minutes = 0, 0, 0, 0.0
    offsets: list[float] = []
    for each in found:
        onsets = each.exact if early else each.framed
        times = [float(onset.time) for onset in onsets if onset.likelihood >= threshold]
        matched = matches(times, each.truths)
        right, heard, true = right + len(matched), heard + len(times), true + len(each.truths)
        minutes += each.minutes
        offsets += matched
    precision = right / heard if heard else 1.0
    recall = right / true if true else 1.0
    f1 = 2 * right / (heard + true) if heard + true else 1.0
    offset = float(np.median(offsets)) if offsets else 0.0
    return Score(f1, precision, recall, offset, (heard - right) / max(minutes, 1e-9), threshold, early)


def matches(times: Sequence[float], truths: Sequence[float] | NDArray[np.float64]) -> list[float]:
    """Match as many onsets with truths as possible, and return by how many seconds each is late.

    Both are in order and all windows equally wide, so the first that fits is always a best choice.
    """
    late, index = [], 0
    for truth in truths:
        while index < len(times) and times[index] - truth < EARLIEST - 1e-9:
            index += 1
        if index < len(times) and times[index] - truth <= LATEST + 1e-9:
            late.append(float(times[index] - truth))
            index += 1
    return late
