"""Sounds with known properties, for the tests of this room and of render."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.footage import ffmpeg
from v2a_foley.audio.wav import WavWriter

RATE = 48_000


def noise(seconds: float, level: float = 0.05, channels: int = 2, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal((channels, round(seconds * RATE))) * level).astype(np.float32)


def tone(seconds: float, level: float = 0.25, frequency: float = 440.0, channels: int = 2) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    return np.tile((level * np.sin(2 * np.pi * frequency * t)).astype(np.float32), (channels, 1))


def click(length: int, at: int, level: float = 0.5, channels: int = 1) -> np.ndarray:
    sound = np.zeros((channels, length), np.float32)
    sound[:, at] = level
    return sound


def written(path: Path, sound: np.ndarray) -> Path:
    with WavWriter(path, len(sound), bits=32) as file:
        file.write(sound.astype(np.float32))
    return path


def blocks(sound: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, sound.shape[1], size):
        yield sound[:, start : start + size]


def decibels(value: float) -> float:
    return 20 * np.log10(max(float(value), 1e-12))


def standard_true_peak(path: Path) -> float:
    """The true peak in dBTP as ffmpeg's own meter prints it."""
    said = ffmpeg("-loglevel", "info", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-")
    return float(re.findall(r"Peak:\s+(\S+) dBFS", said)[-1])


def exact_true_peak(sound: np.ndarray) -> float:
    """The true peak by sixteenfold oversampling in the frequency domain: an oracle that shares no code with ours."""
    peak = 0.0
    for channel in sound.astype(float):
        padded = np.pad(channel, 4096)
        spectrum = np.fft.rfft(padded)
        wide = np.zeros(len(padded) * 8 + 1, complex)
        wide[: len(spectrum)] = spectrum * 16
        peak = max(peak, float(np.abs(np.fft.irfft(wide, len(padded) * 16)).max()))
    return peak
