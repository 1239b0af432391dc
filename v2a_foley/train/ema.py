"""The average of the weights along the way, which maps better than where training stands at any moment."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

Averaged = TypeVar("Averaged", bound=nn.Module)


class Average(Generic[Averaged]):
    """An exponential moving average of a network's weights.

    Args:
        network: what is averaged; its weights now are the start.
        decay: how much of the average a step keeps, in the long run.

    Attributes:
        network: one with the averaged weights, which cannot learn.
    """

    def __init__(self, network: Averaged, decay: float) -> None:
        """Copy the network."""
        self.network = copy.deepcopy(network).requires_grad_(requires_grad=False)
        self.decay = decay

    def update(self, network: Averaged, step: int) -> None:
        """Take in the weights after a step, counted from 0."""
        with torch.no_grad():
            # torch's, because it blends all weights at once; it declares no types
            blend = get_ema_multi_avg_fn(decay_at(step, self.decay))  # type: ignore[no-untyped-call]
            blend(list(self.network.parameters()), [each.detach() for each in network.parameters()], step)


def decay_at(step: int, most: float) -> float:
    """Return how much of the average a step keeps: little at first, so that the random start is soon forgotten.

    So the last tenth of the steps has six tenths of the weight, until ``most`` is reached.
    """
    return min(most, (1 + step) / (10 + step))
