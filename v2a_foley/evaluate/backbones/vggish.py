"""VGGish (Hershey et al. 2017) through the package ``torchvggish``: 128 numbers for each 0.96 s of a sound."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import Compute
from v2a_foley.errors import ModelDamaged
from v2a_foley.evaluate.backbones.hearing import Sound, checked, heard_by_length
from v2a_foley.evaluate.backbones.packages import module_inside, require_package
from v2a_foley.evaluate.backbones.protocol import Heard, Sounds
from v2a_foley.evaluate.backbones.weights import fill, found_weights, read_weights, short_hash

INSTALL = "pip install --no-deps torchvggish"
SIZE = 128
FILE, PCA_FILE = "vggish-10086976.pth", "vggish_pca_params-970ea276.pth"
_SOURCE = "the releases of harritaylor/torchvggish, v0.1"
_EXAMPLES_AT_ONCE = 16


class Vggish:
    """VGGish in float32, with or without its post-processing. The weights load with the first sound.

    Plain, it is what Fréchet audio distances in the literature mostly rest on (AudioLDM's evaluation among them): the
    last layer before its ReLU. Post-processed, it is what the package gives by itself: after the ReLU, whitened by the
    published PCA and rounded to whole numbers from 0 to 255. Distances of the two are not comparable.

    What is left over after the last whole 0.96 s is not heard; a sound shorter than that is followed by silence.

    Args:
        weights: ``vggish-10086976.pth``, or a folder that holds it (and the PCA's file); by default looked for in the
            models' folder.
        compute: where to run; the arithmetic is float32 always.
        post: whether to post-process.

    Raises:
        ModelMissing: the weights are not on this machine.
        DependencyMissing: ``torchvggish`` is not installed.
    """

    def __init__(self, weights: Path | None = None, compute: Compute | None = None, *, post: bool = False) -> None:
        """Find the weights and the package; load nothing yet."""
        require_package("torchvggish", install=INSTALL)
        self._compute = Compute((compute or Compute()).device)
        self._path = found_weights(weights, FILE, what="VGGish", source=_SOURCE)
        beside = self._path.parent
        self._pca = found_weights(beside, PCA_FILE, what="VGGish's PCA", source=_SOURCE) if post else None
        self._what = f"VGGish in {self._path.name!r}"

    @property
    def key(self) -> str:
        """Its name on the command line."""
        return "vggish-pca" if self._pca else "vggish"

    @cached_property
    def name(self) -> str:
        """Its name, whether it is post-processed, and which weights it has."""
        if self._pca:
            return f"VGGish (PCA, 8 bits), weights {short_hash(self._path, self._pca)}"
        return f"VGGish (before the last ReLU, no PCA), weights {short_hash(self._path)}"

    @property
    def sample_rate(self) -> int:
        """Hertz of the sounds that it takes."""
        return 16_000

    def listen(self, sounds: Sounds) -> Heard:
        """Embed sounds to ``float32 (m, 128)``, a row each whole 0.96 s.

        Raises:
            UsageError: a sound is not mono, is empty, or holds values that are no numbers.
            DependencyMissing: what ``torchvggish`` needs is not installed.
            ModelDamaged: the weights cannot be read, are those of another network, or give no numbers.
            OutOfMemory: there is no memory left.
        """
        features = module_inside("torchvggish", "mel_features", install=INSTALL)
        known = module_inside("torchvggish", "vggish_params", install=INSTALL)
        ready = checked(sounds, least=_least(known))
        if not ready:
            return Heard(np.zeros((0, SIZE), np.float32), np.zeros(0, np.int64))
        examples = [_examples(sound, features, known) for sound in ready]
        network = self._network
        flat = [each[None] for some in examples for each in some]
        (embeddings,) = heard_by_length(
            lambda batch: (network(batch).reshape(len(batch), SIZE),),
            flat,
            self._compute,
            self._what,
            batch=_EXAMPLES_AT_ONCE,
        )
        return Heard(embeddings, np.repeat(np.arange(len(ready)), [len(some) for some in examples]))

    @cached_property
    def _network(self) -> Any:  # noqa: ANN401 - the package is untyped
        import torch

        package = module_inside("torchvggish", "torchvggish", install=INSTALL)
        hint = f"Get {FILE} again from {_SOURCE}."
        with torch.random.fork_rng(devices=[]):
            network = package.VGG(package.make_layers(), postprocess=False)
        fill(network, read_weights(self._path, self._what, hint), self._what, hint)
        if self._pca is None:
            network.embeddings = network.embeddings[:-1]
        else:
            # The package's own class downloads where it is made, so it is made without that.
            network.pproc = package.Postprocessor.__new__(package.Postprocessor)
            matrix, means = _read_pca(self._pca)
            network.pproc._pca_matrix = torch.from_numpy(matrix).to(self._compute.device)  # noqa: SLF001 - see above
            network.pproc._pca_means = torch.from_numpy(means).to(self._compute.device)  # noqa: SLF001 - see above
            network.postprocess = True
        return network.to(self._compute.device)


def _least(known: Any) -> int:  # noqa: ANN401 - the package is untyped
    """Return the samples of one example: 96 frames, the last of which is a window long."""
    hop, window = (
        round(known.SAMPLE_RATE * seconds)
        for seconds in (known.STFT_HOP_LENGTH_SECONDS, known.STFT_WINDOW_LENGTH_SECONDS)
    )
    return int((known.NUM_FRAMES - 1) * hop + window)


def _examples(sound: Sound, features: Any, known: Any) -> NDArray[np.float32]:  # noqa: ANN401 - the package is untyped
    """Return the log-mel spectrograms of a sound's whole examples, ``float32 (n, 96, 64)``."""
    spectrogram = features.log_mel_spectrogram(
        sound.astype(np.float64),
        audio_sample_rate=known.SAMPLE_RATE,
        log_offset=known.LOG_OFFSET,
        window_length_secs=known.STFT_WINDOW_LENGTH_SECONDS,
        hop_length_secs=known.STFT_HOP_LENGTH_SECONDS,
        num_mel_bins=known.NUM_MEL_BINS,
        lower_edge_hertz=known.MEL_MIN_HZ,
        upper_edge_hertz=known.MEL_MAX_HZ,
    )
    framed = features.frame(spectrogram, window_length=known.NUM_FRAMES, hop_length=known.NUM_FRAMES)
    return np.ascontiguousarray(framed, dtype=np.float32)


def _read_pca(path: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the matrix ``(128, 128)`` and the means ``(128, 1)`` of the published PCA."""
    what, hint = f"VGGish's PCA in {path.name!r}", f"Get {PCA_FILE} again from {_SOURCE}."
    held = read_weights(path, what, hint)
    try:
        matrix = np.asarray(held["pca_eigen_vectors"] if isinstance(held, Mapping) else None, dtype=np.float32)
        means = np.asarray(held["pca_means"], dtype=np.float32).reshape(SIZE, 1)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelDamaged(f"{what} is of another kind: it holds no PCA of {SIZE} numbers.", hint=hint) from error
    if matrix.shape != (SIZE, SIZE):
        raise ModelDamaged(f"{what} is of another kind: its matrix has the shape {matrix.shape}.", hint=hint)
    return matrix, means
