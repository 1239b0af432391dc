"""The mappers without noise: one image embedding gives one audio embedding, whatever the seed.

``TransformerRegressor`` has the generative mapper's blocks, ``MlpRegressor`` their feed-forward parts alone; comparing
the three tells what noise and attention are worth.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from v2a_foley.compute import Compute, memory_guard
from v2a_foley.embed import Embeddings, Space
from v2a_foley.mapper.parts import parts_of, run_parts
from v2a_foley.mapper.precision import Warn, checked, finite_rows, in_precision
from v2a_foley.mapper.protocol import StepDone
from v2a_foley.mapper.transformer import FeedForward, Linear, Norm, Transformer, TransformerConfig, check_numbers

_BATCH = 1024


@dataclass(frozen=True)
class TransformerRegressorConfig(TransformerConfig):
    """The shape of the regression transformer.

    Attributes:
        source: size of the image embeddings.
        target: size of the audio embeddings.
    """

    source: int = 512
    target: int = 512


@dataclass(frozen=True)
class MlpRegressorConfig:
    """The shape of the regression MLP.

    Attributes:
        width: size inside.
        depth: number of residual blocks.
        expansion: how many times wider than ``width`` a block's inside is.
        source: size of the image embeddings.
        target: size of the audio embeddings.
    """

    width: int = 512
    depth: int = 12
    expansion: int = 4
    source: int = 512
    target: int = 512

    def __post_init__(self) -> None:
        """Refuse what cannot be built.

        Raises:
            ValueError: a number is out of its range.
        """
        check_numbers(self)


class TransformerRegressor(nn.Module):
    """Reads the condition and a learned query; the query's output is the prediction.

    Args:
        config: its shape.
    """

    def __init__(self, config: TransformerRegressorConfig | None = None) -> None:
        """Make the weights with a random start (torch's own generator)."""
        super().__init__()
        self.config = config = TransformerRegressorConfig() if config is None else config
        self.query = nn.Parameter(torch.randn(config.width))
        self.condition_in = Linear(config.source, config.width) if config.source != config.width else nn.Identity()
        self.transformer = Transformer(config)
        self.out = Linear(config.width, config.target)

    def forward(self, condition: Tensor) -> Tensor:
        """Predict targets ``float32 (b, target)``, of any length, from unit embeddings ``float32 (b, source)``."""
        seen = self.condition_in(condition).float()
        tokens = torch.stack((seen, self.query.expand_as(seen)), dim=1)
        return torch.as_tensor(self.out(self.transformer(tokens)[:, -1]).float())


class MlpRegressor(nn.Module):
    """Residual feed-forward blocks between two matrices.

    Args:
        config: its shape.
    """

    def __init__(self, config: MlpRegressorConfig | None = None) -> None:
        """Make the weights with a random start (torch's own generator)."""
        super().__init__()
        self.config = config = MlpRegressorConfig() if config is None else config
        self.condition_in = Linear(config.source, config.width)
        self.blocks = nn.ModuleList(FeedForward(config.width, config.expansion) for _ in range(config.depth))
        self.norm = Norm(config.width)
        self.out = Linear(config.width, config.target)

    def forward(self, condition: Tensor) -> Tensor:
        """Predict targets ``float32 (b, target)``, of any length, from unit embeddings ``float32 (b, source)``."""
        x = self.condition_in(condition).float()
        for block in self.blocks:
            x = x + block(x)
        return torch.as_tensor(self.out(self.norm(x)).float())


class RegressionMapper:
    """Maps every image embedding to one audio embedding (a ``Mapper``).

    Args:
        network: the trained network, float32, on the CPU; not to be changed afterwards.
        source: the eyes' space.
        target: the ears' space.
        compute: where, and in which precision the matrices are.
        warn: told when rows had to be computed again in float32; by default the log is.

    Raises:
        ValueError: the network has other sizes than the spaces.
    """

    def __init__(
        self,
        network: TransformerRegressor | MlpRegressor,
        source: Space,
        target: Space,
        *,
        compute: Compute | None = None,
        warn: Warn | None = None,
    ) -> None:
        """Keep the parts; nothing is computed yet."""
        config = network.config
        if (config.source, config.target) != (source.size, target.size):
            raise ValueError(f"{config.source} to {config.target} is not {source.size} to {target.size}")
        self._source, self._target = source, target
        self.network = network.eval()
        self.compute = compute or Compute()
        self._warn = warn or logging.getLogger(__name__).warning
        self._ready: dict[Compute, TransformerRegressor | MlpRegressor] = {}

    @property
    def source(self) -> Space:
        """The space of the image embeddings that it reads."""
        return self._source

    @property
    def target(self) -> Space:
        """The space of the audio embeddings that it writes."""
        return self._target

    def map(self, embeddings: Embeddings, seeds: Sequence[int], *, step_done: StepDone | None = None) -> Embeddings:
        """Translate ``float32 (n, d_source)`` to ``float32 (n, d_target)`` of unit length; the seeds change nothing.

        Raises:
            ValueError: the shape is wrong, or there is not one seed a row.
            RenderError: an image embedding is not finite.
            ModelDamaged: the weights give nothing finite, in float32 either.
            OutOfMemory: there is no memory left.
        """
        rows = checked(embeddings, self._source.size)
        if len(seeds) != len(rows):
            raise ValueError(f"{len(seeds)} seeds for {len(rows)} embeddings")

        def run(compute: Compute, which: NDArray[np.intp]) -> NDArray[np.float32]:
            if compute not in self._ready:
                self._ready[compute] = in_precision(self.network, compute)
            network = self._ready[compute]

            def predicted(some: NDArray[np.intp]) -> NDArray[np.float32]:
                condition = torch.from_numpy(rows[some]).to(compute.device)
                return np.asarray(network(condition).cpu().numpy(), np.float32)

            found = run_parts(predicted, parts_of(which, _BATCH, compute), compute)
            return np.concatenate(found) if found else np.empty((0, self._target.size), np.float32)

        with memory_guard(f"Translating {len(rows)} shots"):
            return finite_rows(run, len(rows), self.compute, self._warn)
