"""Warning signals of vehicles and towns: electronic and mechanical sirens, and horns driven by air or current."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import Filter, Pole, band, highpass, lowpass, once, peak
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around
from v2a_foley.generate.procedural.parts.shapes import clock, seconds, swell


@dataclass(frozen=True)
class Siren:
    """A siren: how it moves, its lowest and highest note, how long one round takes, how far off."""

    kind: str = choice("wail", "yelp", "two_tone", "rotary", "mixed")
    low: float = span(600.0, 60.0, 2000.0, unit="Hz")
    high: float = span(1450.0, 80.0, 4000.0, unit="Hz")
    period: float = span(4.0, 0.1, 60.0, unit="s")
    distance: float = span(30.0, 1.0, 3000.0, unit="m")


def build_siren(params: Siren, studio: Studio) -> Instrument:
    """Build a siren; the drive is its level."""
    own = studio.rng("siren")
    scale = around(own, 1, 0.02)
    low, high = params.low * scale, max(params.high, params.low * 1.02) * scale
    middle = float(np.sqrt(low * high))
    horn = Filter(
        highpass(0.4 * low),
        peak(around(own, 1.6 * middle, 0.1), 1.2, 7),
        peak(around(own, 3 * middle, 0.1), 2, 4),
        lowpass(7500),
        air(params.distance),
    )
    level, drift, noise = Slow(studio.rng("level"), 0.5), Slow(studio.rng("drift"), 0.3), Noise(studio.rng("breath"), 1)
    inertia = Pole(0.35 if params.kind == "rotary" else 0.004)
    chop = params.kind == "rotary"
    state = {"phase": float(own.random()), "turn": float(own.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        turn = state["turn"] + np.cumsum((1 + 0.02 * drift(n)) / params.period) / RATE
        state["turn"] = float(turn[-1] % 60)
        hertz = inertia(_note(params.kind, turn, low, high))
        phase = state["phase"] + np.cumsum(hertz) / RATE
        state["phase"] = float(phase[-1] % 1)
        if chop:
            open_part = np.clip(0.5 + 1.3 * np.sin(2 * np.pi * phase), 0, 1)
            wave = (open_part - 0.5) * (1 + 0.12 * noise(n)[0]) * (hertz / high) ** 1.2
        else:
            wave = np.tanh(1.8 * (np.sin(2 * np.pi * phase) + 0.3 * np.sin(4 * np.pi * phase + 0.6)))
        sounding = horn(wave) * np.exp(0.12 * level(n)) * (0.05 + 0.95 * block.drive)
        return np.tile(sounding, (studio.channels, 1))  # one point; reflections of so few partials would cancel in mono

    return Instrument(play=play, follows=True, burst=min(4.3, 1.2 * params.period + 0.5))


def _note(kind: str, turn: Wave, low: float, high: float) -> Wave:
    """The pitch over the rounds, in hertz."""
    part = turn % 1
    if kind == "two_tone":
        return np.where(part < 0.5, low, high)
    if kind == "mixed":
        yelping = (turn % 6) > 4.5
        part = np.where(yelping, (turn * 14) % 1, part)
    if kind == "yelp":
        shape = np.where(part < 0.7, part / 0.7, (1 - part) / 0.3)
    elif kind == "rotary":
        shape = np.clip(np.minimum(part / 0.35, (1 - part) / 0.55), 0, 1) ** 0.7
    else:
        shape = 0.5 - 0.5 * np.cos(2 * np.pi * part)
    return np.asarray(low * (high / low) ** shape)


SIREN = Family(
    "siren",
    "Sirens: wail, yelp, two-tone, and the rotor of a town's siren.",
    Siren,
    build_siren,
    model="Electronic sirens drive a horn with a clipped tone whose pitch sweeps between two notes: slowly (wail), "
    "several times a second (yelp), or stands on one and the other in turn (two-tone). A rotary siren chops "
    "air with a perforated drum: its pitch is ports times turns, it speeds up and runs down by inertia, and "
    "grows louder as it does. The horn has two resonances, the air takes heights.",
    source="SAE J1849, Emergency vehicle sirens: wail 10 to 30 and yelp 150 to 250 rounds a minute; DIN 14610, "
    "Akustische Warneinrichtungen für bevorrechtigte Wegebenutzer: two tones a fourth apart between 360 and "
    "630 Hz; Farnell, Designing Sound (2010).",
    shown=(
        {},
        {"kind": "yelp", "period": 0.3},
        {"kind": "two_tone", "low": 440.0, "high": 585.0, "period": 1.4},
        {"kind": "rotary", "low": 110.0, "high": 430.0, "period": 12.0},
    ),
)


@dataclass(frozen=True)
class Horn:
    """A horn: what drives it, its lowest note, how many notes it sounds, how long, how far off."""

    kind: str = choice("electric", "air", "steam", "bulb")
    pitch: float = span(400.0, 60.0, 1200.0, unit="Hz")
    notes: int = span(2, 1, 5)
    duration: float = span(0.6, 0.1, 8.0, unit="s")
    distance: float = span(15.0, 1.0, 5000.0, unit="m")


_CHORD = (1.0, 1.26, 1.5, 1.0 / 1.19, 1.335)
"""Ratios of the notes to the first: a major third (electric pairs), a fifth, and those of five-chime air horns."""


def build_horn(params: Horn, studio: Studio) -> Instrument:
    """Build a horn."""
    own = studio.rng("horn")
    scale = around(own, 1, 0.03)
    detune = [around(own, 1, 0.004) for _ in range(params.notes)]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(around(rng, params.duration, 0.25) * (0.6 + 0.5 * strength))
        time = clock(n)
        bend = {"electric": 0.03, "air": 0.05, "steam": 0.2, "bulb": 0.12}[params.kind]
        rise = {"electric": 0.02, "air": 0.06, "steam": 0.12, "bulb": 0.05}[params.kind]
        pitch = params.pitch * scale * (1 - bend * np.exp(-time / rise)) * around(rng, 1, 0.004)
        if params.kind == "bulb":
            pitch = pitch * (1 - 0.25 * (time / time[-1]) ** 2)
        sharp = {"electric": 14.0, "air": 9.0, "steam": 0.0, "bulb": 9.0}[params.kind] * (0.6 + 0.4 * strength)
        total = np.zeros(n)
        for k in range(params.notes):
            phase = 2 * np.pi * np.cumsum(pitch * _CHORD[k] * detune[k]) / RATE + 6.28 * rng.random()
            total += np.exp(sharp * (np.cos(phase) - 1)) - 0.25 if sharp else np.sin(phase) + 0.06 * np.sin(2 * phase)
        breath = {"electric": 0.02, "air": 0.08, "steam": 0.5, "bulb": 0.12}[params.kind]
        total = total / params.notes + breath * once(rng.standard_normal(n), band(params.pitch, 8 * params.pitch))
        bell = {"electric": 2500.0, "air": min(6 * params.pitch, 2000.0), "steam": 2.0 * params.pitch, "bulb": 1300.0}[
            params.kind
        ]
        attack = {"electric": 0.008, "air": 0.03, "steam": 0.09, "bulb": 0.02}[params.kind]
        return once(
            total * swell(n, attack, min(0.12, 0.3 * params.duration)),
            highpass(0.9 * params.pitch, 1),
            peak(bell, 1.0, 2.0 if params.kind == "steam" else 11.0),
            lowpass(7000, 1),
            air(params.distance),
        )

    return Instrument(strike=strike, rhythm=steady(1.4 + 1.6 * params.duration, 0.5))


HORN = Family(
    "horn",
    "Horns: of cars, lorries, trains and ships, steam whistles, rubber bulbs.",
    Horn,
    build_horn,
    model="A diaphragm or reed that beats against its stop: a train of pulses through a bell that lifts its harmonics. "
    "Several notes sound as a chord: a third for a pair of car horns, five chimes for a locomotive. The tone "
    "bends up as pressure builds. Steam whistles are nearly sines under breath; a bulb runs out of air. The "
    "lower the note, the larger what it belongs to.",
    source="COLREGs (1972) Annex III: whistles of 70 to 200 Hz for ships over 200 m, 130 to 350 Hz below, 250 to 700 "
    "Hz under 75 m; UN ECE Regulation 28 on audible warning devices; Fletcher & Rossing, The Physics of "
    "Musical Instruments (1998) on reeds and horns.",
    shown=(
        {},
        {"kind": "air", "pitch": 311.0, "notes": 5, "duration": 2.0},
        {"kind": "air", "pitch": 90.0, "notes": 1, "duration": 4.0},
        {"kind": "steam", "pitch": 330.0, "notes": 3, "duration": 2.0},
    ),
)
