"""The network of the generative mapper: which tokens it reads, and what it makes of them, plainly.

Neither noise schedules nor sampling are here, and nothing is remembered between two calls (``cached.py`` does that).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from v2a_foley.mapper.transformer import Linear, Transformer, TransformerConfig


@dataclass(frozen=True)
class DiffusionConfig(TransformerConfig):
    """The shape of the generative mapper; the defaults are the paper's, 48,832,896 learned parameters.

    Attributes:
        source: size of the image embeddings.
        target: size of the audio embeddings.
        text_slots: tokens before the condition, learned nulls here: the paper's prior has room for a text.
        timesteps: steps of the noise schedule that it was trained on.
    """

    source: int = 512
    target: int = 512
    text_slots: int = 77
    timesteps: int = 1000

    @property
    def condition_at(self) -> int:
        """The position of the condition; the timestep, the noised target and the query follow it."""
        return self.text_slots


class DiffusionNetwork(nn.Module):
    """Predicts the clean audio embedding from a noised one, the timestep and the image embedding.

    Tokens in order: the text slots, the condition, the timestep, the noised target, and a learned query whose output
    is the prediction. Embeddings of another size than a token go through a matrix first.

    Args:
        config: its shape.
    """

    def __init__(self, config: DiffusionConfig | None = None) -> None:
        """Make the weights with a random start (torch's own generator)."""
        super().__init__()
        self.config = config = DiffusionConfig() if config is None else config
        width = config.width
        self.text_nulls = nn.Parameter(torch.randn(config.text_slots, width))
        self.condition_null = nn.Parameter(torch.randn(width))
        self.target_null = nn.Parameter(torch.randn(width))
        self.query = nn.Parameter(torch.randn(width))
        self.times = nn.Parameter(torch.randn(config.timesteps, width))
        self.condition_in = Linear(config.source, width) if config.source != width else nn.Identity()
        self.target_in = Linear(config.target, width) if config.target != width else nn.Identity()
        self.transformer = Transformer(config)
        self.out = Linear(width, config.target)

    def forward(self, noised: Tensor, times: Tensor, condition: Tensor, dropped: Tensor | None = None) -> Tensor:
        """Predict the clean targets ``float32 (b, target)``, on the scale of the noised ones.

        Args:
            noised: ``float32 (b, target)``, clean targets of length √target with noise added.
            times: ``int64 (b,)``, each row's timestep, from 0 (clean) to ``timesteps - 1`` (noise).
            condition: image embeddings of unit length, ``float32 (b, source)``.
            dropped: ``bool (b,)``, rows that see neither the condition nor the noised target; none by default.
        """
        rows = len(noised)
        seen, heard = self.condition_in(condition).float(), self.target_in(noised).float()
        if dropped is not None:
            seen = torch.where(dropped[:, None], self.condition_null, seen)
            heard = torch.where(dropped[:, None], self.target_null, heard)
        last = torch.stack((seen, self.times[times], heard, self.query.expand(rows, -1)), dim=1)
        tokens = torch.cat((self.text_nulls.expand(rows, -1, -1), last), dim=1)
        return torch.as_tensor(self.out(self.transformer(tokens)[:, -1]).float())


def parameter_count(network: nn.Module) -> int:
    """Return how many learned numbers a network has."""
    return sum(weights.numel() for weights in network.parameters())
