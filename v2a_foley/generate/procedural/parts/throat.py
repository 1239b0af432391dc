"""Who calls: larynx and vocal tract of one animal, how excited it is, and a company of such animals. No recipes here.

Tract lengths go with the cube root of body mass (Fitch 1997), pitch with its power of -0.4 (Fletcher 2004); arousal
raises pitch, brightness, roughness and the rate of calls (Briefer 2012).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from v2a_foley.generate.procedural.family import Instrument, Rhythm, Studio, Wave
from v2a_foley.generate.procedural.parts.air import through_air
from v2a_foley.generate.procedural.parts.noise import around
from v2a_foley.generate.procedural.parts.shapes import lay
from v2a_foley.generate.procedural.parts.voice import Points, Utterance, Vowels, speak

_FALL = 3.0
"""Second corner of the source against the first: folds fall by 12 dB an octave where they do not crash together."""
CALM = 0.4
"""The agitation at which a recipe is sung as it is written."""

PUFF: Points = ((0.0, 0.0), (0.05, 0.9), (0.3, 1.0), (0.7, 0.6), (1.0, 0.0))
HOLD: Points = ((0.0, 0.0), (0.12, 0.8), (0.4, 1.0), (0.8, 0.8), (1.0, 0.0))
SNAP: Points = ((0.0, 0.0), (0.02, 1.0), (0.3, 0.7), (0.6, 0.25), (1.0, 0.0))


@dataclass(frozen=True)
class Call:
    """How one animal calls.

    Attributes:
        utterances: the utterances of one call, in order; their durations and pitches vary from call to call.
        gaps: seconds of silence after each utterance within the call.
        times: how many times the sequence is sung in one call (least, most).
        rest: mean seconds from the start of one call to the next.
        vary: spread of duration and pitch from call to call.
    """

    utterances: tuple[Utterance, ...]
    gaps: tuple[float, ...] = (0.12,)
    times: tuple[int, int] = (1, 1)
    rest: float = 3.0
    vary: float = 0.08


@dataclass(frozen=True)
class Throat:
    """One animal's means of calling, against those of a recipe's.

    Attributes:
        pitch: factor on the fundamental.
        tract: factor on the formants.
        arousal: 0 calm to 1 frantic.
        hoarse: factor on jitter, shimmer, period doubling and growl.
    """

    pitch: float = 1.0
    tract: float = 1.0
    arousal: float = CALM
    hoarse: float = 1.0


def arc(low: float, top: float, end: float, at: float = 0.35) -> Points:
    """Rise to a pitch and fall again."""
    return ((0.0, low), (at, top), (1.0, end))


def open_close(shut: tuple[float, ...], wide: tuple[float, ...], peak: float = 0.4) -> Vowels:
    """Open the mouth and close it again."""
    return ((0.0, shut), (peak, wide), (1.0, shut))


def tube(centimetres: float, count: int = 5, *, flare: float = 0.0) -> tuple[float, ...]:
    """Return the formants of a uniform tube closed at the glottis (Fitch 1997); ``flare`` lifts the lowest."""
    lowest = 35_000.0 / (4 * centimetres)
    return tuple(lowest * (2 * k + 1) * (1 + flare / (k + 1) ** 2) for k in range(count))


def scaled(call: Utterance, pitch: float, tract: float | None = None) -> Utterance:
    """Scale the pitch by a factor, and the formants by another (the same where none is given)."""
    body = pitch if tract is None else tract
    return replace(
        call,
        pitch=tuple((u, hertz * pitch) for u, hertz in call.pitch),
        vowels=tuple((u, tuple(f * body for f in formants)) for u, formants in call.vowels),
    )


def throat_of(mass: float, nominal: float, arousal: float = CALM, hoarse: float = 1.0) -> Throat:
    """Return the throat of an animal by its mass against the recipe's, both in the same unit."""
    ratio = mass / nominal
    return Throat(ratio**-0.4, ratio ** (-1 / 3), arousal, hoarse)


def grown(adult: float, years: float, *, newborn: float, half: float) -> float:
    """Return the mass at an age: the part that is not there at birth is half grown after ``half`` years."""
    return float(adult * (1 - (1 - newborn) * 0.5 ** (years / half)))


def utter(call: Call, throat: Throat, strength: float, rng: np.random.Generator) -> Wave:
    """Sing one call; chance makes each a little different, ``strength`` (0 to 1) louder ones brighter and higher."""
    parts, at, drop = [], 0.0, 1.0
    for _ in range(int(rng.integers(call.times[0], call.times[1] + 1))):
        mood = around(rng, 1.0, call.vary * 0.6)
        for utterance, gap in zip(call.utterances, call.gaps, strict=True):
            sung = _fitted(utterance, call.vary, throat, mood, strength, rng)
            parts.append((at, speak(sung, rng) * drop * around(rng, 1.0, 0.12)))
            at += sung.duration + around(rng, gap, 0.2)
        drop *= 0.92
    return lay(parts)


