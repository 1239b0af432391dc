"""What a CLIP model is made of on disk: its configuration, its weights, and what people call it. Loads no weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from v2a_foley.embed.on_disk import require_files
from v2a_foley.errors import ModelDamaged, ModelMissing

HINT = "Get it with: v2a-foley models pull clip-vit-b-32"
"""What to do about a model that is missing or damaged."""

_CONFIG = "open_clip_config.json"
_WEIGHTS = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
    "open_clip_pytorch_model.pth",
    "model.safetensors",
    "pytorch_model.bin",
    "pytorch_model.pth",
    "model.pth",
)
"""The names that open_clip looks for in a folder, best first; it takes the first of them itself."""


@dataclass(frozen=True)
class ClipFiles:
    """What is to be loaded.

    Attributes:
        name: what open_clip is asked for.
        shown: what people are told.
        files: everything that decides the result, the weights last.
        config: the architecture.
        tag: open_clip's settings for the weights: activation, mean, std and so on.
    """

    name: str
    shown: str
    files: tuple[Path, ...]
    config: dict[str, Any]
    tag: dict[str, Any]

    @property
    def what(self) -> str:
        """How sentences begin that speak of it."""
        return f"The CLIP model {self.shown!r}"

    @property
    def in_folder(self) -> bool:
        """Whether a folder holds all of it, rather than a file the weights of an architecture known by name."""
        return self.name.startswith("local-dir:")


def folder_files(folder: Path) -> ClipFiles:
    """Return the model in a folder of open_clip's form.

    Raises:
        ModelMissing: the folder, its configuration or its weights are not there.
        ModelDamaged: the configuration cannot be read.
    """
    if not folder.is_dir():
        raise ModelMissing(f"There is no CLIP model in {str(folder)!r}.", hint=HINT)
    require_files(folder, [_CONFIG], what="a CLIP model", hint=HINT)
    found = [folder / name for name in _WEIGHTS if (folder / name).is_file()]
    if not found:
        raise ModelMissing(f"The folder {str(folder)!r} holds no weights of a CLIP model.", hint=HINT)
    try:
        config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))["model_cfg"]
        _ = int(config["embed_dim"]), config["text_cfg"].get("hf_model_name")
        sides = config["vision_cfg"]["image_size"]
        _, _ = map(int, (sides, sides) if isinstance(sides, int) else sides)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelDamaged(
            f"{_CONFIG} in {str(folder)!r} cannot be read: {type(error).__name__}: {error}.", hint=HINT
        ) from error
    others = sorted(folder / name for name in ("tokenizer.json", "tokenizer_config.json") if (folder / name).is_file())
    return ClipFiles(f"local-dir:{folder}", folder.name, (folder / _CONFIG, *others, found[0]), config, {})
