"""Cats of the house: meows, yowls and hisses by source and filter, and the purr of a gated larynx."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, band, highpass, lowpass, resonance
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around
from v2a_foley.generate.procedural.parts.throat import Call, Company, Throat, company, throat_of
from v2a_foley.generate.procedural.parts.voice import Utterance

_NOMINAL = 4.0


@dataclass(frozen=True)
class Cat:
    """A cat: what it does, its mass, and how agitated it is."""

    kind: str = choice("meow", "purr", "hiss", "yowl")
    mass: float = span(4.0, 0.3, 10.0, unit="kg")
    agitation: float = span(0.4)


_MEOW = Utterance(
    0.85,
    ((0.0, 430), (0.18, 590), (0.5, 680), (0.8, 520), (1.0, 390)),
    ((0.0, 0.0), (0.1, 0.45), (0.35, 1.0), (0.7, 0.6), (1.0, 0.0)),
    (
        (0.0, (360, 2500, 3300, 4700, 7500)),
        (0.22, (520, 2300, 3400, 4800, 7500)),
        (0.5, (1150, 1900, 3300, 4700, 7500)),
        (0.8, (800, 1350, 3100, 4600, 7500)),
        (1.0, (480, 1000, 3000, 4500, 7500)),
    ),
    breath=0.07,
    jitter=0.008,
    shimmer=0.06,
    tilt=1800,
    sharp=1.2,
)
_YOWL = Utterance(
    2.2,
    ((0.0, 380), (0.2, 560), (0.45, 520), (0.7, 700), (0.9, 620), (1.0, 420)),
    ((0.0, 0.0), (0.1, 0.5), (0.4, 0.8), (0.7, 1.0), (1.0, 0.0)),
    (
        (0.0, (420, 1800, 3200, 4700, 7300)),
        (0.3, (700, 1500, 3200, 4700, 7300)),
        (0.55, (560, 1900, 3300, 4700, 7300)),
        (0.75, (1100, 1800, 3300, 4700, 7300)),
        (1.0, (600, 1200, 3000, 4600, 7300)),
    ),
    breath=0.12,
    jitter=0.02,
    shimmer=0.15,
    double=0.18,
    tilt=2400,
    growl=0.2,
)
_HISS = Utterance(
    0.75,
    ((0.0, 120), (1.0, 120)),
    ((0.0, 0.0), (0.08, 1.0), (0.5, 0.8), (1.0, 0.0)),
    ((0.0, (2300, 3900, 6100, 8300)), (1.0, (2600, 4200, 6400, 8600))),
    breath=1.0,
    tilt=7000,
    sharp=0.6,
)
_CALLS = {
    "meow": Call((_MEOW,), (0.5,), (1, 1), 2.8, 0.13),
    "yowl": Call((_YOWL,), (0.4,), (1, 2), 4.0, 0.14),
    "hiss": Call((_HISS,), (0.5,), (1, 1), 2.6, 0.14),
}


def _purr(throat: Throat, studio: Studio) -> Instrument:
    """Close and open the larynx some 26 times a second while breath goes in and out."""
    own = studio.rng("purr")
    rate = around(own, 26.0, 0.05) * 2 ** (0.3 * (throat.arousal - 0.4)) * throat.pitch**0.1
    breaths = around(own, 0.72, 0.08) * 2 ** (0.6 * (throat.arousal - 0.4))
    drift, lungs, touch = (
        Slow(studio.rng(name), hertz) for name, hertz in (("drift", 3), ("lungs", 0.3), ("touch", 9))
    )
    chest = [Filter(resonance(f * throat.tract**0.6, q)) for f, q in ((190, 2.0), (420, 2.5), (1100, 2.5))]
    noise, dark, air = Noise(studio.rng("breath")), Filter(lowpass(2200, 1)), Filter(band(900, 4200), highpass(300))
    state = {"pulse": own.random(), "breath": own.random()}

    def play(block: Block) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        n = block.samples
        breath = state["breath"] + np.cumsum(breaths * (1 + 0.06 * lungs(n))) / RATE
        state["breath"] = float(breath[-1] % 1)
        part = breath % 1
        out = part < 0.55
        effort = np.where(out, np.sin(np.pi * part / 0.55), 0.75 * np.sin(np.pi * (part - 0.55) / 0.45))
        effort = 0.22 + 0.78 * np.maximum(effort, 0.0) ** 0.4
        phase = state["pulse"] + np.cumsum(rate * (1 + 0.03 * drift(n)) * np.where(out, 1.0, 0.94)) / RATE
        state["pulse"] = float(phase[-1] % 1)
        gate = np.exp(-9 * (phase % 1)) * effort * (1 + 0.2 * touch(n))
        puff = dark(gate * (0.35 + 0.65 * noise(n)[0]))
        hiss = air(noise(n)[0]) * effort * (0.3 + gate)
        return np.asarray(chest[0](puff) * 2.0 + chest[1](puff) * 1.4 + chest[2](puff) * 0.6 + 0.05 * hiss)

    return Instrument(play=play, burst=2.5)


def build(params: Cat, studio: Studio) -> Instrument:
    """Build a cat."""
    throat = throat_of(params.mass, _NOMINAL, params.agitation)
    return _purr(throat, studio) if params.kind == "purr" else company(studio, _CALLS[params.kind], Company(throat))


CAT = Family(
    "cat",
    "Cats of the house: meows, purring, hisses, yowls.",
    Cat,
    build,
    model=(
        "Meows and yowls are a glottal pulse train through formants that follow the mouth from shut to open and"
        " back (m, e, a, o, u); a hiss is noise alone through the constricted tract. Purring is no voice: a neural"
        " clock gates the larynx some 26 times a second, breathing in and out, and each opening lets a puff of air"
        " ring the chest and throat. Mass scales tract and pitch, agitation pitch, roughness and pace."
    ),
    source=(
        "Nicastro, Perceptual and acoustic evidence for species-level differences in meow vocalizations by"
        " domestic cats and African wild cats (2004); Remmers & Gautier, Neural and mechanical mechanisms of feline"
        " purring (1972); Frazer Sissom, Rice & Peters, How cats purr (1991)."
    ),
)
