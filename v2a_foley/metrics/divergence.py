"""What a classifier says of the sounds: divergence from the reference clip by clip, and the Inception Score."""

from __future__ import annotations

import itertools
import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.errors import UsageError
from v2a_foley.metrics import arrays, intervals, needs
from v2a_foley.metrics.arrays import Groups, Rows, Values
from v2a_foley.metrics.averages import mean_figure
from v2a_foley.metrics.figure import Better, Figure, Protocol

EPSILON = 1e-6
"""Added to the generated sound's probabilities before the logarithm, as ``audioldm_eval`` does."""

Form = Literal["softmax", "sigmoid", "bernoulli"]


def softmax(logits: ArrayLike) -> Rows:
    """Return logits ``(n, classes)`` as probabilities that sum to one a row.

    Raises:
        UsageError, RenderError: the logits are no table, or not finite.
    """
    table = arrays.rows(logits, "logits")
    raised = np.exp(table - table.max(axis=1, keepdims=True))
    chances: Rows = raised / raised.sum(axis=1, keepdims=True)
    return chances


def sigmoid(logits: ArrayLike) -> Rows:
    """Return logits ``(n, classes)`` as one probability a label, which exclude nothing and need not sum to one.

    Raises:
        UsageError, RenderError: the logits are no table, or not finite.
    """
    table = arrays.rows(logits, "logits")
    small = np.exp(-np.abs(table))
    chances: Rows = np.where(table >= 0, 1 / (1 + small), small / (1 + small))
    return chances


def kl_by_clip(
    generated: ArrayLike, reference: ArrayLike, *, form: Form = "softmax", epsilon: float = EPSILON
) -> Values:
    """Return KL(reference ‖ generated) of each pair of clips, in nats, ``float64 (n,)``; arguments as ``kl``."""
    check = arrays.distributions if form == "softmax" else arrays.shares
    new, old = check(generated, "generated probabilities"), check(reference, "reference probabilities")
    new, old = arrays.pair(new, old, "generated probabilities", "reference probabilities", paired=True)
    if epsilon < 0:
        raise UsageError(f"An epsilon of {epsilon:g} makes no sense.", hint="Choose 0 or a small positive number.")
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = _terms(old, new, epsilon)
        if form == "bernoulli":
            terms = terms + _terms(1 - old, 1 - new, epsilon)
    if not np.isfinite(terms).all():
        raise UsageError(
            "A generated sound has probability 0 for a class that the reference has: the divergence is infinite.",
            hint="Choose an epsilon above 0.",
        )
    found: Values = terms.sum(axis=1)
    return found


