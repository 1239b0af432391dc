"""Receivers: static between stations, whistles of tuning, a voice through a small loudspeaker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import Filter, coloured, highpass, lowpass, peak
from v2a_foley.generate.procedural.parts.grains import Scatter, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.turning import Shaft
from v2a_foley.generate.procedural.parts.voice import Utterance, speak


@dataclass(frozen=True)
class Radio:
    """A receiver: its band, how far off the station it stands, atmospherics, the size of its loudspeaker."""

    band: str = choice("fm", "am", "shortwave", "intercom")
    tuning: float = span(0.3)
    atmospherics: float = span(0.3)
    size: float = span(0.4)


def _babble(own: np.random.Generator, count: int) -> list[Wave]:
    """Syllables without words, of one speaker."""
    base = around(own, 130, 0.25)
    bank = []
    for _ in range(count):
        first, second = float(own.uniform(320, 750)), float(own.uniform(900, 2200))
        top = base * float(own.uniform(0.85, 1.35))
        call = Utterance(
            duration=float(own.uniform(0.12, 0.3)),
            pitch=((0, top), (1, 0.9 * top)),
            loud=((0, 0.1), (0.25, 1), (0.75, 0.7), (1, 0)),
            vowels=((0, (first, second, 2500)), (1, (0.8 * first + 100, second * 1.1, 2600))),
            breath=0.15,
            tilt=1400,
        )
        bank.append(speak(call, own))
    return bank


def build(params: Radio, studio: Studio) -> Instrument:
    """Build a receiver; the drive is its volume."""
    own, near = studio.rng("radio"), studio.rng("near")
    top = {"fm": 11_000, "am": 4500, "shortwave": 3200, "intercom": 3400}[params.band]
    box = Filter(
        highpass(420 - 300 * params.size), peak(around(own, 900 - 500 * params.size, 0.1), 1.5, 4), lowpass(top, 4)
    )
    noise, hiss = Noise(studio.rng("static"), studio.channels), coloured(highpass(300, 1))
    scatter, crack = Scatter(1), ticks(own, 60, 900, 4000, (0.001, 0.02))
    moments, bursts = Moments(studio.rng("storm"), 120 * params.atmospherics), Slow(studio.rng("bursts"), 1.2)
    fading, fine = (
        Slow(studio.rng("fading"), 0.4 if params.band == "shortwave" else 0.1),
        Slow(studio.rng("fine"), 0.25),
    )
    whistle, level = Shaft(studio, "carrier", 0.002), Slow(studio.rng("level"), 3)
    syllables, voice = _babble(own, 24), Scatter(1)
    state = {"next": 0.2}

    def play(block: Block) -> Wave:
        n = block.samples
        away = np.clip(params.tuning + 0.25 * params.tuning * fading(n), 0, 1)
        grains = []
        while state["next"] < n / RATE:
            grains.append((int(state["next"] * RATE), between(near, 0.5, 1) * syllables[int(near.integers(24))], 0.0))
            state["next"] += between(near, 0.14, 0.28) + (between(near, 0.3, 0.9) if near.random() < 0.12 else 0.0)
        state["next"] -= n / RATE
        station = voice(n, grains)[0] * np.clip(1 - 1.25 * away, 0, 1)
        out = 0.35 * hiss(noise(n)) * (0.03 + away) * (1 + 0.08 * level(n))
        storms = [
            (int(t), near.random() ** 2 * crack[int(near.integers(60))], 0.0)
            for t in moments(n, np.clip(bursts(n), 0, 1))
        ]
        out = out + 0.7 * station + 0.8 * scatter(n, storms)[0]
        if params.band in ("am", "shortwave"):
            beat = 900 + 900 * np.tanh(fine(n))
            out = out + 0.3 * np.clip(4 * away * (1 - away), 0, 1) * np.sin(2 * np.pi * whistle(beat)) * params.tuning
        return box(out)

    return Instrument(play=play, rest=0.9, burst=1.2)


RADIO = Family(
    "radio",
    "Radios and televisions: static, tuning whistles, a far voice.",
    Radio,
    build,
    model="What a loudspeaker of a given size lets through: syllables without words of one speaker, and the noise "
    "of the receiver, which takes over as the tuning leaves the station. Each band has its own upper limit; "
    "amplitude modulation whistles as carriers beat and fade, and crackles with lightning far away. The "
    "intensity is the volume.",
    source="ITU-R BS.450 (FM) and BS.639 (AM bandwidth 4.5 kHz); ITU-T P.48 (telephone band 300-3400 Hz); ITU-R "
    "P.372 on radio noise; Fant, Acoustic Theory of Speech Production (1960).",
)
