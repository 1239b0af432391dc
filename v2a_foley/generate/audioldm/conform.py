"""Makes of the network's mono sound what a cue asks for: its rate, length, channels, curve. Makes no sound itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from v2a_foley.generate.blocks import BLOCK, EDGE, edged, exactly
from v2a_foley.generate.following import followed
from v2a_foley.generate.protocol import Samples

PEAK = 0.5
"""What a sound's loudest sample is brought to; its level is set later, by ear's measure."""
_SILENT = 1e-6
_MOST_GAIN = 1e4
_QUALITY = "VHQ"
_SIDE = 0.55
_SIDE_LOW = 250.0
_SIDE_SECONDS = 0.03
_TAPS = 48


def resampled(wave: NDArray[np.float32], native_rate: int, sample_rate: int) -> Iterator[Samples]:
    """Yield a mono sound at another rate, block by block, and after its end silence without end.

    Args:
        wave: ``float32 (samples,)``.
        native_rate: its rate, hertz.
        sample_rate: the rate wanted, hertz.
    """
    if native_rate == sample_rate:
        for begin in range(0, len(wave), BLOCK):
            yield wave[None, begin : begin + BLOCK]
    else:
        import soxr

        stream = soxr.ResampleStream(native_rate, sample_rate, 1, dtype="float32", quality=_QUALITY)
        for begin in range(0, len(wave), BLOCK):
            piece = stream.resample_chunk(wave[begin : begin + BLOCK], last=begin + BLOCK >= len(wave))
            if len(piece):
                yield np.ascontiguousarray(piece[None], dtype=np.float32)
    while True:
        yield np.zeros((1, BLOCK), np.float32)


def widened(blocks: Iterator[Samples]) -> Iterator[Samples]:
    """Make two channels of one: to one side a decorrelated copy is added, from the other it is taken away.

    The copy (sparse random echoes over 30 ms, after Karjalainen & Järveläinen 2007, above 250 Hz) cancels when the two
    are mixed down: their mean is the mono sound again, to rounding.
    """
    response = _side_response()
    kept = np.zeros(len(response) - 1, np.float32)
    for block in blocks:
        both = np.concatenate([kept, block[0]])
        kept = both[-len(kept) :]
        side = _convolved(both, response)
        yield np.concatenate([block + side, block - side])


def _convolved(wave: NDArray[np.float32], response: NDArray[np.float32]) -> NDArray[np.float32]:
    from scipy import signal

    return np.asarray(signal.oaconvolve(wave, response, mode="valid"), np.float32)


@lru_cache(maxsize=1)
def _side_response() -> NDArray[np.float32]:
    """Return the echoes that make the width, ``float32 (samples,)`` at 48 kHz, always the same."""
    from scipy import signal

    rng = np.random.default_rng(0x51DE)
    length = int(_SIDE_SECONDS * 48_000)
    echoes = np.zeros(length)
    spread = (np.arange(_TAPS) + rng.random(_TAPS)) * (length / _TAPS)
    echoes[spread.astype(int)] = rng.choice([-1.0, 1.0], _TAPS) * np.exp(-2.0 * np.arange(_TAPS) / _TAPS)
    echoes = signal.sosfilt(signal.butter(2, _SIDE_LOW, "highpass", fs=48_000, output="sos"), echoes)
    return np.asarray(echoes * (_SIDE / np.sqrt(np.sum(echoes**2))), np.float32)


def conformed(
    wave: NDArray[np.float32],
    native_rate: int,
    *,
    samples: int,
    sample_rate: int,
    channels: int = 1,
    wide: bool = False,
    intensity: Sequence[tuple[int, float]] = (),
) -> Iterator[Samples]:
    """Yield exactly ``samples`` of a sound, faded by 30 ms at both ends, following a curve, its peak at most 0.5.

    Its peak is measured first, on what comes out, and the sound then made a second time: nothing is kept but the wave.

    Args:
        wave: the network's sound, ``float32 (n,)``; what it lacks at the end is silent.
        native_rate: its rate, hertz.
        samples: how many are needed.
        sample_rate: hertz of what is needed.
        channels: 1 or 2.
        wide: whether two channels differ; otherwise the sound lies in the middle.
        intensity: points (sample, value 0 to 1) joined by straight lines; empty for steady.
    """

    def placed() -> Iterator[Samples]:
        sound = exactly(resampled(_centred(wave), native_rate, sample_rate), samples)
        if channels == 1:
            return sound
        return widened(sound) if wide else (np.repeat(block, 2, axis=0) for block in sound)

    yield from followed(edged(at_peak(placed), samples, round(EDGE * sample_rate)), intensity, sample_rate, most=PEAK)


def at_peak(stream: Callable[[], Iterator[Samples]]) -> Iterator[Samples]:
    """Yield a stream scaled so that its peak is 0.5; silence stays silent. The stream is read twice."""
    peak = max((float(np.abs(block).max(initial=0.0)) for block in stream()), default=0.0)
    gain = np.float32(min(PEAK / peak, _MOST_GAIN) if peak > _SILENT else 1.0)
    for block in stream():
        yield block * gain


def _centred(wave: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take a constant offset out."""
    return wave - np.float32(wave.mean(dtype=np.float64)) if len(wave) else wave


def mirrored(wave: NDArray[np.float32], samples: int, lead: int) -> NDArray[np.float32]:
    """Return so many samples of a sound that begins after ``lead``, and runs back and forth beyond its ends.

    Args:
        wave: ``float32 (n,)``, at least one sample.
        samples: how many are wanted.
        lead: samples before its first.
    """
    length = len(wave)
    if length == 1:
        return np.repeat(wave, samples)
    at = np.abs(np.arange(samples) - lead) % (2 * length - 2)
    return np.asarray(wave[np.minimum(at, 2 * length - 2 - at)], np.float32)
