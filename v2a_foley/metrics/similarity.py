"""How well two things that belong together agree: cosines of their embeddings in a shared space."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from v2a_foley.metrics import arrays, intervals
from v2a_foley.metrics.arrays import Values
from v2a_foley.metrics.averages import mean_figure
from v2a_foley.metrics.figure import Better, Figure, Protocol

_MARGIN = 0.01


def paired_cosine(one: ArrayLike, other: ArrayLike, what_one: str = "embeddings", what_other: str = "others") -> Values:
    """Return the cosine of each pair of rows ``(n, d)``, ``float64 (n,)``, −1 … 1; lengths do not matter.

    Raises:
        UsageError: no rows, or the two do not fit each other.
        RenderError: a value is not finite, or a row is zero and has no direction.
    """
    first, second = arrays.pair(one, other, what_one, what_other, paired=True)
    cosines: Values = (arrays.unit(first, what_one) * arrays.unit(second, what_other)).sum(axis=1)
    return np.clip(cosines, -1.0, 1.0)


def clap_score(
    sounds: ArrayLike,
    others: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    against: str = "text",
    of: ArrayLike | None = None,
    level: float = intervals.LEVEL,
    resamples: int = intervals.RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Measure how well sounds agree with their texts, or with the true sounds: the mean cosine in CLAP's space.

    Args:
        sounds: ``(n, d)`` embeddings of generated sounds.
        others: ``(n, d)`` of what each should agree with.
        rests_on: which CLAP, with its version: no two agree.
        data: what was measured on.
        against: what the others are: ``text`` or ``sound``.
        of: ``(n,)`` the clip that each row is a take of; takes of one clip are drawn together.
        level: of the interval.
        resamples: of its bootstrap.
        seed: of its draws.

    Raises:
        UsageError: fewer than two pairs, or the two do not fit each other.
        RenderError: a value is not finite, or a row is zero.
    """
    cosines = paired_cosine(sounds, others, "sounds", f"{against} embeddings")
    return mean_figure(
        cosines, Protocol("CLAP", rests_on, data, f"mean cosine of sound and {against}"), Better.HIGHER, what="pairs",
        of=of, margin=_MARGIN, level=level, resamples=resamples, seed=seed,
    )  # fmt: skip


def image_sound_score(
    images: ArrayLike,
    sounds: ArrayLike,
    *,
    rests_on: str,
    data: str = "",
    metric: str = "CS",
    of: ArrayLike | None = None,
    level: float = intervals.LEVEL,
    resamples: int = intervals.RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Measure how well sounds fit their pictures: the mean cosine in a shared space, times 100.

    The V2A-Mapper paper's CS (after Im2Wav, Sheffer & Adi 2023) rests on CLIP's image tower and Wav2CLIP's sound tower.

    Args:
        images: ``(n, d)`` embeddings of the pictures.
        sounds: ``(n, d)`` of the sounds made for them.
        rests_on: the shared space, both towers with their versions.
        data: what was measured on.
        metric: its short name; ``IB`` for ImageBind.
        of: ``(n,)`` the picture that each row is a take of.
        level: of the interval.
        resamples: of its bootstrap.
        seed: of its draws.

    Raises:
        UsageError: fewer than two pairs, or the two do not fit each other.
        RenderError: a value is not finite, or a row is zero.
    """
    cosines = paired_cosine(images, sounds, "images", "sounds")
    return mean_figure(
        cosines, Protocol(metric, rests_on, data, "mean cosine of picture and sound × 100"), Better.HIGHER,
        what="pairs", of=of, margin=_MARGIN, scale=100.0, unit="cosine × 100", level=level, resamples=resamples,
        seed=seed,
    )  # fmt: skip
