"""How sounds of any lengths pass through a network: checked, in batches of one length, each as if it were alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import Compute, memory_guard
from v2a_foley.embed.torch_threads import side_by_side
from v2a_foley.errors import ModelDamaged, UsageError
from v2a_foley.evaluate.backbones.protocol import Sounds

if TYPE_CHECKING:
    import torch

_BATCH, _CORE_BATCH = 32, 2
"""How many sounds a GPU takes at once, and a core of a CPU."""

Sound = NDArray[np.float32]


def checked(sounds: Sounds, *, least: int) -> list[Sound]:
    """Return sounds as a network can take them: those shorter than ``least`` samples are followed by silence.

    Raises:
        UsageError: a sound is not mono, is empty, or holds values that are no numbers.
    """
    ready = []
    for sound in sounds:
        wave = np.asarray(sound, dtype=np.float32)
        if wave.ndim != 1:
            raise UsageError(f"A sound of the shape {wave.shape} is not mono.", hint="Mix it to one channel first.")
        if len(wave) == 0:
            raise UsageError("A sound without samples cannot be heard.", hint="Give one that lasts.")
        if not np.all(np.isfinite(wave)):
            raise UsageError("A sound holds values that are no numbers.", hint="Make or read it again.")
        ready.append(np.pad(wave, (0, max(0, least - len(wave)))))
    return ready


def heard_by_length(
    hear: Callable[[torch.Tensor], tuple[torch.Tensor, ...]],
    inputs: Sequence[NDArray[np.floating]],
    compute: Compute,
    what: str,
    *,
    batch: int | None = None,
) -> tuple[NDArray[np.float32], ...]:
    """Run a network over inputs, those of one shape together, and return its outputs in the inputs' order.

    On a CPU, batches run side by side on its cores, one thread each.

    Args:
        hear: takes a batch, ``float32 (n, …)``, and gives tensors of n rows each.
        inputs: at least one.
        compute: where the network is.
        what: the network, for errors.
        batch: how many inputs of one shape run together at most; by default what the device takes well.

    Raises:
        ModelDamaged: the network gives no numbers.
        OutOfMemory: there is no memory left.
    """
    import torch

    most = batch or (_CORE_BATCH if compute.on_cpu else _BATCH)
    alike: dict[tuple[int, ...], list[int]] = {}
    for row, each in enumerate(inputs):
        alike.setdefault(each.shape, []).append(row)
    groups = [rows[start : start + most] for rows in alike.values() for start in range(0, len(rows), most)]

    def one(rows: list[int]) -> list[Any]:
        with torch.inference_mode():
            stacked = torch.from_numpy(np.stack([inputs[row] for row in rows]).astype(np.float32, copy=False))
            return [made.float().cpu().numpy() for made in hear(stacked.to(compute.device))]

    with memory_guard("Listening to sounds"):
        found = side_by_side(one, groups) if compute.on_cpu else [one(group) for group in groups]
    order = np.argsort(np.concatenate([np.asarray(group) for group in groups]), kind="stable")
    outputs = tuple(np.concatenate(parts)[order] for parts in zip(*found, strict=True))
    if not all(np.all(np.isfinite(output)) for output in outputs):
        raise ModelDamaged(f"{what} gives no numbers: its weights are damaged.", hint="Get the file again.")
    return outputs


def as_probabilities(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the softmax of class scores ``(n, classes)``: ``float64``, rows that sum to 1.

    It is what KL and Inception Score are usually taken over, though these networks were trained with a sigmoid a class.
    """
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    total: NDArray[np.float64] = shifted / shifted.sum(axis=1, keepdims=True)
    return total
