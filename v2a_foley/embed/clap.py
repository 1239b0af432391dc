"""The ears of the full profile: CLAP, by whichever engine its files are for.

``laion_clap`` is used here and nowhere else; the engine of transformers has a module of its own.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import Compute, memory_guard
from v2a_foley.embed.clap_checkpoint import HINT, audio_model_of, find_checkpoint, read_checkpoint
from v2a_foley.embed.clap_tokenizer import holds_tokenizer, load_tokenizer, tokenizer_files
from v2a_foley.embed.clap_transformers import ClapTextTower, TransformersClap
from v2a_foley.embed.clap_windows import SAMPLE_RATE, averaged, windows
from v2a_foley.embed.fingerprint import ANCHORS, fingerprint
from v2a_foley.embed.on_disk import content_hash, loading
from v2a_foley.embed.space import Embeddings, Space, directions
from v2a_foley.embed.text_store import kept_if_long
from v2a_foley.embed.torch_threads import side_by_side
from v2a_foley.errors import DependencyMissing, ModelMissing, UsageError

if TYPE_CHECKING:
    import torch

__all__ = ["ENGINES", "ClapTextTower", "LaionClap", "TransformersClap", "load_clap"]

ENGINES = ("auto", "transformers", "laion")
"""What can be asked to run CLAP."""

_SIZE = 512
_BATCH, _CORE_BATCH = 64, 8
"""How many texts a GPU takes at once, and a core of a CPU."""
_LONGEST_TEXT = 77
_INSTALL = 'Install it: pip install "v2a-foley[clap]"; or choose a model for transformers (clap-htsat-unfused).'
_TOKENIZER_HINT = (
    "Put roberta-base's vocab.json and merges.txt into a folder 'tokenizer' beside the checkpoint (every AudioLDM "
    "folder holds them in its own 'tokenizer')."
)
_ROBERTA = ("roberta-base", "FacebookAI/roberta-base")


def load_clap(
    source: Path | str, compute: Compute | None = None, engine: str = "auto", *, tokenizer: Path | None = None
) -> LaionClap | TransformersClap:
    """Return a CLAP that hears sound and reads texts; its weights load when first used.

    Args:
        source: a ``ClapModel`` folder of transformers; or a checkpoint of laion_clap, or a folder that holds one.
        compute: where to run, and in which arithmetic.
        engine: ``transformers``, ``laion``, or ``auto``: what the files are for.
        tokenizer: the folder of Roberta's tokenizer for laion_clap, whose checkpoints hold none; by default the folder
            ``tokenizer`` beside the checkpoint, its own folder, or roberta-base in the hub's local cache.

    Raises:
        UsageError: there is no such engine, or the model fuses long sounds.
        ModelMissing: there is no such model, or no tokenizer for it.
        ModelDamaged: its configuration cannot be read.
        DependencyMissing: laion_clap is needed and not installed.
    """
    if engine not in ENGINES:
        raise UsageError(f"There is no CLAP engine {engine!r}.", hint=f"Choose one of {', '.join(ENGINES)}.")
    source = Path(source)
    if engine == "transformers" or (engine == "auto" and (source / "config.json").is_file()):
        return TransformersClap(source, compute)
    if (source / "text_encoder").is_dir():
        raise ModelMissing(
            f"The folder {str(source)!r} holds the text side of CLAP alone, without ears.",
            hint="Get ears with: v2a-foley models pull clap-htsat-unfused",
        )
    return LaionClap(source, compute, tokenizer=tokenizer)


class LaionClap:
    """CLAP by LAION's own package, from one of its checkpoints (``630k-audioset-best.pt``), in float32.

    Long sounds are cut into windows here, so that the package's own cut at a place drawn by chance never happens.

    Args:
        checkpoint: the file, or a folder that holds it and no other.
        compute: where to run; the arithmetic is float32 always.
        tokenizer: the folder of Roberta's tokenizer; see ``load_clap``.

    Raises:
        ModelMissing: the checkpoint or the tokenizer is not on this machine.
        DependencyMissing: laion_clap is not installed.
    """

    def __init__(self, checkpoint: Path, compute: Compute | None = None, *, tokenizer: Path | None = None) -> None:
        """Find the files; load nothing yet."""
        self.compute = Compute((compute or Compute()).device, "float32")
        self._checkpoint = find_checkpoint(checkpoint)
        self._what = f"The CLAP checkpoint {self._checkpoint.name!r}"
        if find_spec("laion_clap") is None:
            raise DependencyMissing(
                f"{self._what} is for the package laion_clap, which is not installed.", hint=_INSTALL
            )
        self._tokenizer = tokenizer or _find_tokenizer(self._checkpoint.parent)
        self._files = [self._checkpoint, *tokenizer_files(self._tokenizer, what=self._what, hint=_TOKENIZER_HINT)]
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    @cached_property
    def space(self) -> Space:
        """The space it embeds into."""
        return Space(f"CLAP ({self._checkpoint.stem})", _SIZE, fingerprint(self.encode_texts(ANCHORS)))

    @property
    def sample_rate(self) -> int:
        """Hertz of the sound that it takes."""
        return SAMPLE_RATE

    def load(self) -> None:
        """Load the weights now rather than with the first sound.

        Raises:
            DependencyMissing: laion_clap is not installed.
            ModelDamaged: the weights cannot be read, or are those of another network.
            OutOfMemory: there is no memory left for them.
        """
        self._network()

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts to ``float32 (n, 512)`` of unit length; of a long text the first 77 pieces count.

        Raises:
            DependencyMissing: laion_clap is not installed.
            ModelDamaged: the weights cannot be read, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        if not texts:
            return np.zeros((0, _SIZE), dtype=np.float32)
        return kept_if_long(lambda: self._hash, texts, _SIZE, lambda: self._read(texts))

    def encode_audio(self, sounds: Sequence[NDArray[np.float32]]) -> Embeddings:
        """Embed mono sounds ``float32 (samples,)`` at 48 kHz to ``float32 (n, 512)`` of unit length.

        Windows of 10 s; what is shorter is repeated and padded as the model was trained; several are averaged.

        Raises:
            UsageError: a sound is not mono, is empty, or holds values that are no numbers.
            DependencyMissing: laion_clap is not installed.
            ModelDamaged: the weights cannot be read, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        return averaged(self._hear, [windows(sound) for sound in sounds], _SIZE, self._what, self.compute)

    @cached_property
    def _hash(self) -> str:
        return f"laion {content_hash(self._files)} {self.compute.device.partition(':')[0]}"

    def _network(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                with loading(self._what, HINT):
                    self._loaded = _load(self._checkpoint, self._tokenizer, self.compute.device, self._what)
        return self._loaded

    def _hear(self, batch: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        import torch

        clap = self._network().clap
        with memory_guard("Listening to sounds"), torch.inference_mode():
            return np.asarray(clap.get_audio_embedding_from_data(list(batch)), dtype=np.float32)

    def _read(self, texts: Sequence[str]) -> Embeddings:
        import torch

        loaded = self._network()
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        size = _CORE_BATCH if self.compute.on_cpu else _BATCH
        parts = [
            loaded.pieces([texts[row] for row in order[start : start + size]]) for start in range(0, len(order), size)
        ]

        def one(pieces: dict[str, torch.Tensor]) -> NDArray[np.float32]:
            with torch.inference_mode():
                return np.asarray(loaded.clap.get_text_embedding([], lambda _: pieces), dtype=np.float32)

        with memory_guard("Reading texts"):
            found = np.concatenate(side_by_side(one, parts) if self.compute.on_cpu else [one(part) for part in parts])
        return directions(found[np.argsort(order)], self._what)


@dataclass(frozen=True)
class _Loaded:
    clap: Any
    tokenizer: Any

    def pieces(self, texts: list[str]) -> dict[str, torch.Tensor]:
        """Return what the network reads: pieces padded to the longest text rather than, as the package does, to 77."""
        return dict(self.tokenizer(texts, padding=True, truncation=True, max_length=_LONGEST_TEXT, return_tensors="pt"))


def _find_tokenizer(beside: Path) -> Path:
    from huggingface_hub import try_to_load_from_cache

    for folder in (beside / "tokenizer", beside):
        if holds_tokenizer(folder):
            return folder
    for name in _ROBERTA:
        for file in ("tokenizer.json", "vocab.json"):
            cached = try_to_load_from_cache(name, file)
            if isinstance(cached, str) and holds_tokenizer(Path(cached).parent):
                return Path(cached).parent
    raise ModelMissing("The tokenizer of CLAP's words (roberta-base) is not on this machine.", hint=_TOKENIZER_HINT)


def _load(checkpoint: Path, tokenizer: Path, device: str, what: str) -> _Loaded:
    weights = read_checkpoint(checkpoint, what)
    package = _package()
    from transformers import RobertaConfig

    pieces, width = weights["text_branch.embeddings.word_embeddings.weight"].shape
    text = RobertaConfig(
        vocab_size=pieces,
        hidden_size=width,
        num_hidden_layers=len(
            {name.split(".")[3] for name in weights if name.startswith("text_branch.encoder.layer.")}
        ),
        num_attention_heads=width // 64,
        intermediate_size=weights["text_branch.encoder.layer.0.intermediate.dense.weight"].shape[0],
        max_position_embeddings=weights["text_branch.embeddings.position_embeddings.weight"].shape[0],
        type_vocab_size=weights["text_branch.embeddings.token_type_embeddings.weight"].shape[0],
        layer_norm_eps=1e-5,
    )
    reader = load_tokenizer(tokenizer, text, what=what, hint=_TOKENIZER_HINT)
    with _roberta_of(text):
        clap = package.CLAP_Module(enable_fusion=False, device=device, amodel=audio_model_of(weights))
    clap.model.load_state_dict(weights)
    clap.tokenize = reader
    clap.eval().requires_grad_(requires_grad=False)
    return _Loaded(clap, reader)


def _package() -> Any:  # noqa: ANN401 - the package is untyped
    """Import laion_clap, which asks the hub for three tokenizers: off the network it is content with empty ones.

    Raises:
        DependencyMissing: it, or what it needs, is not installed.
    """
    path = list(sys.path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import laion_clap
    except ImportError as error:
        raise DependencyMissing(f"The package laion_clap cannot be used: {error}.", hint=_INSTALL) from error
    finally:
        sys.path[:] = path
    return laion_clap


@contextmanager
def _roberta_of(config: Any) -> Iterator[None]:  # noqa: ANN401 - transformers' configurations are untyped
    """Have laion_clap make its Roberta of this shape, to be filled from the checkpoint, rather than download one."""
    from transformers import RobertaModel

    module: Any = sys.modules["clap_module.model"]

    class Empty:
        @staticmethod
        def from_pretrained(_name: str) -> RobertaModel:
            return RobertaModel(config)

    module.RobertaModel = Empty
    try:
        yield
    finally:
        module.RobertaModel = RobertaModel
