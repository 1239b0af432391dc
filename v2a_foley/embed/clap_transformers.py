"""CLAP as transformers keeps it: the text tower of an AudioLDM folder, and a whole ``ClapModel`` with its ears.

The other engine, and the choice between the two, live in ``clap.py``.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import Compute, memory_guard
from v2a_foley.embed.clap_tokenizer import load_tokenizer, tokenizer_files
from v2a_foley.embed.clap_windows import SAMPLE_RATE, WINDOW, averaged, windows
from v2a_foley.embed.fingerprint import ANCHORS, fingerprint
from v2a_foley.embed.on_disk import content_hash, loading, require_files
from v2a_foley.embed.space import Embeddings, Space, directions
from v2a_foley.embed.text_store import kept_if_long
from v2a_foley.embed.torch_threads import side_by_side
from v2a_foley.errors import ModelDamaged, ModelMissing, UsageError

_LOG = logging.getLogger(__name__)
_HINT = "Get it again with 'v2a-foley models pull', or name the folder of another copy."
_BATCH, _CORE_BATCH = 64, 8
"""How many texts a GPU takes at once, and a core of a CPU."""


class ClapTextTower:
    """The text side of CLAP alone, as AudioLDM folders hold it: ``text_encoder`` and ``tokenizer``.

    Its embeddings are those that the stock ``AudioLDMPipeline`` conditions on, to rounding: texts are padded to the
    longest of a batch rather than to 512 pieces. Weights load with the first text that is not kept on disk.

    Args:
        folder: holds ``text_encoder`` and ``tokenizer``.
        compute: where to run, and in which arithmetic.

    Raises:
        ModelMissing: files are missing.
        ModelDamaged: the configuration cannot be read.
    """

    def __init__(self, folder: Path, compute: Compute | None = None) -> None:
        """Check the files; load nothing yet."""
        self._texts = _Texts(
            folder, folder / "text_encoder", folder / "tokenizer", "ClapTextModelWithProjection", compute or Compute()
        )

    @property
    def space(self) -> Space:
        """The space it embeds into."""
        return self._texts.space

    @property
    def compute(self) -> Compute:
        """Where it runs."""
        return self._texts.compute

    def load(self) -> None:
        """Load the weights now rather than with the first text.

        Raises:
            ModelDamaged: they cannot be read, or are those of another network.
            OutOfMemory: there is no memory left for them.
        """
        self._texts.network()

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts to ``float32 (n, d)`` of unit length; of a long text the first 512 pieces count.

        Raises:
            ModelDamaged: the weights cannot be read, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        return self._texts.encode(texts)


class TransformersClap:
    """A whole CLAP from a ``ClapModel`` folder: hears sound at 48 kHz and reads texts, into one space.

    The ears always run in float32: their cost is small beside a generator's, and a spectrum's range is not.

    Args:
        folder: holds config, weights, tokenizer and ``preprocessor_config.json``.
        compute: where to run, and in which arithmetic the words do.

    Raises:
        ModelMissing: files are missing.
        ModelDamaged: the configuration cannot be read.
        UsageError: the model fuses long sounds by chance draws, which would not give the same result twice.
    """

    def __init__(self, folder: Path, compute: Compute | None = None) -> None:
        """Check the files; load nothing yet."""
        require_files(folder, ["preprocessor_config.json"], what="the CLAP model", hint=_HINT)
        self._folder = folder
        self._texts = _Texts(folder, folder, folder, "ClapModel", compute or Compute())
        heard = self._texts.config.get("audio_config")
        if isinstance(heard, dict) and heard.get("enable_fusion"):
            raise UsageError(
                f"The CLAP model in {folder.name!r} is a fusion model.",
                hint="Choose one without fusion, such as laion/clap-htsat-unfused.",
            )

    @property
    def space(self) -> Space:
        """The space it embeds into."""
        return self._texts.space

    @property
    def compute(self) -> Compute:
        """Where it runs."""
        return self._texts.compute

    @property
    def sample_rate(self) -> int:
        """Hertz of the sound that it takes."""
        return SAMPLE_RATE

    def load(self) -> None:
        """Load the weights now rather than with the first sound.

        Raises:
            ModelDamaged: they cannot be read, or are those of another network.
            OutOfMemory: there is no memory left for them.
        """
        self._texts.network()
        _ = self._extract

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts to ``float32 (n, d)`` of unit length.

        Raises:
            ModelDamaged: the weights cannot be read, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        return self._texts.encode(texts)

    def encode_audio(self, sounds: Sequence[NDArray[np.float32]]) -> Embeddings:
        """Embed mono sounds ``float32 (samples,)`` at 48 kHz to ``float32 (n, d)`` of unit length.

        Windows of 10 s; what is shorter is repeated and padded as the model was trained; several are averaged.

        Raises:
            UsageError: a sound is not mono, is empty, or holds values that are no numbers.
            ModelDamaged: the weights cannot be read, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        return averaged(
            self._hear, [windows(sound) for sound in sounds], self._texts.size, self._texts.what, self.compute
        )

    def _hear(self, batch: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        features = self._extract(
            list(batch), sampling_rate=SAMPLE_RATE, truncation="rand_trunc", padding="repeatpad", return_tensors="pt"
        )
        return self._texts.network().hear(features["input_features"], self.compute.device)

    @cached_property
    def _extract(self) -> Callable[..., Any]:
        from transformers import ClapFeatureExtractor

        with loading(f"The feature extractor in {self._folder.name!r}", _HINT):
            found = ClapFeatureExtractor.from_pretrained(self._folder, local_files_only=True)
            if (found.sampling_rate, found.nb_max_samples) != (SAMPLE_RATE, WINDOW):
                raise ModelDamaged(
                    f"{self._texts.what} hears {found.nb_max_samples} samples at {found.sampling_rate} Hz.",
                    hint="Choose one for 10 s at 48,000 Hz.",
                )
        extract: Callable[..., Any] = found
        return extract


@dataclass(frozen=True)
class _Network:
    """A loaded network with text tower and projection, and its tokenizer."""

    network: Any
    tokenizer: Any

    def read(self, texts: Sequence[str], device: str) -> NDArray[np.float32]:
        """Return projections ``float32 (n, d)``, not yet of unit length; texts of like length share a batch."""
        import torch

        on_cpu = device == "cpu"
        size = _CORE_BATCH if on_cpu else _BATCH
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        parts = [
            self.tokenizer(
                [texts[row] for row in order[start : start + size]], padding=True, truncation=True, return_tensors="pt"
            )
            for start in range(0, len(order), size)
        ]

        def one(pieces: Any) -> NDArray[np.float32]:  # noqa: ANN401 - what a tokenizer gives is untyped
            with torch.inference_mode():
                pooled = self.network.text_model(**pieces.to(device)).pooler_output
                return np.asarray(self.network.text_projection(pooled).float().cpu().numpy(), dtype=np.float32)

        with memory_guard("Reading texts"):
            found = side_by_side(one, parts) if on_cpu else [one(part) for part in parts]
        return np.concatenate(found)[np.argsort(order)]

    def hear(self, features: Any, device: str) -> NDArray[np.float32]:  # noqa: ANN401 - what the extractor gives is untyped
        """Return projections ``float32 (n, d)`` of log-mel features ``(n, 1, frames, bins)``."""
        import torch

        with memory_guard("Listening to sounds"), torch.inference_mode():
            heard = self.network.audio_model(input_features=features.float().to(device)).pooler_output
            found = self.network.audio_projection(heard)
        return np.asarray(found.float().cpu().numpy(), dtype=np.float32)


class _Texts:
    """Words of a CLAP network of transformers: the network, its tokenizer, and what it made of texts before."""

    def __init__(self, named: Path, weights: Path, tokenizer: Path, kind: str, compute: Compute) -> None:
        self.compute = compute
        self.what = f"The CLAP model in {named.name!r}"
        self._weights, self._tokenizer, self._kind = weights, tokenizer, kind
        self._lock = threading.Lock()
        self._loaded: _Network | None = None
        self._files = [*_weight_files(weights, self.what), *tokenizer_files(tokenizer, what=self.what, hint=_HINT)]
        self.config = _config(weights / "config.json", self.what)
        self.size = self._size()
        self._name = f"CLAP ({named.name})"

    @cached_property
    def space(self) -> Space:
        return Space(self._name, self.size, fingerprint(self.encode(ANCHORS)))

    @cached_property
    def _model(self) -> str:
        """Everything that decides the bits of an embedding."""
        return f"{content_hash(self._files)} {self.compute.device.partition(':')[0]} {self.compute.precision}"

    def encode(self, texts: Sequence[str]) -> Embeddings:
        if not texts:
            return np.zeros((0, self.size), dtype=np.float32)
        return kept_if_long(lambda: self._model, texts, self.size, lambda: self._embed(texts))

    def network(self) -> _Network:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded

    def _size(self) -> int:
        found = self.config.get("projection_dim", 512)
        if not isinstance(found, int) or not 0 < found < 65536:
            raise ModelDamaged(f"{self.what} has a projection of {found!r} dimensions.", hint=_HINT)
        return found

    def _load(self) -> _Network:
        import torch
        import transformers

        with loading(self.what, _HINT):
            network, report = getattr(transformers, self._kind).from_pretrained(
                self._weights, local_files_only=True, dtype=torch.float32, output_loading_info=True
            )
            _refuse_partial(report, self.what)
            text = getattr(network.config, "text_config", network.config)
            tokenizer = load_tokenizer(self._tokenizer, text, what=self.what, hint=_HINT)
            network.eval().requires_grad_(requires_grad=False).to(self.compute.device)
            for part in (network.text_model, network.text_projection):
                part.to(self.compute.dtype)
        return _Network(network, tokenizer)

    def _embed(self, texts: Sequence[str]) -> Embeddings:
        found = self.network().read(texts, self.compute.device)
        if not np.all(np.isfinite(found)) and self.compute.precision != "float32":
            _LOG.warning("%s gives no numbers in %s; float32 is used.", self.what, self.compute.precision)
            with self._lock:
                self.compute, self._loaded = Compute(self.compute.device, "float32"), None
            found = self.network().read(texts, self.compute.device)
        return directions(found, self.what)


def _refuse_partial(report: dict[str, Any], what: str) -> None:
    """Refuse weights that lack a part of the network, or hold one of another shape: transformers would draw it anew."""
    missing = sorted(str(name) for name in report["missing_keys"])
    if missing or report["mismatched_keys"]:
        wrong = missing or sorted(str(entry[0]) for entry in report["mismatched_keys"])
        raise ModelDamaged(f"{what} lacks {len(wrong)} of its weights, among them {wrong[0]}.", hint=_HINT)


def _config(path: Path, what: str) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelDamaged(f"{what} has a configuration that cannot be read: {error}.", hint=_HINT) from error
    if not isinstance(found, dict):
        raise ModelDamaged(f"{what} has a configuration that is none.", hint=_HINT)
    return found


def _weight_files(folder: Path, what: str) -> list[Path]:
    """Return the configuration and the weights that transformers will load: safetensors if there are any."""
    require_files(folder, ["config.json"], what=what, hint=_HINT)
    for form in ("model*.safetensors", "pytorch_model*.bin"):
        found = sorted(folder.glob(form))
        if found:
            return [folder / "config.json", *found]
    raise ModelMissing(f"The folder {str(folder)!r} holds no weights.", hint=_HINT)
