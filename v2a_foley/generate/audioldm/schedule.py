"""Noise levels: which ones a network was trained on, and which ones the steps of a run go through.

A level is (signal, noise): latents at that level are ``signal · clean + noise · gaussian``, and the two squares add up
to one. What a step does between two levels stands in ``solvers``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import UsageError

if TYPE_CHECKING:
    import torch

Prediction = Literal["epsilon", "sample", "v_prediction"]
"""What a network predicts: the noise, the clean latents, or the velocity between them."""
SolverName = Literal["ddim", "dpm++", "unipc"]
"""DDIM (Song et al. 2021), DPM-Solver++ 2M (Lu et al. 2022), UniPC of order 2 (Zhao et al. 2023)."""
SOLVERS: tuple[SolverName, ...] = get_args(SolverName)
DEFAULT_SOLVER: SolverName = "dpm++"
DEFAULT_STEPS = 25


@dataclass(frozen=True)
class Schedule:
    """The noise levels that a network was trained on.

    Attributes:
        alphas_cumprod: share of the clean signal's power at every timestep, ``float32 (t,)``, falling.
        final_alpha: the share where DDIM ends.
        prediction: what the network predicts.
        spacing: how DDIM spreads its timesteps: ``leading``, ``trailing`` or ``linspace``.
        offset: added to DDIM's timesteps where they are ``leading``.
        clip: the clean latents are clipped to ± this, or None.
    """

    alphas_cumprod: NDArray[np.float32]
    final_alpha: float
    prediction: Prediction = "epsilon"
    spacing: str = "leading"
    offset: int = 0
    clip: float | None = None

    @property
    def log_ratios(self) -> NDArray[np.float64]:
        """Logarithm of noise over signal at every timestep, ``float64 (t,)``, rising: minus half the log-SNR."""
        alphas = self.alphas_cumprod.astype(np.float64)
        return 0.5 * (np.log1p(-alphas) - np.log(alphas))


@dataclass(frozen=True)
class Ladder:
    """The levels of one run, from the noisiest down: n steps between n + 1 levels.

    Attributes:
        timesteps: what the network is told at each step, ``(n,)``; may lie between the trained ones.
        signal: ``(n + 1,)``.
        noise: ``(n + 1,)``.
        prediction: what the network predicts.
        clip: the clean latents are clipped to ± this, or None.
    """

    timesteps: tuple[float, ...]
    signal: tuple[float, ...]
    noise: tuple[float, ...]
    prediction: Prediction = "epsilon"
    clip: float | None = None

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.timesteps)

    def noised(self, clean: torch.Tensor, gaussian: torch.Tensor, rung: int = 0) -> torch.Tensor:
        """Return clean latents with noise of the level ``rung``, 0 (where the run starts) to n (where it ends)."""
        return self.signal[rung] * clean + self.noise[rung] * gaussian


def ladder(
    schedule: Schedule, *, solver: SolverName = DEFAULT_SOLVER, steps: int = DEFAULT_STEPS, strength: float = 1.0
) -> Ladder:
    """Return the levels that a run goes through.

    DDIM takes the timesteps of the stock scheduler. The other two are spaced evenly in log-SNR and end on the clean
    latents: with the spacing that DDIM has, they are no better than DDIM.

    Args:
        schedule: what the network was trained on.
        solver: ``ddim``, ``dpm++`` or ``unipc``.
        steps: how many steps the whole way takes.
        strength: where to start, as a share of the trained timesteps: 1 is noise alone, and little of what was there
            is left above 0.7. The run starts at exactly this level, and takes as many of the steps as lie below it.

    Raises:
        UsageError: the steps or the strength are out of range, or the solver is not known.
    """
    trained = len(schedule.alphas_cumprod)
    if solver not in SOLVERS:
        raise UsageError(f"There is no solver {solver!r}.", hint=f"Choose one of {', '.join(SOLVERS)}.")
    if not 1 <= steps <= trained:
        raise UsageError(f"{steps} steps are not possible.", hint=f"Choose 1 to {trained}; {DEFAULT_STEPS} are usual.")
    if not 0 < strength <= 1:
        raise UsageError(f"A strength of {strength:g} is not possible.", hint="Choose more than 0, and at most 1.")
    start = strength * (trained - 1)
    if solver == "ddim":
        return _as_stock(schedule, steps, start if strength < 1 else None)
    return _even(schedule, steps, start)


def _as_stock(schedule: Schedule, steps: int, start: float | None) -> Ladder:
    """Return the stock scheduler's levels, each step ending where the next one starts.

    The stock scheduler itself ends each step a fixed stride lower. With ``leading`` timesteps, which AudioLDM has, and
    with ``trailing`` ones that divide the trained ones, that is the same.
    """
    kept = _stock_timesteps(schedule, steps)
    alphas, final = schedule.alphas_cumprod, np.float32(schedule.final_alpha)
    if start is None:
        return _made(schedule, kept, *_roots(np.append(alphas[kept], final)))
    lower = kept[kept <= start][1:]
    first = 1 / (1 + np.exp(2 * np.interp(start, np.arange(len(alphas)), schedule.log_ratios)))
    levels = np.concatenate([[first], alphas[lower], [final]])
    return _made(schedule, np.append(start, lower), *_roots(levels))


def _roots(alphas: NDArray[np.floating]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return signal and noise with the stock scheduler's bits: torch's power of one half is not always the nearest."""
    import torch

    shares = torch.from_numpy(alphas.astype(np.float32))
    return (shares**0.5).numpy(), ((1 - shares) ** 0.5).numpy()


def _stock_timesteps(schedule: Schedule, steps: int) -> NDArray[np.int64]:
    trained = len(schedule.alphas_cumprod)
    if schedule.spacing == "linspace":
        spread: NDArray[Any] = np.linspace(0, trained - 1, steps).round()
    elif schedule.spacing == "trailing":
        spread = np.round(np.arange(trained, 0, -trained / steps)) - 1
    else:
        spread = np.arange(steps) * (trained // steps) + schedule.offset
    falling = np.unique(np.clip(spread, 0, trained - 1))[::-1]
    return np.asarray(falling, dtype=np.int64)


def _even(schedule: Schedule, steps: int, start: float) -> Ladder:
    ratios = schedule.log_ratios
    places = np.arange(len(ratios))
    top = float(np.interp(start, places, ratios))
    share = (top - ratios[0]) / (ratios[-1] - ratios[0])
    rungs = np.linspace(top, ratios[0], max(1, round(steps * share)))
    signal, noise = np.sqrt(1 / (1 + np.exp(2 * rungs))), np.sqrt(1 / (1 + np.exp(-2 * rungs)))
    return _made(schedule, np.interp(rungs, ratios, places), np.append(signal, 1.0), np.append(noise, 0.0))


def _made(
    schedule: Schedule, timesteps: NDArray[Any], signal: NDArray[np.floating], noise: NDArray[np.floating]
) -> Ladder:
    return Ladder(
        tuple(map(float, timesteps)),
        tuple(map(float, signal)),
        tuple(map(float, noise)),
        schedule.prediction,
        schedule.clip,
    )
