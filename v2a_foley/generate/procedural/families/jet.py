"""Rockets, jet aeroplanes and helicopters: jet noise, turbine whine and blade slap (Lighthill 1952, George 1978)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, band, coloured, highpass, lowpass, peak, slope
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around


@dataclass(frozen=True)
class Jet:
    """Something that flies by thrust: which, and how large."""

    kind: str = choice("jet", "rocket", "helicopter")
    size: float = span(0.5)


def build(params: Jet, studio: Studio) -> Instrument:
    """Build a jet; the drive is its thrust."""
    if params.kind == "helicopter":
        return _helicopter(params, studio)
    own = studio.rng("jet")
    rocket = params.kind == "rocket"
    low = 260 - 160 * params.size if not rocket else 110 - 70 * params.size
    noise = Noise(studio.rng("mixing"), studio.channels)
    roar = coloured(slope(-2.5), peak(low, 0.45, 11.0), lowpass(5200 if rocket else 7500, 1))
    tear = coloured(highpass(900, 1), lowpass(6500, 1))
    deep = coloured(slope(-4.0), lowpass(110, 1))
    unrest, gust, tearing = Slow(studio.rng("unrest"), 14), Slow(studio.rng("gust"), 1.1), Slow(studio.rng("tear"), 55)
    air, drift = Slow(studio.rng("air"), 0.2), Slow(studio.rng("drift"), 0.4)
    tones = [around(own, f, 0.07) for f in (2350, 3120, 5250)]
    hiss = coloured(band(1800, 9000))
    state = {"phase": float(own.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        thrust = 0.06 + 0.94 * block.drive
        white = noise(n)
        shake = 1 + 0.14 * unrest(n) + 0.16 * gust(n) + 0.1 * air(n)
        out = 1.1 * roar(white) * thrust**1.6 * shake
        if rocket:
            crackle = np.clip(tearing(n) - 0.6, 0, 3) ** 1.4
            out += 0.7 * deep(white) * thrust**1.5 * shake
            out += 0.35 * tear(np.maximum(white, 0) ** 2 - 0.5) * crackle * thrust**2.2
            return out
        turns = (0.45 + 0.55 * block.drive) * (1 + 0.006 * drift(n))
        phase = state["phase"] + np.cumsum(turns) / RATE
        state["phase"] = float(phase[-1])
        whine = sum(
            a * np.sin(2 * np.pi * f * phase + k) for k, (f, a) in enumerate(zip(tones, (1.0, 0.6, 0.35), strict=True))
        )
        return out + 0.055 * np.sqrt(thrust) * whine * (1 + 0.3 * gust(n)) + 0.22 * hiss(white) * thrust**2

    return Instrument(play=play, follows=True, rest=0.8, burst=2.5)


def _helicopter(params: Jet, studio: Studio) -> Instrument:
    own = studio.rng("rotor")
    blade_rate = around(own, 22 - 9 * params.size, 0.05)
    tail_rate, turbine = blade_rate * around(own, 4.9, 0.03), around(own, 4600, 0.06)
    noise = Noise(studio.rng("wash"), studio.channels)
    wash, slap_air = coloured(slope(-4.0), band(80, 2400)), coloured(slope(-2.0), band(140, 1800))
    thump = Filter(lowpass(220, 2), highpass(14, 1))
    drift, sway = Slow(studio.rng("drift"), 0.3), Slow(studio.rng("sway"), 0.8)
    blades = np.exp(0.12 * own.standard_normal(4))
    state = {"phase": float(own.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        turns = (0.55 + 0.45 * block.drive) * (1 + 0.006 * drift(n))
        phase = state["phase"] + np.cumsum(turns * blade_rate) / RATE
        state["phase"] = float(phase[-1])
        part = phase % 1
        level = blades[phase.astype(int) % 4] * (1 + 0.2 * sway(n)) * (0.15 + 0.85 * block.drive**1.4)
        slap = np.exp(-part * 9) * np.clip(part / 0.05, 0, 1) * level
        chop = np.exp(-((part - 0.22) ** 2) / 0.02) * level
        white = noise(n)
        tail = np.sin(2 * np.pi * phase * tail_rate / blade_rate) + 0.5 * np.sin(
            4 * np.pi * phase * tail_rate / blade_rate
        )
        whine = np.sin(2 * np.pi * phase * turbine / blade_rate)
        out = 0.7 * slap_air(white) * (0.15 + 1.6 * slap) + 0.5 * wash(white) * (0.4 + chop)
        out += 1.5 * thump(slap - 0.5 * chop)[None, :] + (0.05 * tail + 0.012 * whine)[None, :] * block.drive
        return np.asarray(out)

    return Instrument(play=play, follows=True, rest=0.85, burst=2.0)


JET = Family("jet", "Jets, rockets and helicopters: mixing noise, crackle, turbine whine, blade slap.", Jet, build)
