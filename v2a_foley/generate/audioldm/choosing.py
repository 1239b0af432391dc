"""Chooses the best of several candidates by ear: near to what was asked for, and in time with its hits. Makes none."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import AudioEncoder
from v2a_foley.generate.aligning import Fit

Floats = NDArray[np.float32]

TIMING = 0.3
"""What full agreement with the hits counts for, beside a likeness of 1: a tenth more of it is worth 0.03 of cosine."""


def likeness(ears: AudioEncoder, wave: Floats, sample_rate: int, embedding: Floats) -> float:
    """Return the cosine, -1 to 1, between what ears hear in a sound and an embedding.

    Args:
        ears: in the embedding's space.
        wave: ``float32 (samples,)``.
        sample_rate: its rate, hertz.
        embedding: ``float32 (d,)`` of unit length.
    """
    import soxr

    heard = soxr.resample(wave, sample_rate, ears.sample_rate, quality="HQ")
    return float(ears.encode_audio([np.asarray(heard, np.float32)])[0] @ embedding)


@dataclass
class Candidates:
    """The candidates of one sound that were made so far; only the best is kept.

    Attributes:
        wave: the best so far, ``float32 (samples,)``.
        seed: its seed.
        rows: how many rows ran together when it was made.
        shift: samples by which it was shifted to agree with the hits.
        scores: by which they are ranked, of all of them, in the order in which they were made.
        likenesses: how near each lies to what was asked for.
        agreements: how well each agrees with the hits; empty where there are none to agree with.
    """

    wave: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    seed: int = 0
    rows: int = 0
    shift: int = 0
    scores: list[float] = field(default_factory=list)
    likenesses: list[float] = field(default_factory=list)
    agreements: list[float] = field(default_factory=list)

    def add(self, wave: Floats, *, seed: int, rows: int, score: float, fit: Fit | None = None) -> None:
        """Take in a candidate; of equals the first stays.

        Args:
            wave: the candidate, shifted.
            seed: its seed.
            rows: how many rows ran together when it was made.
            score: its likeness.
            fit: how it agrees with the hits, or None where there are none.
        """
        self.likenesses.append(score)
        if fit is not None:
            self.agreements.append(fit.agreement)
            score += TIMING * fit.agreement
        if not self.scores or score > max(self.scores):
            self.wave, self.seed, self.rows, self.shift = wave.copy(), seed, rows, fit.shift if fit else 0
        self.scores.append(score)