def kl(
    generated: ArrayLike,
    reference: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    form: Form = "softmax",
    epsilon: float = EPSILON,
    of: ArrayLike | None = None,
    level: float = intervals.LEVEL,
    resamples: int = intervals.RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Measure how far a classifier's answer to a generated sound is from its answer to the true one, clip by clip.

    Three forms, which must not be compared:

    - ``softmax``: one distribution over all classes; Σ p log(p / (q + ε)). ``audioldm_eval`` prints it as
      ``kullback_leibler_divergence_softmax`` (PANNs), MMAudio's evaluation as KL (PaSST and PANNs). For the sake of
      ε it can fall below zero, by at most ε a class, where both answers agree.
    - ``sigmoid``: one probability a label, the same sum over the labels. ``audioldm_eval`` prints it as
      ``kullback_leibler_divergence_sigmoid``, for clips of several labels; the labels' absences are not counted, so
      that it is no divergence and can be negative.
    - ``bernoulli``: as ``sigmoid``, with the absences: the divergence of independent labels, never negative but for ε.

    Args:
        generated: ``(n, classes)`` probabilities (``softmax`` or ``sigmoid`` of logits).
        reference: ``(n, classes)``, the same clips in the same order.
        rests_on: the classifier, with its version.
        data: what was measured on.
        form: see above.
        epsilon: added to the generated probabilities inside the logarithm.
        of: ``(n,)`` the clip that each row is a take of; takes of one clip are drawn together.
        level: of the interval.
        resamples: of its bootstrap.
        seed: of its draws.

    Raises:
        UsageError: fewer than two pairs, no probabilities, unequal shapes, or an infinite divergence at ``epsilon`` 0.
        RenderError: a value is not finite.
    """
    each = kl_by_clip(generated, reference, form=form, epsilon=epsilon)
    classes = np.shape(generated)[1]
    details = f"{form} over {classes} classes, KL(reference ‖ generated), ε {epsilon:g}"
    return mean_figure(
        each, Protocol("KL", rests_on, data, details), Better.LOWER, what="pairs of clips", of=of, unit="nats",
        level=level, resamples=resamples, seed=seed,
    )  # fmt: skip


def inception_score(
    generated: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    splits: int = 1,
    of: ArrayLike | None = None,
    level: float = intervals.LEVEL,
    seed: int = 0,
) -> Figure:
    """Measure how sure of each sound, and how varied over all, a classifier is (Salimans et al. 2016).

    exp of the mean KL of each sound's class probabilities from their mean: 1 where all sounds get the same answer, the
    number of classes where each is certain and all are equally frequent. It knows no reference.

    Args:
        generated: ``(n, classes)`` probabilities that sum to one.
        rests_on: the classifier, with its version.
        data: what was measured on.
        splits: 1: all sounds at once, interval by jackknife of the logarithm. 10, as in the paper, in
            ``audioldm_eval`` and MMAudio's evaluation: the mean over shuffled tenths (their scores are lower, as a
            mean of fewer is), interval by Student's t over them.
        of: ``(n,)`` the clip that each sound is a take of; all sounds count in the value, and clips are what the
            jackknife leaves out and what is counted. Only with one split: the published tenths part takes.
        level: of the interval.
        seed: of the shuffle.

    Raises:
        UsageError: fewer than two sounds a split or fewer than two clips, no probabilities, fewer than one split, or
            clips with several splits.
        RenderError: a value is not finite.
    """
    if splits < 1:
        raise UsageError(f"{splits} splits cannot be made.", hint="Choose 1 for all at once, or 10.")
    chances = arrays.distributions(generated, "generated probabilities", least=2 * splits)
    count, classes = chances.shape
    if splits == 1:
        clips = arrays.groups(of, count, "sounds", least=2)
        count = int(clips.max()) + 1
        logarithm = _information(chances)
        without = _information_without_each(chances, clips)
        error = math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))
        what = "jackknife over sounds" if of is None else "jackknife over clips"
        span = intervals.around(logarithm, error, count - 1, what, level=level)
        value, low, high, words = math.exp(logarithm), math.exp(span.low), math.exp(span.high), span.words
    elif of is not None:
        raise UsageError("Splits part the takes of a clip.", hint="Choose one split, or leave the clips out.")
    else:
        shuffled = chances[np.random.default_rng(seed).permutation(count)]
        edges = [part * count // splits for part in range(splits + 1)]
        scores = np.array([math.exp(_information(shuffled[start:end])) for start, end in itertools.pairwise(edges)])
        error = float(scores.std(ddof=1)) / math.sqrt(splits)
        words = f"Student's t over {splits} splits (standard deviation {scores.std():.3g})"
        span = intervals.around(float(scores.mean()), error, splits - 1, words, level=level)
        value, low, high, words = float(scores.mean()), span.low, span.high, span.words
    need = needs.inception_score(classes, splits)
    return Figure(
        Protocol("IS", rests_on, data, f"{classes} classes, {splits} split{'s' if splits > 1 else ''}"),
        value, max(1.0, low), min(float(classes), high), count, need.samples, Better.HIGHER, words, reason=need.reason,
    )  # fmt: skip


def _terms(over: Rows, under: Rows, epsilon: float) -> Rows:
    """Return ``over · log(over / (under + ε))``, zero where ``over`` is zero."""
    logs: Rows = np.where(over > 0, over * (np.log(over) - np.log(under + epsilon)), 0.0)
    return logs


def _entropies(chances: Rows) -> Values:
    logs = np.log(chances, out=np.zeros_like(chances), where=chances > 0)
    return np.asarray(-(chances * logs).sum(axis=-1))


def _information(chances: Rows) -> float:
    """Return the mean KL from the mean: the mean's entropy less the mean entropy; rounding below zero is cut."""
    return max(0.0, float(_entropies(chances.mean(axis=0)) - _entropies(chances).mean()))


def _information_without_each(chances: Rows, clips: Groups) -> Values:
    """Return the mean KL from the mean without the sounds of each clip."""
    counts = np.bincount(clips).astype(np.float64)
    rest = len(chances) - counts
    of_clips = np.zeros((len(counts), chances.shape[1]))
    np.add.at(of_clips, clips, chances)
    own = _entropies(chances)
    left = np.maximum((chances.sum(axis=0) - of_clips) / rest[:, None], 0.0)
    found: Values = _entropies(left) - (own.sum() - arrays.sums(clips, own)) / rest
    return found
