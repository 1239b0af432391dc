"""Instruments on a wind of their own: pipe organs, free reeds with bellows, bagpipes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.families.music import Melody, melody
from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, band, decaying_noise, highpass, lowpass, once, peak
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around
from v2a_foley.generate.procedural.parts.shapes import clock, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import cycle, harmonic_levels, read


@dataclass(frozen=True)
class Organ:
    """A pipe organ: how high it plays, which stops are drawn, how unsteady its wind is, how large its church."""

    pitch: float = span(0.4)
    stops: str = choice("principal", "flute", "reed", "full")
    tremulant: float = span(0.0)
    room: float = span(1.2, 0.0, 4.0, unit="s")


_RANKS = {
    "principal": ((1.0, 1.5, 1.0, 1.0), (2.0, 1.4, 1.0, 0.5)),
    "flute": ((1.0, 2.8, 0.35, 1.0), (2.0, 3.0, 0.5, 0.25)),
    "reed": ((1.0, 0.8, 1.0, 1.0),),
    "full": (
        (0.5, 1.6, 1.0, 0.7),
        (1.0, 1.4, 1.0, 1.0),
        (2.0, 1.3, 1.0, 0.7),
        (4.0, 1.3, 1.0, 0.4),
    ),
}
"""Of each rank: pitch as a ratio, fall of its partials, share of the even ones, level."""


def _sounding(
    rank: tuple[float, float, float, float], root: float, own: np.random.Generator
) -> tuple[float, float, Wave]:
    ratio, fall, even, level = rank
    levels = harmonic_levels(root * ratio, fall, 11_000)
    levels[1::2] *= even
    return ratio * around(own, 1.0, 0.0009), level, cycle(levels, own.uniform(0, 6.28, len(levels)))


def build_organ(params: Organ, studio: Studio) -> Instrument:
    """Build an organ, its church and its player."""
    own = studio.rng("pipes")
    root = 98 * 2 ** (2 * params.pitch) * around(own, 1.0, 0.02)
    ranks = [_sounding(rank, root, own) for rank in _RANKS[params.stops]]
    echo = once(decaying_noise(own, max(params.room, 0.05), direct=1.3, start=0.01), lowpass(5000, 1))[
        : int(1.6 * RATE)
    ]

    def note(hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
        from scipy import signal

        n = seconds(length)
        time = clock(n)
        wind = 1 + 0.08 * params.tremulant * np.sin(2 * np.pi * 5.6 * time) * np.clip(time / 0.2, 0, 1)
        turns = np.cumsum(hertz * (1 - 0.01 * np.exp(-time / 0.015)) * wind**0.12) / RATE
        total = np.zeros(n)
        for ratio, level, table in ranks:
            speak = 0.012 + 18 / (hertz * ratio * 4)
            total += level * read(table, ratio * turns) * swell(n, min(speak, 0.09), 0.06)
        chiff = once(rng.standard_normal(n), band(hertz * 2, min(hertz * 9, 9000))) * (
            0.015 + 0.2 * np.exp(-time / 0.02)
        )
        dry = unit(total * wind) + 0.25 * unit(chiff) * swell(n, 0.004, 0.06)
        if params.room < 0.1:
            return unit(dry)
        return unit(signal.oaconvolve(dry, echo))

    return melody(Melody(root, 0.62, 0.5), note, studio)


ORGAN = Family(
    "organ",
    "A pipe organ: ranks of pipes that speak together, in a large room.",
    Organ,
    build_organ,
    model="Every key sounds one pipe of each rank that is drawn: principals with all partials, stopped flutes "
    "with the odd ones, reeds with strong high ones, mixtures above. Pipes chiff as they begin to "
    "speak, low ones later than high ones; ranks are a few cents apart and beat. The tremulant shakes "
    "the wind. Notes ring on in the church.",
    source="Fletcher & Rossing, The Physics of Musical Instruments (1998), ch. 17; Fletcher, Transients in the "
    "speech of organ flue pipes, Acustica 34 (1976).",
)


@dataclass(frozen=True)
class FreeReeds:
    """Brass tongues in the wind: which instrument, how high, how hard blown, how far apart two reeds are tuned."""

    kind: str = choice("harmonica", "accordion", "concertina", "harmonium")
    pitch: float = span(0.5)
    pressure: float = span(0.5)
    musette: float = span(8.0, 0.0, 30.0, unit="cents")


_REEDS = {
    "harmonica": (262.0, 0.75, (1900.0, 1.0, 6.0), 0.04, 5.5),
    "accordion": (175.0, 0.85, (1300.0, 1.0, 5.0), 0.05, 0.0),
    "concertina": (262.0, 0.8, (1500.0, 1.5, 6.0), 0.03, 0.0),
    "harmonium": (131.0, 1.0, (900.0, 1.0, 5.0), 0.08, 0.0),
}
"""Lowest note in hertz, fall of the partials, formant, attack in seconds, vibrato of the hands in hertz."""


def build_free_reeds(params: FreeReeds, studio: Studio) -> Instrument:
    """Build a free-reed instrument and its player."""
    lowest, fall, formant, attack, hands = _REEDS[params.kind]
    own = studio.rng("reeds")
    root = lowest * 2 ** (1.2 * params.pitch) * around(own, 1.0, 0.01)
    levels = harmonic_levels(root, fall + 0.6 * (0.5 - params.pressure), 13_000)
    table = cycle(levels, own.uniform(0, 0.8, len(levels)))
    apart = 2 ** (params.musette / 1200)

    def note(hertz: float, length: float, strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(length)
        time = clock(n)
        press = 1 + 0.06 * np.interp(time, np.linspace(0, length, 9), rng.standard_normal(9))
        shake = 1 + 0.16 * np.sin(2 * np.pi * hands * time) * np.clip(time / 0.15, 0, 1) if hands else np.ones(n)
        turns = np.cumsum(hertz * (1 - 0.006 * np.exp(-time / 0.03)) * press**-0.01) / RATE
        wave = read(table, turns) + 0.9 * read(table, turns * apart + rng.random())
        hiss = once(rng.standard_normal(n), band(900, 6000))
        out = unit(wave) + (0.02 + 0.05 * params.pressure) * unit(hiss)
        return unit(once(out * press * shake * swell(n, attack, 0.07), highpass(120), peak(*formant)))

    return melody(Melody(root, 0.42, 0.6), note, studio)


FREE_REEDS = Family(
    "free_reeds",
    "Free reeds: harmonica, accordion, concertina, harmonium.",
    FreeReeds,
    build_free_reeds,
    model="A brass tongue chops the air that passes it: a train of pulses with strong partials, coloured by "
    "the box or the mouth. Two reeds a note, some cents apart, beat slowly (musette). Pressure "
    "brightens and hardly moves the pitch; the hands round a harmonica shake its level.",
    source="Fletcher & Rossing, The Physics of Musical Instruments (1998), ch. 13; Johnston, Pitch control in "
    "harmonica playing, Acoustics Australia 15 (1987).",
)


@dataclass(frozen=True)
class Bagpipe:
    """A bagpipe: how high its chanter plays, how loud its drones are, how steady its bag is pressed."""

    pitch: float = span(0.5)
    drones: float = span(0.6)
    steadiness: float = span(0.8)


def build_bagpipe(params: Bagpipe, studio: Studio) -> Instrument:
    """Build a bagpipe: a chanter that never pauses over drones that never stop."""
    own, rng = studio.rng("reeds"), studio.rng("tune")
    low = 233 * 2 ** (params.pitch - 0.5) * around(own, 1.0, 0.02)
    chanter = cycle(
        harmonic_levels(low * 2, 0.35, 9000), own.uniform(0, 1.2, len(harmonic_levels(low * 2, 0.35, 9000)))
    )
    drone = cycle(harmonic_levels(low / 2, 0.7, 6000), own.uniform(0, 3, len(harmonic_levels(low / 2, 0.7, 6000))))
    horn = Filter(highpass(90), peak(around(own, 1500, 0.06), 1.4, 8), lowpass(7500, 1))
    bag, hiss = Slow(studio.rng("bag"), 0.8), Noise(studio.rng("hiss"), 1)
    steps = (-2, 0, 2, 4, 5, 7, 9, 10, 12)
    state = {"step": 4.0, "next": 0.0, "turn": 0.0, "a": 0.0, "b": 0.0, "c": 0.0, "tone": 0.0}
    ratios = {"a": 0.5, "b": 0.5 * 1.0012, "c": 0.25}
    drifts = {name: Slow(studio.rng(f"drift of {name}"), 0.1) for name in ratios}  # else drones would beat like clocks

    def play(block: Block) -> Wave:
        n = block.samples
        press = 1 + (0.004 + 0.02 * (1 - params.steadiness)) * bag(n)
        at, hertz = 0, np.empty(n)
        while at < n:
            left = int(min(n - at, max(1, round(state["next"] * RATE))))
            hertz[at : at + left] = low * 2 ** (steps[int(state["step"])] / 12) * 2
            at += left
            state["next"] -= left / RATE
            if state["next"] <= 1 / RATE:
                grace = rng.random() < 0.3 and state["tone"] == 0
                state["tone"] = 1.0 if grace else 0.0
                state["step"] = float(8 if grace else np.clip(state["step"] + rng.integers(-2, 3), 0, 7))
                state["next"] = 0.045 if grace else float(rng.choice([0.16, 0.16, 0.32, 0.48])) * around(rng, 1, 0.03)
        turns = state["turn"] + np.cumsum(hertz * press) / RATE
        state["turn"] = float(turns[-1] % 1)
        out = 0.6 * read(chanter, turns)
        for name, ratio in ratios.items():
            low_turns = state[name] + np.cumsum(low * 2 * ratio * press * (1 + 0.0006 * drifts[name](n))) / RATE
            state[name] = float(low_turns[-1] % 1)
            out += 0.55 * params.drones * read(drone, low_turns)
        return horn(out * press + 0.01 * hiss(n)[0])

    return Instrument(play=play, burst=1.6)


BAGPIPE = Family(
    "bagpipe",
    "A bagpipe: a chanter without pauses over drones.",
    Bagpipe,
    build_bagpipe,
    model="The chanter's double reed has strong high partials and never stops, so notes are parted by grace "
    "notes only; two tenor drones and a bass drone, one and two octaves below, hold the keynote and "
    "beat. The pressure of the bag moves all pitches together.",
    source="Fletcher & Rossing, The Physics of Musical Instruments (1998), ch. 15; the scale is mixolydian, "
    "tuned to the drones.",
)
