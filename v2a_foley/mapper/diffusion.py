"""The paper's generative mapper: starts from noise, and finds audio embeddings step by step (a ``Mapper``)."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from v2a_foley.compute import Compute, memory_guard
from v2a_foley.embed import Embeddings, Space
from v2a_foley.errors import Cancelled
from v2a_foley.mapper.cached import CachedNetwork
from v2a_foley.mapper.network import DiffusionNetwork
from v2a_foley.mapper.parts import parts_of, run_parts
from v2a_foley.mapper.precision import Warn, checked, finite_rows, in_precision
from v2a_foley.mapper.protocol import StepDone
from v2a_foley.mapper.samplers import SAMPLERS, Denoiser
from v2a_foley.mapper.schedule import CosineSchedule


@dataclass(frozen=True)
class Sampling:
    """How the generative mapper walks from noise to an embedding.

    Attributes:
        sampler: ``ancestral`` (DDPM, the paper's kind, new noise at every step) or ``deterministic`` (DDIM).
        steps: timesteps that are visited, 1 to 1000.
        guidance: how far the prediction is pushed away from the one that knows nothing of the clip; 1 is as trained.
        batch: the most clips that are sampled together; bounds the memory.
    """

    sampler: str = "deterministic"
    steps: int = 50
    guidance: float = 1.0
    batch: int = 64

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            ValueError: a value is out of its range.
        """
        if self.sampler not in SAMPLERS:
            raise ValueError(f"sampler is {self.sampler!r}, not one of {', '.join(SAMPLERS)}")
        if not 1 <= self.steps <= 1000 or self.batch < 1:
            raise ValueError(f"steps is {self.steps} (1 to 1000), batch {self.batch} (from 1)")
        if not (math.isfinite(self.guidance) and self.guidance >= 0):
            raise ValueError(f"guidance is {self.guidance}, not a number from 0")


class DiffusionMapper:
    """Samples audio embeddings for image embeddings; other seeds give other, equally fitting ones.

    Args:
        network: the trained network, float32, on the CPU; not to be changed afterwards.
        source: the eyes' space.
        target: the ears' space.
        sampling: how to sample.
        compute: where, and in which precision the matrices are; everything small stays float32.
        warn: told when rows had to be computed again in float32; by default the log is.

    Raises:
        ValueError: the network has other sizes than the spaces.
    """

    def __init__(
        self,
        network: DiffusionNetwork,
        source: Space,
        target: Space,
        *,
        sampling: Sampling | None = None,
        compute: Compute | None = None,
        warn: Warn | None = None,
    ) -> None:
        """Keep the parts; nothing is computed yet."""
        config = network.config
        if (config.source, config.target) != (source.size, target.size):
            raise ValueError(f"{config.source} to {config.target} is not {source.size} to {target.size}")
        self._source, self._target = source, target
        self.network = network.eval()
        self.sampling = sampling or Sampling()
        self.compute = compute or Compute()
        self.schedule = CosineSchedule(config.timesteps)
        self._warn = warn or logging.getLogger(__name__).warning
        self._cached: dict[Compute, CachedNetwork] = {}

    @property
    def source(self) -> Space:
        """The space of the image embeddings that it reads."""
        return self._source

    @property
    def target(self) -> Space:
        """The space of the audio embeddings that it writes."""
        return self._target

    def map(self, embeddings: Embeddings, seeds: Sequence[int], *, step_done: StepDone | None = None) -> Embeddings:
        """Translate ``float32 (n, d_source)`` to ``float32 (n, d_target)`` of unit length; one seed a row.

        ``step_done`` is told after every step, on a CPU from several threads, one at a time.
        A row's noise comes from its own seed alone, on the CPU, whatever else is in the batch and wherever it runs.

        Raises:
            ValueError: the shape is wrong, or there is not one seed a row.
            RenderError: an image embedding is not finite.
            ModelDamaged: the weights give nothing finite, in float32 either.
            OutOfMemory: there is no memory left.
            Cancelled: ``step_done`` raised it.
        """
        return self._map(embeddings, seeds, self._remembering, step_done)

    def map_plainly(self, embeddings: Embeddings, seeds: Sequence[int]) -> Embeddings:
        """Do what ``map`` does with the whole network at every step: slow, and what ``map`` is measured against."""
        return self._map(embeddings, seeds, self._forgetful, None)

    def _map(
        self, embeddings: Embeddings, seeds: Sequence[int], prepare: _Prepare, step_done: StepDone | None
    ) -> Embeddings:
        rows = checked(embeddings, self._source.size)
        if len(seeds) != len(rows):
            raise ValueError(f"{len(seeds)} seeds for {len(rows)} embeddings")
        times = self.schedule.visited(min(self.sampling.steps, self.schedule.steps))

        def run(compute: Compute, which: NDArray[np.intp]) -> NDArray[np.float32]:
            parts = parts_of(which, self.sampling.batch, compute)
            steps = _Steps(step_done, len(parts) * len(times))
            prepared = run_parts(lambda ready: ready(compute, times), [prepare] if parts else [], compute)

            def sampled(some: NDArray[np.intp]) -> NDArray[np.float32]:
                denoise = prepared[0](torch.from_numpy(rows[some]).to(compute.device))
                return self._sampled(steps.counted(denoise), [int(seeds[row]) for row in some], times, compute)

            found = run_parts(sampled, parts, compute)
            return np.concatenate(found) if found else np.empty((0, self._target.size), np.float32)

        with memory_guard(f"Translating {len(rows)} shots"):
            return finite_rows(run, len(rows), self.compute, self._warn)

    def _sampled(
        self, denoise: Denoiser, seeds: Sequence[int], times: Sequence[int], compute: Compute
    ) -> NDArray[np.float32]:
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]

        def noise(_: int = 0) -> Tensor:
            drawn = [torch.randn(self._target.size, generator=generator) for generator in generators]
            return torch.stack(drawn).to(compute.device)

        sampler = SAMPLERS[self.sampling.sampler]
        found: NDArray[np.float32] = sampler(denoise, noise(), times, self.schedule, noise).cpu().numpy()
        return found

    def _remembering(self, compute: Compute, times: Sequence[int]) -> _Conditioned:
        """Return denoisers that compute what a step changes, and nothing else."""
        if compute not in self._cached:
            self._cached[compute] = CachedNetwork(in_precision(self.network, compute))
        model, guidance = self._cached[compute], self.sampling.guidance
        blind = dict(zip(times, model.unconditional(times), strict=True)) if guidance != 1 else {}

        def conditioned(condition: Tensor) -> Denoiser:
            clips = model.clips(condition)
            size = clips.together()
            entered: dict[int, Tensor] = {}

            def denoise(x: Tensor, time: int) -> Tensor:
                if time not in entered:
                    first = times.index(time)
                    some = times[first : first + size]
                    entered.clear()
                    entered.update(zip(some, clips.at_times(some), strict=True))
                clean = clips.predict(x, entered[time])
                return blind[time] + guidance * (clean - blind[time]) if blind else clean

            return denoise

        return conditioned

    def _forgetful(self, compute: Compute, times: Sequence[int]) -> _Conditioned:
        """Return denoisers that run the whole network, twice a step with guidance, whatever the timesteps will be."""
        network, guidance = in_precision(self.network, compute), self.sampling.guidance

        def conditioned(condition: Tensor) -> Denoiser:
            dropped = torch.ones(len(condition), dtype=torch.bool, device=condition.device)

            def denoise(x: Tensor, time: int) -> Tensor:
                at = torch.full((len(x),), time, device=x.device)
                clean: Tensor = network(x, at, condition)
                if guidance == 1:
                    return clean
                blind = network(x, at, condition, dropped)
                return torch.as_tensor(blind + guidance * (clean - blind))

            return denoise

        return conditioned


_Conditioned = Callable[[Tensor], Denoiser]
"""From image embeddings ``float32 (b, d_source)`` to a denoiser for them."""
_Prepare = Callable[[Compute, Sequence[int]], _Conditioned]


class _Steps:
    """Counts the steps of all parts, tells of them, and stops every part once the listener raised."""

    def __init__(self, step_done: StepDone | None, total: int) -> None:
        self._tell, self._total, self._done = step_done, total, 0
        self._lock, self._stopped = threading.Lock(), False

    def counted(self, denoise: Denoiser) -> Denoiser:
        """Return a denoiser that tells of every prediction it made."""
        if (tell := self._tell) is None:
            return denoise

        def told(x: Tensor, time: int) -> Tensor:
            clean = denoise(x, time)
            with self._lock:
                if self._stopped:
                    raise Cancelled
                self._done += 1
                try:
                    tell(self._done, self._total)
                except BaseException:
                    self._stopped = True
                    raise
            return clean

        return told
