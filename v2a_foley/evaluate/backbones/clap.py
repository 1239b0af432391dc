"""CLAP as a backbone: whichever ``v2a_foley.embed.clap`` loads. It also reads captions, for the CLAP score."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from v2a_foley.compute import Compute
from v2a_foley.embed.clap import load_clap
from v2a_foley.embed.space import Embeddings, Space
from v2a_foley.errors import ModelMissing
from v2a_foley.evaluate.backbones.protocol import Heard, Sounds
from v2a_foley.models import installed_path

MODELS = ("clap-630k-audioset-best", "clap-htsat-unfused")
"""Which installed model is taken where none is named, in this order."""


class Clap:
    """CLAP's ears and words. Embeddings are of unit length; it does not classify.

    Sounds longer than 10 s are heard in windows, shorter ones repeated, as ``embed/clap_windows.py`` says.

    Args:
        weights: a ``ClapModel`` folder of transformers, or a checkpoint of laion_clap; by default an installed model.
        compute: where to run; the ears run in float32 always.

    Raises:
        ModelMissing: there is no such model on this machine.
        ModelDamaged: its configuration cannot be read.
        DependencyMissing: it is for laion_clap, which is not installed.
    """

    key = "clap"

    def __init__(self, weights: Path | None = None, compute: Compute | None = None) -> None:
        """Find the files; load nothing yet."""
        self._clap = load_clap(weights or _installed(), Compute((compute or Compute()).device))

    @property
    def space(self) -> Space:
        """The space it embeds into."""
        return self._clap.space

    @cached_property
    def name(self) -> str:
        """Its name, and the beginning of its space's fingerprint."""
        return f"{self.space.name}, space {self.space.fingerprint[:12]}"

    @property
    def sample_rate(self) -> int:
        """Hertz of the sounds that it takes."""
        return self._clap.sample_rate

    def listen(self, sounds: Sounds) -> Heard:
        """Embed sounds to ``float32 (n, d)`` of unit length.

        Raises:
            UsageError: a sound is not mono, is empty, or holds values that are no numbers.
            ModelDamaged: the weights cannot be read, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        return Heard(self._clap.encode_audio(sounds), np.arange(len(sounds)))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed captions into the same space, ``float32 (n, d)`` of unit length.

        Raises:
            ModelDamaged: the weights cannot be read, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        return self._clap.encode_texts(texts)


def _installed() -> Path:
    for name in MODELS:
        path = installed_path(name)
        if path is not None:
            return path
    raise ModelMissing(
        "There is no CLAP on this machine.", hint=f"Get one: v2a-foley models pull {MODELS[-1]}; or name one: clap=DIR."
    )
