"""Telephones and the tones of their lines; beepers, alarms and monitors: signals built from short tones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.filters import band, highpass, lowpass, once, peak
from v2a_foley.generate.procedural.parts.modal import ring
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import clock, lay, seconds, swell, unit


@dataclass(frozen=True)
class Telephone:
    """A telephone: how it calls, by which country's cadence, the current's rate, the gongs' size."""

    kind: str = choice("bell", "electronic", "vibration", "ringback", "busy", "dial")
    cadence: str = choice("us", "uk", "europe")
    rate: float = span(20.0, 12.0, 60.0, unit="Hz")
    size: float = span(0.5)


_CADENCE: dict[str, tuple[tuple[float, ...], float]] = {
    "us": ((2.0,), 6.0),
    "uk": ((0.4, 0.2, 0.4), 3.0),
    "europe": ((1.0,), 5.0),
}
"""Seconds that sound, pause, sound; and of the whole round."""


def build_telephone(params: Telephone, studio: Studio) -> Instrument:
    """Build a telephone; one strike is one ring of its cadence."""
    own = studio.rng("telephone")
    pattern, whole = _CADENCE[params.cadence]
    hertz = 1500 * (600 / 1500) ** params.size * around(own, 1, 0.04)
    ratios = np.array([1, 1.004, 2.6, 4.7, 6.9])
    gongs = [
        unit(ring(f * ratios, np.array([1.1, 1.0, 0.6, 0.35, 0.2]), np.array([1, 0.7, 0.6, 0.3, 0.15]), floor=2e-3))
        for f in (hertz, hertz * around(own, 1.22, 0.03))
    ]
    n = seconds(0.006)
    tap = unit(once(own.standard_normal(n), band(2000, 9000)) * np.linspace(1, 0, n))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        parts: list[tuple[float, Wave]] = []
        if params.kind == "dial":
            digits = [(own_low, high) for own_low in (697, 770, 852, 941) for high in (1209, 1336, 1477)]
            low, high = digits[int(rng.integers(len(digits)))]
            return _tone((float(low), float(high)), 0.14, rng)
        if params.kind == "busy":
            return _tone((480.0, 620.0) if params.cadence == "us" else (425.0,), 0.5, rng)
        at = 0.0
        for k, length in enumerate(pattern):
            if k % 2 == 0:
                if params.kind == "ringback":
                    pair = {"us": (440.0, 480.0), "uk": (400.0, 450.0), "europe": (425.0,)}[params.cadence]
                    parts.append((at, _tone(pair, length, rng)))
                elif params.kind == "bell":
                    parts += _rings(at, length, params.rate, gongs, tap, rng)
                else:
                    parts.append((at, _call(params, length, hertz, rng)))
            at += length
        return lay(parts)

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        pause = {"busy": 1.0, "dial": 0.24}.get(params.kind, whole)
        yield 0.0, 0.9
        while True:
            yield pause * around(rng, 1, 0.12 if params.kind == "dial" else 0.004), 0.9

    return Instrument(strike=strike, rhythm=rhythm)


def _rings(
    at: float, length: float, rate: float, gongs: list[Wave], tap: Wave, rng: np.random.Generator
) -> list[tuple[float, Wave]]:
    parts = []
    for k in range(round(length * rate * 2)):
        when = max(0.0, at + k / (2 * rate) * (1 + 0.003 * rng.standard_normal()))
        parts += [(when, between(rng, 0.7, 1) * gongs[k % 2]), (when, 0.3 * tap)]
    return parts


def _call(params: Telephone, length: float, hertz: float, rng: np.random.Generator) -> Wave:
    """An electronic warble of two notes, or the buzz of an unbalanced motor on a table."""
    n = seconds(length)
    time = clock(n)
    if params.kind == "vibration":
        motor = 2 * np.pi * np.cumsum(175 * (0.8 + 0.2 * (1 - np.exp(-time / 0.05))) * around(rng, 1, 0.01)) / RATE
        buzz = np.tanh(3 * np.sin(motor)) * (1 + 0.2 * np.sin(0.13 * motor))
        chatter = rng.standard_normal(n) * np.clip(np.sin(motor), 0, 1) ** 6
        return once(
            (0.8 * buzz + 0.35 * chatter) * swell(n, 0.03, 0.05), highpass(90), peak(420, 2, 6), lowpass(5000, 1)
        )
    note = np.where((time * params.rate) % 1 < 0.5, hertz, 1.25 * hertz)
    phase = 2 * np.pi * np.cumsum(note) / RATE
    tone = np.sin(phase) + 0.35 * np.sin(3 * phase) + 0.15 * np.sin(5 * phase)
    return once(tone * swell(n, 0.004, 0.02), highpass(300), peak(2400, 1.5, 5), lowpass(9000, 1))


