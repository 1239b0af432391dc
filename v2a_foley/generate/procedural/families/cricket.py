"""Crickets and grasshoppers: stridulation whose pace tells the temperature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, band, lowpass
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import clock, seconds


@dataclass(frozen=True)
class Cricket:
    """Insects that rub their wings or legs: which, how warm it is, how many near by, how many more far away."""

    species: str = choice("field_cricket", "tree_cricket", "grasshopper", "katydid")
    temperature: float = span(20.0, 8.0, 38.0, unit="°C")
    number: int = span(4, 1, 12)
    chorus: float = span(0.4)


@dataclass(frozen=True)
class _Kind:
    """How one kind sings at 20 °C.

    Attributes:
        hertz: pitch of the wing.
        warms: share by which the pitch rises a degree.
        pulses: strokes a chirp (least, most).
        pulse: seconds of one stroke.
        gap: seconds from stroke to stroke.
        chirps: chirps a second.
        noisy: share of noise against the wing's tone.
    """

    hertz: float
    warms: float
    pulses: tuple[int, int]
    pulse: float
    gap: float
    chirps: float
    noisy: float


_KINDS = {
    "field_cricket": _Kind(4600, 0.002, (3, 4), 0.017, 0.034, 2.1, 0.0),
    "tree_cricket": _Kind(2900, 0.022, (5, 8), 0.012, 0.02, 1.87, 0.0),
    "grasshopper": _Kind(7200, 0.0, (7, 13), 0.009, 0.014, 1.25, 0.6),
    "katydid": _Kind(5200, 0.0, (2, 3), 0.05, 0.2, 0.8, 0.45),
}


def pace(temperature: float) -> float:
    """Return the chirps a second of the snowy tree cricket at a temperature in °C (Dolbear 1897)."""
    return max((40 + 4 * (1.8 * temperature + 32 - 50)) / 60, 0.2)


class _Singer:
    """One insect: chirps of a few pulses, each pulse a stroke of the file at the wing's own pitch."""

    def __init__(self, params: Cricket, rng: np.random.Generator, rank: int) -> None:
        self._rng = rng
        kind = _KINDS[params.species]
        warm = (params.temperature + 3) / 23
        self._hertz = around(rng, kind.hertz * (1 + kind.warms * (params.temperature - 20)), 0.06)
        self._pulses = int(rng.integers(kind.pulses[0], kind.pulses[1] + 1))
        self._pulse, self._gap = around(rng, kind.pulse / warm, 0.1), around(rng, kind.gap / warm, 0.08)
        slow = pace(20.0) / pace(params.temperature)
        self._chirp = max(around(rng, slow / kind.chirps, 0.08), (self._pulses + 0.6) * self._gap)
        self._level, self.side = 1.0 / (1 + 0.55 * rank), between(rng, -0.85, 0.85)
        self._noisy = kind.noisy
        self._next = rng.random() * self._chirp * RATE
        self._song = rng.random() * 6

    def __call__(self, samples: int) -> list[tuple[int, Wave, float]]:
        """Return the chirps of the next samples, with their places."""
        grains = []
        while self._next < samples:
            if self._next >= 0:
                grains.append((int(self._next), self.chirp(), self.side))
            pause = self._chirp * around(self._rng, 1, 0.05)
            self._song -= pause
            if self._song < 0:
                pause += self._rng.exponential(0.9)
                self._song = 3 + self._rng.exponential(8)
            self._next += pause * RATE
        self._next -= samples
        return grains

    def chirp(self) -> Wave:
        """Sing one chirp."""
        rng = self._rng
        n = seconds(self._pulses * self._gap + 0.02)
        out = np.zeros(n)
        for k in range(self._pulses):
            m = seconds(self._pulse * around(rng, 1, 0.05))
            time = clock(m)
            shape = np.sin(np.pi * (np.arange(m) + 0.5) / m) ** 1.2
            glide = time - 0.0175 * time**2 / self._pulse
            tone = np.sin(2 * np.pi * self._hertz * glide + rng.random() * 6.28)
            tone = tone + 0.1 * np.sin(4 * np.pi * self._hertz * time)
            tone = (1 - self._noisy) * tone + self._noisy * np.diff(rng.standard_normal(m + 1))
            at = int(k * self._gap * RATE)
            out[at : at + m] += (tone * shape * min(1.0, 0.55 + 0.2 * k))[: n - at]
        return out * self._level * between(rng, 0.85, 1.0)


def build(params: Cricket, studio: Studio) -> Instrument:
    """Build some insects near by and a chorus behind them."""
    ones = [_Singer(params, studio.rng("cricket", k), k) for k in range(params.number)]
    scatter, noise = Scatter(studio.channels), Noise(studio.rng("far"), studio.channels)
    kind = _KINDS[params.species]
    middle = kind.hertz * (1 + kind.warms * (params.temperature - 20))
    far = Filter(band(0.87 * middle, 1.15 * middle, 2), lowpass(9000))
    swell, beat = Slow(studio.rng("swell"), 0.3), Slow(studio.rng("beat"), 2 * pace(params.temperature))

    def play(block: Block) -> Wave:
        n = block.samples
        bed = 0.045 * params.chorus * far(noise(n)) * (1 + 0.25 * swell(n)) * np.exp(0.25 * beat(n))
        return scatter(n, [grain for one in ones for grain in one(n)]) * 0.4 + bed

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        return _Singer(params, rng, 0).chirp()

    return Instrument(play=play, strike=strike)


CRICKET = Family(
    "cricket",
    "Crickets, tree crickets, grasshoppers, katydids.",
    Cricket,
    build,
    model=(
        "A file of teeth on one wing is drawn over a scraper on the other; each stroke rings the wing's harp, a"
        " nearly pure tone that drops a little as the stroke ends, and a few strokes make a chirp. Warm muscles are"
        " fast: chirps come as Dolbear's law says, strokes quicken too, and the tree cricket's pitch rises."
        " Grasshoppers and katydids ring a broad band, close to noise. Each insect has a pitch and pace of its own"
        " and pauses between songs; many more far away fuse into a band of noise that swells."
    ),
    source=(
        "Dolbear, The cricket as a thermometer (1897); Walker, Factors responsible for intraspecific variation in"
        " the calling songs of crickets (1962); Bennet-Clark, Songs and the physics of sound production (1989), in"
        " Cricket Behavior and Neurobiology."
    ),
)
