"""Pieces for work on sound that never lies in memory whole: a queue of samples, and windows that slide over it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""``float32 (channels, samples)``."""


class Fifo:
    """Samples waiting their turn, first in, first out, along the last axis."""

    def __init__(self) -> None:
        """Start empty."""
        self._blocks: deque[NDArray[Any]] = deque()
        self.waiting = 0

    def push(self, block: NDArray[Any]) -> None:
        """Append samples; the array must not change afterwards."""
        if block.shape[-1]:
            self._blocks.append(block)
            self.waiting += block.shape[-1]

    def take(self, samples: int) -> NDArray[Any]:
        """Remove and return exactly so many samples (at least 1, at most ``waiting``)."""
        if not 0 < samples <= self.waiting:
            raise ValueError(f"{samples} samples asked for, {self.waiting} are waiting")
        self.waiting -= samples
        taken = []
        while samples:
            block = self._blocks.popleft()
            if block.shape[-1] > samples:
                self._blocks.appendleft(block[..., samples:])
                block = block[..., :samples]
            taken.append(block)
            samples -= block.shape[-1]
        result: NDArray[Any] = taken[0] if len(taken) == 1 else np.concatenate(taken, axis=-1)
        return result


def reblocked(blocks: Iterator[Samples], channels: int, samples: int, block: int) -> Iterator[Samples]:
    """Cut or fill a stream to a length, in equal blocks but for the last."""
    fifo, given = Fifo(), 0
    for sound in blocks:
        fifo.push(sound)
        while fifo.waiting >= block and samples - given > block:
            given += block
            yield fifo.take(block)
        if fifo.waiting >= samples - given:
            break
    while given < samples:
        wanted = min(block, samples - given)
        have = min(wanted, fifo.waiting)
        parts = [fifo.take(have)] if have else []
        if have < wanted:
            parts.append(np.zeros((channels, wanted - have), np.float32))
        given += wanted
        yield parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


class Window:
    """Applies a function that sees some samples before and after each one to a stream, as if it were whole.

    Args:
        before: samples of the past that a result depends on.
        after: samples of the future that it depends on: the stream's latency.
        function: maps ``(n,)`` to ``(n,)``; its first ``before`` and last ``after`` results are not used. Must give
            zeros for zeros.
    """

    def __init__(self, before: int, after: int, function: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
        """Start with silence in the past."""
        self._before, self._after, self._function = before, after, function
        self._kept = np.zeros(before)

    def feed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take values ``(n,)`` and return the results that are certain by now."""
        buffer = np.concatenate((self._kept, values))
        ready = len(buffer) - self._before - self._after
        if ready <= 0:
            self._kept = buffer
            return np.zeros(0)
        self._kept = buffer[ready:]
        if not buffer.any():
            return np.zeros(ready)
        result: NDArray[np.float64] = self._function(buffer)[self._before : self._before + ready]
        return result


class Follower:
    """A curve that is never below what it follows, rises smoothly before it is needed, holds, and falls slowly.

    Results are as many as the values fed, in step with them; they come ``latency`` values late.

    Args:
        look_ahead: the curve starts to rise ``2 * look_ahead`` values before a value that needs it.
        hold: values for which it stays up.
        fall: how much it falls a value at most.
    """

    def __init__(self, look_ahead: int, hold: int, fall: float) -> None:
        """Start at zero."""
        from scipy.ndimage import maximum_filter1d, uniform_filter1d

        back, self._fall, self._level = look_ahead + hold, fall, 0.0
        width, first = look_ahead + back + 1, look_ahead // 2
        second = look_ahead - first

        def reach(values: NDArray[np.float64]) -> NDArray[np.float64]:
            shift = back - width // 2
            result: NDArray[np.float64] = maximum_filter1d(values, width, mode="constant", origin=shift)
            return result

        def smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
            once = uniform_filter1d(values, 2 * first + 1, mode="constant")
            result: NDArray[np.float64] = uniform_filter1d(once, 2 * second + 1, mode="constant")
            result[result < 1e-7] = 0
            return result

        self._reach = Window(back, look_ahead, reach)
        self._smooth = Window(look_ahead, look_ahead, smooth)
        self.latency = 2 * look_ahead
        self._early = self.latency
        self._chain(np.zeros(self.latency))

    def _chain(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._smooth.feed(self._release(self._reach.feed(values)))

    def _release(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Let the values fall by no more than ``fall`` each: a running maximum of values on a rising slope."""
        if not len(values) or not (self._level or values.any()):
            return values
        slope = self._fall * np.arange(1, len(values) + 1)
        result: NDArray[np.float64] = np.maximum.accumulate(np.maximum(values + slope, self._level)) - slope
        result = np.maximum(result, values)
        self._level = float(result[-1])
        return result

    def feed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take values ``(n,)``, none negative, and return the part of the curve that is certain by now."""
        curve = self._chain(values)
        early, self._early = min(self._early, len(curve)), max(0, self._early - len(curve))
        return curve[early:]

    def finish(self) -> NDArray[np.float64]:
        """Return the rest of the curve."""
        return self.feed(np.zeros(self.latency))
