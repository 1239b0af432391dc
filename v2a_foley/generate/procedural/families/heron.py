"""Birds that wade: the heron's croak, the crane's trumpet, the stork's clatter, the bittern's boom, the curlew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.song import whistle
from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import through_air
from v2a_foley.generate.procedural.parts.filters import band, once
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, seconds, unit
from v2a_foley.generate.procedural.parts.throat import HOLD, PUFF, Call, Throat, individual, turns, utter
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Heron:
    """A wading bird: which, its mass against the kind's usual, how many, and how far away."""

    species: str = choice("heron", "crane", "stork", "bittern", "curlew")
    mass: float = span(1.0, 0.4, 1.8, unit="of the kind's")
    number: int = span(1, 1, 20)
    distance: float = span(30.0, 1.0, 600.0, unit="m")


_CROAK = Utterance(
    0.4,
    ((0.0, 250), (0.2, 320), (1.0, 230)),
    PUFF,
    ((0.0, (750, 1500, 2400, 3500, 5000)), (0.3, (1000, 1800, 2700, 3800, 5300)), (1.0, (750, 1400, 2300, 3400, 4900))),
    breath=0.4,
    jitter=0.08,
    shimmer=0.45,
    double=0.4,
    tilt=2800,
    growl=0.55,
)
_TRUMPET = Utterance(
    0.7,
    ((0.0, 430), (0.15, 620), (0.6, 600), (1.0, 500)),
    HOLD,
    ((0.0, (700, 1250, 1900, 2600, 3300)), (0.4, (850, 1400, 2050, 2700, 3400)), (1.0, (700, 1250, 1900, 2600, 3300))),
    breath=0.12,
    jitter=0.015,
    shimmer=0.12,
    tilt=3000,
    tremble=(27.0, 0.02, 0.45),
)
_CALLS = {"heron": Call((_CROAK,), (0.3,), (1, 3), 5.0, 0.1), "crane": Call((_TRUMPET,), (0.2,), (1, 3), 5.0, 0.08)}


def _voiced(species: str) -> Callable[[Throat, float, np.random.Generator], Wave]:
    return lambda throat, strength, rng: utter(_CALLS[species], throat, strength, rng)


def _stork(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    """Clap the bill ten times a second; each clap is a knock of two hollow halves."""
    parts, at = [], 0.0
    rate = 10.5 * throat.pitch**0.5
    count = int(rng.integers(12, 30))
    for k in range(count):
        n = seconds(0.03)
        knock = once(rng.standard_normal(n) * burst(n, 0.0003, 0.012), band(900 * throat.tract, 2300 * throat.tract))
        ring = np.sin(2 * np.pi * 1350 * throat.tract * around(rng, 1, 0.04) * clock(n)) * burst(n, 0.0004, 0.02)
        parts.append(
            (at, around(rng, 1, 0.15) * (0.6 + 0.4 * np.sin(np.pi * k / count)) * unit(unit(knock) + 0.7 * ring))
        )
        at += around(rng, 1 / rate, 0.05) * (1 - 0.25 * np.sin(np.pi * k / count))
    return lay(parts)


def _bittern(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    """Boom: three pumps of air, then one low blown note from the gullet."""
    parts = []
    for k in range(3):
        n = seconds(0.12)
        parts.append((k * 0.55, 0.12 * unit(once(rng.standard_normal(n), band(200, 900))) * np.hanning(n)))
    for k in range(int(rng.integers(2, 4))):
        low = 155 * throat.pitch * around(rng, 1, 0.015)
        boom = whistle(
            around(rng, 0.7, 0.08), ((0, low * 0.93), (0.3, low), (1, low * 0.96)), rng, harmonics=(1, 0.22, 0.05)
        )
        parts.append((1.75 + 1.9 * k, boom))
    return lay(parts)


def _curlew(throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    """Whistle cur-lee twice or more, then bubble."""
    parts, at, base = [], 0.0, 1450 * throat.pitch
    for _ in range(int(rng.integers(2, 4))):
        parts.append(
            (
                at,
                whistle(
                    0.5,
                    ((0, base), (0.45, base * 1.08), (0.7, base * 1.75), (1, base * 1.6)),
                    rng,
                    harmonics=(1, 0.15, 0.05),
                ),
            )
        )
        at += around(rng, 0.72, 0.06)
    if rng.random() < 0.6:
        for k in range(int(rng.integers(8, 16))):
            parts.append(
                (at, (1 - 0.04 * k) * whistle(0.085, ((0, base * 1.2), (0.5, base * 1.6), (1, base * 1.25)), rng))
            )
            at += 0.115
    return lay(parts)


_VOICES: dict[str, tuple[Callable[[Throat, float, np.random.Generator], Wave], float]] = {
    "heron": (_voiced("heron"), 5.0),
    "crane": (_voiced("crane"), 5.0),
    "stork": (_stork, 6.0),
    "bittern": (_bittern, 8.0),
    "curlew": (_curlew, 5.5),
}


def build(params: Heron, studio: Studio) -> Instrument:
    """Build one bird or several."""
    voice, rest = _VOICES[params.species]
    throat = Throat(params.mass**-0.4, params.mass ** (-1 / 3))
    ones = [individual(throat, studio.rng("individual", k)) for k in range(params.number)]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        far = params.distance * (1.0 if params.number == 1 else between(rng, 0.6, 1.8))
        return through_air(voice(ones[int(rng.integers(params.number))], strength, rng), far, rng)

    return Instrument(strike=strike, rhythm=turns(rest, params.number))


HERON = Family(
    "heron",
    "Wading birds: herons' croaks, cranes, clattering storks, booming bitterns, curlews.",
    Heron,
    build,
    model=(
        "Five makers. Herons croak: irregular pulses near 280 Hz, mostly noise. Cranes trumpet through a windpipe"
        " more than a metre long, whose resonances lie close together, and shake their voice some 27 times a"
        " second. Storks have no voice and clap their bills ten times a second, each clap a knock of two hollow"
        " halves. Bitterns blow a low note near 155 Hz from the gullet after pumping air, curlews whistle glides"
        " that climb, then bubble. Mass lowers voices and knocks; distance takes the treble and adds echoes."
    ),
    source=(
        "Puglisi, Pagni, Bulgarelli & Baldaccini, The possible functions of calls organization in the bittern"
        " (2001); Fitch, Acoustic exaggeration of size in birds via tracheal elongation (1999); Cramp, Handbook of"
        " the Birds of Europe, the Middle East and North Africa (1977-1983)."
    ),
)
