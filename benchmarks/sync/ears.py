"""Hears where a sound strikes and how loud it is: the benchmark's own ears, which share nothing with the program's.

Spectral flux over bands finds the strikes; the level of the band that rose most tells the moment, to a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

RATE = 48_000
Line = NDArray[np.float64]

_WINDOW, _HOP = 512, 96
_BANDS = 28
_LOWEST, _HIGHEST = 120.0, 16_000.0
_LAG = 4
"""Frames of 2 ms between the spectra that are compared."""
_DEPTH = 55.0
"""Decibels below a film's loudest moment at which nothing is heard any more."""
_QUIET, _OVER_BED = 20.0, 9.0
"""Percentile of a band's levels that is its bed (strikes may ring most of the time), and decibels over it from which a
rise counts: what a noise does by itself does not."""
_QUIETEST = -90.0
"""Decibels of full scale in one band below which nothing is heard."""
_LEAST_FLUX = 2.0
"""Decibels, mean over the bands, by which a strike rises within 8 ms."""
_LEAST_RISE = 6.0
"""Decibels by which the most telling of three broad bands must rise over the 20 ms before."""
_BEGINS = 0.12
"""Part of the attack's peak power, 9 dB below it, at which it begins: a rustle just before a blow is not the blow."""
_APART = 0.05
_MASKING = ((0.0, 0.08, 0.35), (1.0, 2.0, 14.0))
"""Seconds after a strike, and by how many decibels a later one may be weaker and is still heard as one of its own: the
toe after the heel, and the shards after the break, belong to the same event. Later than that anything is heard."""
_SPLITS = (600.0, 3_000.0)


@dataclass(frozen=True)
class Onset:
    """One strike that is heard.

    Attributes:
        time: seconds from the sound's start, of the first moment of its attack.
        level: decibels of full scale that its power reaches over 10 ms.
    """

    time: float
    level: float


def onsets(sound: NDArray[np.float32], rate: int = RATE) -> tuple[Onset, ...]:
    """Return the strikes in a sound.

    Args:
        sound: ``float32 (channels, samples)``.
        rate: hertz; 48,000.

    Returns:
        The strikes in order, at least 50 ms apart.
    """
    if rate != RATE:
        raise ValueError(f"These ears hear at {RATE} Hz, not at {rate} Hz.")
    mono = sound.astype(np.float64).mean(axis=0)
    if len(mono) < 4 * _WINDOW or not np.any(mono):
        return ()
    flux = _flux(mono)
    usual = ndimage.median_filter(flux, 151, mode="nearest")
    peaks, _ = signal.find_peaks(np.concatenate([[0.0], flux - usual, [0.0]]), height=_LEAST_FLUX, distance=10)
    bands = _broad(mono)
    found = [one for peak in peaks if (one := _refined(bands, mono, (peak - 1) * _HOP)) is not None]
    return _heard(found)


