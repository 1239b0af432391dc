"""The pocket profile's eyes and words: an image classifier and a sentence encoder that share one space.

Joined as in ConSE (Norouzi et al. 2013): what a picture means is the mean of what its labels' definitions mean, each
weighted by its probability. The networks and where their weights lie have modules of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed.fingerprint import ANCHORS, fingerprint
from v2a_foley.embed.labels import imagenet_labels
from v2a_foley.embed.space import Embeddings, Frames, Space, normalised
from v2a_foley.embed.text_store import kept_if_long
from v2a_foley.embed.torch_threads import side_by_side
from v2a_foley.embed.weights import EYES_WEIGHTS, WORDS_TOKENIZER, WORDS_WEIGHTS, verified
from v2a_foley.errors import ModelDamaged

if TYPE_CHECKING:
    from v2a_foley.embed.pocket_networks import EfficientNetLite0, MiniLM

SIZE = 384
"""Dimensions of the pocket space."""

NOTHING = "a blank, dark or blurred picture in which nothing can be made out"
"""What a picture is that shows nothing: takes the place of labels as far as the eyes are at a loss."""

_KEPT_LABELS = 20
_BATCH = 2
_AREA = 224 * 224


class PocketWords:
    """Reads texts into the pocket space (all-MiniLM-L6-v2). Its model loads when a text is met that is not kept."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._loaded: tuple[MiniLM, Any] | None = None

    @property
    def space(self) -> Space:
        """The pocket space."""
        return pocket_space()

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts to ``float32 (n, 384)`` of unit length; of a long text its first 256 word pieces count.

        Raises:
            ModelMissing: the package with the weights is not installed.
            ModelDamaged: its weights are not the right ones.
        """
        model = WORDS_WEIGHTS.sha256 + WORDS_TOKENIZER.sha256
        return kept_if_long(lambda: model, texts, SIZE, lambda: self._embed(texts))

    def _embed(self, texts: Sequence[str]) -> Embeddings:
        network, tokenizer = self._load()
        out = np.zeros((len(texts), SIZE), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        rows = [order[start : start + 16] for start in range(0, len(order), 16)]
        parts = [tokenizer.encode_batch([texts[row] for row in part]) for part in rows]
        for part, embedded in zip(rows, side_by_side(lambda part: _read(network, part), parts), strict=True):
            out[part] = embedded
        return out

    def _load(self) -> tuple[MiniLM, Any]:
        if self._loaded is None:
            from safetensors import SafetensorError
            from safetensors.torch import load_file
            from tokenizers import Tokenizer

            from v2a_foley.embed.pocket_networks import MiniLM

            weights, pieces = verified(WORDS_WEIGHTS), verified(WORDS_TOKENIZER)
            try:
                network = MiniLM(load_file(weights))
            except (SafetensorError, KeyError) as error:
                raise ModelDamaged(f"{weights.name} cannot be read: {error}.") from error
            tokenizer = Tokenizer.from_file(str(pieces))
            tokenizer.enable_truncation(MiniLM.longest)
            tokenizer.enable_padding()
            self._loaded = network, tokenizer
        return self._loaded


class PocketEyes:
    """Looks at frames and says, in the pocket space, what is seen (EfficientNet-Lite0 on ImageNet's 1000 labels).

    Args:
        words: reads the labels; by default the shared ``pocket_words()``.
    """

    def __init__(self, words: PocketWords | None = None) -> None:
        """Load nothing yet."""
        self._words = words or pocket_words()
        self._loaded: tuple[EfficientNetLite0, Embeddings] | None = None

    @property
    def space(self) -> Space:
        """The pocket space."""
        return pocket_space()

    @property
    def frame_size(self) -> int:
        """Shorter side, in pixels, that a frame should at least have."""
        return 180

    def load(self) -> None:
        """Load the weights now, before the film's frames lie in memory, rather than with the first frame.

        Raises:
            ModelMissing: the package with the weights is not installed.
            ModelDamaged: its weights are not the right ones.
        """
        self._load()

    def encode_images(self, frames: Frames) -> Embeddings:
        """Embed frames of one size, ``uint8 (n, height, width, 3)`` RGB, to ``float32 (n, 384)`` of unit length.

        Raises:
            ModelMissing: the package with the weights is not installed.
            ModelDamaged: its weights are not the right ones.
        """
        _, labels = self._load()
        return normalised(shares(self.label_probabilities(frames)) @ labels)

    def label_probabilities(self, frames: Frames) -> NDArray[np.float32]:
        """Return the probabilities ``float32 (n, 1000)`` of ImageNet's labels; all zero where a frame shows nothing."""
        if len(frames) == 0:
            return np.zeros((0, len(imagenet_labels())), dtype=np.float32)
        network, _ = self._load()
        frames = without_bars(frames)
        parts = [frames[start : start + _BATCH] for start in range(0, len(frames), _BATCH)]
        return np.concatenate(side_by_side(lambda part: _classify(network, part), parts))

    def _load(self) -> tuple[EfficientNetLite0, Embeddings]:
        if self._loaded is None:
            import torch

            from v2a_foley.embed.pocket_networks import EfficientNetLite0

            path = verified(EYES_WEIGHTS)
            try:
                network = EfficientNetLite0(torch.load(path, map_location="cpu", weights_only=True))
            except Exception as error:  # torch names no set of errors for bytes that it cannot read
                raise ModelDamaged(f"{path.name} cannot be read: {error}.") from error
            self._loaded = network, self._words.encode_texts([*imagenet_labels(), NOTHING])
        return self._loaded


def shares(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weight of every label, and last of "nothing", in what a picture means: ``float32 (n, labels + 1)``.

    Only the most probable labels count; the rest of the probability is doubt, and goes to "nothing".
    """
    count = probabilities.shape[1]
    weak = np.argsort(probabilities, axis=1)[:, : count - _KEPT_LABELS]
    kept = probabilities.copy()
    np.put_along_axis(kept, weak, 0.0, axis=1)
    doubt = 1.0 - kept.sum(axis=1, keepdims=True)
    return np.concatenate([kept, doubt], axis=1, dtype=np.float32)


def without_bars(frames: Frames) -> Frames:
    """Return frames without the black bars of a letterbox or pillarbox that all of them share."""
    dark = 24
    rows = np.flatnonzero(frames[:, :, ::4].max(axis=(0, 2, 3)) > dark)
    columns = np.flatnonzero(frames[:, ::4].max(axis=(0, 1, 3)) > dark)
    height, width = frames.shape[1:3]
    if len(rows) == 0 or len(columns) == 0:
        return frames
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    if bottom - top < 0.4 * height or right - left < 0.25 * width:
        return frames
    return frames[:, top:bottom, left:right]


def _read(network: MiniLM, encoded: Sequence[Any]) -> Embeddings:
    import torch

    with torch.inference_mode():
        pieces = torch.tensor([text.ids for text in encoded])
        there = torch.tensor([text.attention_mask for text in encoded]).bool()
        return np.asarray(network(pieces, there).numpy(), dtype=np.float32)


def _classify(network: EfficientNetLite0, frames: Frames) -> NDArray[np.float32]:
    import torch
    from torch.nn import functional

    with torch.inference_mode():
        pixels = torch.from_numpy(np.array(frames)).permute(0, 3, 1, 2)
        small = functional.interpolate(
            pixels.float(), size=_seen_size(*frames.shape[1:3]), mode="bilinear", antialias=True, align_corners=False
        )
        found = torch.softmax(network((small - 127.0) / 128.0), dim=1)
        shows = small.mean(dim=1).flatten(1).std(dim=1) > 4.0
        return np.asarray((found * shows[:, None]).numpy(), dtype=np.float32)


def _seen_size(height: int, width: int) -> tuple[int, int]:
    """Return the height and width, in multiples of 32, that a frame is looked at: its own shape, the network's area."""
    ratio = min(max(width / height, 0.4), 2.5)
    tall = max(round((_AREA / ratio) ** 0.5 / 32), 4)
    return tall * 32, max(round(_AREA / (tall * 32) / 32), 4) * 32


@cache
def pocket_words() -> PocketWords:
    """Return the program's one text encoder of the pocket space (its model is big: do not make more)."""
    return PocketWords()


@cache
def pocket_space() -> Space:
    """Return the pocket space, with its fingerprint."""
    return Space("pocket", SIZE, fingerprint(pocket_words().encode_texts(ANCHORS)))
