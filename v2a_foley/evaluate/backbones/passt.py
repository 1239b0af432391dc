"""PaSST (Koutini et al. 2022) through the package ``hear21passt``: 768 numbers and 527 classes for up to 10 s.

The package's network is used as it is. Its spectrogram wants torchaudio, of which few versions run beside a given
torch; the same spectrogram is made here.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import Compute
from v2a_foley.evaluate.backbones.hearing import Sound, as_probabilities, checked, heard_by_length
from v2a_foley.evaluate.backbones.packages import module_inside, require_package
from v2a_foley.evaluate.backbones.protocol import Heard, Sounds
from v2a_foley.evaluate.backbones.weights import fill, found_weights, read_weights, short_hash

if TYPE_CHECKING:
    import torch

INSTALL = "pip install --no-deps hear21passt"
SIZE, CLASSES = 768, 527
FILE = "passt-s-f128-p16-s10-ap.476-swa.pt"
SAMPLE_RATE = 32_000
WINDOW = 10 * SAMPLE_RATE
"""Samples that it hears at once."""
_SOURCE = "the releases of kkoutini/PaSST, v0.0.6"
_LEAST = SAMPLE_RATE // 2
_TRANSFORM, _ANALYSIS, _HOP, _BANDS, _HIGHEST = 1024, 800, 320, 128, 15_000
_BATCH = 2


class Passt:
    """PaSST-S (patches of 16 every 10, weights averaged in training) in float32. They load with the first sound.

    The embedding is the mean of its two summary tokens, the probabilities are the softmax of its class scores. Sounds
    longer than 10 s are heard in the fewest windows of 10 s, spread evenly, whose outputs are averaged; sounds shorter
    than half a second are followed by silence.

    Args:
        weights: ``passt-s-f128-p16-s10-ap.476-swa.pt``, or a folder that holds it; by default looked for in the
            models' folder.
        compute: where to run; the arithmetic is float32 always.

    Raises:
        ModelMissing: the weights are not on this machine.
        DependencyMissing: ``hear21passt`` is not installed.
    """

    key = "passt"
    sample_rate = SAMPLE_RATE

    def __init__(self, weights: Path | None = None, compute: Compute | None = None) -> None:
        """Find the weights and the package; load nothing yet."""
        require_package("hear21passt", install=INSTALL)
        self._compute = Compute((compute or Compute()).device)
        self._path = found_weights(weights, FILE, what="PaSST", source=_SOURCE)
        self._what = f"PaSST in {self._path.name!r}"

    @cached_property
    def name(self) -> str:
        """Its name, its rate, and which weights it has."""
        return f"PaSST-S swa (32 kHz, 10 s), weights {short_hash(self._path)}"

    def listen(self, sounds: Sounds) -> Heard:
        """Embed sounds to ``float32 (n, 768)`` and classify them, ``float64 (n, 527)``.

        Raises:
            UsageError: a sound is not mono, is empty, or holds values that are no numbers.
            DependencyMissing: what ``hear21passt`` needs is not installed.
            ModelDamaged: the weights cannot be read, are those of another network, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        windows = [_windows(sound) for sound in checked(sounds, least=_LEAST)]
        if not windows:
            return Heard(np.zeros((0, SIZE), np.float32), np.zeros(0, np.int64), np.zeros((0, CLASSES)))
        network = self._network

        def hear(batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            logits, features = network(spectrogram(batch)[:, None])
            return features, logits

        flat = [window for some in windows for window in some]
        with warnings.catch_warnings():  # it remarks on every length but one
            warnings.filterwarnings("ignore", message="Input image size")
            features, logits = heard_by_length(hear, flat, self._compute, self._what, batch=_BATCH)
        ends = np.cumsum([len(some) for some in windows])[:-1]
        embeddings = np.stack([rows.mean(axis=0) for rows in np.split(features, ends)])
        means = np.stack([rows.mean(axis=0) for rows in np.split(logits, ends)])
        return Heard(embeddings, np.arange(len(windows)), as_probabilities(means))

    @cached_property
    def _network(self) -> Any:  # noqa: ANN401 - the package is untyped
        import torch

        package = module_inside("hear21passt", "models.passt", install=INSTALL)
        package.first_RUN = False  # it would print the shapes of everything
        hint = f"Get {FILE} again from {_SOURCE}."
        held = read_weights(self._path, self._what, hint)
        with torch.random.fork_rng(devices=[]):
            network = package.PaSST(
                img_size=(_BANDS, 998), patch_size=16, stride=(10, 10), in_chans=1, num_classes=CLASSES,
                embed_dim=SIZE, depth=12, num_heads=12, distilled=True,
            )  # fmt: skip
        fill(network, held.get("model", held) if isinstance(held, Mapping) else held, self._what, hint)
        return network.to(self._compute.device)


def spectrogram(sounds: torch.Tensor) -> torch.Tensor:
    """Return what PaSST looks at, ``float32 (n, 128, frames)``, of sounds ``float32 (n, samples)`` at 32 kHz.

    The first difference with 0.97, power over 1024 bins of a symmetric Hann window of 25 ms each 10 ms, Kaldi's 128 mel
    bands up to 15 kHz, natural logarithm over 1e-5, shifted by 4.5 and divided by 5.
    """
    import torch

    crisp = sounds[:, 1:] - 0.97 * sounds[:, :-1]
    shape = torch.hann_window(_ANALYSIS, periodic=False, device=sounds.device)
    bins = torch.stft(crisp, _TRANSFORM, _HOP, _ANALYSIS, window=shape, center=True, return_complex=True)
    power = bins.real.square() + bins.imag.square()
    bands = torch.from_numpy(mel_bands()).to(sounds.device)
    return ((bands @ power + 1e-5).log() + 4.5) / 5.0


@cache
def mel_bands() -> NDArray[np.float32]:
    """Return the weights of Kaldi's mel bands, ``float32 (128, 513)``."""
    from transformers.audio_utils import mel_filter_bank

    filters = mel_filter_bank(
        num_frequency_bins=_TRANSFORM // 2 + 1,
        num_mel_filters=_BANDS,
        min_frequency=0.0,
        max_frequency=_HIGHEST,
        sampling_rate=SAMPLE_RATE,
        norm=None,
        mel_scale="kaldi",
        triangularize_in_mel_space=True,
    )
    return np.ascontiguousarray(filters.T, dtype=np.float32)


def _windows(sound: Sound) -> list[Sound]:
    """Return the fewest windows of 10 s that cover a sound evenly; a sound up to that long is one."""
    count = -(-len(sound) // WINDOW)
    if count == 1:
        return [sound]
    starts = [(len(sound) - WINDOW) * index // (count - 1) for index in range(count)]
    return [sound[start : start + WINDOW] for start in starts]
