"""The loop: from noise, or a noised sound, down to clean latents, one network call and one solver step at a time.

Knows no network: whoever calls it says what predicts, and may change the latents between two steps.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from v2a_foley.generate.audioldm.schedule import DEFAULT_SOLVER, Ladder, SolverName
from v2a_foley.generate.audioldm.solvers import solver as new_solver
from v2a_foley.progress import Stage

Predict = Callable[[torch.Tensor, float], torch.Tensor]
"""(latents ``float32 (n, channels, frames, bins)``, timestep) → the prediction of the same shape, float32, guided."""
AfterStep = Callable[[int, torch.Tensor], torch.Tensor]
"""(the level just reached, 1 to n; the latents at it) → the latents to go on with."""


def denoise(
    latents: torch.Tensor,
    ladder: Ladder,
    predict: Predict,
    *,
    solver: SolverName = DEFAULT_SOLVER,
    after: AfterStep | None = None,
    stage: Stage | None = None,
) -> torch.Tensor:
    """Return clean latents.

    Args:
        latents: at the ladder's first level, float32: noise alone for a full run, ``ladder.noised(…)`` for a shorter.
        ladder: the levels, made for this solver.
        predict: the network, guided; wrap it to predict in windows.
        solver: which one steps.
        after: called after every step; what it returns goes on: put a kept region back at
            ``ladder.noised(clean, noise, level)``.
        stage: told of every step (one unit each), and asked before each whether to stop.

    Raises:
        Cancelled: the work was asked to stop.
    """
    stepping = new_solver(solver, ladder)
    for index, timestep in enumerate(ladder.timesteps):
        if stage is not None:
            stage.progress.check()
        latents = stepping.step(index, latents, predict(latents, timestep))
        if after is not None:
            latents = after(index + 1, latents)
        if stage is not None:
            stage.advance()
    return latents


def not_finite(rows: torch.Tensor) -> tuple[int, ...]:
    """Return which rows of a batch hold NaN or infinity: in half precision they must be made again in float32."""
    bad = ~torch.isfinite(rows).flatten(1).all(dim=1)
    return tuple(int(row) for row in bad.nonzero().flatten().cpu())
