"""Finds and reads laion_clap's checkpoints: tensors and plain numbers, nothing that runs. Does not use the package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from v2a_foley.errors import ModelDamaged, ModelMissing, UsageError

if TYPE_CHECKING:
    import torch

HINT = "Get it again with: v2a-foley models pull clap-630k-audioset-best"
"""What to do about a checkpoint that cannot be used."""

_AUDIO_MODELS = {768: "HTSAT-tiny", 1024: "HTSAT-base"}
"""laion_clap's names of its audio towers, by the width of what they give."""


def find_checkpoint(source: Path) -> Path:
    """Return the checkpoint that is meant: the file itself, or the only one in a folder.

    Raises:
        ModelMissing: there is none, or more than one.
    """
    if source.is_file():
        return source
    found = sorted(source.glob("*.pt")) if source.is_dir() else []
    if len(found) != 1:
        raise ModelMissing(
            f"{str(source)!r} is no CLAP model: neither a folder of transformers nor one checkpoint of laion_clap.",
            hint="Get one with: v2a-foley models pull clap-htsat-unfused (or clap-630k-audioset-best)",
        )
    return found[0]


def read_checkpoint(path: Path, what: str) -> Mapping[str, torch.Tensor]:
    """Return the weights in a checkpoint, less the counts of positions that older transformers saved.

    Nothing is unpickled but tensors and the plain numbers of a training record.

    Args:
        path: the file; stays mapped into memory while the weights are in use.
        what: the checkpoint, for errors.

    Raises:
        ModelDamaged: they are not those of a CLAP that hears with HTSAT and reads with Roberta.
        UsageError: they are those of a fusion model.
    """
    import torch

    number = np.float64(0).__reduce__()[0]
    plain: Any = [(number, f"numpy.{core}.multiarray.scalar") for core in ("core", "_core")]
    plain += [np.dtype, *(type(np.dtype(name)) for name in ("float32", "float64", "int64"))]
    with torch.serialization.safe_globals(plain):
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    found = found.get("state_dict", found)
    if all(name.startswith("module.") for name in found):
        found = {name.removeprefix("module."): value for name, value in found.items()}
    if any("fusion_model" in name or "mel_conv2d" in name for name in found):
        raise UsageError(f"{what} is a fusion model.", hint="Choose one without fusion: 630k-audioset-best.pt.")
    heard, read = found.get("audio_projection.0.weight"), found.get("text_branch.embeddings.word_embeddings.weight")
    if heard is None or read is None or heard.shape[1] not in _AUDIO_MODELS:
        raise ModelDamaged(f"{what} holds no CLAP with HTSAT's ears and Roberta's words.", hint=HINT)
    return {name: value for name, value in found.items() if not name.endswith("embeddings.position_ids")}


def audio_model_of(weights: Mapping[str, torch.Tensor]) -> str:
    """Return laion_clap's name of the audio tower in a checkpoint."""
    return _AUDIO_MODELS[weights["audio_projection.0.weight"].shape[1]]
