"""The room around a dry sound: early reflections, a short reverb and the air, by the kind of place and the distance.

The direct sound keeps its sample and its level: what is placed on a frame stays on it. Which sounds are dry, and where
they sound, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.convolution import Convolution
from v2a_foley.audio.stream import Samples
from v2a_foley.errors import UsageError
from v2a_foley.timebase import SAMPLE_RATE

SOUND_SPEED = 343.0
"""Metres a second in air of 20 °C."""
FARTHEST = 100.0
"""Metres; farther is not another colour but another sound, which its maker knows."""

_DRIER = 9.0
"""Decibels by which reflections and reverb lie under a room's: what a directional microphone keeps out."""
_LEAST_DIRECT = 4.0
"""Decibels that the direct sound keeps over them, however far it is."""
_AIR = 0.105
"""Decibels a metre that air takes at 8 kHz (ISO 9613-1, 20 °C, 50 % humidity)."""
_AIR_SLOPE = 1.7
"""Power of the frequency with which that grows, near 8 kHz."""
_BANDS = (500.0, 4000.0)
"""Hertz that part the reverb into low, middle and high."""


@dataclass(frozen=True)
class Place:
    """A kind of place.

    Attributes:
        decay: seconds in which the middle of the reverb falls by 60 dB.
        low: decay of the lows (below 500 Hz) as a share of that.
        high: decay of the highs (above 4 kHz) as a share of that.
        walls: metres between opposite walls, length, width and height; 0 where there is none.
        reflect: share of the pressure that a wall gives back.
        critical: metres at which reverb and direct sound are equally strong; 0: from the walls and the decay.
    """

    decay: float
    low: float
    high: float
    walls: tuple[float, float, float]
    reflect: float
    critical: float = 0.0

    @property
    def critical_distance(self) -> float:
        """Metres at which a diffuse field is as strong as the direct sound (Kuttruff, Room Acoustics)."""
        length, width, height = self.walls
        return self.critical or 0.057 * float(np.sqrt(length * width * height / self.decay))


PLACES: Mapping[str, Place] = MappingProxyType(
    {
        "room": Place(0.45, 1.1, 0.75, (5.2, 4.1, 2.6), 0.75),
        "hall": Place(1.4, 1.15, 0.55, (26.0, 15.0, 6.5), 0.82),
        "church": Place(2.8, 1.2, 0.45, (42.0, 18.0, 14.0), 0.9),
        "cave": Place(2.0, 1.4, 0.4, (19.0, 9.0, 5.0), 0.9),
        "vehicle": Place(0.09, 1.3, 0.6, (2.4, 1.5, 1.2), 0.55),
        "street": Place(1.1, 1.0, 0.6, (0.0, 16.0, 0.0), 0.7, critical=22.0),
        "forest": Place(0.9, 0.4, 0.9, (0.0, 0.0, 0.0), 0.0, critical=35.0),
        "open": Place(0.3, 1.0, 0.5, (0.0, 0.0, 0.0), 0.0, critical=120.0),
    }
)
"""Places by name. Rooms are boxes of usual sizes; streets and forests have the decays of field measurements (0.5 to 2 s
between façades, about 1 s among trunks, both far under the direct sound)."""
NO_PLACE = "none"
"""The name of where there is no room: under water, in space."""


def roomed(blocks: Iterator[Samples], place: str, distance: float) -> Iterator[Samples]:
    """Yield a dry sound as it is heard in a place, as many samples as come in.

    Args:
        blocks: ``float32 (channels, n)``, 1 or 2 channels.
        place: a name of ``PLACES``, or ``NO_PLACE``.
        distance: metres from the sound to the listener, at least 0.

    Raises:
        UsageError: there is no such place.
    """
    if place != NO_PLACE and place not in PLACES:
        raise UsageError(f"There is no place {place!r}.", hint=f"There are {', '.join(PLACES)} and {NO_PLACE}.")
    room: Convolution | None = None
    for block in blocks:
        if place == NO_PLACE:
            yield block
            continue
        if room is None:
            room = Convolution(response(place, round(min(distance, FARTHEST), 2), len(block)))
        yield room(block).astype(np.float32)


@lru_cache(maxsize=64)
def response(place: str, distance: float, channels: int = 1) -> NDArray[np.float64]:
    """Return the response of a place at a distance, ``float64 (channels, m)``; its first sample is the direct sound.

    Every sound in one place meets the same room, so nothing in it is up to chance.
    """
    lines = _reverb(place, distance, channels)
    lines[:, 0] = 1.0
    air = _air(distance)
    both = np.stack([np.convolve(line, air) for line in lines]) if len(air) > 1 else lines
    both.setflags(write=False)
    return both


