"""Wav2CLIP (Wu et al. 2022): sound into the space of CLIP ViT-B/32, which the paper's image–sound score rests on.

The network is a ResNet-18 on a spectrogram with two layers behind it. It is put together here from torchvision's parts,
whose names the published file shares: its own package wants torchaudio, of which few versions run beside a given torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from v2a_foley.compute import Compute
from v2a_foley.errors import ModelDamaged
from v2a_foley.evaluate.backbones.hearing import checked, heard_by_length
from v2a_foley.evaluate.backbones.protocol import Heard, Sounds
from v2a_foley.evaluate.backbones.weights import fill, found_weights, read_weights, short_hash

if TYPE_CHECKING:
    import torch

FILE = "Wav2CLIP.pt"
SIZE = 512
_SOURCE = "the releases of descriptinc/lyrebird-wav2clip, v0.1.0-alpha"
_TRANSFORM, _HOP = 512, 353


class Wav2Clip:
    """Wav2CLIP in float32. The weights load with the first sound. It does not classify.

    Its embeddings lie in the space of OpenAI's CLIP ViT-B/32, beside that model's embeddings of images. They are given
    as the network makes them, not at unit length. A spectrogram is brought to zero mean and unit spread a sound: its
    own package does that over a batch, where a sound's embedding depends on its company.

    Args:
        weights: ``Wav2CLIP.pt``, or a folder that holds it; by default looked for in the models' folder.
        compute: where to run; the arithmetic is float32 always.

    Raises:
        ModelMissing: the weights are not on this machine.
    """

    key = "wav2clip"
    sample_rate = 16_000

    def __init__(self, weights: Path | None = None, compute: Compute | None = None) -> None:
        """Find the weights; load nothing yet."""
        self._compute = Compute((compute or Compute()).device)
        self._path = found_weights(weights, FILE, what="Wav2CLIP", source=_SOURCE)
        self._what = f"Wav2CLIP in {self._path.name!r}"

    @cached_property
    def name(self) -> str:
        """Its name, and which weights it has."""
        return f"Wav2CLIP (CLIP ViT-B/32's space), weights {short_hash(self._path)}"

    def listen(self, sounds: Sounds) -> Heard:
        """Embed sounds to ``float32 (n, 512)``.

        Raises:
            UsageError: a sound is not mono, is empty, or holds values that are no numbers.
            ModelDamaged: the weights cannot be read, are those of another network, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        ready = checked(sounds, least=_TRANSFORM)
        if not ready:
            return Heard(np.zeros((0, SIZE), np.float32), np.zeros(0, np.int64))
        network = self._network
        (embeddings,) = heard_by_length(lambda batch: (network(spectrogram(batch)),), ready, self._compute, self._what)
        return Heard(embeddings, np.arange(len(ready)))

    @cached_property
    def _network(self) -> Any:  # noqa: ANN401 - torchvision is untyped
        import torch
        from torch import nn
        from torchvision.models.resnet import BasicBlock, ResNet

        hint = f"Get {FILE} again from {_SOURCE}."
        held = read_weights(self._path, self._what, hint)
        if not isinstance(held, Mapping):
            raise ModelDamaged(f"{self._what} is of another kind.", hint=hint)
        with torch.random.fork_rng(devices=[]):
            encoder = ResNet(BasicBlock, [2, 2, 2, 2])
            encoder.conv1 = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
            encoder.fc = nn.Identity()
            layers = nn.Sequential(nn.Linear(SIZE, SIZE), nn.ReLU(), nn.Dropout(0.1), nn.Linear(SIZE, SIZE))
        fill(encoder, _part(held, "audio_encoder.", without="spectrogram.window"), self._what, hint)
        fill(layers, _part(held, "audio_transform.sequential."), self._what, hint)
        return nn.Sequential(encoder, layers).eval().to(self._compute.device)


def spectrogram(sounds: torch.Tensor) -> torch.Tensor:
    """Return what Wav2CLIP looks at, ``float32 (n, 1, 257, frames)``, of sounds ``float32 (n, samples)`` at 16 kHz.

    Power over a periodic Hann window of 512 each 353 samples, natural logarithm over 1e-7, at zero mean and unit
    (sample) standard deviation a sound.
    """
    import torch

    window = torch.hann_window(_TRANSFORM, device=sounds.device)
    bins = torch.stft(sounds, _TRANSFORM, _HOP, window=window, center=True, return_complex=True)
    levels = (bins.real.square() + bins.imag.square() + 1e-7).log()[:, None]
    spread = levels.std(dim=(1, 2, 3), keepdim=True) + 1e-9
    return (levels - levels.mean(dim=(1, 2, 3), keepdim=True)) / spread


def _part(held: Mapping[str, Any], prefix: str, *, without: str = "") -> dict[str, Any]:
    """Return the weights under a prefix, without it."""
    inside = {name.removeprefix(prefix): value for name, value in held.items() if name.startswith(prefix)}
    inside.pop(without, None)
    return inside
