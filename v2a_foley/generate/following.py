"""How any sound follows what drives it: level and colour, for a curve over time and for the strength of a hit.

Every generator uses this, so that a wheel that slows is the same gesture whatever voice plays it. Reading a curve off
the picture is the business of ``sync``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.generate.protocol import Samples

CORNER = 1200.0
"""Hertz above which a sound's brightness lies."""
_LEVEL = 1.3
_COLOUR = 2.0
_SOFTENS = 0.5
_ROUNDING = 0.012
_HUSHED = 1e-3
_HOPS = 20
_SLOW = 15
_GUARD = 6
_LOOK = _SLOW + 2 * _GUARD + 2
_KNOWN = 200
_CHUNK = 16
_MOST = 10 ** (9 / 20)
_SILENT = 1e-12

Floats = NDArray[np.float64]


class Curve:
    """A curve at every sample, without corners, read from its beginning on."""

    def __init__(self, points: Sequence[tuple[int, float]], sample_rate: int) -> None:
        """Take points (sample, value) joined by straight lines, flat beyond the ends; values are held to 0 to 1."""
        self._at = np.array([at for at, _ in points], np.float64)
        self._values = np.clip([value for _, value in points], 0, 1).astype(np.float64)
        self.first = float(np.interp(0, self._at, self._values))
        self.moves = bool(np.ptp(self._values) > 0)
        keep = float(np.exp(-1 / (_ROUNDING * sample_rate)))
        self._smooth = _OnePole(keep, before=self.first)

    def __call__(self, start: int, samples: int) -> Floats:
        """Return the next samples of it, ``(samples,)``, 0 to 1."""
        if not self.moves:
            return np.full(samples, self.first)
        return np.clip(self._smooth(np.interp(np.arange(start, start + samples), self._at, self._values)), 0, 1)


class Follower:
    """Lets level and brightness of a stream follow a drive: half of it is 8 dB softer, and above 1.2 kHz 12 dB."""

    def __init__(self, sample_rate: int) -> None:
        """Begin a stream."""
        self._dark = _OnePole(_keep(sample_rate))

    def __call__(self, wave: NDArray[Any], drive: Floats) -> Floats:
        """Return the next samples ``(channels, n)``, driven by ``(n,)``, 0 to 1; at 1 they are as they were."""
        dark = self._dark(wave)
        if np.all(drive == 1.0):
            return np.asarray(wave, np.float64)
        drive = np.where(drive < _HUSHED, 0.0, drive)
        return np.asarray(drive**_LEVEL * dark + drive**_COLOUR * (wave - dark))


def softened(sound: NDArray[Any], strength: float, sample_rate: int, *, varied: float = 0.0) -> Floats:
    """Return a struck sound as bright as its strength makes it, its peak kept: softer is duller.

    Args:
        sound: ``(n,)`` or ``(channels, n)``.
        strength: 0 to 1; at 1 nothing changes.
        sample_rate: hertz.
        varied: decibels by which its brightness differs besides.
    """
    treble = float(np.clip(strength, 0.02, 1)) ** _SOFTENS * 10 ** (varied / 20)
    before = float(np.abs(sound).max(initial=0.0))
    if treble == 1.0 or before <= 0:
        return np.asarray(sound, np.float64)
    dark = _OnePole(_keep(sample_rate))(sound)
    out = dark + treble * (sound - dark)
    return np.asarray(out * (before / max(float(np.abs(out).max()), 1e-12)))


def followed(
    pieces: Iterator[Samples], points: Sequence[tuple[int, float]], sample_rate: int, *, most: float = 0.5
) -> Iterator[Samples]:
    """Let a recorded stream follow a curve; without one it is left as it is.

    Where the curve moves, the stream's own slow swells are evened out first, so that what is heard follows the curve.
    Attacks are kept: no gain moves faster than the curve, or than over half a second.

    Args:
        pieces: the stream, ``float32 (channels, n)`` each.
        points: (sample, value 0 to 1) joined by straight lines; empty for none.
        sample_rate: hertz.
        most: peak that the evening-out keeps below.
    """
    if not points:
        yield from pieces
        return
    curve, follower, at = Curve(points, sample_rate), Follower(sample_rate), 0
    for piece in evened(pieces, sample_rate, most=most) if curve.moves else pieces:
        yield follower(piece, curve(at, piece.shape[1])).astype(np.float32)
        at += piece.shape[1]


