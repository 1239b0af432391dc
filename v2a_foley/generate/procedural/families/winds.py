"""Woodwinds: air that blows over an edge or past a cane reed. Brass, free reeds, organs, whistles are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.music import Melody, melody
from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, once, peak
from v2a_foley.generate.procedural.parts.modal import harmonics
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import clock, seconds, swell, unit


@dataclass(frozen=True)
class Winds:
    """A woodwind: which, how high it plays, how hard it is blown, how much of the air only hisses, how much vibrato."""

    kind: str = choice("flute", "recorder", "panpipe", "ocarina", "clarinet", "oboe", "bassoon", "sax", "didgeridoo")
    pitch: float = span(0.5)
    effort: float = span(0.6)
    air: float = span(0.3)
    vibrato: float = span(0.4)


@dataclass(frozen=True)
class _Make:
    """Lowest note in hertz, fall of the partials blown hard and softly, share of even ones, breath, formant, attack."""

    lowest: float
    fall: tuple[float, float]
    even: float
    breath: float
    formant: tuple[float, float, float]
    attack: float = 0.04


_MAKES: dict[str, _Make] = {
    "flute": _Make(262, (2.0, 3.4), 0.7, 0.4, (800, 1, 3), 0.06),
    "recorder": _Make(349, (2.2, 3.0), 0.35, 0.3, (1200, 1, 2), 0.03),
    "panpipe": _Make(294, (2.4, 3.2), 0.3, 1.3, (900, 1, 2)),
    "ocarina": _Make(440, (3.2, 4.5), 0.5, 0.3, (1000, 1, 2), 0.05),
    "clarinet": _Make(147, (1.0, 2.1), 0.18, 0.07, (1500, 1, 3)),
    "oboe": _Make(233, (0.6, 1.2), 1.0, 0.05, (1400, 1.6, 9), 0.03),
    "bassoon": _Make(62, (0.8, 1.5), 1.0, 0.06, (470, 1.8, 9)),
    "sax": _Make(147, (0.8, 1.7), 0.8, 0.22, (1150, 1.2, 7)),
    "didgeridoo": _Make(65, (0.9, 1.5), 0.5, 0.35, (600, 1.5, 5), 0.1),
}


def _blow(make: _Make, params: Winds, hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
    n = seconds(length)
    time = clock(n)
    unsteady = np.interp(time, np.linspace(0, length, 14), rng.standard_normal(14))
    shape = swell(n, make.attack, 0.09) * (1 + 0.04 * unsteady)
    wave_at = np.sin(2 * np.pi * around(rng, 5.2, 0.06) * time + rng.random() * 6) * np.clip(time / 0.25, 0, 1)
    bend = 1 - 0.012 * np.exp(-time / 0.02) + params.vibrato * 0.01 * wave_at + 0.001 * unsteady
    shape *= 1 + params.vibrato * 0.18 * wave_at
    hard, soft = make.fall
    loud = float(np.clip(params.effort * (0.4 + 0.6 * strength), 0, 1))
    fall = soft + (hard - soft) * loud
    levels = [(1.0 if k % 2 else make.even) * k**-fall for k in range(1, int(min(32, 15_000 / hertz)) + 1)]
    wave = harmonics(2 * np.pi * np.cumsum(hertz * bend) / RATE, levels, shape**0.12) * shape
    hiss = once(rng.standard_normal(n), band(hertz * 0.9, min(hertz * 7, 12_000)))
    wave = unit(wave) + 1.3 * params.air * make.breath * unit(hiss) * shape * (1 + 2.0 * np.exp(-time / 0.03))
    if params.kind == "didgeridoo":
        mouth = 0.5 + 0.5 * np.sin(2 * np.pi * around(rng, 2.2, 0.15) * time)
        wave = (1 - mouth) * once(wave, peak(450, 2.5, 12)) + mouth * once(wave, peak(1500, 3.0, 16))
    return unit(once(wave, peak(*make.formant)))


def build(params: Winds, studio: Studio) -> Instrument:
    """Build an instrument and its player."""
    make = _MAKES[params.kind]
    root = make.lowest * 2 ** (1.2 * params.pitch) * around(studio.rng("tuning"), 1.0, 0.02)
    plan = Melody(root, 0.45)
    if params.kind == "didgeridoo":
        plan = Melody(make.lowest * (0.85 + 0.3 * params.pitch), 1.4, steps=(0,))

    def note(hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
        return _blow(make, params, hertz, length, strength, rng)

    return melody(plan, note, studio)


WINDS = Family(
    "winds",
    "Woodwinds: flutes, single and double reeds, playing in one scale.",
    Winds,
    build,
    model="Partials that fall more slowly the harder the player blows. A stopped cylinder (clarinet, panpipe) "
    "has weak even partials, cones (oboe, bassoon, saxophone) have all of them and a formant of the "
    "reed, flutes few. The jet hisses round each note, most in its attack. Vibrato moves loudness more "
    "than pitch. A didgeridoo holds one note while the mouth's formant wanders over it.",
    source="Fletcher & Rossing, The Physics of Musical Instruments (1998), ch. 15 and 16; Benade, Fundamentals "
    "of Musical Acoustics (1976); Tarnopolsky et al., The vocal tract and the sound of a didgeridoo, "
    "Nature 436 (2005).",
)
