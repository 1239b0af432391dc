"""Where somebody speaks in a sound, as silero-vad's network estimates it; it is written out here for inference.

Its weights lie in the wheel of ``silero-vad`` (MIT), whose code is never imported: that wants torchaudio. What is done
with the spans of speech is decided elsewhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed.torch_threads import side_by_side
from v2a_foley.embed.weights import PackagedFile, verified
from v2a_foley.errors import DependencyMissing, ModelMissing

if TYPE_CHECKING:
    from torch import Tensor

RATE = 16_000
"""Hertz of the sound that the network hears."""
CHUNK = 512
"""Samples that one probability stands for."""
_TOGETHER = 256 * CHUNK
"""Samples that the network is fed together, some 8 s."""
SPEECH_WEIGHTS = PackagedFile(
    package="silero_vad",
    requirement="silero-vad==6.2.3",
    path="data/silero_vad.jit",
    sha256="e1122837f4154c511485fe0b9c64455f7b929c96fbb8d79fbdb336383ebd3720",
    licence="MIT",
)
"""silero-vad 6.2. (The safetensors file beside it holds the weights of an older network.)"""
_CELL = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
_CONTEXT, _PAD, _STRIDE, _BINS = 64, 64, 128, 129
_AT_ONCE = 256
"""Chunks worked on at a time: 8 s."""
_ON, _OFF = 0.5, 0.35
"""Probability at which speech begins, and below which it ends."""
_GAP, _LEAST = 10, 8
"""Chunks: pauses up to 0.3 s belong to the speech around them; what is under 0.25 s is no speech."""


@dataclass(frozen=True)
class Speech:
    """Where somebody speaks in a sound.

    Attributes:
        spans: half-open ranges of samples at 16 kHz, rising, apart from each other.
        samples: length of the sound at 16 kHz.
    """

    spans: tuple[tuple[int, int], ...]
    samples: int

    @property
    def share(self) -> float:
        """The share of the sound that is speech, 0 to 1."""
        return sum(end - start for start, end in self.spans) / self.samples if self.samples else 0.0

    def at(self, rate: int) -> tuple[tuple[int, int], ...]:
        """Return the spans in samples at another rate."""
        return tuple((start * rate // RATE, end * rate // RATE) for start, end in self.spans)


class SpeechNetwork:
    """silero-vad's network with its state, for one sound: feed it from the beginning to the end.

    Raises:
        DependencyMissing: the package that brings the weights is not installed.
        ModelDamaged: the weights are not the ones that were published.
    """

    def __init__(self) -> None:
        """Read the weights, and start in silence."""
        import torch

        try:
            path = verified(SPEECH_WEIGHTS)
        except ModelMissing as error:
            raise DependencyMissing(
                "Finding the speech in a film needs the package silero-vad.",
                hint=f"Install it: pip install {SPEECH_WEIGHTS.requirement}; other deliveries do without.",
            ) from error
        self._weights = _read(path)
        self._memory = (torch.zeros(1, 1, 128), torch.zeros(1, 1, 128))
        self._rest = np.zeros(_CONTEXT, np.float32)

    def feed(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take samples ``float32 (n,)`` at 16 kHz; return the probabilities of the chunks that are whole by now."""
        import torch

        buffer = np.concatenate((self._rest, np.asarray(sound, np.float32)))
        count = (len(buffer) - _CONTEXT) // CHUNK
        self._rest = buffer[count * CHUNK :]
        if not count:
            return np.zeros(0, np.float32)
        heard = np.lib.stride_tricks.sliding_window_view(buffer[: _CONTEXT + count * CHUNK], _CONTEXT + CHUNK)[::CHUNK]
        with torch.inference_mode():
            parts = [self._run(torch.from_numpy(heard[i : i + _AT_ONCE].copy())) for i in range(0, count, _AT_ONCE)]
            return np.asarray(torch.cat(parts).numpy(), np.float32)

    def finish(self) -> NDArray[np.float32]:
        """Return the probability of the last chunk, filled with silence, where one is begun."""
        over = (len(self._rest) - _CONTEXT) % CHUNK
        return self.feed(np.zeros(CHUNK - over, np.float32)) if over else np.zeros(0, np.float32)

    def _run(self, chunks: Tensor) -> Tensor:
        """Return the probabilities of chunks ``(n, 64 + 512)`` that follow each other."""
        import torch
        from torch.nn import functional

        weights = self._weights
        x = functional.pad(chunks[:, None], (0, _PAD), mode="reflect")
        x = functional.conv1d(x, weights["stft_conv.weight"], stride=_STRIDE)
        x = torch.sqrt(x[:, :_BINS] ** 2 + x[:, _BINS:] ** 2)
        for number, stride in ((1, 1), (2, 2), (3, 2), (4, 1)):
            bias = weights[f"conv{number}.bias"]
            x = functional.conv1d(x, weights[f"conv{number}.weight"], bias, stride=stride, padding=1).relu()
        cell = [weights[f"lstm_cell.{name}"] for name in _CELL]
        steps = x.transpose(1, 2)  # (n, 1, 128): one step a chunk
        hidden, *memory = torch.lstm(steps, self._memory, cell, True, 1, 0.0, False, False, False)
        self._memory = (memory[0], memory[1])
        last = weights["final_conv.weight"][:, :, 0]
        return torch.sigmoid(functional.linear(hidden[:, 0].relu(), last, weights["final_conv.bias"]))[:, 0]


