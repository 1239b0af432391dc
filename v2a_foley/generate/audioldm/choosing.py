"""Chooses the best of several candidates by ear: the one that lies nearest to what was asked for. Makes none."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import AudioEncoder

Floats = NDArray[np.float32]


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
        scores: of all of them, in the order in which they were made.
    """

    wave: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    seed: int = 0
    rows: int = 0
    scores: list[float] = field(default_factory=list)

    def add(self, wave: Floats, *, seed: int, rows: int, score: float) -> None:
        """Take in a candidate; of equals the first stays."""
        if not self.scores or score > max(self.scores):
            self.wave, self.seed, self.rows = wave.copy(), seed, rows
        self.scores.append(score)