def _tone(hertz: tuple[float, ...], length: float, rng: np.random.Generator) -> Wave:
    """Pure tones as a line carries them."""
    n = seconds(length)
    time = clock(n)
    total = sum(np.sin(2 * np.pi * f * time + 6.28 * rng.random()) for f in hertz) / len(hertz)
    return np.asarray(np.tanh(1.2 * total) * swell(n, 0.004, 0.008))


TELEPHONE = Family(
    "telephone",
    "Telephones: gongs, warbles, buzzing, and the tones of the line.",
    Telephone,
    build_telephone,
    model="A clapper driven by the ringing current strikes two gongs in turn, each once a cycle; the gongs ring in "
    "modes that fall with their size. Electronic ringers warble between two notes; a mobile on a table is an "
    "unbalanced motor near 175 Hz that chatters. Rings come in the cadence of a country. Ringback, busy and "
    "dialling are the line's own tones.",
    source="ITU-T E.180 / Q.35 and E.180 Supplement 2, Various tones used in national networks: US 440+480 Hz, 2 s "
    "on, 4 s off, UK 0.4/0.2/0.4/2 s, Europe 425 Hz, 1 s on, 4 s off; ITU-T Q.23 on push-button tones; "
    "Fletcher & Rossing (1998) on gongs.",
)


@dataclass(frozen=True)
class Beeper:
    """A signal of short tones: note, how many, how long, pause within and between groups, next note, how rich."""

    pitch: float = span(2000.0, 100.0, 5000.0, unit="Hz")
    pulses: int = span(1, 1, 20)
    length: float = span(0.14, 0.01, 3.0, unit="s")
    gap: float = span(0.1, 0.0, 3.0, unit="s")
    pause: float = span(1.0, 0.0, 20.0, unit="s")
    step: float = span(1.0, 0.3, 3.0, unit="ratio")
    hardness: float = span(0.4)


def build_beeper(params: Beeper, studio: Studio) -> Instrument:
    """Build a beeper; one strike is one group of its tones."""
    own = studio.rng("crystal")
    hertz = params.pitch * around(own, 1, 0.015)
    duration = params.pulses * (params.length + params.gap) - params.gap

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        parts = []
        for k in range(params.pulses):
            n = seconds(params.length)
            phase = 2 * np.pi * hertz * (params.step if k % 2 else 1.0) * clock(n)
            tone = np.sin(phase)
            for order, level in ((2, 0.1), (3, 0.6), (4, 0.2), (5, 0.4), (7, 0.25)):
                if order * hertz * max(params.step, 1.0) < 20_000:
                    tone = tone + params.hardness * level * np.sin(order * phase)
            parts.append((k * (params.length + params.gap), tone * swell(n, 0.002, 0.008) * around(rng, 1, 0.03)))
        return lay(parts)

    return Instrument(strike=strike, rhythm=steady(max(0.05, duration + params.pause), 0.004, 0.9))


BEEPER = Family(
    "beeper",
    "Beepers, alarms and monitors: groups of short tones.",
    Beeper,
    build_beeper,
    model="A piezo disc or a small loudspeaker plays groups of equal tones: note, number, length and gap are the "
    "signal's, and a second note may alternate with the first. Hardness adds the odd harmonics of a square "
    "wave. Nothing but a crystal's tolerance and a little level changes from one to the next.",
    source="IEC 60601-1-8 (2006) on alarms of medical equipment; ISO 8201 (2017) on the evacuation signal; ISO 7731 "
    "(2003) on danger signals; SAE J994 on reversing alarms.",
    shown=(
        {},
        {"pulses": 3, "length": 0.5, "gap": 0.5, "pitch": 3100.0, "pause": 1.5},
        {"pulses": 5, "pitch": 500.0, "hardness": 1.0},
        {"pulses": 6, "step": 0.75, "length": 0.4, "gap": 0.0, "pitch": 1000.0},
    ),
)
