"""Embedding spaces, and what an encoder into one must offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import ModelDamaged, SpaceMismatch

Embeddings = NDArray[np.float32]
"""``float32 (n, d)``, every row of unit length."""
Frames = NDArray[np.uint8]
"""``uint8 (n, height, width, 3)``, RGB."""


@dataclass(frozen=True)
class Space:
    """An embedding space.

    Attributes:
        name: what people call it.
        size: its dimensions.
        fingerprint: a hash over its embeddings of fixed anchors (``embed/fingerprint.py`` compares them).
    """

    name: str
    size: int
    fingerprint: str

    def require(self, other: Space, *, what: str) -> None:
        """Refuse a part made for another space.

        Raises:
            SpaceMismatch: the fingerprints differ; the sentence names both spaces.
        """
        from v2a_foley.embed.fingerprint import same_space

        if not same_space(self.fingerprint, other.fingerprint):
            raise SpaceMismatch(
                f"{what} was made for {other._told}, but it meets {self._told}.",
                hint="Choose a mapper, a generator, stores and a --profile that share their spaces.",
            )

    @property
    def _told(self) -> str:
        """Its name, size and as much of its fingerprint as tells two spaces apart, for people."""
        return f"{self.name} ({self.size} dimensions, {self.fingerprint.rpartition('-')[2][:8]})"


class ImageEncoder(Protocol):
    """Looks at frames."""

    @property
    def space(self) -> Space:
        """The space it embeds into."""
        ...

    @property
    def frame_size(self) -> int:
        """Shorter side, in pixels, that a frame should at least have."""
        ...

    def load(self) -> None:
        """Load the weights now rather than with the first frame."""
        ...

    def encode_images(self, frames: Frames) -> Embeddings:
        """Embed frames of one size, ``uint8 (n, height, width, 3)`` RGB, to ``float32 (n, d)`` of unit length."""
        ...


class TextEncoder(Protocol):
    """Reads texts."""

    @property
    def space(self) -> Space:
        """The space it embeds into."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts to ``float32 (n, d)`` of unit length."""
        ...


class AudioEncoder(Protocol):
    """Listens to sound."""

    @property
    def space(self) -> Space:
        """The space it embeds into."""
        ...

    @property
    def sample_rate(self) -> int:
        """Hertz of the sound that it takes."""
        ...

    def encode_audio(self, sounds: Sequence[NDArray[np.float32]]) -> Embeddings:
        """Embed mono sounds ``float32 (samples,)``, of any lengths, to ``float32 (n, d)`` of unit length.

        What is longer than the model's own window is heard window by window, and the embeddings are averaged.
        """
        ...


def normalised(vectors: NDArray[np.floating]) -> Embeddings:
    """Return vectors ``(…, d)`` scaled to unit length; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def directions(vectors: NDArray[np.floating], what: str) -> Embeddings:
    """Return what a network gave, ``(n, d)``, at unit length, refusing what has no direction.

    Args:
        vectors: the network's output.
        what: the network, for the sentence: ``The CLIP model in 'eyes'``.

    Raises:
        ModelDamaged: a vector is zero, or holds values that are no numbers.
    """
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=-1)
    if not np.all(np.isfinite(lengths)) or np.any(lengths < 1e-12):
        raise ModelDamaged(f"{what} gives no numbers: its weights are damaged.", hint="Get the model again.")
    return normalised(vectors)


def pooled(embeddings: Embeddings, weights: NDArray[np.floating] | None = None) -> NDArray[np.float32]:
    """Return the weighted mean direction, ``float32 (d,)`` of unit length, of embeddings ``(n, d)``, n ≥ 1."""
    return normalised(np.average(embeddings, axis=0, weights=weights))
