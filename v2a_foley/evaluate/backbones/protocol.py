"""What a backbone must offer to a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Sounds = Sequence[NDArray[np.float32]]
"""Mono sounds ``float32 (samples,)``, of any lengths, at the backbone's own rate."""


@dataclass(frozen=True, eq=False)
class Heard:
    """What a backbone makes of some sounds.

    Attributes:
        embeddings: ``float32 (m, d)``: one row a sound, or several where the backbone hears it in frames (VGGish).
        of: ``int64 (m,)``: which sound each row belongs to, rising.
        probabilities: ``float64 (n, classes)`` that sum to 1 a sound, where it classifies; else None.
    """

    embeddings: NDArray[np.float32]
    of: NDArray[np.int64]
    probabilities: NDArray[np.float64] | None = None


class Backbone(Protocol):
    """A network that listens."""

    @property
    def name(self) -> str:
        """Its name for protocols, with whatever decides its values: ``PANNs Cnn14 (32 kHz), weights 1a2b3c4d``."""
        ...

    @property
    def key(self) -> str:
        """Its name on the command line: ``panns``, ``vggish``, ``passt``, ``clap``, ``logmel``."""
        ...

    @property
    def sample_rate(self) -> int:
        """Hertz of the sounds that it takes."""
        ...

    def listen(self, sounds: Sounds) -> Heard:
        """Embed, and where it can classify, some sounds.

        Raises:
            ModelMissing, ModelDamaged, DependencyMissing: its weights or its package are missing or no good.
            OutOfMemory: there is no memory left.
        """
        ...
