"""Seeded random weights under which a network's outputs depend on its inputs, unlike most fresh initialisations."""

import numpy as np
import torch


def lively(state: dict[str, torch.Tensor], seed: int) -> dict[str, torch.Tensor]:
    """Return a state dict of the same names and shapes, with weights drawn from a seed in the order of the names.

    Matrices keep the size of what passes through them, norms are near one, and a batch norm's statistics are those of
    log-mel levels in dB. Whole numbers and single values (position numbers, logit scales) stay as they are.
    """
    drawn = np.random.default_rng(seed)
    made = {}
    for name in sorted(state):
        tensor = state[name]
        if not tensor.is_floating_point() or tensor.dim() == 0:
            made[name] = tensor.clone()
            continue
        noise = drawn.standard_normal(tuple(tensor.shape)).astype(np.float32)
        if name.endswith("running_mean"):
            values = -40.0 + noise
        elif name.endswith("running_var"):
            values = 400.0 + noise
        elif tensor.dim() == 1:
            values = 1.0 + 0.1 * noise if name.endswith("weight") else 0.1 * noise
        elif "embedding" in name and tensor.dim() == 2:
            values = noise
        else:
            values = noise / np.sqrt(np.prod(tensor.shape[1:]))
        made[name] = torch.from_numpy(np.ascontiguousarray(values)).to(tensor.dtype)
    return made
