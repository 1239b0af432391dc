"""Loudness over time after ITU-R BS.1770-4: K-weighted energies of a stream, a tenth of a second each, and their gates.

Whole programmes are measured by ffmpeg (``loudness.py``); this is for what it does not tell: the loudness of parts of a
programme, and what a gain that moves would make of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log10

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.stream import Samples
from v2a_foley.timebase import SAMPLE_RATE

HOP = SAMPLE_RATE // 10
"""Samples that one energy stands for."""
_MOMENT, _SHORT_TERM = 4, 30
"""Hops in a gating block (0.4 s) and in the window of the short-term loudness (3 s)."""
_SECTIONS = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
"""The K-weighting at 48 kHz, BS.1770-4 tables 1 and 2, as second-order sections."""
_BEHIND = frozenset({"BL", "BR", "BC", "SL", "SR"})
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0

Energies = NDArray[np.float64]
"""``float64 (n,)``: weighted mean squares, summed over the channels."""


class EnergyMeter:
    """Weighs a stream, block by block, and keeps one number for each tenth of a second of it.

    Args:
        layout: ffmpeg's name of the channel layout (``stereo``, ``5.1``); the low-frequency channel does not count.
    """

    def __init__(self, layout: str = "stereo") -> None:
        """Start in silence."""
        import av

        names = [channel.name for channel in av.AudioLayout(layout).channels]
        weights = [0.0 if name == "LFE" else 1.41 if name in _BEHIND else 1.0 for name in names]
        self._heard = [number for number, weight in enumerate(weights) if weight]
        self._weights = np.array([weights[number] for number in self._heard])
        self._state = np.zeros((len(_SECTIONS), len(self._heard), 2))
        self._rest = np.zeros((len(self._heard), 0))
        self._energies: list[Energies] = []

    def feed(self, block: Samples) -> None:
        """Measure samples ``float32 (channels, n)``."""
        from scipy.signal import sosfilt

        if not block.shape[1]:
            return
        weighed, self._state = sosfilt(_SECTIONS, block[self._heard].astype(np.float64), axis=-1, zi=self._state)
        sound = np.concatenate((self._rest, weighed), axis=1)
        whole = sound.shape[1] // HOP
        pieces = sound[:, : whole * HOP].reshape(len(sound), whole, HOP)
        self._energies.append(self._weights @ np.square(pieces).mean(axis=-1))
        self._rest = sound[:, whole * HOP :]

    def finish(self) -> Energies:
        """Return the energies of the whole hops of the stream, in order."""
        return np.concatenate(self._energies) if self._energies else np.zeros(0)


def level(energy: float) -> float:
    """Return an energy's loudness in LUFS; −inf for none."""
    return 10 * log10(energy) - 0.691 if energy > 0 else -inf


def moments(energies: Energies) -> Energies:
    """Return the energies of the gating blocks, 0.4 s overlapping by three quarters; block ``k`` begins at hop k."""
    return _windows(energies, _MOMENT)


def short_terms(energies: Energies) -> Energies:
    """Return the energies of the 3 s that end with each hop, silence counting before the beginning."""
    return _windows(np.concatenate((np.zeros(_SHORT_TERM - 1), energies)), _SHORT_TERM)


def gated(blocks: Energies) -> float:
    """Return the loudness in LUFS of gating blocks behind the absolute and the relative gate; −inf: none passes."""
    loud = blocks[blocks > 10 ** ((_ABSOLUTE_GATE + 0.691) / 10)]
    if not len(loud):
        return -inf
    near = loud[loud > loud.mean() * 10 ** (_RELATIVE_GATE / 10)]
    return level(float(near.mean()))


def within(energies: Energies, spans: Sequence[tuple[int, int]]) -> Energies:
    """Return the gating blocks that lie inside spans of samples; what a span cuts through is left out."""
    blocks = moments(energies)
    kept = np.zeros(len(blocks), bool)
    for start, stop in spans:
        kept[-(-start // HOP) : max(0, stop // HOP - _MOMENT + 1)] = True
    return blocks[kept]


def _windows(energies: Energies, width: int) -> Energies:
    if len(energies) < width:
        return np.zeros(0)
    return np.asarray(np.convolve(energies, np.full(width, 1 / width), "valid"), np.float64)
