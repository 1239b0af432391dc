"""What a sound looks like: a picture over time and pitch, with the places of its axes' marks. Lays no page out."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.stream import Samples
from v2a_foley.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from PIL.Image import Image

_WINDOW = 2048
LOWEST, HIGHEST = 40.0, 20_000.0
"""Hertz at the picture's bottom and top; between them every octave is as tall as the next."""
SOFTEST, LOUDEST = -100.0, -30.0
"""Decibels at which the darkest and the brightest colour stand; 0 is a sine at full scale."""
PITCHES = (100.0, 1_000.0, 10_000.0)
"""Hertz that are worth a mark."""
_COLOURS = np.array(
    [(12, 14, 20), (31, 32, 66), (74, 45, 110), (140, 54, 112), (206, 82, 84), (243, 142, 64), (252, 206, 116),
     (255, 250, 224)], np.float32,
)  # fmt: skip
"""From silence to the loudest."""
STEPS = 96
"""Colours in a picture: less than a decibel each, so that none is missed and the file stays small."""
_SHORTEST_MARK = 1e-3


def spectrogram(sound: Samples, size: tuple[int, int]) -> Image:
    """Draw a sound over time (across) and pitch (up, 40 Hz to 20 kHz in equal steps an octave).

    Args:
        sound: ``float32 (channels, samples)`` at 48 kHz; its channels are averaged.
        size: width and height in pixels.

    Returns:
        A picture of ``STEPS`` colours, dark where it is silent.
    """
    from PIL import Image

    picture = Image.fromarray(_levels(sound.mean(axis=0), size))
    places = np.linspace(0, len(_COLOURS) - 1, STEPS)
    palette = np.stack([np.interp(places, np.arange(len(_COLOURS)), _COLOURS[:, c]) for c in range(3)], axis=-1)
    picture.putpalette(palette.astype(np.uint8).tobytes())
    return picture


def spectrogram_png(sound: Samples, size: tuple[int, int]) -> bytes:
    """Return ``spectrogram`` as a PNG file's content."""
    written = io.BytesIO()
    spectrogram(sound, size).save(written, format="PNG", optimize=True)
    return written.getvalue()


def height_of(hertz: float) -> float:
    """Return where a pitch lies: 0 at the picture's bottom, 1 at its top."""
    return math.log(hertz / LOWEST) / math.log(HIGHEST / LOWEST)


def time_marks(seconds: float, *, most: int = 7) -> Sequence[float]:
    """Return round times from zero to a sound's end, at most so many, in seconds."""
    if seconds <= _SHORTEST_MARK:
        return (0.0,)
    rough = seconds / max(1, most - 1)
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * each for each in (1, 2, 5, 10) if size * each >= rough * (1 - 1e-9))
    return tuple(number * step for number in range(int(seconds / step + 1e-9) + 1))


def _levels(sound: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return how loud a sound ``(samples,)`` is at each place, ``uint8 (height, width)``, 0 to ``STEPS`` - 1."""
    import cv2

    width, height = size
    starts = np.linspace(0, max(0, len(sound) - 1), width).astype(int)
    padded = np.pad(sound, (_WINDOW // 2, _WINDOW // 2))
    window = np.hanning(_WINDOW).astype(np.float32)
    columns = np.empty((width, _WINDOW // 2 + 1), np.float32)
    for first in range(0, width, 200):
        places = starts[first : first + 200, None] + np.arange(_WINDOW)
        columns[first : first + 200] = np.abs(np.fft.rfft(padded[places] * window, axis=1))
    decibels = 20 * np.log10(columns / (_WINDOW / 4) + 1e-7)
    edges = np.geomspace(HIGHEST, LOWEST, height + 1) / SAMPLE_RATE * _WINDOW
    pitches = np.sqrt(edges[:-1] * edges[1:])
    across = np.tile(pitches[:, None], (1, width)).astype(np.float32)
    rows = np.tile(np.arange(width, dtype=np.float32), (height, 1))
    shown = cv2.remap(decibels, across, rows, cv2.INTER_LINEAR)
    bins = np.ceil(edges).astype(int)
    for row, (high, low) in enumerate(pairwise(bins)):
        if high > low:  # a row that spans several bins shows the loudest, or a tone between two rows would be lost
            shown[row] = np.maximum(shown[row], decibels[:, low:high].max(axis=1))
    brightness = np.clip((shown - SOFTEST) / (LOUDEST - SOFTEST), 0, 1) * (STEPS - 1)
    levels: NDArray[np.uint8] = brightness.round().astype(np.uint8)
    return levels
