"""Drawings inside the page, as SVG that takes its colours from the page: waveforms, and impacts against sounds."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.demo.measure import Impacts
from v2a_foley.project import Layer
from v2a_foley.render.waveform import waveform
from v2a_foley.timebase import TimeRange, as_clock

_COLUMNS = 900


def _outline(low: NDArray[np.float32], high: NDArray[np.float32], middle: float, reach: float) -> str:
    """Return the path around a waveform, one unit a column, as tall as its loudest sample allows."""
    most = max(float(np.abs(low).max(initial=0)), float(np.abs(high).max(initial=0)), 1e-4)
    up = [f"{x},{middle - reach * float(value) / most:.1f}" for x, value in enumerate(high)]
    down = [f"{x},{middle - reach * float(value) / most:.1f}" for x, value in enumerate(low)]
    return f"M{' '.join(up)} {' '.join(reversed(down))}Z"


def wave(stem: Path, duration: Fraction, layer: Layer) -> str:
    """Return a stem's waveform over the whole film, in its layer's colour."""
    low, high, _ = waveform(stem, TimeRange(Fraction(0), duration), _COLUMNS)
    return (
        f'<svg class="wave" viewBox="0 0 {_COLUMNS} 74" preserveAspectRatio="none" role="img" '
        f'aria-label="Waveform of the {layer} stem"><line x1="0" y1="37" x2="{_COLUMNS}" y2="37" stroke="var(--line)"/>'
        f'<path d="{_outline(low, high, 37, 36)}" fill="var(--{layer})"/></svg>'
    )


def impacts(stem: Path, shot: TimeRange, found: Impacts) -> str:
    """Return the rendered shot's waveform with the moments of its visible impacts."""
    width, height = 1160, 190
    low, high, _ = waveform(stem, shot, width)

    def across(time: Fraction) -> float:
        return float((time - shot.start) / shot.duration) * width

    def mark(time: Fraction) -> str:
        x = f"{across(time):.1f}"
        return (
            f'<line x1="{x}" x2="{x}" y1="26" y2="{height - 24}" stroke="var(--bad)" stroke-width="1.5"/>'
            f'<circle cx="{x}" cy="22" r="4" fill="var(--bad)"/><text x="{x}" y="{height - 6}" text-anchor="middle" '
            f'fill="var(--soft)" font-size="13">{as_clock(time)}</text>'
        )

    marks = "".join(mark(strike.seen) for strike in found.strikes)
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="Waveform of the rendered shot with its impacts">'
        f'<line x1="0" y1="95" x2="{width}" y2="95" stroke="var(--line)"/>'
        f'<path d="{_outline(low, high, 95, 62)}" fill="var(--FX)"/>{marks}</svg>'
    )
