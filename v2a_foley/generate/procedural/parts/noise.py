"""Random signals that run on from block to block: white noise, slow wandering, moments of a Poisson process."""

from __future__ import annotations

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Studio, Wave

WIDTH = 0.3
"""Correlation of left and right noise: wide, and still only 1.9 dB down when both are summed to mono."""


_UNIT = float(np.sqrt(3.0)) / 2**16
"""Brings a sum of four even numbers of 16 bits, whose variance is 2**32 / 3, to unit variance."""


class Noise:
    """White noise of unit variance, ``(channels, n)`` a call, channels slightly correlated.

    Each value is the sum of four even numbers of 16 bits, which is nearly Gaussian, entirely so once it is filtered,
    and takes half the time.
    """

    def __init__(self, rng: np.random.Generator, channels: int = 1, correlation: float = WIDTH) -> None:
        """Keep the source of chance."""
        self._rng, self._channels = rng, channels
        self._own, self._other = np.sqrt((1 + correlation) / 2), np.sqrt((1 - correlation) / 2)

    def __call__(self, samples: int) -> Wave:
        """Return the next samples."""
        raw = self._rng.bit_generator.random_raw(self._channels * samples)
        parts = raw.view(np.int16).reshape(self._channels, 4, samples)
        white = np.add(parts[:, 0], parts[:, 1], dtype=np.int32)
        white += parts[:, 2]
        white += parts[:, 3]
        if self._channels == 1:
            return white * _UNIT
        middle, side = white[0] * (self._own * _UNIT), white[1] * (self._other * _UNIT)
        both = np.empty((2, samples))
        np.add(middle, side, out=both[0])
        np.subtract(middle, side, out=both[1])
        return both


class Slow:
    """A smooth random curve: low-passed Gaussian noise of unit variance that wanders ``rate`` times a second."""

    def __init__(self, rng: np.random.Generator, rate: float) -> None:
        """Settle the filter, so that the curve has no beginning."""
        from scipy import signal

        self._rng = rng
        self._hop = max(1, int(RATE / (rate * 12)))
        self._b, self._a = signal.butter(2, min(0.9, 2 * rate * self._hop / RATE))
        self._zi = np.zeros(2)
        warm, self._zi = signal.lfilter(self._b, self._a, rng.standard_normal(96), zi=self._zi)
        response = signal.lfilter(self._b, self._a, np.r_[1.0, np.zeros(511)])
        self._scale = 1.0 / np.sqrt(np.sum(response**2))
        self._knots = warm[-2:] * self._scale
        self._at = 0

    def __call__(self, samples: int) -> Wave:
        """Return the next samples, ``(n,)``."""
        from scipy import signal

        needed = (self._at + samples) // self._hop + 2
        missing = needed - len(self._knots) + 1
        if missing > 0:
            fresh, self._zi = signal.lfilter(self._b, self._a, self._rng.standard_normal(missing), zi=self._zi)
            self._knots = np.concatenate([self._knots, fresh * self._scale])
        curve = self._straight(samples)
        whole, self._at = divmod(self._at + samples, self._hop)
        self._knots = self._knots[whole:]
        return curve

    def _straight(self, samples: int) -> Wave:
        """Draw straight lines between the knots: at one stroke where they are dense, one by one where they are not."""
        hop, knots, first = self._hop, self._knots, self._at
        count = (first + samples - 1) // hop + 1
        steps = np.diff(knots[: count + 1])
        if hop < 2048:
            ramp = np.arange(hop) / hop
            whole = steps[:, None] * ramp
            whole += knots[:count, None]
            return np.asarray(whole.reshape(-1)[first : first + samples])
        curve = np.empty(samples)
        for k in range(count):
            start, stop = max(k * hop - first, 0), min((k + 1) * hop - first, samples)
            curve[start:stop] = knots[k] + steps[k] * (np.arange(start + first - k * hop, stop + first - k * hop) / hop)
        return curve


class Moments:
    """Moments of a Poisson process with memory of nothing: sorted sample positions within the next block."""

    def __init__(self, rng: np.random.Generator, rate: float) -> None:
        """Keep the mean rate, in moments a second."""
        self._rng, self._rate = rng, rate

    def __call__(self, samples: int, density: Wave | float = 1.0) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return positions within the next samples; ``density`` (a number or a curve ``(n,)``, 0 to 1) thins them."""
        count = self._rng.poisson(self._rate * samples / RATE)
        at = np.sort(self._rng.integers(0, samples, count))
        chance = self._rng.random(count)
        limit = density[at] if isinstance(density, np.ndarray) else density
        return at[chance < limit]


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a number evenly drawn between two."""
    return float(rng.uniform(low, high))


def around(rng: np.random.Generator, value: float, spread: float) -> float:
    """Return a value times a log-normal factor of the given spread (0.1: about 10 %)."""
    return float(value * np.exp(np.clip(rng.standard_normal(), -2.2, 2.2) * spread))


class Whistle:
    """A resonance whose pitch wanders: band-limited complex noise on a moving carrier."""

    def __init__(self, studio: Studio, name: str, hertz: float, width: float) -> None:
        """Keep where it lies and how wide it is, in hertz."""
        self._pairs = [[Slow(studio.rng(name, 2 * k + j), width) for j in (0, 1)] for k in range(studio.channels)]
        self._hertz = hertz
        self._turn = studio.rng(name, 9).random()

    def __call__(self, bend: Wave) -> Wave:
        """Return the next samples, ``(channels, n)``; ``bend`` is the pitch as a factor, ``(n,)``."""
        turns = self._turn + np.cumsum(self._hertz / RATE * bend)
        self._turn = float(turns[-1] % 1)
        turns -= np.floor(turns)
        phase = (2 * np.pi * turns).astype(np.float32)
        cosine, sine = np.cos(phase), np.sin(phase)
        return np.stack([0.7 * (real(len(bend)) * cosine + imag(len(bend)) * sine) for real, imag in self._pairs])
