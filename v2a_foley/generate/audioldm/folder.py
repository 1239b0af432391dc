"""Reads an AudioLDM folder in the hub's layout: sizes from the configs, networks from the weights. Runs nothing.

What is missing or damaged is said in plain words.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch

from v2a_foley.embed.on_disk import loading, local_only
from v2a_foley.errors import ModelDamaged, ModelMissing
from v2a_foley.generate.audioldm.schedule import Prediction, Schedule

Network = Any
"""A torch module, or its class, of a library that has no types."""
NETWORKS = ("unet", "vae", "vocoder")
"""The networks that this room runs; the text tower belongs to ``embed``."""
_CLASSES = {
    "unet": "UNet2DConditionModel",
    "vae": "AutoencoderKL",
    "vocoder": "SpeechT5HifiGan",
    "text_encoder": "ClapTextModelWithProjection",
}
_WEIGHTS = {
    "unet": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
    "vocoder": "model",
    "text_encoder": "model",
}
_AGAIN = "Fetch the model again: v2a-foley models pull, or models import for a copy made elsewhere."


@dataclass(frozen=True)
class Sizes:
    """What the configs say about shapes and rates.

    Attributes:
        sample_rate: hertz of the waveform.
        hop: samples from one mel frame to the next.
        mel_bins: bands of the mel spectrogram.
        channels: of the latents.
        reduction: mel frames, and mel bands, for each latent frame and bin.
        multiple: the UNet halves its input so often that latent frames should be a multiple of this.
        scaling: latents are the encoder's output times this.
        embedding: size of the vector that conditions the UNet.
    """

    sample_rate: int
    hop: int
    mel_bins: int
    channels: int
    reduction: int
    multiple: int
    scaling: float
    embedding: int

    @property
    def bins(self) -> int:
        """Bins of the latents."""
        return self.mel_bins // self.reduction

    @property
    def stride(self) -> int:
        """Samples for each latent frame."""
        return self.hop * self.reduction

    def frames(self, samples: int) -> int:
        """Return the fewest latent frames that give so many samples, and that the UNet can halve evenly."""
        return max(1, math.ceil(samples / (self.stride * self.multiple))) * self.multiple

    def samples(self, frames: int) -> int:
        """Return how many samples so many latent frames stand for."""
        return frames * self.stride


@dataclass(frozen=True)
class Networks:
    """The three networks of a folder, in float32 and on the CPU, frozen."""

    unet: Network
    vae: Network
    vocoder: Network


def read_sizes(folder: Path) -> Sizes:
    """Return what the configs of a folder say.

    Raises:
        ModelMissing: a config is missing.
        ModelDamaged: a config cannot be read, or it describes another model.
    """
    unet, vae, vocoder = (_config(folder, part) for part in NETWORKS)
    try:
        sizes = Sizes(
            sample_rate=int(vocoder["sampling_rate"]),
            hop=math.prod(vocoder["upsample_rates"]),
            mel_bins=int(vocoder["model_in_dim"]),
            channels=int(unet["in_channels"]),
            reduction=2 ** (len(vae["block_out_channels"]) - 1),
            multiple=2 ** (len(unet["block_out_channels"]) - 1),
            scaling=float(vae["scaling_factor"]),
            embedding=int(unet["projection_class_embeddings_input_dim"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelDamaged(f"The configs in {folder} do not describe an AudioLDM: {error}.", hint=_AGAIN) from error
    least = min(sizes.sample_rate, sizes.hop, sizes.mel_bins, sizes.channels, sizes.scaling, sizes.embedding)
    _require(least > 0 and math.isfinite(sizes.scaling), folder, "a size or a rate in its configs is not above 0")
    _require(unet.get("class_embed_type") == "simple_projection", folder, "its UNet is not conditioned by a vector")
    _require(unet["in_channels"] == unet.get("out_channels"), folder, "its UNet changes the number of channels")
    _require(vae.get("latent_channels") == sizes.channels, folder, "its VAE and its UNet have different channels")
    _require(sizes.mel_bins % sizes.reduction == 0, folder, "its VAE cannot divide the vocoder's bands")
    return sizes


def read_schedule(folder: Path) -> Schedule:
    """Return the noise levels that the folder's scheduler describes.

    Raises:
        ModelMissing: the scheduler's config is missing.
        ModelDamaged: it cannot be read, or asks for what this program does not do.
    """
    from diffusers import DDIMScheduler

    scheduler: Network = DDIMScheduler
    config = _json(folder / "scheduler" / "scheduler_config.json")
    with loading(f"The scheduler in {folder}", _AGAIN), hushed():
        stock = scheduler.from_config(config)
    _require(not stock.config.thresholding, folder, "its scheduler asks for dynamic thresholding")
    alphas = np.asarray(stock.alphas_cumprod.numpy(), dtype=np.float32)
    falls = alphas.size > 1 and alphas[-1] > 0 and alphas[0] < 1 and bool((np.diff(alphas) < 0).all())
    _require(falls, folder, "its scheduler's noise levels do not rise, or are not between 0 and 1")
    kind = stock.config.prediction_type
    _require(kind in get_args(Prediction), folder, f"its network predicts {kind!r}")
    return Schedule(
        alphas_cumprod=alphas,
        final_alpha=float(stock.final_alpha_cumprod),
        prediction=kind,
        spacing=stock.config.timestep_spacing,
        offset=stock.config.steps_offset,
        clip=stock.config.clip_sample_range if stock.config.clip_sample else None,
    )


def load_networks(folder: Path) -> Networks:
    """Load the networks of a folder and check every weight.

    Raises:
        ModelMissing: a folder or a file of it is missing; the sentence names all of them.
        ModelDamaged: truncated, of another class, with other keys or shapes, or with weights that are not numbers.
    """
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import SpeechT5HifiGan

    require_complete(folder)
    read_sizes(folder)
    return Networks(
        unet=_load(UNet2DConditionModel, folder, "unet"),
        vae=_load(AutoencoderKL, folder, "vae"),
        vocoder=_load(SpeechT5HifiGan, folder, "vocoder"),
    )


def require_complete(folder: Path) -> None:
    """Check that all files of the model are there, without reading the weights.

    Raises:
        ModelMissing: the folder or files of it are missing.
        ModelDamaged: an index or a config cannot be read, or it is another kind of model.
    """
    if not folder.is_dir():
        raise ModelMissing(f"There is no model in {folder}.", hint=_AGAIN)
    wanted = [folder / "model_index.json", folder / "scheduler" / "scheduler_config.json"]
    wanted += [folder / part / "config.json" for part in _CLASSES]
    missing = [str(path.relative_to(folder)) for path in wanted if not path.is_file()]
    missing += [f"{part}/{_WEIGHTS[part]}.safetensors" for part in _CLASSES if not _has_weights(folder, part)]
    if not (folder / "tokenizer").is_dir():
        missing.append("tokenizer/")
    if missing:
        raise ModelMissing(
            f"The AudioLDM model in {folder} is not complete; missing: {', '.join(missing)}.", hint=_AGAIN
        )
    kind = _json(folder / "model_index.json").get("_class_name")
    _require(kind == "AudioLDMPipeline", folder, f"it is a {kind}, not an AudioLDMPipeline")


def _has_weights(folder: Path, part: str) -> bool:
    stem = _WEIGHTS[part]
    names = (f"{stem}.safetensors", f"{stem}.safetensors.index.json", f"{stem}.bin", f"pytorch_{stem}.bin")
    return any((folder / part / name).is_file() for name in names)


def _config(folder: Path, part: str) -> Mapping[str, Any]:
    config = _json(folder / part / "config.json")
    kind = config.get("_class_name") or (config.get("architectures") or [None])[0]
    _require(kind == _CLASSES[part], folder, f"its {part} is a {kind}, not a {_CLASSES[part]}")
    return config


def _json(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelMissing(f"{path} is missing.", hint=_AGAIN) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelDamaged(f"{path} cannot be read: {error}.", hint=_AGAIN) from error
    if not isinstance(read, dict):
        raise ModelDamaged(f"{path} is not a config.", hint=_AGAIN)
    return read


def _require(true: bool, folder: Path, otherwise: str) -> None:
    if not true:
        raise ModelDamaged(f"The model in {folder} cannot be used: {otherwise}.", hint=_AGAIN)


def _load(kind: Network, folder: Path, part: str) -> Network:
    _config(folder, part)
    with loading(f"The {part} in {folder}", _AGAIN), hushed():
        network, found = kind.from_pretrained(folder / part, local_files_only=True, output_loading_info=True)
        network.to(torch.float32)
    for what in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
        named = sorted(map(str, found.get(what) or ()))
        _require(not named, folder, f"its {part} has {what.replace('_', ' ')}: {', '.join(named[:3])}")
    bad = [name for name, weight in network.state_dict().items() if not bool(torch.isfinite(weight).all())]
    _require(not bad, folder, f"weights of its {part} are not numbers: {', '.join(bad[:3])}")
    return network.eval().requires_grad_(requires_grad=False)


@contextmanager
def hushed() -> Iterator[None]:
    """Keep diffusers and transformers off the network, from logging and from drawing bars inside the block."""
    from diffusers.utils import logging as said_by_diffusers

    said: Network = said_by_diffusers
    level, bars = said.get_verbosity(), said.is_progress_bar_enabled()
    said.set_verbosity(logging.CRITICAL)
    said.disable_progress_bar()
    try:
        with local_only():
            yield
    finally:
        said.set_verbosity(level)
        if bars:
            said.enable_progress_bar()
