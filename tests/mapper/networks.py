"""Tiny networks with seeded random weights, and a toy mapping for them to learn."""

import math
from dataclasses import replace

import numpy as np
import torch

from v2a_foley.embed import Space, normalised
from v2a_foley.mapper.network import DiffusionConfig, DiffusionNetwork
from v2a_foley.mapper.schedule import CosineSchedule

EYES, EARS = Space("eyes", 12, "eyes"), Space("ears", 10, "ears")
TINY = DiffusionConfig(
    width=16, depth=3, heads=3, head_size=8, rotary=4, source=12, target=10, text_slots=5, timesteps=40, furthest=64
)


def tiny(seed: int = 0, **changes) -> DiffusionNetwork:
    torch.manual_seed(seed)
    return DiffusionNetwork(replace(TINY, **changes)).requires_grad_(False)


def images(count: int, size: int = 12, seed: int = 0) -> np.ndarray:
    return normalised(np.random.default_rng(seed).standard_normal((count, size)))


def trained_on(network: DiffusionNetwork, sees: np.ndarray, hears: np.ndarray, steps: int) -> float:
    """Teach a network pairs of embeddings, as plainly as the paper says it; return the last losses' mean."""
    config = network.requires_grad_(True).config
    schedule, seen = CosineSchedule(config.timesteps), torch.from_numpy(sees)
    clean = torch.from_numpy(hears) * math.sqrt(config.target)
    optimiser = torch.optim.AdamW(network.parameters(), lr=4e-3)
    slowing = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    losses = []
    for _ in range(steps):
        rows = torch.randint(len(seen), (64,))
        times, noise = torch.randint(config.timesteps, (64,)), torch.randn(64, config.target)
        found = network(schedule.noised(clean[rows], times, noise), times, seen[rows], torch.rand(64) < 0.1)
        loss = (found - clean[rows]).square().mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        slowing.step()
        losses.append(loss.item())
    network.requires_grad_(False)
    return float(np.mean(losses[-20:]))