def evened(pieces: Iterator[Samples], sample_rate: int, *, most: float = 0.5) -> Iterator[Samples]:
    """Take a stream's slow swells out, 9 dB at most: its level over 1.5 s becomes that of its first ten seconds.

    Args:
        pieces: the stream; ten seconds of it are held.
        sample_rate: hertz.
        most: peak that it keeps below.
    """
    hop = max(1, round(sample_rate / _HOPS))
    meter, held = _Meter(hop, most), _Held()
    given, ended = 0, False
    while not ended:
        piece = next(pieces, None)
        ended = piece is None
        if piece is not None:
            held.add(piece)
        meter.read(held, ended=ended)
        ready = len(meter.powers) - (0 if ended else _LOOK if given else _KNOWN)
        for first in range(given, ready, _CHUNK):
            given = min(first + _CHUNK, ready)
            wave = held.take((given - first) * hop)
            yield (wave * meter.gains(first, given, first * hop + np.arange(wave.shape[1]))).astype(np.float32)


class _Held:
    """Samples that came and were not given yet."""

    def __init__(self) -> None:
        self.wave: Samples = np.zeros((0, 0), np.float32)
        self.gone = 0

    def add(self, piece: Samples) -> None:
        self.wave = np.concatenate([self.wave, piece], axis=1) if self.wave.size else piece

    def take(self, samples: int) -> Samples:
        wave, self.wave = self.wave[:, :samples], self.wave[:, samples:]
        self.gone += wave.shape[1]
        return wave


class _Meter:
    """The level and the peak of every twentieth of a second so far, and the gains that even them out."""

    def __init__(self, hop: int, most: float) -> None:
        self.powers: list[float] = []
        self._peaks: list[float] = []
        self._hop, self._most, self._level = hop, most, 0.0

    def read(self, held: _Held, *, ended: bool) -> None:
        """Read the whole hops that are held and were not read; at the end also what is left."""
        first = len(self.powers) * self._hop - held.gone
        while first < held.wave.shape[1] and (ended or first + self._hop <= held.wave.shape[1]):
            part = held.wave[:, first : first + self._hop]
            self.powers.append(float(np.mean(np.square(part, dtype=np.float64))))
            self._peaks.append(float(np.abs(part).max(initial=0.0)))
            first += self._hop

    def gains(self, first: int, last: int, at: NDArray[np.int64]) -> Floats:
        """Return the gain at samples of the hops from ``first`` up to ``last``."""
        low, high = max(0, first - _LOOK), min(len(self.powers), last + _LOOK)
        slow = _averaged(np.array(self.powers[low:high]), _SLOW)
        if first == 0 and self._level == 0:
            begun = _averaged(np.array(self.powers[:_KNOWN]), _SLOW)
            heard = begun[begun > max(_SILENT, float(begun.max()) * 1e-4)]
            self._level = float(np.exp(np.mean(np.log(heard)))) if heard.size else 1.0
        wanted = np.clip(np.sqrt(self._level / np.maximum(slow, _SILENT)), 1 / _MOST, _MOST)
        wanted = np.minimum(wanted, self._most / np.maximum(np.array(self._peaks[low:high]), 1e-9))
        reach = _GUARD + 1
        around = np.lib.stride_tricks.sliding_window_view(np.pad(wanted, reach, mode="edge"), 2 * reach + 1)
        smooth = _averaged(around.min(axis=1), _GUARD)
        centres = (np.arange(low, high) + 0.5) * self._hop
        return np.asarray(np.interp(at, centres, smooth))


def _averaged(values: Floats, reach: int) -> Floats:
    """Average over so many neighbours at each side, under a Hann window; fewer at the ends."""
    window = np.hanning(2 * reach + 3)[1:-1]
    total = np.convolve(values, window)[reach : reach + len(values)]
    return np.asarray(total / np.convolve(np.ones(len(values)), window)[reach : reach + len(values)])


class _OnePole:
    """A one-pole low-pass of unit gain at zero that runs on from block to block."""

    def __init__(self, keep: float, *, before: float = 0.0) -> None:
        self._keep, self._before = keep, before
        self._state: NDArray[Any] | None = None

    def __call__(self, wave: NDArray[Any]) -> Floats:
        from scipy import signal

        if self._state is None:
            self._state = np.full((*wave.shape[:-1], 1), self._keep * self._before)
        out, self._state = signal.lfilter(
            [1 - self._keep], [1, -self._keep], np.asarray(wave, np.float64), axis=-1, zi=self._state
        )
        return np.asarray(out)


def _keep(sample_rate: int) -> float:
    return float(np.exp(-2 * np.pi * min(CORNER, 0.45 * sample_rate) / sample_rate))
