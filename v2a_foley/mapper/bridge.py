"""The mapper that needs no training: it crosses from the eyes' space to the ears' space over captions known in both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from v2a_foley.embed import Embeddings, Space, TextEncoder, normalised
from v2a_foley.mapper.protocol import StepDone


class Bridge:
    """Carries an embedding over captions that are known in both spaces (a ``Mapper``).

    The image's similarities to the captions in its own space, sharpened by a temperature, weigh the same captions'
    embeddings in the other space.

    Args:
        source: the eyes' space.
        target: the ears' space.
        captions_in_source: the captions in the eyes' space, ``float32 (n, d_source)``, unit length, n ≥ 1.
        captions_in_target: the same captions, in the same order, in the ears' space, ``float32 (n, d_target)``.
        temperature: what similarities are divided by before the softmax, above 0; small keeps the nearest alone.
        top_k: how many of the nearest captions take part, from 1.

    Raises:
        ValueError: the sizes do not fit, or a number is out of its range.
    """

    def __init__(
        self,
        source: Space,
        target: Space,
        captions_in_source: Embeddings,
        captions_in_target: Embeddings,
        *,
        temperature: float = 0.04,
        top_k: int = 5,
    ) -> None:
        """Keep the captions."""
        if captions_in_source.shape != (len(captions_in_target), source.size) or len(captions_in_source) == 0:
            raise ValueError(f"{captions_in_source.shape} is not one row of {source.size} a caption")
        if captions_in_target.shape[1] != target.size:
            raise ValueError(f"{captions_in_target.shape} is not one row of {target.size} a caption")
        if not temperature > 0 or top_k < 1:
            raise ValueError(f"temperature {temperature} must be above 0, top_k {top_k} at least 1")
        self._source, self._target = source, target
        self._here, self._there = captions_in_source, captions_in_target
        self._temperature, self._top_k = temperature, min(top_k, len(captions_in_source))

    @classmethod
    def over(
        cls,
        captions: Sequence[str],
        source: TextEncoder,
        target: TextEncoder,
        *,
        temperature: float = 0.04,
        top_k: int = 5,
    ) -> Bridge:
        """Return a bridge over captions, embedded by both spaces' text encoders."""
        here = source.encode_texts(captions)
        there = here if target is source else target.encode_texts(captions)
        return cls(source.space, target.space, here, there, temperature=temperature, top_k=top_k)

    @property
    def source(self) -> Space:
        """The space of the image embeddings that it reads."""
        return self._source

    @property
    def target(self) -> Space:
        """The space of the audio embeddings that it writes."""
        return self._target

    def map(self, embeddings: Embeddings, seeds: Sequence[int], *, step_done: StepDone | None = None) -> Embeddings:
        """Translate ``float32 (n, d_source)`` to ``float32 (n, d_target)`` of unit length; the seeds change nothing.

        Raises:
            ValueError: there is not one seed a row.
        """
        if len(seeds) != len(embeddings):
            raise ValueError(f"{len(seeds)} seeds for {len(embeddings)} embeddings")
        similar = embeddings @ self._here.T
        far = np.argsort(-similar, axis=1, kind="stable")[:, self._top_k :]
        np.put_along_axis(similar, far, -np.inf, axis=1)
        weights = np.exp((similar - similar.max(axis=1, keepdims=True)) / self._temperature)
        return normalised(weights @ self._there)