def _flux(mono: Line) -> Line:
    """Return by how many decibels the bands rise on each frame of 2 ms, in the mean; frame k is centred on k hops."""
    padded = np.pad(mono, (_WINDOW // 2, _WINDOW // 2 + _HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    window = np.hanning(_WINDOW)
    power = np.empty((len(frames), _BANDS))
    filters = _filters()
    for begin in range(0, len(frames), 4096):
        spectrum = np.abs(np.fft.rfft(frames[begin : begin + 4096] * window)) ** 2
        power[begin : begin + 4096] = spectrum @ filters.T
    decibels = 10 * np.log10(power / (window.sum() / 2) ** 2 + 1e-14)
    bed = np.percentile(decibels, _QUIET, axis=0) + _OVER_BED
    floor = np.maximum(np.maximum(bed, decibels.max() - _DEPTH), _QUIETEST)
    heard = np.maximum(decibels, floor)
    before = ndimage.maximum_filter(heard, size=(3, 3), mode="nearest")
    rise = np.zeros(len(heard))
    rise[_LAG:] = np.maximum(0.0, heard[_LAG:] - before[:-_LAG]).mean(axis=1)
    return rise


def _filters() -> Line:
    """Return ``(bands, bins)``: rectangles, each a third of an octave or one bin wide, that divide the spectrum."""
    bins = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    edges = np.geomspace(_LOWEST, _HIGHEST, _BANDS + 1)
    filters = np.zeros((_BANDS, len(bins)))
    for band in range(_BANDS):
        inside = (bins >= edges[band]) & (bins < edges[band + 1])
        if not inside.any():
            inside[np.argmin(np.abs(bins - np.sqrt(edges[band] * edges[band + 1])))] = True
        filters[band] = inside
    return filters


def _broad(mono: Line) -> tuple[Line, ...]:
    """Return the sound in three broad bands, each with the power of every millisecond."""
    low, high = _SPLITS
    designs = (
        signal.butter(2, [60.0, low], "bandpass", fs=RATE, output="sos"),
        signal.butter(2, [low, high], "bandpass", fs=RATE, output="sos"),
        signal.butter(2, high, "highpass", fs=RATE, output="sos"),
    )
    return tuple(_powers(signal.sosfilt(design, mono), 12) for design in designs)


def _powers(line: Line, hop: int) -> Line:
    whole = np.pad(line, (0, -len(line) % hop))
    power: Line = np.square(whole).reshape(-1, hop).mean(axis=1)
    return power


def _refined(bands: tuple[Line, ...], mono: Line, centre: int) -> Onset | None:
    """Return the strike near a sample, its moment read off the band that rises most; None if nothing rises enough."""
    step = RATE // 4000  # a quarter of a millisecond
    at = centre // step
    first, last = max(0, at - 56), at + 48  # 14 ms before, 12 ms after
    best, moment = 0.0, 0
    for power in bands:
        smooth = ndimage.uniform_filter1d(power[max(0, first - 80) : last + 40], 4, mode="nearest")
        shift = first - max(0, first - 80)
        before = float(smooth[max(0, shift - 60) : shift + 8].mean()) if shift else 0.0
        part = smooth[shift : shift + last - first]
        if not len(part):
            continue
        peak = float(part.max())
        rise = 10 * np.log10((peak + 1e-14) / (before + 1e-13))
        if rise <= best + (3.0 if best else 0.0):
            continue
        over = np.flatnonzero(part >= before + _BEGINS * (peak - before) + 2.0 * before * (peak > 12 * before))
        best, moment = float(rise), first + int(over[0]) if len(over) else at
    if best < _LEAST_RISE:
        return None
    begin = moment * step
    powers = _powers(mono[begin : begin + RATE * 3 // 100], RATE // 100)
    if not len(powers):
        return None
    return Onset(begin / RATE, 10 * float(np.log10(powers.max() + 1e-14)))


def _heard(found: list[Onset]) -> tuple[Onset, ...]:
    """Leave out what is masked by a stronger strike just before, or belongs to one."""
    kept: list[Onset] = []
    for one in sorted(found, key=lambda onset: onset.time):
        if all(one.level >= other.level - _tolerated(one.time - other.time) for other in kept):
            if kept and one.time - kept[-1].time < _APART:
                if one.level <= kept[-1].level + 10:
                    continue
                kept.pop()
            kept.append(one)
    return tuple(kept)


def _tolerated(gap: float) -> float:
    """Return by how many decibels a strike may be weaker than one that many seconds before, and still be heard."""
    seconds, decibels = _MASKING
    return np.inf if gap >= seconds[-1] else float(np.interp(gap, seconds, decibels))


def level_curve(sound: NDArray[np.float32], rate: int = RATE, step: float = 0.05) -> tuple[Line, Line]:
    """Return how loud a sound is over time.

    Args:
        sound: ``float32 (channels, samples)``.
        rate: hertz.
        step: seconds of each reading.

    Returns:
        The middles of the readings in seconds, and decibels of full scale of the power of each, all channels together;
        -120 for silence.
    """
    hop = round(step * rate)
    count = sound.shape[1] // hop
    power = np.square(sound[:, : count * hop].astype(np.float64)).sum(axis=0).reshape(count, hop).mean(axis=1)
    return (np.arange(count) + 0.5) * hop / rate, 10 * np.log10(power + 1e-12)


def listen(film: Path) -> NDArray[np.float32]:
    """Decode a film's sound with PyAV: ``float32 (2, samples)`` at 48 kHz, its first sample at the picture's zero.

    Raises:
        ValueError: the film has no sound.
    """
    import av

    with av.open(str(film)) as container:
        if not container.streams.audio:
            raise ValueError(f"{film.name} has no sound.")
        stream = container.streams.audio[0]
        picture = container.streams.video[0] if container.streams.video else None
        zero = float((picture.start_time or 0) * picture.time_base) if picture is not None else 0.0
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
        blocks: list[NDArray[np.float32]] = []
        begin: float | None = None
        for frame in container.decode(stream):
            if begin is None:
                begin = float(frame.time or 0.0)
            blocks += [part.to_ndarray() for part in resampler.resample(frame)]
        blocks += [part.to_ndarray() for part in resampler.resample(None)]
    sound = np.concatenate(blocks, axis=1) if blocks else np.zeros((2, 0), np.float32)
    late = round(((begin or 0.0) - zero) * RATE)
    return np.pad(sound, ((0, 0), (late, 0))) if late >= 0 else sound[:, -late:]
