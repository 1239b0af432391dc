"""The log-mel spectrogram that AudioLDM was trained on, and the level of the sounds that it was trained on."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

WINDOW = 1024
"""Samples of the analysis window and of its transform."""
FLOOR = 1e-5
"""The least magnitude that is told from silence; its logarithm is −11.51."""
PEAK = 0.5
"""Sounds were trained at zero mean and this peak."""


def levelled(wave: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """Return a sound at the level of the training sounds, and the gain that brings it back to its own.

    Args:
        wave: mono, ``float32 (samples,)``.
    """
    centred = wave - wave.mean() if wave.size else wave
    peak = float(np.abs(centred).max(initial=0.0))
    if peak < FLOOR:
        return np.zeros_like(wave), 1.0
    return np.asarray(centred * np.float32(PEAK / peak), dtype=np.float32), peak / PEAK


def log_mel(wave: torch.Tensor, *, sample_rate: int, hop: int, bins: int) -> torch.Tensor:
    """Return the log-mel spectrogram ``float32 (n, samples // hop, bins)`` of sounds ``float32 (n, samples)``.

    A periodic Hann window of 1024 over a signal reflected at its ends, magnitudes, Slaney's mel bands from 0 to half
    the sample rate with unit area, natural logarithm.
    """
    margin = (WINDOW - hop) // 2
    padded = torch.nn.functional.pad(wave[:, None], (margin, margin), mode="reflect")[:, 0]
    window = torch.hann_window(WINDOW, device=wave.device)
    spectrum = torch.stft(padded, WINDOW, hop, window=window, center=False, return_complex=True).abs()
    bands = torch.from_numpy(_bands(sample_rate, bins)).to(wave.device)
    return (bands @ spectrum).clamp_min(FLOOR).log().transpose(1, 2)


@cache
def _bands(sample_rate: int, bins: int) -> NDArray[np.float32]:
    from transformers.audio_utils import mel_filter_bank

    filters = mel_filter_bank(
        num_frequency_bins=WINDOW // 2 + 1,
        num_mel_filters=bins,
        min_frequency=0.0,
        max_frequency=sample_rate / 2,
        sampling_rate=sample_rate,
        norm="slaney",
        mel_scale="slaney",
    )
    return np.ascontiguousarray(filters.T, dtype=np.float32)
