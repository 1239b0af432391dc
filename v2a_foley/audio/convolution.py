"""Convolution of a stream with a fixed response, block by block. What the response stands for is decided elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Convolution:
    """Convolves a stream with a response that begins at once; what rings on goes over into the next block.

    Args:
        response: ``(m,)``, for every channel alike, or ``(channels, m)``.
    """

    def __init__(self, response: NDArray[np.floating]) -> None:
        """Keep the response, and an empty tail."""
        self._response = response
        self._tail: NDArray[Any] = np.zeros((*response.shape[:-1], response.shape[-1] - 1))

    def __call__(self, wave: NDArray[np.floating]) -> NDArray[np.float64]:
        """Convolve the next samples, ``(n,)`` or ``(channels, n)``, and return as many."""
        from scipy import signal

        response = self._response if self._response.ndim == wave.ndim else self._response[None, :]
        full = signal.oaconvolve(wave, response, axes=-1)
        reach = self._tail.shape[-1]
        full[..., :reach] += self._tail
        self._tail = full[..., wave.shape[-1] :].copy()
        return np.asarray(full[..., : wave.shape[-1]], np.float64)
