"""Looks at the validation loss now and then, keeps the best weights, and says when there is no point in going on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor


@dataclass
class Watch:
    """What the looks saw so far.

    Attributes:
        patience: looks without a better loss after which to stop; 0 never stops.
        first: the loss before the first step.
        best: the weights with the lowest loss.
        loss: that loss.
        step: after how many steps it was.
        looks: looks since then.
    """

    patience: int
    first: float = float("nan")
    best: Mapping[str, Tensor] = field(default_factory=dict)
    loss: float = float("inf")
    step: int = 0
    looks: int = 0

    def look(self, loss: float, step: int, weights: Mapping[str, Tensor]) -> None:
        """Take note of a loss after so many steps, and copy the weights if they are better than any before."""
        if not self.best:
            self.first = loss
        self.looks += 1
        if loss < self.loss:
            self.best = {name: each.detach().clone() for name, each in weights.items()}
            self.loss, self.step, self.looks = loss, step, 0

    @property
    def tired(self) -> bool:
        """Whether the loss has not got better for as long as patience lasts."""
        return 0 < self.patience <= self.looks
