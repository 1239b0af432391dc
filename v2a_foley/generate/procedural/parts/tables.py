"""Periodic waves read from a table of one cycle: cheap where a spectrum stands still and only its pitch moves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from v2a_foley.generate.procedural.family import Wave

_SIZE = 4096
_PIECE = 8192
"""Samples read at a time: few enough to stay in the processor's cache."""


def cycle(levels: Sequence[float] | Wave, phases: Sequence[float] | Wave | None = None) -> Wave:
    """Draw one cycle of a wave with these levels of the fundamental and its multiples, ``(4097,)``, peak one."""
    turn = np.zeros(len(levels)) if phases is None else np.asarray(phases, float)
    spectrum = np.zeros(_SIZE // 2 + 1, complex)
    spectrum[1 : len(levels) + 1] = -0.5j * _SIZE * np.asarray(levels, float) * np.exp(1j * turn)
    wave = np.fft.irfft(spectrum)
    wave = np.append(wave, wave[0])
    return np.asarray(wave / (np.max(np.abs(wave)) + 1e-12))


def read(table: Wave, turns: Wave) -> Wave:
    """Read a table at a moving phase, in turns from 0 on, ``(n,)``."""
    steps, out = np.diff(table), np.empty(len(turns))
    for start in range(0, len(turns), _PIECE):
        at = turns[start : start + _PIECE] * _SIZE
        whole = at.astype(np.int64)
        at -= whole
        whole &= _SIZE - 1
        at *= steps[whole]
        at += table[whole]
        out[start : start + _PIECE] = at
    return out


def harmonic_levels(hertz: float, fall: float, top: float = 15_000.0, most: int = 80) -> Wave:
    """Levels of partials that fall as a power of their number, up to a frequency, ``(m,)``."""
    return np.asarray(np.arange(1, max(2, min(most, int(top / hertz)) + 1)) ** -float(fall), dtype=np.float64)


def stretch(knots: Wave, hop: int) -> Wave:
    """Draw straight lines through values ``hop`` samples apart, ``((m - 1) * hop,)``; cheaper than ``np.interp``."""
    ramp = np.arange(hop) / hop
    lines = np.diff(knots)[:, None] * ramp
    lines += knots[:-1, None]
    return np.asarray(lines.reshape(-1))
