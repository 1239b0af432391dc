"""CLIP through open_clip: eyes that look at frames, and words in the same space, over one loaded model.

Weights come from this machine's disk only. How frames become what the model takes is in ``clip_frames.py``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import Compute, memory_guard
from v2a_foley.embed.clip_files import HINT, ClipFiles, folder_files
from v2a_foley.embed.clip_frames import Preparation, batch_preparation
from v2a_foley.embed.fingerprint import ANCHORS, fingerprint
from v2a_foley.embed.on_disk import content_hash, loading
from v2a_foley.embed.space import Embeddings, Frames, Space, directions
from v2a_foley.embed.text_store import kept_if_long
from v2a_foley.embed.torch_threads import side_by_side
from v2a_foley.errors import ModelMissing, UsageError

if TYPE_CHECKING:
    import torch

_LOG = logging.getLogger(__name__)
_PRECISIONS = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16"}
_BATCH, _CORE_BATCH = 64, 8
"""How many frames or texts a GPU takes at once, and a core of a CPU."""
_SEEN = ("mean", "std", "interpolation", "resize_mode")
"""What a tag says of the preprocessing."""


class ClipEyes:
    """Looks at frames. Made by ``load_clip``; shares its model with the words."""

    def __init__(self, model: _Model) -> None:
        """Take the model; load nothing yet."""
        self._model = model

    @property
    def space(self) -> Space:
        """The space it embeds into."""
        return self._model.space

    @property
    def frame_size(self) -> int:
        """Shorter side, in pixels, that a frame should at least have: what the model takes."""
        return min(self._model.sides)

    def load(self) -> None:
        """Load the weights now rather than with the first frame.

        Raises:
            ModelDamaged: they cannot be read, or are those of another network.
            OutOfMemory: there is no memory left for them.
        """
        self._model.loaded()

    def encode_images(self, frames: Frames) -> Embeddings:
        """Embed frames of one size, ``uint8 (n, height, width, 3)`` RGB, to ``float32 (n, d)`` of unit length.

        Raises:
            UsageError: the frames have another shape or type.
            ModelDamaged: the weights cannot be read, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8 or 0 in frames.shape[1:]:
            raise UsageError(
                f"Frames of the shape {frames.shape} and type {frames.dtype} cannot be looked at.",
                hint="Give uint8 (n, height, width, 3), RGB.",
            )
        return self._model.look(frames)


class ClipWords:
    """Reads texts into the same space. Made by ``load_clip``; shares its model with the eyes."""

    def __init__(self, model: _Model) -> None:
        """Take the model; load nothing yet."""
        self._model = model

    @property
    def space(self) -> Space:
        """The space it embeds into."""
        return self._model.space

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts to ``float32 (n, d)`` of unit length; of a long text the first 77 word pieces count.

        Raises:
            ModelDamaged: the weights cannot be read, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        return self._model.encode_texts(texts)


@dataclass(frozen=True)
class Clip:
    """Eyes and words over one model."""

    eyes: ClipEyes
    words: ClipWords


def load_clip(
    source: Path | str, compute: Compute | None = None, *, weights: Path | None = None, tag: str = ""
) -> Clip:
    """Return a CLIP's eyes and words; the weights load with the first frame or text, or with ``eyes.load()``.

    Args:
        source: a folder in open_clip's form (``open_clip_config.json`` and weights); or, with ``weights``, the name of
            one of open_clip's architectures, such as ``ViT-B-32``.
        compute: where to run, and in which arithmetic; models whose words are another library's run in float32.
        weights: the file with the weights of a named architecture: safetensors, or a state dict that torch saved.
        tag: whose weights these are, as open_clip names them (``openai``): sets the activation and the preprocessing
            that they were trained with. OpenAI's need ``openai``, or the architecture ``ViT-B-32-quickgelu``.

    Raises:
        ModelMissing: the folder or the weights are not on this machine. Nothing is ever downloaded here.
        ModelDamaged: the configuration cannot be read.
        UsageError: open_clip knows no such architecture or tag.
    """
    compute = compute or Compute()
    files = folder_files(Path(source)) if weights is None else _named_files(str(source), weights, tag)
    model = _Model(files, compute)
    return Clip(ClipEyes(model), ClipWords(model))


def _named_files(name: str, weights: Path, tag: str) -> ClipFiles:
    import open_clip

    config = None if ":" in name else open_clip.get_model_config(name)
    if config is None:
        raise UsageError(f"open_clip knows no architecture {name!r}.", hint="Name one such as ViT-B-32, or a folder.")
    settings = open_clip.get_pretrained_cfg(name, tag) if tag else {}
    if tag and not settings:
        known = ", ".join(open_clip.list_pretrained_tags_by_model(name))
        raise UsageError(f"open_clip knows no weights {tag!r} of {name}.", hint=f"Choose one of: {known}.")
    if not weights.is_file():
        raise ModelMissing(f"There is no file {str(weights)!r} with the weights of {name}.", hint=HINT)
    return ClipFiles(name, f"{name} {tag}".strip(), (weights,), config, settings)


