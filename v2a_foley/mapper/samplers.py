"""Samplers: plain functions of one signature that turn noise into targets, with a network that predicts clean ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from torch import Tensor

from v2a_foley.mapper.schedule import CosineSchedule

Denoiser = Callable[[Tensor, int], Tensor]
"""From noised targets ``float32 (n, d)`` and their timestep to the predicted clean ones, of the same shape."""
Noise = Callable[[int], Tensor]
"""Gives fresh normal noise ``float32 (n, d)`` for the step of this number, from 0."""
Sampler = Callable[[Denoiser, Tensor, Sequence[int], CosineSchedule, Noise], Tensor]
"""Takes the denoiser, noise ``float32 (n, d)``, the timesteps to visit (falling), the schedule, and fresh noise."""


def ancestral(denoise: Denoiser, x: Tensor, times: Sequence[int], schedule: CosineSchedule, fresh: Noise) -> Tensor:
    """Walk back as DDPM does (Ho et al. 2020): a step draws from the posterior between the timesteps it connects."""
    for step, (time, following) in enumerate(_pairs(times)):
        clean = denoise(x, time)
        here, there = schedule.kept_at(time), schedule.kept_at(following)
        added = 1 - here / there
        x = clean * (math.sqrt(there) * added / (1 - here)) + x * (math.sqrt(1 - added) * (1 - there) / (1 - here))
        if following >= 0:
            x = x + fresh(step) * math.sqrt(added * (1 - there) / (1 - here))
    return x


def deterministic(
    denoise: Denoiser,
    x: Tensor,
    times: Sequence[int],
    schedule: CosineSchedule,
    fresh: Noise,
) -> Tensor:
    """Walk back as DDIM does (Song et al. 2021): the first noise decides everything, and ``fresh`` is not asked."""
    for time, following in _pairs(times):
        clean = denoise(x, time)
        here, there = schedule.kept_at(time), schedule.kept_at(following)
        left = math.sqrt((1 - there) / (1 - here))
        x = x * left + clean * (math.sqrt(there) - math.sqrt(here) * left)
    return x


SAMPLERS: Mapping[str, Sampler] = MappingProxyType({"ancestral": ancestral, "deterministic": deterministic})
"""The samplers by name."""


def _pairs(times: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(times, (*times[1:], -1), strict=True))
