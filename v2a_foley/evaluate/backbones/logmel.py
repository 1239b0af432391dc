"""Statistics of log-mel levels: a stand-in that needs no weights, and is comparable with nothing that was published."""

from __future__ import annotations

import numpy as np

from v2a_foley.compute import Compute
from v2a_foley.evaluate.backbones.hearing import checked, heard_by_length
from v2a_foley.evaluate.backbones.protocol import Heard, Sounds

BANDS, HOP = 64, 160
SIZE = 2 * BANDS
_LEAST = 1024


class LogMel:
    """The mean and the standard deviation over time of 64 log-mel levels: timbre and movement, no meaning.

    A bark and a knock of the same spectrum are the same to it. It tells whether two sets of sounds are roughly alike,
    and proves a pipeline where no network's weights are at hand.

    Args:
        compute: where to run.
    """

    key = "logmel"
    name = "log-mel statistics (128)"
    sample_rate = 16_000

    def __init__(self, compute: Compute | None = None) -> None:
        """Keep where to run; there is nothing to load."""
        self._compute = Compute((compute or Compute()).device)

    def listen(self, sounds: Sounds) -> Heard:
        """Embed sounds to ``float32 (n, 128)``: 64 means, 64 standard deviations, of natural logarithms.

        Raises:
            UsageError: a sound is not mono, is empty, or holds values that are no numbers.
            OutOfMemory: there is no memory left.
        """
        import torch

        from v2a_foley.generate.audioldm.mel import log_mel

        ready = checked(sounds, least=_LEAST)
        if not ready:
            return Heard(np.zeros((0, SIZE), np.float32), np.zeros(0, np.int64))

        def hear(batch: torch.Tensor) -> tuple[torch.Tensor]:
            levels = log_mel(batch, sample_rate=self.sample_rate, hop=HOP, bins=BANDS)
            return (torch.cat([levels.mean(dim=1), levels.std(dim=1, correction=0)], dim=1),)

        (embeddings,) = heard_by_length(hear, ready, self._compute, self.name)
        return Heard(embeddings, np.arange(len(ready)))
