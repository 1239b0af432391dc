"""One process, or several that share the work of each step; accelerate starts them and says who is who."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from v2a_foley.compute import Compute
from v2a_foley.errors import UsageError


@dataclass(frozen=True)
class Processes:
    """Those who train together.

    Attributes:
        compute: where this one computes.
        count: how many there are.
        index: which of them this one is, from 0.
    """

    compute: Compute
    count: int = 1
    index: int = 0

    @property
    def chief(self) -> bool:
        """Whether this one writes what is written, and speaks to the user."""
        return self.index == 0

    def total(self, values: Tensor) -> Tensor:
        """Return the sum of everybody's values, the same for all; everybody has to ask."""
        if self.count > 1:
            torch.distributed.all_reduce(values)
        return values

    def wait(self) -> None:
        """Wait until everybody is here."""
        if self.count > 1:
            torch.distributed.barrier()


def is_chief() -> bool:
    """Tell whether this process is the one that speaks, before anything is started."""
    return int(os.environ.get("RANK", "0")) == 0


@contextmanager
def together(compute: Compute) -> Iterator[Processes]:
    """Meet the other processes, where ``accelerate launch`` started several; leave them when the block ends.

    Raises:
        UsageError: several processes were to use Apple's GPU, of which there is one.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield Processes(compute)
        return
    if compute.device == "mps":
        raise UsageError("Several processes cannot share Apple's GPU.", hint="Start one, or choose --device cpu.")
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=compute.on_cpu, mixed_precision="no")
    try:
        here = compute if compute.on_cpu else replace(compute, device=str(accelerator.device))
        yield Processes(here, accelerator.num_processes, accelerator.process_index)
    finally:
        accelerator.end_training()
