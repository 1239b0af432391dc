"""Mappers on disk: a folder with ``weights.safetensors`` and ``card.json``, written whole and read with suspicion."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from v2a_foley import files
from v2a_foley.compute import Compute, memory_guard
from v2a_foley.embed import Space
from v2a_foley.errors import ModelDamaged, ModelMissing
from v2a_foley.mapper.card import AGAIN, CARD, WEIGHTS, Card, built, card_text, read_card
from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling
from v2a_foley.mapper.network import DiffusionConfig, DiffusionNetwork, parameter_count
from v2a_foley.mapper.precision import Warn
from v2a_foley.mapper.protocol import Mapper
from v2a_foley.mapper.regression import (
    MlpRegressor,
    MlpRegressorConfig,
    RegressionMapper,
    TransformerRegressor,
    TransformerRegressorConfig,
)

Trained = DiffusionMapper | RegressionMapper
"""A mapper that has weights."""


@dataclass(frozen=True)
class _Kind:
    """How a kind of mapper is made from its card."""

    config: type[Any]
    network: Callable[[Any], Any]
    diffuses: bool = False


_KINDS: Mapping[str, _Kind] = {
    "diffusion": _Kind(DiffusionConfig, DiffusionNetwork, diffuses=True),
    "regression-transformer": _Kind(TransformerRegressorConfig, TransformerRegressor),
    "regression-mlp": _Kind(MlpRegressorConfig, MlpRegressor),
}


def save_mapper(
    folder: Path,
    mapper: Trained,
    *,
    training_data: str,
    licence: str,
    metrics: Mapping[str, float] | None = None,
) -> Card:
    """Write a mapper to a folder, which is made where it is missing; return its card.

    Both files are complete before either takes its place, so that a folder is never half written; one that held a
    mapper before is left as it was when anything fails.

    Args:
        folder: where to.
        mapper: its weights, spaces and sampling.
        training_data: what it was trained on, in words.
        licence: the SPDX name, or the words, of its licence.
        metrics: what was measured of it, by name.

    Raises:
        OutputError: the folder cannot be written.
        DiskFull: the disk is full.
        ValueError: a metric is not finite.
    """
    kind = next(name for name, each in _KINDS.items() if type(mapper.network.config) is each.config)
    weights = {name: each.detach().float().cpu().contiguous() for name, each in mapper.network.state_dict().items()}
    made = not folder.exists()
    try:
        folder.mkdir(exist_ok=True, parents=True)
    except OSError as error:
        raise files.translated(error, folder) from error
    try:
        with files.writing(folder / WEIGHTS) as weights_part, files.writing(folder / CARD) as card_part:
            content = save(weights)
            weights_part.write_bytes(content)
            card = Card(
                kind=kind,
                config=asdict(mapper.network.config),
                sampling=asdict(mapper.sampling) if isinstance(mapper, DiffusionMapper) else {},
                source=mapper.source,
                target=mapper.target,
                training_data=training_data,
                metrics=dict(metrics or {}),
                licence=licence,
                parameters=parameter_count(mapper.network),
                sha256=hashlib.sha256(content).hexdigest(),
            )
            card_part.write_text(card_text(card), encoding="utf-8")
    except BaseException:
        if made:
            with suppress(OSError):  # not empty: somebody else put something there meanwhile
                folder.rmdir()
        raise
    return card


def load_mapper(
    folder: Path, compute: Compute | None = None, *, sampling: Sampling | None = None, warn: Warn | None = None
) -> Trained:
    """Read a mapper from a folder. Whether its spaces fit the others is for ``check_spaces`` to say.

    Args:
        folder: where it lies.
        compute: where and in which precision to run it.
        sampling: how to sample instead of as its card says; a regression takes no notice.
        warn: told when rows had to be computed again in float32; by default the log is.

    Raises:
        ModelMissing: there is no such folder, or a file is missing in it.
        ModelDamaged: the card cannot be read or is of a newer format, or the weights are truncated, are not those of
            the card, do not fit its architecture, or are not finite.
        OutOfMemory: there is no memory for it.
    """
    card = read_card(folder)
    kind = _KINDS.get(card.kind)
    if kind is None:
        raise ModelDamaged(
            f"The mapper in {str(folder)!r} is of the kind {card.kind!r}, which this program does not know.",
            hint=f"Choose one of the kinds {', '.join(_KINDS)}, or use a newer version of v2a-foley.",
        )
    try:
        config = built(kind.config, card.config)
        walk = sampling or built(Sampling, card.sampling)
    except (ValueError, TypeError) as error:
        raise ModelDamaged(f"{CARD} in {str(folder)!r} describes no mapper: {error}.", hint=AGAIN) from error
    if (config.source, config.target) != (card.source.size, card.target.size):
        raise ModelDamaged(
            f"{CARD} in {str(folder)!r} contradicts itself: its network goes from {config.source} to {config.target} "
            f"dimensions, its spaces from {card.source.size} to {card.target.size}.",
            hint=AGAIN,
        )
    with memory_guard("Loading the mapper"):
        weights = _read_weights(folder / WEIGHTS, card.sha256)
        with torch.device("meta"):
            network = kind.network(config)
        _fill(network, weights, folder / WEIGHTS)
    if kind.diffuses:
        return DiffusionMapper(network, card.source, card.target, sampling=walk, compute=compute, warn=warn)
    return RegressionMapper(network, card.source, card.target, compute=compute, warn=warn)


def check_spaces(mapper: Mapper, eyes: Space, ears: Space) -> None:
    """Refuse a mapper that does not lead from the eyes' space into the ears' space.

    Raises:
        SpaceMismatch: one of them is another; the sentence names both spaces.
    """
    eyes.require(mapper.source, what="The mapper's input")
    ears.require(mapper.target, what="The mapper's output")


def _read_weights(path: Path, sha256: str) -> dict[str, Tensor]:
    """Read the file once, so that what is hashed is what is used."""
    if not path.is_file():
        raise ModelMissing(f"The mapper's weights, {str(path)!r}, are not there.", hint=AGAIN)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelDamaged(f"{str(path)!r} cannot be read: {error.strerror}.", hint=AGAIN) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256.lower():
        raise ModelDamaged(
            f"{str(path)!r} is damaged or was replaced: its SHA-256 begins {found[:12]}, not {sha256[:12]}.", hint=AGAIN
        )
    try:
        return load(content)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelDamaged(f"{str(path)!r} is no safetensors file: {error}.", hint=AGAIN) from error


def _fill(network: nn.Module, weights: dict[str, Tensor], path: Path) -> None:
    """Put weights into a network without storage, after checking that they are all there, fit, and are numbers."""
    wanted = {name: each.shape for name, each in network.state_dict().items()}
    wrong = [f"{name} is missing" for name in wanted.keys() - weights.keys()]
    wrong += [f"{name} is too many" for name in weights.keys() - wanted.keys()]
    for name, shape in wanted.items():
        if name in weights and weights[name].shape != shape:
            wrong.append(f"{name} is {tuple(weights[name].shape)}, not {tuple(shape)}")
        elif name in weights and not (weights[name].is_floating_point() and weights[name].isfinite().all()):
            wrong.append(f"{name} holds values that are not finite numbers")
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise ModelDamaged(f"{str(path)!r} does not fit its card: {min(wrong)}{more}.", hint=AGAIN)
    network.load_state_dict({name: weights[name].float() for name in wanted}, assign=True)
    network.requires_grad_(requires_grad=False)
