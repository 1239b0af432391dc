"""What every mapper does: it translates an image embedding into an audio embedding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from v2a_foley.embed import Embeddings, Space

StepDone = Callable[[int, int], None]
"""Told after each step how many of how many are done; may raise ``Cancelled``."""


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

    def map(self, embeddings: Embeddings, seeds: Sequence[int], *, step_done: StepDone | None = None) -> Embeddings:
        """Translate ``float32 (n, d_source)`` to ``float32 (n, d_target)``, unit length; one seed a row.

        A mapper without randomness ignores the seeds; one with it depends on a row's own seed alone.
        One that takes steps tells ``step_done`` of each; the others do not.
        """
        ...
