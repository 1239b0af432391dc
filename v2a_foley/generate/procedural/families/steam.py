"""Gas that escapes: steam valves, fumaroles, geysers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, span
from v2a_foley.generate.procedural.parts.filters import band, coloured, highpass, lowpass, once, peak, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around
from v2a_foley.generate.procedural.parts.shapes import burst, seconds, unit


@dataclass(frozen=True)
class Steam:
    """Escaping steam: the pressure behind it, the opening it comes through, how much water it throws up."""

    pressure: float = span(1.0, 0.02, 12.0, unit="bar")
    opening: float = span(8.0, 0.5, 3000.0, unit="mm")
    water: float = span(0.0)


def build_steam(params: Steam, studio: Studio) -> Instrument:
    """Build a jet of steam."""
    rng = studio.rng("steam")
    speed = 470.0 * min(1.0, float(np.sqrt(params.pressure / 0.9)))
    centre = float(np.clip(0.2 * speed / (params.opening / 1000), 60, 9000))
    noise, scatter = Noise(studio.rng("jet"), studio.channels), Scatter(studio.channels)
    choked = max(0.0, min(1.0, (params.pressure - 0.9) / 3))
    jet = coloured(
        highpass(0.5 * centre, 1),
        highpass(0.25 * centre, 1),
        lowpass(min(2.0 * centre, 18_000), 1),
        peak(min(1.9 * centre * around(rng, 1, 0.05), 15_000), 14.0, 20.0 * choked),
    )
    drops = bubbles(rng, 140, max(120.0, 0.25 * centre), 4000)
    falling, burble = Moments(rng, 30 + 400 * params.water), Slow(studio.rng("burble"), 2.2)
    flutter, draught, spit = (
        Slow(studio.rng("flutter"), 18),
        Slow(studio.rng("draught"), 0.4),
        Slow(studio.rng("spit"), 7),
    )
    splash = coloured(slope(-3.0), band(200, 3500))

    def play(block: Block) -> Wave:
        n = block.samples
        push = np.exp((0.06 + 0.45 * params.water) * draught(n) + 0.04 * flutter(n) + 0.5 * params.water * spit(n))
        white = noise(n)
        out = 0.25 * jet(white) * push
        if params.water:
            wave = np.exp(0.7 * burble(n))
            grains = [
                (int(at), rng.random() ** 2 * drops[int(rng.integers(140))], float(rng.uniform(-0.8, 0.8)))
                for at in falling(n, np.clip(0.4 * wave * block.drive, 0, 1))
            ]
            out = out + params.water * (0.7 * scatter(n, grains) + 0.14 * splash(white) * wave)
        return out

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(0.25 + 0.5 * strength)
        return unit(
            once(rng.standard_normal(n), band(0.5 * centre, 2.0 * centre)) * burst(n, 0.004, 0.2 + 0.4 * strength)
        )

    return Instrument(play=play, strike=strike, burst=1.2)


STEAM = Family(
    "steam",
    "Steam that escapes: a hiss whose pitch goes with speed over opening, and the water it throws up.",
    Steam,
    build_steam,
    model="A jet's noise has its peak where frequency times opening over speed is 0.2: a pinhole hisses at many "
    "kilohertz, a fumarole roars. The speed grows with the square root of the pressure until the flow chokes at about "
    "one bar; beyond that the jet screeches. Water in the vent makes it spit and surge, and falls back as splashes "
    "and bubbles.",
    source="Lighthill, On sound generated aerodynamically, Proc. R. Soc. A 211 (1952); Tam, Supersonic jet noise, "
    "Annu. Rev. Fluid Mech. 27 (1995); Kieffer, Seismicity at Old Faithful Geyser, JVGR 22 (1984).",
    shown=(
        {"opening": 1.0},
        {"opening": 200.0},
        {"pressure": 0.05},
        {"pressure": 10.0},
        {"opening": 250.0, "water": 1.0},
    ),
)
