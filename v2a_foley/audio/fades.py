"""Curves that rise from silence to full level, for fades and crossfades. A fade-out is the same curve reversed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def equal_power(start: int, stop: int, length: int) -> NDArray[np.float32]:
    """Return part of an equal-power fade-in: two of them, crossed, keep the power of unlike sounds.

    Args:
        start: first sample wanted, counted from where the fade begins; may be negative (silence).
        stop: one past the last; may lie beyond ``length`` (full level, exactly 1).
        length: samples over which the fade rises; 0 is a hard start.

    Returns:
        ``float32 (stop - start,)``, 0 to 1.
    """
    position = _position(start, stop, length)
    curve = np.sin(position * (np.pi / 2))
    curve[position >= 1] = 1
    return curve.astype(np.float32)


def linear(start: int, stop: int, length: int) -> NDArray[np.float32]:
    """Return part of a linear fade-in: two of them, crossed, keep the level of like sounds. As ``equal_power``."""
    return _position(start, stop, length).astype(np.float32)


def _position(start: int, stop: int, length: int) -> NDArray[np.float64]:
    samples = np.arange(start, stop, dtype=np.float64)
    if length <= 0:
        return (samples >= 0).astype(np.float64)
    return np.clip((samples + 0.5) / length, 0, 1)
