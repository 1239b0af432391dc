"""Cuts a batch into parts and runs them: side by side with one thread each on a CPU, one after the other on a GPU.

Several threads on one part wait for each other after every layer. On an idle CPU that costs little; beside another
program that wants the same cores it costs thirtyfold and more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from v2a_foley.compute import Compute
from v2a_foley.embed.torch_threads import side_by_side, workers

Part = TypeVar("Part")
Result = TypeVar("Result")


def parts_of(which: NDArray[np.intp], most: int, compute: Compute) -> list[NDArray[np.intp]]:
    """Return rows in parts of nearly one size, at most ``most``; on a CPU at least one for every worker."""
    size = min(most, math.ceil(len(which) / workers())) if compute.on_cpu else most
    return np.array_split(which, math.ceil(len(which) / size)) if len(which) else []


def run_parts(work: Callable[[Part], Result], parts: Sequence[Part], compute: Compute) -> list[Result]:
    """Return the results of some torch work on every part, in the parts' order; nothing in it learns."""

    def watched(part: Part) -> Result:
        with torch.inference_mode():
            return work(part)

    return side_by_side(watched, parts) if compute.on_cpu else [watched(part) for part in parts]
