"""How similarities become probabilities: the calibration of one kind of eyes, and its fit to labelled pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Calibration:
    """How similarities become probabilities in one space, for one kind of eyes.

    The events share one softmax with "none of them": its similarity is ``none``, and all are multiplied by ``scale``.

    Attributes:
        scale: how fast a higher similarity becomes a higher probability, above 0.
        none: the similarity at which an event is as likely as no event at all.
        threshold: the probability, in 0 to 1, below which an effect is a guess.
        ambience_none: the same as ``none`` among the ambiences alone. Lower: a wrong ambience costs less.
        same_place: the cosine of two shots' embeddings from which they may show the same place.
    """

    scale: float
    none: float
    threshold: float
    ambience_none: float
    same_place: float = 0.75


POCKET_CALIBRATION = Calibration(scale=24.0, none=0.54, threshold=0.45, ambience_none=0.48, same_place=0.8)
"""For the pocket space; ``benchmarks/photographs.py`` fits scale and none anew, and prints how well the scores hold."""

CLIP_CALIBRATION = Calibration(scale=100.0, none=0.25, threshold=0.3, ambience_none=0.22, same_place=0.82)
"""For CLIP: its own trained scale, and similarities that are usual for its pictures and texts. Not measured: the
weights cannot be had where this is built; ``benchmarks/photographs.py --profile full`` fits it where they are."""


def probabilities(
    similarities: NDArray[np.floating], calibration: Calibration, odds: NDArray[np.floating] | None = None
) -> NDArray[np.float64]:
    """Return how likely each event is, ``float64 (n, events)``, from similarities of the same shape.

    Args:
        similarities: ``float (n, events)``, cosines.
        calibration: of the eyes.
        odds: how often each event is right, against the others, where all are seen alike: ``float (events,)``, above 0.
    """
    raised = calibration.scale * (similarities.astype(np.float64) - calibration.none)
    if odds is not None:
        raised += np.log(odds)
    top = np.maximum(raised.max(axis=1, keepdims=True), 0.0)
    grown = np.exp(raised - top)
    return np.asarray(grown / (grown.sum(axis=1, keepdims=True) + np.exp(-top)))


def fitted(
    similarities: NDArray[np.floating],
    right: NDArray[np.bool_],
    quiet: NDArray[np.bool_],
    start: Calibration,
    weights: NDArray[np.floating] | None = None,
    odds: NDArray[np.floating] | None = None,
) -> Calibration:
    """Return a calibration whose scale and none make the labelled pictures most likely; thresholds stay as they are.

    Args:
        similarities: ``float (n, events)``, of pictures with events.
        right: ``bool (n, events)``, the events that are right for each.
        quiet: ``bool (n,)``, the pictures for which hearing nothing is right too.
        start: what to take the thresholds from, and the scale around which to search.
        weights: how much each picture counts, ``float (n,)``; by default all the same.
        odds: of the events; see ``probabilities``.
    """
    counts = np.ones(len(similarities)) if weights is None else weights
    best, best_likelihood = start, -np.inf
    for scale in start.scale * np.linspace(1 / 3, 5 / 3, 17):
        for none in np.arange(0.1, 0.8, 0.48 / start.scale):
            tried = replace(start, scale=float(scale), none=round(float(none), 4))
            likely = probabilities(similarities, tried, odds)
            good = (likely * right).sum(axis=1) + quiet * (1.0 - likely.sum(axis=1))
            likelihood = float((np.log(np.maximum(good, 1e-4)) * counts).sum())
            if likelihood > best_likelihood:
                best, best_likelihood = tried, likelihood
    return best
