"""Writes a tiny CLIP as open_clip keeps models in a local folder: configuration and safetensors, nothing else."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from tests.tiny.weights import lively


def write_clip(
    folder: Path,
    size: int = 24,
    seed: int = 0,
    *,
    image_size: int = 32,
    preprocess: dict | None = None,
    quick_gelu: bool = True,
) -> Path:
    """Write a ViT of two layers and a text tower of two layers (the package's own tokenizer, hence 49,408 pieces).

    Args:
        folder: where to; made if it is missing.
        size: dimensions of the space.
        seed: decides the weights.
        image_size: pixels a side that the eyes take, a multiple of 8.
        preprocess: what differs from open_clip's defaults (mean, std, interpolation, resize_mode).
        quick_gelu: whether the activation is OpenAI's.

    Returns:
        The folder.
    """
    import open_clip

    model = {
        "embed_dim": size,
        "quick_gelu": quick_gelu,
        "vision_cfg": {"image_size": image_size, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 2},
    }
    shown = {
        "mean": list(open_clip.OPENAI_DATASET_MEAN),
        "std": list(open_clip.OPENAI_DATASET_STD),
        "interpolation": "bicubic",
        "resize_mode": "shortest",
        **(preprocess or {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": model, "preprocess_cfg": shown}
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    with torch.random.fork_rng():
        state = open_clip.CLIP(**model).state_dict()
    save_file(lively(state, seed), folder / "open_clip_model.safetensors", metadata={"format": "pt"})
    return folder