@lru_cache(maxsize=64)
def apart(place: str, distance: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the two parts of a place's response: of the direct sound ``float64 (1, k)``, of the room ``(2, m)``."""
    air = _air(distance)
    straight = air[None].copy()
    room = np.stack([np.convolve(line, air) for line in _reverb(place, distance, 2)])
    straight.setflags(write=False)
    room.setflags(write=False)
    return straight, room


def _reverb(place: str, distance: float, channels: int) -> NDArray[np.float64]:
    """Return what a place adds to the direct sound, without the air, ``float64 (channels, m)``; it begins with 0."""
    kind = PLACES[place]
    lines = []
    for channel in range(channels):
        rng = np.random.Generator(np.random.PCG64([crc32(place.encode()), channel]))
        early, late = _early(kind, distance), _late(kind, distance, rng)
        line = np.zeros(max(len(early), len(late), 1))
        line[: len(early)] += early
        line[: len(late)] += late
        line[0] = 0.0
        energy = float(np.sum(line**2)) * 10 ** (-_DRIER / 10)
        line *= 10 ** (-_DRIER / 20) * min(1.0, float(np.sqrt(10 ** (-_LEAST_DIRECT / 10) / max(energy, 1e-12))))
        lines.append(line)
    return np.stack(lines)


def _early(kind: Place, distance: float) -> NDArray[np.float64]:
    """Return the first reflections: image sources of the walls up to the second order (Allen & Berkley 1979)."""
    sizes = kind.walls
    if not any(sizes):
        return np.zeros(1)
    near = max(distance, 0.3)
    listener = np.array([0.38 * size for size in sizes])
    source = listener + np.array([0.78, 0.56, 0.28]) / np.linalg.norm([0.78, 0.56, 0.28]) * near
    inside = np.array([size > 0 for size in sizes])
    source = np.where(inside, np.clip(source, 0.0, 0.92 * np.maximum(sizes, 1e-9)), source)
    direct = float(np.linalg.norm(source - listener))
    found: list[tuple[int, float]] = []
    steps = [range(-2, 3) if size > 0 else range(1) for size in sizes]
    for orders in product(*steps):
        bounces = sum(abs(order) for order in orders)
        if not 0 < bounces <= 2:
            continue
        image = [
            at if order == 0 else order * size + (at if order % 2 == 0 else size - at)
            for order, at, size in zip(orders, source, sizes, strict=True)
        ]
        path = float(np.linalg.norm(np.array(image) - listener))
        sample = round(max(path - direct, 0.25) / SOUND_SPEED * SAMPLE_RATE)
        found.append((sample, max(direct, 0.3) / path * kind.reflect**bounces))
    line = np.zeros(max(sample for sample, _ in found) + 24)
    for sample, level in found:  # a wall takes the highs first: each reflection is a short smooth pulse
        width = 3
        pulse = np.hanning(2 * width + 1)
        line[sample : sample + 2 * width + 1] += level * pulse / pulse.sum()
    return line


def _late(kind: Place, distance: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the reverb: noise that decays in three bands, as strong against the direct sound as the distance asks."""
    from scipy import signal

    length = int(1.1 * kind.decay * max(1.0, kind.low) * SAMPLE_RATE)
    volume = float(np.prod(kind.walls)) if all(kind.walls) else 4000.0
    start = int(min(np.sqrt(volume) * 1e-3, 0.08) * SAMPLE_RATE)  # reflections overlap from so many milliseconds on
    time = np.arange(length) / SAMPLE_RATE
    noise = rng.standard_normal(length)
    bands = (
        (kind.low, signal.butter(2, _BANDS[0], "lowpass", fs=SAMPLE_RATE, output="sos")),
        (1.0, signal.butter(1, _BANDS, "bandpass", fs=SAMPLE_RATE, output="sos")),
        (kind.high, signal.butter(2, _BANDS[1], "highpass", fs=SAMPLE_RATE, output="sos")),
    )
    tail = np.zeros(length)
    for share, band in bands:
        tail += signal.sosfilt(band, noise) * 10 ** (-3 * time / (kind.decay * share))
    tail *= np.clip((np.arange(length) - start / 2) / max(start / 2, 1), 0, 1) ** 2
    tail *= np.clip((length - np.arange(length)) / (0.1 * length), 0, 1)
    over = max(distance, 0.3) / kind.critical_distance
    return np.asarray(tail * over / np.sqrt(np.sum(tail**2)))


def _air(distance: float) -> NDArray[np.float64]:
    """Return what the air over a distance does, as a short response of minimum phase, so that the attack stays."""
    if distance * _AIR * 2**_AIR_SLOPE < 0.5:  # inaudible even at 16 kHz
        return np.ones(1)
    size = 512
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    gain = 10 ** (-np.minimum(distance * _AIR * (hertz / 8000) ** _AIR_SLOPE, 60) / 20)
    cepstrum = np.fft.irfft(np.log(gain))
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    return np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))[: size // 4]