def _read(path: Path) -> dict[str, Tensor]:
    """Return the weights of the network for 16 kHz, by the names that they go by here."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of TorchScript, which is only read here, never run
        held = torch.jit.load(str(path), map_location="cpu").state_dict()  # type: ignore[no-untyped-call]
    names = {"stft_conv.weight": "stft.forward_basis_buffer"}
    names |= {f"lstm_cell.{name}": f"decoder.rnn.{name}" for name in _CELL}
    for part in ("weight", "bias"):
        names |= {f"conv{number}.{part}": f"encoder.{number - 1}.reparam_conv.{part}" for number in (1, 2, 3, 4)}
        names[f"final_conv.{part}"] = f"decoder.decoder.2.{part}"
    return {ours: held[f"_model.{theirs}"].detach() for ours, theirs in names.items()}


def probabilities(blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """Yield how likely it is that somebody speaks, 0 to 1, one value for each 32 ms of a sound.

    Args:
        blocks: the sound, ``float32 (n,)`` at 16 kHz, in pieces of any size; memory does not grow with it, and no bit
            depends on the sizes.

    Raises:
        DependencyMissing: the package that brings the weights is not installed.
        ModelDamaged: the weights are not the ones that were published.
    """
    network = SpeechNetwork()
    for block in _even(blocks):
        yield side_by_side(network.feed, [block])[0]
    yield network.finish()


def _even(blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """Yield a sound in pieces of one size: the last bit of a product depends on how many rows it has beside it."""
    held: list[NDArray[np.float32]] = []
    samples = 0
    for block in blocks:
        held.append(block)
        samples += len(block)
        if samples >= _TOGETHER:
            sound = np.concatenate(held)
            whole = samples // _TOGETHER * _TOGETHER
            for start in range(0, whole, _TOGETHER):
                yield sound[start : start + _TOGETHER]
            held, samples = [sound[whole:]], samples - whole
    if samples:
        yield np.concatenate(held)


def find_speech(blocks: Iterable[NDArray[np.float32]]) -> Speech:
    """Return where somebody speaks in a sound; see ``probabilities`` for what is taken and raised."""
    samples = 0

    def counted() -> Iterator[NDArray[np.float32]]:
        nonlocal samples
        for block in blocks:
            samples += len(block)
            yield block

    likely = np.concatenate([np.zeros(0, np.float32), *probabilities(counted())])
    spans = ((start * CHUNK, min(end * CHUNK, samples)) for start, end in _runs(likely))
    return Speech(tuple(spans), samples)


def _runs(likely: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return the runs of chunks that are speech: begun at one probability, ended at a lower one, pauses closed."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for number, value in enumerate([*likely.tolist(), 0.0]):
        if start is None and value >= _ON:
            start = number
        elif start is not None and value < _OFF:
            if runs and start - runs[-1][1] <= _GAP:
                start = runs.pop()[0]
            runs.append((start, number))
            start = None
    return [(first, last) for first, last in runs if last - first >= _LEAST]