def _fitted(
    utterance: Utterance, vary: float, throat: Throat, mood: float, strength: float, rng: np.random.Generator
) -> Utterance:
    effort, excess = 0.75 + 0.45 * strength, throat.arousal - CALM
    pitch = throat.pitch * mood * 2 ** (0.45 * excess) * around(rng, 1.0, vary * 0.4) * (0.9 + 0.14 * strength)
    tilt = utterance.tilt * effort**1.5 * 2 ** (0.8 * excess)
    rough = throat.hoarse * 2 ** (1.1 * excess)
    return replace(
        utterance,
        duration=around(rng, utterance.duration, vary),
        pitch=tuple((u, hertz * pitch * around(rng, 1.0, vary * 0.35)) for u, hertz in utterance.pitch),
        vowels=tuple((u, tuple(f * throat.tract for f in formants)) for u, formants in utterance.vowels),
        tilt=tilt,
        fall=_FALL * tilt,
        breath=float(np.clip(utterance.breath * around(rng, 1.0, 0.15), 0, 1)),
        jitter=min(utterance.jitter * rough, 0.12),
        shimmer=min(utterance.shimmer * rough, 0.5),
        double=min(utterance.double * rough, 0.6),
        growl=min(utterance.growl * rough, 0.85),
    )


def individual(throat: Throat, rng: np.random.Generator, spread: float = 0.07) -> Throat:
    """Draw one animal out of its kind."""
    body = float(np.exp(np.clip(rng.standard_normal(), -2.2, 2.2) * spread))
    return replace(throat, pitch=throat.pitch * body, tract=throat.tract * around(rng, body**0.5, 0.6 * spread))


def turns(rest: float, number: int = 1, arousal: float = CALM, *, least: float = 0.15) -> Rhythm:
    """Let a company take turns: each rests so many seconds in the mean, less when excited."""
    mean = rest * 2 ** (-1.6 * (arousal - CALM)) / number**0.75

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        yield 0.0, 0.9
        while True:
            pause = around(rng, mean, 0.3) if number == 1 else mean * float(rng.gamma(2.5) / 2.5)
            yield max(pause, 0.4 * mean, least), float(rng.uniform(0.6 if number == 1 else 0.4, 1.0))

    return rhythm


class Chorus:
    """Calls of many, of which most are heard again, each time at another pitch and pace; a few are sung anew."""

    def __init__(self, number: int, *, few: int = 2, anew: float = 0.2) -> None:
        """Keep calls only where more than a few sing."""
        self._room = min(number + 6, 16) if number > few else 0
        self._anew = anew
        self._calls: list[Wave] = []

    def __call__(self, sing: Callable[[], Wave], rng: np.random.Generator) -> Wave:
        """Return a call: a new one, or one that is kept, played up to some 6 % faster or slower."""
        if len(self._calls) < self._room // 2 or rng.random() < self._anew:
            fresh = sing()
            if self._room:
                self._calls.append(fresh)
                del self._calls[: -self._room]
            return fresh
        if not self._calls:
            return sing()
        kept = self._calls[int(rng.integers(len(self._calls)))]
        return np.asarray(np.interp(np.arange(0, len(kept) - 1, around(rng, 1.0, 0.03)), np.arange(len(kept)), kept))


@dataclass(frozen=True)
class Company:
    """Animals that call.

    Attributes:
        throat: of the middle one.
        number: how many.
        metres: how far away, for what the air and the ground take of the sound.
        least: shortest pause between two calls, in seconds.
    """

    throat: Throat = field(default_factory=Throat)
    number: int = 1
    metres: float = 0.0
    least: float = 0.15


def company(studio: Studio, call: Call, of: Company) -> Instrument:
    """Build animals that take turns in one call."""
    return company_of(studio, lambda who, strength, rng: utter(call, who, strength, rng), call.rest, of)


def company_of(
    studio: Studio, voice: Callable[[Throat, float, np.random.Generator], Wave], rest: float, of: Company
) -> Instrument:
    """Build animals that take turns in what ``voice`` makes of a throat, a strength and chance."""
    ones = [individual(of.throat, studio.rng("individual", k)) for k in range(of.number)]

    chorus = Chorus(of.number)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        who = ones[int(rng.integers(of.number))]
        return chorus(lambda: through_air(voice(who, strength, rng), of.metres, rng), rng)

    return Instrument(strike=strike, rhythm=turns(rest, of.number, of.throat.arousal, least=of.least))
