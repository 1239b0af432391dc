"""What the onset net is to become better at."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from v2a_foley.sync.onsets.network import Answer
from v2a_foley.train.onsets.batches import Batch

_EARLY, _STRENGTH, _PLACE = 0.5, 0.5, 1.0
"""What the smaller losses weigh."""


def loss_of(answer: Answer, batch: Batch) -> Tensor:
    """Return the loss of a batch, for each of its contacts, or for half as many as crops where there are fewer.

    Whether a frame shows a contact: cross entropy, weighed by how far the answer is off (Li et al. 2020, quality focal
    loss with β = 1), so that the many frames on which nothing happens do not count for all. When, how strong and where:
    squares, on frames with a contact.
    """
    likelihood = answer.onset.sigmoid()
    entropy = functional.binary_cross_entropy_with_logits(answer.onset, batch.onset, reduction="none")
    count = batch.hit.sum().clamp(min=0.5 * len(batch.hit))
    shown = (entropy * (likelihood.detach() - batch.onset).abs() * batch.counts).sum() / count
    early = ((answer.early - batch.early) ** 2 * batch.hit).sum() / count
    strength = ((answer.strength - batch.strength) ** 2 * batch.hit).sum() / count
    placed = batch.hit * batch.place.isfinite().all(dim=-1)
    wanted = torch.nan_to_num(batch.place)
    place = (((answer.place - wanted) ** 2).sum(dim=-1) * placed).sum() / count
    return shown + _EARLY * early + _STRENGTH * strength + _PLACE * place
