"""How much noise there is at each timestep, and which timesteps a sampler visits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class CosineSchedule:
    """The cosine schedule of Nichol and Dhariwal 2021.

    Attributes:
        steps: number of timesteps; 0 is nearly clean, the last is nearly noise alone.
        offset: keeps the first steps from being too small.
        most: the largest share of noise that a single step may add.
    """

    steps: int = 1000
    offset: float = 0.008
    most: float = 0.999

    @cached_property
    def kept(self) -> NDArray[np.float64]:
        """The share of the target's variance that is left at each timestep, falling: ``float64 (steps,)``."""
        at = np.arange(self.steps + 1) / self.steps
        curve = np.cos((at + self.offset) / (1 + self.offset) * math.pi / 2) ** 2
        added = np.minimum(1 - curve[1:] / curve[:-1], self.most)
        return np.cumprod(1 - added)

    def kept_at(self, time: int) -> float:
        """Return the share at one timestep; 1 at -1, which is the clean target."""
        return 1.0 if time < 0 else float(self.kept[time])

    def noised(self, clean: Tensor, times: Tensor, noise: Tensor) -> Tensor:
        """Return targets ``(b, d)`` with as much of a noise as their timesteps ``int64 (b,)`` ask for."""
        kept = torch.from_numpy(self.kept)
        signal, grain = (each.sqrt().to(clean)[times][:, None] for each in (kept, 1 - kept))
        return clean * signal + noise * grain

    def visited(self, steps: int) -> tuple[int, ...]:
        """Return so many timesteps, falling and evenly spread, from the last one on; after them comes the clean target.

        Raises:
            ValueError: ``steps`` is below 1 or above the schedule's own.
        """
        if not 1 <= steps <= self.steps:
            raise ValueError(f"{steps} steps; the schedule has 1 to {self.steps}")
        return tuple(self.steps - 1 - self.steps * done // steps for done in range(steps))
