"""What is learned: which network, and how far its predictions are from what was heard. How it learns is not here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn

from v2a_foley.compute import Compute
from v2a_foley.embed import Space
from v2a_foley.errors import UsageError
from v2a_foley.mapper.checkpoint import Trained
from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling
from v2a_foley.mapper.network import DiffusionConfig, DiffusionNetwork
from v2a_foley.mapper.regression import (
    MlpRegressor,
    MlpRegressorConfig,
    RegressionMapper,
    TransformerRegressor,
    TransformerRegressorConfig,
)
from v2a_foley.mapper.shared_prefix import predicted, regressed
from v2a_foley.mapper.transformer import Linear
from v2a_foley.train.batches import Batch
from v2a_foley.train.settings import TrainSettings

Network = DiffusionNetwork | TransformerRegressor | MlpRegressor
"""What can be trained."""
Loss = Callable[[Network, Batch], Tensor]
"""The mean squared error of each row, ``float32 (b,)``."""


def network_for(settings: TrainSettings, source: Space, target: Space) -> Network:
    """Return a network with a random start that depends on the seed alone, on the CPU.

    Raises:
        UsageError: such a network cannot be built.
    """
    sizes = {"source": source.size, "target": target.size, **settings.shape()}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        try:
            if settings.kind == "diffusion":
                return DiffusionNetwork(DiffusionConfig(timesteps=settings.timesteps, **sizes))
            if settings.kind == "mlp":
                return MlpRegressor(MlpRegressorConfig(**sizes))
            return TransformerRegressor(TransformerRegressorConfig(**sizes))
        except ValueError as error:
            raise UsageError(f"There is no such network: {error}.", hint="Choose other --width, --heads.") from error


def mapper_of(network: Network, source: Space, target: Space, compute: Compute | None = None) -> Trained:
    """Return the mapper that a network is the inside of."""
    if isinstance(network, DiffusionNetwork):
        return DiffusionMapper(network, source, target, sampling=Sampling(), compute=compute)
    return RegressionMapper(network, source, target, compute=compute)


def row_losses(network: Network, batch: Batch) -> Tensor:
    """Return the mean squared error of each row's prediction, ``float32 (b,)``.

    Targets have the length √d, so that a network that knows nothing has a loss near 1, whatever d is.
    """
    if isinstance(network, DiffusionNetwork):
        if batch.noised is None or batch.times is None:
            raise ValueError("a batch without noise for a network that takes it away")
        found = predicted(network, batch.noised, batch.times, batch.seen, batch.dropped)
    else:
        found = regressed(network, batch.seen)
    return (found - batch.clean).square().mean(dim=1)


def arithmetic(compute: Compute) -> AbstractContextManager[object]:
    """Return the block in which matrices are multiplied in the precision; weights, sums and norms stay float32."""
    kind = compute.device.partition(":")[0]
    return torch.autocast(kind, compute.dtype, enabled=compute.precision != "float32")


def matrices_of(network: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Return the weights of the matrices, which decay, and all others: gains, tables and learned tokens."""
    inside = {id(part.weight) for part in network.modules() if isinstance(part, Linear)}
    every = list(network.parameters())
    return [each for each in every if id(each) in inside], [each for each in every if id(each) not in inside]
