"""Cartoon sounds: boings, pops, zips, slide whistles. Everything here exaggerates one physical gesture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, once, resonance
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import burst, clock, decay, lay, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import cycle, harmonic_levels, read


@dataclass(frozen=True)
class Cartoon:
    """A cartoon sound: which, how high, how long, how far its pitch travels."""

    kind: str = choice("boing", "pop", "zip", "slide_up", "slide_down", "twang")
    pitch: float = span(190.0, 60.0, 1500.0, unit="Hz")
    length: float = span(0.9, 0.05, 3.0, unit="s")
    travel: float = span(0.5)


def build(params: Cartoon, studio: Studio) -> Instrument:
    """Build a cartoon sound."""
    own = studio.rng("toy")
    pitch = around(own, params.pitch, 0.05)
    steel = cycle(harmonic_levels(pitch, 0.9, 7000), own.uniform(0, 6.28, len(harmonic_levels(pitch, 0.9, 7000))))

    def boing(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(params.length)
        time = clock(n)
        rate = around(rng, 11, 0.1) * (1 - 0.35 * time / params.length)
        swing = np.cos(2 * np.pi * np.cumsum(rate) / RATE) * decay(n, 1.6 * params.length)
        hertz = (
            pitch
            * around(rng, 1.0, 0.03)
            * 2 ** (params.travel * (0.9 * swing + 0.5 * (1 - np.exp(-time / (0.4 * params.length)))))
        )
        wave = read(steel, np.cumsum(hertz) / RATE) * (0.55 + 0.45 * swing)
        mouth = once(wave, resonance(900, 2.5)) + 0.6 * once(wave, resonance(2100, 3)) + 0.4 * wave
        return unit(mouth * burst(n, 0.001, 1.7 * params.length))

    def pop(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(min(params.length, 0.12))
        time = clock(n)
        hertz = 3 * pitch * around(rng, 1.0, 0.06) * 2 ** (2.0 * params.travel * np.clip(time / 0.05, 0, 1))
        tone = np.sin(2 * np.pi * np.cumsum(hertz) / RATE) * burst(n, 0.0008, min(params.length, 0.12))
        m = seconds(0.006)
        lips = once(rng.standard_normal(m), band(700, 6000)) * decay(m, 0.006)
        return lay([(0.0, unit(tone)), (0.0, 0.35 * unit(lips))])

    def zipping(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(0.4 * params.length)
        share = np.arange(n) / n
        hertz = 3 * pitch * 2 ** ((1 + 4 * params.travel) * share)
        teeth = np.cumsum(60 + 340 * share) / RATE % 1.0
        noise = rng.standard_normal(n)
        tone = np.sin(2 * np.pi * np.cumsum(hertz) / RATE) * (0.4 + 0.6 * np.exp(-5 * teeth))
        return unit(
            (tone + 0.35 * once(noise, band(2500, 12_000)) * np.exp(-4 * teeth))
            * swell(n, 0.01, 0.03)
            * (0.3 + 0.7 * share)
        )

    def slide(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(params.length)
        time = clock(n)
        share = 0.5 - 0.5 * np.cos(np.pi * time / params.length)
        way = share if params.kind == "slide_up" else 1 - share
        wobble = 1 + 0.012 * np.sin(2 * np.pi * 6.2 * time) * np.clip(time / 0.2, 0, 1)
        hertz = 3.5 * pitch * 2 ** ((0.6 + 2.2 * params.travel) * way) * wobble
        phase = 2 * np.pi * np.cumsum(hertz) / RATE
        tone = np.sin(phase) + 0.08 * np.sin(3 * phase)
        breath = once(rng.standard_normal(n), band(900, 8000))
        return unit((tone + 0.06 * breath) * swell(n, 0.03, 0.06))

    def twang(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(params.length)
        time = clock(n)
        hertz = pitch * 0.35 * (1 + 1.4 * params.travel * time / params.length)
        flap = read(steel, np.cumsum(hertz) / RATE + 0.3 * np.sin(2 * np.pi * 5 * time) * decay(n, params.length))
        wood = once(flap, resonance(480, 4)) + 0.5 * once(flap, resonance(1350, 5))
        return unit(wood * burst(n, 0.0008, 0.9 * params.length))

    strike = {"boing": boing, "pop": pop, "zip": zipping, "slide_up": slide, "slide_down": slide, "twang": twang}[
        params.kind
    ]
    return Instrument(strike=strike, rhythm=steady(1.2 + params.length, 0.25, 0.8))


CARTOON = Family(
    "cartoon",
    "Cartoon sounds: boings, pops, zips, slide whistles, twangs.",
    Cartoon,
    build,
    model="A boing is a jew's harp: steel whose pitch swings ever less about a rising note, through a mouth. "
    "A pop is a cavity that closes, so its pitch jumps up. A zip runs through teeth faster and faster. "
    "A slide whistle is a stopped pipe whose plunger moves, with breath and tremor; a twang a ruler "
    "that flaps on a table's edge as it is drawn in.",
    source="Farnell, Designing Sound (2010); Fletcher & Rossing, The Physics of Musical Instruments (1998), "
    "ch. 2 (clamped bars) and 16 (stopped pipes).",
)
