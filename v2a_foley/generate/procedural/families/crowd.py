"""Crowds of voices: people who talk, children at play, cheers and boos, laughter. Hands and feet are elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Play, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import band, coloured, decaying_noise, lowpass, once
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, between
from v2a_foley.generate.procedural.parts.people import Person, adult, boo, child, laugh, phrase, shout, squeal

_RENEWAL = 0.2
"""Chance, a block, that one voice of the bank is sung anew."""


@dataclass(frozen=True)
class Throng:
    """How many throats become one sound.

    Attributes:
        voice: utters something new.
        people: how many there are.
        often: utterances a second of one person.
        bed: lowest and highest frequency of the many that melt together, in hertz.
        rate: how often a second the melted ones waver.
        distance: metres to the middle of them.
        room: reverberation, in seconds.
    """

    voice: Callable[[np.random.Generator], Wave]
    people: float
    often: float
    bed: tuple[float, float]
    rate: float
    distance: float
    room: float = 0.0


def throng(plan: Throng, studio: Studio) -> Play:
    """Let some people stand out, taken in turn from a bank that is renewed as it is used, before the murmur of all."""
    rng = studio.rng("people")
    way = air(plan.distance)
    response = decaying_noise(studio.rng("room"), max(0.05, plan.room), start=0.004)

    def uttered() -> Wave:
        from scipy import signal

        dry = once(plan.voice(rng), way)
        if plan.room < 0.15:
            return dry
        return np.asarray(np.pad(dry, (0, len(response) - 1)) + 0.9 * signal.oaconvolve(dry, response))

    bank = [uttered() for _ in range(int(np.clip(plan.people, 2, 5)))]
    many = float(np.clip(np.log10(plan.people) / 4, 0, 1))
    closeness = 1 / (1 + plan.distance / 12)
    rate = float(min(plan.people, 6 + 9 * np.log10(plan.people)) * plan.often)
    moments, scatter = Moments(rng, rate), Scatter(studio.channels)
    noise, mood = Noise(studio.rng("far"), studio.channels), Slow(studio.rng("mood"), 0.25)
    low, high = plan.bed
    far = coloured(band(low, high), lowpass(0.9 * (low * high) ** 0.5, 1), then=way)
    murmur = Slow(studio.rng("murmur"), plan.rate)
    unsteady = 0.35 * (1 - many) + 0.06

    def play(block: Block) -> Wave:
        n = block.samples
        grains = []
        for at in moments(n, np.maximum(block.drive, 0.05)):
            level = 0.18 + 0.82 * rng.random() ** 2
            voice = bank[int(rng.integers(len(bank)))]
            grains.append((int(at), level * voice, between(rng, -0.9, 0.9) * closeness**0.3))
        if rng.random() < _RENEWAL:
            bank[int(rng.integers(len(bank)))] = uttered()
        bed = far(noise(n)) * (1 + unsteady * murmur(n)) * (1 + 0.14 * mood(n))
        share = 1.1 * many**1.5
        return np.asarray(0.42 * (0.25 + 0.75 * closeness) * scatter(n, grains) + share * bed)

    return play


@dataclass(frozen=True)
class Crowd:
    """People who talk: how many, in which mood, how far away, in how large a room."""

    people: float = span(60.0, 2.0, 20_000.0, unit="people")
    mood: str = choice("calm", "lively", "hushed", "angry", "panic")
    distance: float = span(6.0, 1.0, 200.0, unit="m")
    room: float = span(0.4, 0.0, 4.0, unit="s")


_EFFORT = {"calm": 0.2, "lively": 0.5, "hushed": 0.0, "angry": 0.95, "panic": 1.0}


def build_crowd(params: Crowd, studio: Studio) -> Instrument:
    """Build a crowd that talks."""
    effort = _EFFORT[params.mood]

    def voice(rng: np.random.Generator) -> Wave:
        who = adult(rng)
        if params.mood == "panic" and rng.random() < 0.6:
            return squeal(Person(who.pitch * 1.1, who.throat), rng)
        if params.mood == "angry" and rng.random() < 0.5:
            return shout(who, rng, vowels="aoe", rise=1.9, rough=0.8)
        whisper = 0.75 if params.mood == "hushed" else 0.0
        return phrase(who, int(rng.integers(3, 9)), rng, effort=effort, whisper=whisper)

    bed = {"hushed": (500.0, 2600.0), "panic": (700.0, 2200.0)}.get(
        params.mood, (300 + 250 * effort, 1200 + 900 * effort)
    )
    plan = Throng(voice, params.people, 0.35, bed, 4.5 - 1.5 * effort, params.distance, params.room)
    return Instrument(play=throng(plan, studio), burst=2.5)


CROWD = Family(
    "crowd",
    "People talk: syllables of a few throats over the murmur of many.",
    Crowd,
    build_crowd,
    model="Each voice is a glottal source through moving formants: unintelligible syllables of a man or a "
    "woman, about five a second. A few stand out; they are taken in turn from a bank that is renewed as "
    "it is used. The others melt into noise with the long-term spectrum of speech, which wavers less "
    "the more people there are. The mood sets pitch, pace and brightness as vocal effort does. With "
    "distance the near voices sink into the murmur and the highs are lost; the room reverberates them.",
    source="Peterson & Barney, Control methods used in a study of the vowels, JASA 24 (1952); Fant, Acoustic "
    "Theory of Speech Production (1960); Byrne et al., An international comparison of long-term average "
    "speech spectra, JASA 96 (1994).",
    shown=(
        {"mood": "calm"},
        {"mood": "hushed"},
        {"mood": "angry"},
        {"people": 4.0},
        {"people": 5000.0, "distance": 80.0},
    ),
)


@dataclass(frozen=True)
class Children:
    """Children at play: how many, how wild, how far away."""

    people: float = span(20.0, 2.0, 500.0, unit="children")
    energy: float = span(0.6)
    distance: float = span(15.0, 1.0, 200.0, unit="m")


def build_children(params: Children, studio: Studio) -> Instrument:
    """Build children at play."""

    def voice(rng: np.random.Generator) -> Wave:
        who, what = child(rng), rng.random()
        if what < 0.4 * params.energy:
            return squeal(Person(who.pitch * 0.85, who.throat), rng)
        if what < 0.75 * params.energy:
            return shout(who, rng, vowels="aeo", rise=1.7)
        if what < 0.85 * params.energy:
            return laugh(who, rng, vigour=0.8)
        return phrase(who, int(rng.integers(2, 6)), rng, effort=0.3 + 0.5 * params.energy)

    plan = Throng(voice, params.people, 0.18 + 0.12 * params.energy, (550.0, 2400.0), 4.0, params.distance, 0.3)
    return Instrument(play=throng(plan, studio), burst=2.5)


CHILDREN = Family(
    "children",
    "Children play: high short cries, calls and laughs.",
    Children,
    build_children,
    model="The voices of the crowd with children's throats: formants a third higher than a man's and a "
    "speaking pitch near 285 Hz. They call, squeal (up to four times the speaking pitch), laugh and "
    "chatter; the wilder, the more of the first two. Distance takes the highs and lets single voices "
    "sink into the rest.",
    source="Peterson & Barney, Control methods used in a study of the vowels, JASA 24 (1952); Lee, Potamianos "
    "& Narayanan, Acoustics of children's speech, JASA 105 (1999).",
)


@dataclass(frozen=True)
class Cheering:
    """People who cheer or boo together: how many, what, how far away."""

    people: float = span(500.0, 2.0, 60_000.0, unit="people")
    kind: str = choice("cheer", "boo", "gasp")
    distance: float = span(15.0, 1.0, 300.0, unit="m")


def build_cheering(params: Cheering, studio: Studio) -> Instrument:
    """Build people who cheer."""

    def voice(rng: np.random.Generator) -> Wave:
        who = adult(rng, women=0.4)
        if params.kind == "boo":
            return boo(who, rng)
        if params.kind == "gasp":
            return shout(Person(who.pitch * 0.8, who.throat), rng, vowels="ou", rise=1.4)
        if rng.random() < 0.07:
            return _finger_whistle(rng)
        return shout(who, rng, vowels="aeo")

    bed = {"cheer": (430.0, 1500.0), "boo": (190.0, 620.0), "gasp": (380.0, 1200.0)}[params.kind]
    plan = Throng(voice, params.people, 0.45 if params.kind == "cheer" else 0.3, bed, 3.0, params.distance, 0.5)
    return Instrument(play=throng(plan, studio), burst=2.8)


def _finger_whistle(rng: np.random.Generator) -> Wave:
    n = int(between(rng, 0.4, 0.9) * RATE)
    time = np.arange(n) / RATE
    hertz = between(rng, 1900, 2900) * (1 + 0.25 * np.sin(np.pi * time / time[-1]) ** 2)
    tone = np.sin(2 * np.pi * np.cumsum(hertz) / RATE) + 0.05 * once(rng.standard_normal(n), band(1500, 5000))
    return np.asarray(0.8 * tone * np.maximum(np.sin(np.pi * time / time[-1]), 0.0) ** 0.5)


CHEERING = Family(
    "cheering",
    "People cheer, boo or gasp together: vowels at the top of the voice.",
    Cheering,
    build_cheering,
    model="Each voice is one open vowel at about twice the speaking pitch, rough and bright, half a second to "
    "two seconds long; boos are long dark vowels that fall, gasps are lower and rounder. Single voices "
    "and finger whistles stand out of a roar that has the formants of the vowel that is shouted. The "
    "more people, the steadier the roar.",
    source="Peterson & Barney (1952), JASA 24; Traunmüller & Eriksson, Acoustic effects of variation in vocal "
    "effort, JASA 107 (2000): pitch and first formant rise with effort.",
)


@dataclass(frozen=True)
class Laughter:
    """People who laugh: how many, how heartily, of which age, how far away."""

    people: float = span(25.0, 1.0, 2000.0, unit="people")
    vigour: float = span(0.6)
    age: float = span(35.0, 4.0, 80.0, unit="years")
    distance: float = span(6.0, 1.0, 100.0, unit="m")


def build_laughter(params: Laughter, studio: Studio) -> Instrument:
    """Build people who laugh."""
    young = params.age < 13

    def voice(rng: np.random.Generator) -> Wave:
        who = child(rng) if young else adult(rng)
        return laugh(Person(who.pitch * (1.1 - 0.002 * params.age), who.throat), rng, vigour=params.vigour)

    low, high = (700.0, 2300.0) if young else (450.0, 1700.0)
    bed = (low * (0.7 + 0.5 * params.vigour), high * (0.7 + 0.5 * params.vigour))
    plan = Throng(voice, params.people, 0.4 + 0.3 * params.vigour, bed, 4.8, params.distance, 0.4)
    return Instrument(play=throng(plan, studio), burst=2.2)


LAUGHTER = Family(
    "laughter",
    "People laugh: series of breathed vowels, five a second.",
    Laughter,
    build_laughter,
    model="A laugh is a series of breathy vowels, four to five a second, whose pitch and level fall; hearty "
    "ones are higher, longer, brighter and less breathed. Children's throats are shorter and higher. "
    "Many laughs overlap over a murmur that pulses at the same rate.",
    source="Bachorowski, Smoski & Owren, The acoustic features of human laughter, JASA 110 (2001); Provine & "
    "Yong, Laughter: a stereotyped human vocalization, Ethology 89 (1991).",
)
