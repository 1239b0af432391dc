"""What every mapper does: it translates an image embedding into an audio embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from v2a_foley.embed import Embeddings, Space


class Mapper(Protocol):
    """Translates from the eyes' space into the ears' space."""

    @property
    def source(self) -> Space:
        """The space of the image embeddings that it reads."""
        ...

    @property
    def target(self) -> Space:
        """The space of the audio embeddings that it writes."""
        ...

    def map(self, embeddings: Embeddings, seeds: Sequence[int]) -> Embeddings:
        """Translate ``float32 (n, d_source)`` to ``float32 (n, d_target)``, unit length; one seed a row.

        A mapper without randomness ignores the seeds; one with it depends on a row's own seed alone.
        """
        ...
