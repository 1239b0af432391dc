"""One step of each solver between two noise levels. Each holds what it remembers of earlier steps, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch

from v2a_foley.generate.audioldm.schedule import Ladder, SolverName


class Solver(Protocol):
    """Goes down a ladder, one step after the other; a new run needs a new one."""

    def step(self, index: int, latents: torch.Tensor, prediction: torch.Tensor) -> torch.Tensor:
        """Return the latents one level lower.

        Args:
            index: which step, 0 to n - 1, in order.
            latents: at the level ``index``, float32.
            prediction: what the network says to them, of the same shape.
        """
        ...


def solver(name: SolverName, ladder: Ladder) -> Solver:
    """Return a new solver for a run down this ladder."""
    if name == "ddim":
        return Ddim(ladder)
    return DpmPlusPlus(ladder) if name == "dpm++" else UniPc(ladder)


def clean_and_noise(
    ladder: Ladder, index: int, latents: torch.Tensor, prediction: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the clean latents and the noise that a prediction implies at the level ``index``."""
    signal, noise = ladder.signal[index], ladder.noise[index]
    if ladder.prediction == "epsilon":
        clean, gaussian = (latents - noise * prediction) / signal, prediction
    elif ladder.prediction == "sample":
        clean, gaussian = prediction, (latents - signal * prediction) / noise
    else:
        clean, gaussian = signal * latents - noise * prediction, signal * prediction + noise * latents
    return (clean if ladder.clip is None else clean.clamp(-ladder.clip, ladder.clip)), gaussian


@dataclass
class Ddim:
    """DDIM without added noise (Song et al. 2021, equation 12); bit for bit what the stock scheduler computes."""

    ladder: Ladder

    def step(self, index: int, latents: torch.Tensor, prediction: torch.Tensor) -> torch.Tensor:
        """Return the latents one level lower."""
        clean, gaussian = clean_and_noise(self.ladder, index, latents, prediction)
        return self.ladder.signal[index + 1] * clean + self.ladder.noise[index + 1] * gaussian


def _log_snr_step(ladder: Ladder, start: int, end: int) -> float:
    """Return how far half the log-SNR rises between two levels; infinite where the end is clean."""
    if ladder.noise[end] == 0:
        return math.inf
    return math.log(ladder.signal[end] / ladder.noise[end]) - math.log(ladder.signal[start] / ladder.noise[start])


@dataclass
class DpmPlusPlus:
    """DPM-Solver++ 2M (Lu et al. 2022): the clean latents, extrapolated linearly in log-SNR from the last two steps."""

    ladder: Ladder
    _before: torch.Tensor | None = None

    def step(self, index: int, latents: torch.Tensor, prediction: torch.Tensor) -> torch.Tensor:
        """Return the latents one level lower."""
        rungs = self.ladder
        clean, _ = clean_and_noise(rungs, index, latents, prediction)
        stride = _log_snr_step(rungs, index, index + 1)
        slope, before = clean, self._before
        if before is not None and math.isfinite(stride):
            slope = clean + (0.5 * stride / _log_snr_step(rungs, index - 1, index)) * (clean - before)
        self._before = clean
        kept = rungs.noise[index + 1] / rungs.noise[index]
        return kept * latents - (rungs.signal[index + 1] * math.expm1(-stride)) * slope


@dataclass
class UniPc:
    """UniPC of order 2 with B2 (Zhao et al. 2023): each prediction also corrects the step that led to it."""

    ladder: Ladder
    _start: torch.Tensor | None = None
    _cleans: tuple[torch.Tensor, ...] = ()

    def step(self, index: int, latents: torch.Tensor, prediction: torch.Tensor) -> torch.Tensor:
        """Return the latents one level lower."""
        clean, _ = clean_and_noise(self.ladder, index, latents, prediction)
        if self._start is not None:
            latents = self._corrected(index - 1, self._start, clean)
        self._start, self._cleans = latents, (*self._cleans[-1:], clean)
        return self._predicted(index, latents)

    def _predicted(self, index: int, latents: torch.Tensor) -> torch.Tensor:
        moved, factor, stride = self._first_order(index, latents)
        if len(self._cleans) < 2 or not math.isfinite(stride):
            return moved
        before, clean = self._cleans
        return moved - (0.5 * factor / self._place(index, stride)) * (before - clean)

    def _corrected(self, index: int, latents: torch.Tensor, found: torch.Tensor) -> torch.Tensor:
        """Take the step from ``index`` again, now that the prediction at its end is known."""
        moved, factor, stride = self._first_order(index, latents)
        change = found - self._cleans[-1]
        if len(self._cleans) < 2:
            return moved - (0.5 * factor) * change
        place = self._place(index, stride)
        phi = math.expm1(-stride)
        first = phi / -stride - 1
        sums = first / phi, (first / -stride - 0.5) * 2 / phi
        weight = (sums[0] - sums[1]) / (1 - place)
        slope = (self._cleans[0] - self._cleans[1]) / place
        return moved - factor * (weight * slope + (sums[0] - weight) * change)

    def _first_order(self, index: int, latents: torch.Tensor) -> tuple[torch.Tensor, float, float]:
        rungs = self.ladder
        stride = _log_snr_step(rungs, index, index + 1)
        factor = rungs.signal[index + 1] * math.expm1(-stride)
        moved = (rungs.noise[index + 1] / rungs.noise[index]) * latents - factor * self._cleans[-1]
        return moved, factor, stride

    def _place(self, index: int, stride: float) -> float:
        """Return where the level before lies, seen from ``index`` in strides of this step; negative."""
        return -_log_snr_step(self.ladder, index - 1, index) / stride
