"""One step of learning after the other: loss, AdamW, the average of the weights; and all of it as tensors to save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from v2a_foley.compute import Compute
from v2a_foley.sync.onsets.network import OnsetNet
from v2a_foley.train.ema import Average
from v2a_foley.train.loop import Outcome
from v2a_foley.train.objective import arithmetic
from v2a_foley.train.onsets.batches import Batch
from v2a_foley.train.onsets.objective import loss_of
from v2a_foley.train.onsets.settings import OnsetSettings

_MOMENTS = ("exp_avg", "exp_avg_sq")


class OnsetLearner:
    """A net that learns.

    Args:
        network: with its start.
        settings: how it learns.
        compute: where and in which precision.

    Attributes:
        network: the net.
        average: of its weights.
        steps: how many steps it has learned.
        seconds: how long that took.
    """

    def __init__(self, network: OnsetNet, settings: OnsetSettings, compute: Compute) -> None:
        """Move the net to where it learns."""
        self.network, self.settings, self._compute = network.to(compute.device).train(), settings, compute
        self.average = Average(self.network, settings.ema)
        self.steps, self.seconds = 0, 0.0
        matrices = [each for each in self.network.parameters() if each.ndim > 1]
        others = [each for each in self.network.parameters() if each.ndim <= 1]
        groups: list[dict[str, Any]] = [{"params": matrices}, {"params": others, "weight_decay": 0.0}]
        self._optimiser = torch.optim.AdamW(groups, lr=settings.lr, weight_decay=settings.weight_decay)

    def step(self, batch: Batch) -> Outcome:
        """Learn from a batch; one whose loss or gradient is no number changes no weight."""
        rate = self.settings.rate(self.steps, self.settings.done(self.steps, self.seconds))
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        batch = batch.to(self._compute.device)
        with arithmetic(self._compute):
            answer = self.network(batch.cells, batch.frame)
        loss = loss_of(answer.float(), batch)
        torch.autograd.backward(loss)
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip)
        outcome = Outcome(self.steps, float(loss.detach()), float(norm), rate)
        if outcome.finite:
            self._optimiser.step()
            self.average.update(self.network, self.steps)
            for mean, now in zip(self.average.network.buffers(), self.network.buffers(), strict=True):
                mean.copy_(now)  # what the norms have seen is an average already
        self._optimiser.zero_grad()
        self.steps += 1
        return outcome

    def averaged(self) -> OnsetNet:
        """Return a net of the averaged weights, on the CPU, ready to answer."""
        network = OnsetNet(self.network.config)
        network.load_state_dict({name: each.cpu() for name, each in self.average.network.state_dict().items()})
        return network.eval().requires_grad_(requires_grad=False)

    def tensors(self) -> dict[str, Tensor]:
        """Return all that a resumed run needs, by name."""
        found = {f"weights.{name}": each.detach().clone() for name, each in self.network.state_dict().items()}
        found |= {f"average.{name}": each.clone() for name, each in self.average.network.state_dict().items()}
        for name, weight in self.network.named_parameters():
            moments = self._optimiser.state[weight]
            for moment in _MOMENTS:
                found[f"{moment}.{name}"] = moments[moment].clone() if moments else torch.zeros_like(weight)
        found["clock.seconds"] = torch.tensor(self.seconds, dtype=torch.float64)
        return found

    def restore(self, tensors: Mapping[str, Tensor], steps: int) -> None:
        """Go on from what ``tensors`` returned after so many steps.

        Raises:
            KeyError, RuntimeError: they are another net's.
        """
        self.network.load_state_dict(_below(tensors, "weights"))
        self.average.network.load_state_dict(_below(tensors, "average"))
        for name, weight in self.network.named_parameters():
            if steps:
                state = self._optimiser.state[weight]
                state["step"] = torch.tensor(float(steps))
                state |= {moment: tensors[f"{moment}.{name}"].to(weight, copy=True) for moment in _MOMENTS}
        self.steps, self.seconds = steps, float(tensors["clock.seconds"])


def _below(tensors: Mapping[str, Tensor], first: str) -> dict[str, Tensor]:
    return {name.partition(".")[2]: each for name, each in tensors.items() if name.partition(".")[0] == first}