@dataclass(frozen=True)
class _Loaded:
    network: Any
    tokenize: Callable[[list[str]], torch.Tensor]
    prepare: Preparation
    mean: torch.Tensor
    std: torch.Tensor


class _Model:
    """One loaded model, and what it made of long lists of texts before."""

    def __init__(self, source: ClipFiles, compute: Compute) -> None:
        foreign_words = "hf_model_name" in source.config["text_cfg"]
        self.compute = Compute(compute.device, "float32") if foreign_words else compute
        self._source = source
        self.size = int(source.config["embed_dim"])
        sides = source.config["vision_cfg"]["image_size"]
        self.sides: tuple[int, int] = (sides, sides) if isinstance(sides, int) else (int(sides[0]), int(sides[1]))
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    @cached_property
    def space(self) -> Space:
        return Space(f"CLIP ({self._source.shown})", self.size, fingerprint(self.encode_texts(ANCHORS)))

    @cached_property
    def _hash(self) -> str:
        """Everything that decides the bits of an embedding."""
        source, compute = self._source, self.compute
        made = content_hash(source.files)
        named = "" if source.in_folder else source.shown
        return f"{made} {named} {compute.device.partition(':')[0]} {compute.precision}"

    def loaded(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return kept_if_long(lambda: self._hash, texts, self.size, lambda: self._read(texts))

    def look(self, frames: Frames) -> Embeddings:
        def encode(loaded: _Loaded, part: slice) -> torch.Tensor:
            pixels = loaded.prepare(frames[part]).to(self.compute.device)
            seen = (pixels.float() / 255.0 - loaded.mean) / loaded.std
            found: torch.Tensor = loaded.network.encode_image(seen.to(self.compute.dtype))
            return found

        return self._embed(encode, len(frames), "Looking at frames")

    def _read(self, texts: Sequence[str]) -> Embeddings:
        def encode(loaded: _Loaded, part: slice) -> torch.Tensor:
            pieces = loaded.tokenize(list(texts[part])).to(self.compute.device)
            found: torch.Tensor = loaded.network.encode_text(pieces)
            return found

        return self._embed(encode, len(texts), "Reading texts")

    def _embed(self, encode: Callable[[_Loaded, slice], torch.Tensor], count: int, what: str) -> Embeddings:
        """Encode in batches; what gives no numbers in half precision is done in float32, and so is all that follows."""
        if count == 0:
            return np.zeros((0, self.size), dtype=np.float32)
        found = self._in_batches(encode, count, what)
        if not np.all(np.isfinite(found)) and self.compute.precision != "float32":
            _LOG.warning("%s gives no numbers in %s; float32 is used.", self._source.what, self.compute.precision)
            with self._lock:
                self.compute, self._loaded = Compute(self.compute.device, "float32"), None
            found = self._in_batches(encode, count, what)
        return directions(found, self._source.what)

    def _in_batches(
        self, encode: Callable[[_Loaded, slice], torch.Tensor], count: int, what: str
    ) -> NDArray[np.float32]:
        """Encode slices: one after the other on a GPU, side by side on the cores of a CPU."""
        import torch

        loaded = self.loaded()

        def one(part: slice) -> torch.Tensor:
            with torch.inference_mode():
                return encode(loaded, part).float().cpu()

        size = _CORE_BATCH if self.compute.on_cpu else _BATCH
        parts = [slice(start, start + size) for start in range(0, count, size)]
        with memory_guard(what):
            found = side_by_side(one, parts) if self.compute.on_cpu else [one(part) for part in parts]
        return np.asarray(torch.cat(found).numpy(), dtype=np.float32)

    def _load(self) -> _Loaded:
        source = self._source
        with loading(source.what, HINT):
            import open_clip
            import torch

            network = open_clip.create_model(
                source.name,
                pretrained=None if source.in_folder else str(source.files[-1]),
                precision=_PRECISIONS[self.compute.precision],
                device=self.compute.device,
                force_quick_gelu=bool(source.tag.get("quick_gelu")),
                force_preprocess_cfg={key: source.tag[key] for key in _SEEN if source.tag.get(key) is not None},
                require_pretrained=True,
            )
            network.eval()  # not frozen: torch then takes a path that reads bfloat16 texts 13 times slower
            settings = network.visual.preprocess_cfg
            mean, std = (
                torch.tensor(settings[key], device=self.compute.device).view(3, 1, 1) for key in ("mean", "std")
            )
            prepare = batch_preparation(settings) or _by_open_clip(settings)
            return _Loaded(network, open_clip.get_tokenizer(source.name), prepare, mean, std)


def _by_open_clip(settings: dict[str, Any]) -> Preparation:
    """Return open_clip's own preparation, a frame at a time, through PIL."""
    from open_clip.transform import PreprocessCfg, image_transform_v2

    plain = {**settings, "mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)}
    transform = image_transform_v2(PreprocessCfg(**plain), is_train=False)

    def prepare(frames: Frames) -> torch.Tensor:
        import torch
        from PIL import Image

        return torch.stack([(transform(Image.fromarray(frame)) * 255.0).round().to(torch.uint8) for frame in frames])

    return prepare
