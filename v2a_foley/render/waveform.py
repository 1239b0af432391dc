"""What a stretch of a finished mix looks like, measured column by column. Draws nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.wav import read_wav
from v2a_foley.timebase import SAMPLE_RATE, TimeRange, to_samples

_AT_ONCE = 10 * SAMPLE_RATE


def waveform(mix: Path, where: TimeRange, columns: int) -> NDArray[np.float32]:
    """Measure a stretch of a mix at 48 kHz; at most some ten seconds of it lie in memory.

    Args:
        mix: the sound, with all its channels.
        where: the stretch; what lies beyond the sound's end is silent.
        columns: how many parts to measure.

    Returns:
        ``float32 (3, columns)``: lowest and highest sample and the power mean of each part, −1 to 1.

    Raises:
        RenderError: the mix is missing or damaged.
    """
    start, end = to_samples(where.start), to_samples(where.end)
    edges = np.linspace(start, max(end, start + 1), columns + 1).round().astype(int)
    out = np.zeros((3, columns), np.float32)
    step = max(1, columns * _AT_ONCE // max(1, end - start))
    for begin in range(0, columns, step):
        stop = min(columns, begin + step)
        samples = max(1, int(edges[stop] - edges[begin]))
        sound, _ = read_wav(mix, int(edges[begin]), samples)
        for column in range(begin, stop):
            low = min(int(edges[column] - edges[begin]), samples - 1)
            piece = sound[:, low : max(low + 1, int(edges[column + 1] - edges[begin]))]
            if piece.size:
                out[:, column] = piece.min(), piece.max(), np.sqrt(np.square(piece).mean())
    return out
