"""Brings pictures whose light is coded for HDR screens (PQ) to what an ordinary screen shows, and the eyes know.

PQ codes up to 10,000 cd/m²; read as ordinary video a sunny meadow becomes grey fog. HLG was made to look right without
this, and is left as it is. Sources: SMPTE ST 2084 (the curve), ITU-R BT.2408 (white at 203 cd/m²).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from v2a_foley.video.decord_door import Frames

_WHITE = 203.0
"""Luminance of diffuse white, cd/m²."""
_BRIGHTEST = 1000.0 / _WHITE
"""What becomes full white, in units of diffuse white: the peak of most gradings."""
_GAMMA = 1 / 2.2


@cache
def _curve() -> Frames:
    """Return the ordinary code value for each PQ code value, ``uint8 (256,)``."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = (np.arange(256) / 255) ** (1 / m2)
    light = 10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1) / _WHITE
    shown = np.minimum(light * (1 + light / _BRIGHTEST**2) / (1 + light), 1)  # Reinhard's curve with a white point
    curve: Frames = np.round(255 * shown**_GAMMA).astype(np.uint8)
    return curve


def toned(frames: Frames, transfer: str) -> Frames:
    """Return frames as an ordinary screen shows them.

    Args:
        frames: ``uint8 (n, height, width, 3)``, RGB as decoded.
        transfer: ``pq``; anything else leaves them as they are.
    """
    return _curve()[frames] if transfer == "pq" else frames
