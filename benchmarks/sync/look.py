"""What a film went through between the world and the file: rates, light, noise, loss. Values and the dice for them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

RATES = ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60", "15")
_RATE_CHANCES = (0.15, 0.17, 0.2, 0.15, 0.17, 0.05, 0.035, 0.035, 0.04)
SIZES = ((320, 180), (480, 270), (240, 180), (320, 240), (180, 320), (320, 136))
_SIZE_CHANCES = (0.68, 0.07, 0.08, 0.05, 0.07, 0.05)


@dataclass(frozen=True)
class Look:
    """Everything that is done to a film's pictures.

    Attributes:
        rate: frames a second, a fraction as text.
        size: width and height in pixels, even.
        clean: nothing is done but mild compression.
        bars: pixels of black above and below (left and right of portrait films: none).
        shutter: seconds of exposure before each frame's time; 0 is an instant.
        exposures: how many instants are averaged over the shutter.
        held: frames a second of which the others are repeats (24 in 30); empty without.
        stutter: chance of a frame to repeat the one before.
        interlaced: each frame weaves two fields, half a frame apart.
        blur: deviation of a Gaussian, pixels.
        gamma: exponent on 0..1.
        contrast: factor around middle grey.
        brightness: levels added, of 255.
        saturation: 1 is as drawn, 0 is grey.
        noise: deviation of each pixel's noise, levels.
        grain: deviation of grain of some pixels' size, levels.
        mains: depth of the light's flicker, 0..1.
        mains_rate: flickers a second (100 or 120).
        bands: how many flickers fall on one picture's height (a rolling shutter); 0 is the whole frame alike.
        steps: (second, factor) at which the exposure changes.
        step_seconds: how long a change takes.
        fade_in: seconds from black.
        fade_out: seconds to black.
        crf: H.264 quality, 18 (good) to 38.
        preset: x264's preset.
    """

    rate: str
    size: tuple[int, int]
    clean: bool = True
    bars: int = 0
    shutter: float = 0.0
    exposures: int = 1
    held: str = ""
    stutter: float = 0.0
    interlaced: bool = False
    blur: float = 0.0
    gamma: float = 1.0
    contrast: float = 1.0
    brightness: float = 0.0
    saturation: float = 1.0
    noise: float = 0.0
    grain: float = 0.0
    mains: float = 0.0
    mains_rate: float = 100.0
    bands: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    step_seconds: float = 0.0
    fade_in: float = 0.0
    fade_out: float = 0.0
    crf: int = 20
    preset: str = "veryfast"

    @property
    def fps(self) -> Fraction:
        """Frames a second."""
        return Fraction(self.rate)

    @property
    def window(self) -> tuple[int, int]:
        """Width and height of the picture between the bars."""
        return self.size[0], self.size[1] - 2 * self.bars

    def times(self, seconds: float) -> list[float]:
        """Return the times of the frames of a film."""
        return [float(number / self.fps) for number in range(int(self.fps * Fraction(seconds).limit_denominator(1000)))]

    def shown(self, time: float) -> float:
        """Return the moment that the frame at a time shows."""
        if not self.held:
            return time
        rate = Fraction(self.held)
        return float(int(time * rate + Fraction(1, 1000)) / rate)

    def visible(self, time: float, seconds: float) -> float:
        """Return how much a film's fades leave of the picture at a time, 0..1."""
        part = 1.0
        if self.fade_in:
            part = min(part, time / self.fade_in)
        if self.fade_out:
            part = min(part, (seconds - time) / self.fade_out)
        return max(0.0, part)

    def gain(self, time: float) -> float:
        """Return the factor of exposure at a time."""
        gain = 1.0
        for at, factor in self.steps:
            part = min(max((time - at) / self.step_seconds, 0.0), 1.0) if self.step_seconds else float(time >= at)
            gain += part * (factor - gain)
        return gain


def look(rng: np.random.Generator, seconds: float) -> Look:
    """Return a random look; about a third are clean."""
    rate = str(rng.choice(RATES, p=_RATE_CHANCES))
    size = SIZES[int(rng.choice(len(SIZES), p=_SIZE_CHANCES))]
    if rng.uniform() < 1 / 3:
        return Look(rate, size, crf=int(rng.integers(18, 25)))

    def maybe(chance: float, low: float, high: float, otherwise: float = 0.0) -> float:
        drawn, value = rng.uniform(), float(rng.uniform(low, high))
        return round(value, 4) if drawn < chance else otherwise

    fps = float(Fraction(rate))
    exposures = int(rng.integers(2, 5)) if rng.uniform() < 0.4 else 1
    held, interlaced = _cadence(rng, rate)
    count = int(rng.integers(1, 4)) if rng.uniform() < 0.15 else 0
    steps = tuple(
        (round(float(rng.uniform(0, seconds)), 3), round(float(rng.uniform(0.8, 1.2)), 3)) for _ in range(count)
    )
    wide = size[0] > size[1]
    return Look(
        rate=rate,
        size=size,
        clean=False,
        bars=2 * round(float(rng.uniform(0.04, 0.13)) * size[1] / 2) if wide and rng.uniform() < 0.12 else 0,
        shutter=round(float(rng.uniform(0.25, 1.0)) / fps, 5) if exposures > 1 else 0.0,
        exposures=exposures,
        held=held,
        stutter=maybe(0.08, 0.02, 0.12),
        interlaced=interlaced,
        blur=maybe(0.3, 0.4, 1.8),
        gamma=maybe(0.4, 0.55, 1.8, 1.0),
        contrast=maybe(0.4, 0.45, 1.25, 1.0),
        brightness=maybe(0.25, -35, 35),
        saturation=0.0 if rng.uniform() < 0.06 else maybe(0.4, 0.2, 1.4, 1.0),
        noise=maybe(0.5, 1, 11),
        grain=maybe(0.25, 1, 8),
        mains=maybe(0.18, 0.01, 0.12),
        mains_rate=float(rng.choice([100.0, 120.0])) + float(rng.uniform(-0.3, 0.3)),
        bands=maybe(0.5, 0.5, 2.5),
        steps=tuple(sorted(steps)),
        step_seconds=maybe(0.6, 0.1, 0.8),
        fade_in=maybe(0.12, 0.2, 1.5),
        fade_out=maybe(0.1, 0.2, 1.5),
        crf=int(rng.integers(18, 39)),
        preset=str(rng.choice(["ultrafast", "superfast", "veryfast"])),
    )


def _cadence(rng: np.random.Generator, rate: str) -> tuple[str, bool]:
    """Return a slower rate whose frames repeat (or none), and whether fields are woven; never both."""
    slower = {
        "30": "24", "30000/1001": "24000/1001", "60": "24", "60000/1001": "24000/1001", "50": "25",
        "24": "12", "24000/1001": "12000/1001", "25": "12.5",
    }.get(rate, "")  # fmt: skip
    drawn = rng.uniform()
    if drawn < (0.2 if Fraction(rate) > 25 else 0.05):
        return slower, False
    return "", drawn > 0.92 and rate in ("25", "30", "30000/1001")
