"""PANNs' Cnn14 (Kong et al. 2020) through the package ``panns_inference``: 2048 numbers and 527 classes a sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from v2a_foley.compute import Compute
from v2a_foley.evaluate.backbones.hearing import as_probabilities, checked, heard_by_length
from v2a_foley.evaluate.backbones.packages import module_inside, require_package
from v2a_foley.evaluate.backbones.protocol import Heard, Sounds
from v2a_foley.evaluate.backbones.weights import fill, found_weights, read_weights, short_hash

INSTALL = "pip install panns_inference"
SIZE, CLASSES = 2048, 527
_SOURCE = "Zenodo, record 3987831"
_SHRINKS = 32
"""Frames that five halvings make one of."""


@dataclass(frozen=True)
class Variant:
    """One of the published networks, with the spectrogram that it was trained on.

    Attributes:
        key: its name on the command line.
        words: its name for people.
        file: the name of its weights as published.
        sample_rate: hertz.
        window: samples of the analysis window.
        hop: samples from one frame to the next.
        highest: hertz of the upper edge of the mel bands.
    """

    key: str
    words: str
    file: str
    sample_rate: int
    window: int
    hop: int
    highest: int


CNN14 = Variant("panns", "PANNs Cnn14 (32 kHz)", "Cnn14_mAP=0.431.pth", 32_000, 1024, 320, 14_000)
CNN14_16K = Variant("panns-16k", "PANNs Cnn14 (16 kHz)", "Cnn14_16k_mAP=0.438.pth", 16_000, 512, 160, 8_000)
"""What AudioLDM's own evaluation rests on."""


class Panns:
    """Cnn14 in float32. The weights load with the first sound.

    The embedding is the last hidden layer. Probabilities are the softmax of the class scores before their sigmoid.
    Sounds shorter than a third of a second are followed by silence.

    Args:
        variant: which of the published networks.
        weights: its file as published, or a folder that holds it; by default looked for in the models' folder.
        compute: where to run; the arithmetic is float32 always.

    Raises:
        ModelMissing: the weights are not on this machine.
        DependencyMissing: ``panns_inference`` is not installed.
    """

    def __init__(self, variant: Variant = CNN14, weights: Path | None = None, compute: Compute | None = None) -> None:
        """Find the weights and the package; load nothing yet."""
        require_package("panns_inference", install=INSTALL)
        self.variant = variant
        self._compute = Compute((compute or Compute()).device)
        self._path = found_weights(weights, variant.file, what=variant.words, source=_SOURCE)
        self._what = f"{variant.words} in {self._path.name!r}"

    @property
    def key(self) -> str:
        """Its name on the command line."""
        return self.variant.key

    @cached_property
    def name(self) -> str:
        """Its name, its rate, and which weights it has."""
        return f"{self.variant.words}, weights {short_hash(self._path)}"

    @property
    def sample_rate(self) -> int:
        """Hertz of the sounds that it takes."""
        return self.variant.sample_rate

    def listen(self, sounds: Sounds) -> Heard:
        """Embed sounds to ``float32 (n, 2048)`` and classify them, ``float64 (n, 527)``.

        Raises:
            UsageError: a sound is not mono, is empty, or holds values that are no numbers.
            DependencyMissing: what ``panns_inference`` needs is not installed.
            ModelDamaged: the weights cannot be read, are those of another network, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        ready = checked(sounds, least=_SHRINKS * self.variant.hop)
        if not ready:
            return Heard(np.zeros((0, SIZE), np.float32), np.zeros(0, np.int64), np.zeros((0, CLASSES)))
        network = self._network

        def hear(batch: Any) -> tuple[Any, Any]:  # noqa: ANN401 - tensors
            embedding = network(batch)["embedding"]
            return embedding, network.fc_audioset(embedding)

        embeddings, logits = heard_by_length(hear, ready, self._compute, self._what)
        return Heard(embeddings, np.arange(len(ready)), as_probabilities(logits))

    @cached_property
    def _network(self) -> Any:  # noqa: ANN401 - the package is untyped
        import torch

        models = module_inside("panns_inference", "models", install=INSTALL)
        hint = f"Get {self.variant.file} again from {_SOURCE}."
        held = read_weights(self._path, self._what, hint)
        with torch.random.fork_rng(devices=[]):
            network = models.Cnn14(
                sample_rate=self.variant.sample_rate, window_size=self.variant.window, hop_size=self.variant.hop,
                mel_bins=64, fmin=50, fmax=self.variant.highest, classes_num=CLASSES,
            )  # fmt: skip
        fill(network, held.get("model", held) if isinstance(held, Mapping) else held, self._what, hint)
        return network.to(self._compute.device)
