"""A voice: a glottal source with jitter, shimmer and breath, through formants that move. It knows no animals.

Source and filter after Fant (1960); roughness by period doubling and noise as measured on mammals (Fitch 2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Wave
from v2a_foley.generate.procedural.parts.filters import highpass, once, rounded
from v2a_foley.generate.procedural.parts.shapes import clock, eased, line, seconds, unit

Points = tuple[tuple[float, float], ...]
Vowels = tuple[tuple[float, tuple[float, ...]], ...]

_FRAME = 480
_STEP = 0.02
"""Change of a formant, as a share, up to which a piece of the tract stands still: less than is heard (3 to 5 %)."""
_HIGHER = 3
"""Formants above those given, evenly spaced, so that the spectrum does not end with the last of them."""


@dataclass(frozen=True)
class Utterance:
    """One uninterrupted call. Curves are points (share of its duration, value).

    Attributes:
        duration: seconds.
        pitch: hertz over time.
        loud: amplitude over time.
        vowels: formant frequencies in hertz over time, the same number in each point.
        breath: noise in the source, 0 pure to 1 whispered.
        jitter: random wander of the period, as a share of it.
        shimmer: random change of level from pulse to pulse.
        double: period doubling: how much weaker every other pulse is (0 none).
        tremble: (rate in hertz, depth of pitch, depth of level) of a regular tremor.
        tilt: how dark the source is: corner of the glottal low-pass in hertz.
        sharp: formant bandwidths divide by this.
        growl: depth of an irregular amplitude modulation at 20 to 70 Hz.
        fall: second corner of the source in hertz, above which it falls twice as steeply; 0 for none.
    """

    duration: float
    pitch: Points
    loud: Points
    vowels: Vowels
    breath: float = 0.1
    jitter: float = 0.01
    shimmer: float = 0.1
    double: float = 0.0
    tremble: tuple[float, float, float] = (0.0, 0.0, 0.0)
    tilt: float = 900.0
    sharp: float = 1.0
    growl: float = 0.0
    fall: float = 0.0


def speak(call: Utterance, rng: np.random.Generator) -> Wave:
    """Sing one utterance; returns ``(n,)`` with a peak of one."""
    from scipy import signal

    n = seconds(call.duration)
    time = clock(n)
    rate, wobble, beat = call.tremble
    tremor = np.sin(2 * np.pi * rate * time * (1 + 0.05 * _wander(rng, n, 3)) + rng.random() * 6.28) if rate else 0.0
    pitch = line(call.pitch, n) * (1 + wobble * tremor) * (1 + call.jitter * _wander(rng, n, 12))
    pitch = np.maximum(pitch * (1 + 0.6 * call.jitter * _wander(rng, n, 60)), 12.0)
    source = _pulses(pitch, call, rng)
    source = signal.lfilter(*_corner(call.tilt), source)
    noise = signal.lfilter(*_corner(2.5 * call.tilt), rng.standard_normal(n))
    phase = np.cumsum(pitch) / RATE
    noise *= 0.45 + 0.55 * (0.5 + 0.5 * np.cos(2 * np.pi * phase))
    source = source / (np.sqrt(np.mean(source**2)) + 1e-12)
    noise = noise / (np.sqrt(np.mean(noise**2)) + 1e-12)
    source = np.sqrt(1 - call.breath**2) * source + call.breath * noise
    if call.growl:
        source = source * (1 - call.growl * (0.5 + 0.5 * np.tanh(1.5 * _wander(rng, n, 45))))
    if call.fall:
        source = signal.lfilter(*_corner(call.fall), source)
    loud = np.maximum(line(call.loud, n), 0) * (1 + beat * tremor)
    voiced = _tract(source * loud, call, rng)
    radiated = np.diff(voiced, prepend=0.0) * 0.5 + 0.12 * voiced
    low = max(30.0, 0.6 * min(hertz for _, hertz in call.pitch))
    return unit(once(radiated, highpass(rounded(low))))


@lru_cache(maxsize=256)
def _low(percent: int) -> tuple[Wave, Wave]:
    from scipy import signal

    b, a = signal.butter(1, min(1.02**percent / (RATE / 2), 0.9))
    return b, a


def _corner(hertz: float) -> tuple[Wave, Wave]:
    """Return a one-pole low-pass; corners are rounded to two per cent, so that they need not be designed anew."""
    return _low(round(float(np.log(hertz) / np.log(1.02))))


def _wander(rng: np.random.Generator, n: int, rate: float) -> Wave:
    """Smooth noise of about unit variance over a short sound."""
    knots = max(4, int(n / RATE * rate * 2) + 4)
    return np.asarray(np.interp(np.linspace(0, knots - 1, n), np.arange(knots), rng.standard_normal(knots)))


def _pulses(pitch: Wave, call: Utterance, rng: np.random.Generator) -> Wave:
    """Place one pulse a period, to a fraction of a sample, of levels that differ."""
    phase = np.cumsum(pitch) / RATE + rng.random()
    count = int(phase[-1])
    if count < 1:
        return rng.standard_normal(len(pitch)) * 1e-3
    at = np.interp(np.arange(1, count + 1), phase, np.arange(len(phase)))
    level = 1 + call.shimmer * rng.standard_normal(count)
    level[::2] *= 1 - call.double
    level /= np.sqrt(pitch[at.astype(int)])
    out = np.zeros(len(pitch) + 2)
    whole = at.astype(int)
    part = at - whole
    np.add.at(out, whole, level * (1 - part))
    np.add.at(out, whole + 1, level * part)
    return out[: len(pitch)]


def _course(vowels: Vowels, frames: int) -> Wave:
    """Draw all formants at once, ``(frames, formants)``, easing in and out of each vowel."""
    at, formants = np.array([u for u, _ in vowels]), np.array([f for _, f in vowels], float)
    where = np.clip(np.linspace(0, 1, frames), at[0], at[-1])
    if len(at) < 3:
        share = (where - at[0]) / (at[-1] - at[0]) if len(at) > 1 else np.zeros(frames)
        return np.asarray(formants[0] + share[:, None] * (formants[-1] - formants[0]))
    return eased(at, formants, where)


def _tract(source: Wave, call: Utterance, rng: np.random.Generator) -> Wave:
    """Send the source through a cascade of formants that move every few milliseconds, where they move at all."""
    from scipy import signal

    n = len(source)
    frames = -(-n // _FRAME)
    given = len(call.vowels[0][1])
    count = given + _HIGHER
    drift = 1 + 0.02 * rng.standard_normal(given)
    tracks = _course(call.vowels, frames) * drift
    spacing = tracks[:, -1:] - tracks[:, -2:-1]
    tracks = np.concatenate([tracks, tracks[:, -1:] + spacing * np.arange(1, _HIGHER + 1)], axis=1)
    tracks = np.clip(tracks, 60, RATE * 0.45)
    width = (50 + 0.055 * tracks) / call.sharp
    radius = np.exp(-np.pi * width / RATE)
    a1, a2 = -2 * radius * np.cos(2 * np.pi * tracks / RATE), radius**2
    zi = np.zeros((count, 2))
    out = np.empty(n)
    sos = np.zeros((count, 6))
    sos[:, 3] = 1.0
    starts = _moves(tracks)
    for first, last in zip(starts, [*starts[1:], frames], strict=True):
        k = (first + last) // 2
        sos[:, 0], sos[:, 4], sos[:, 5] = 1 + a1[k] + a2[k], a1[k], a2[k]
        piece = slice(first * _FRAME, min(n, last * _FRAME))
        out[piece], zi = signal.sosfilt(sos, source[piece], zi=zi)
    return out


def _moves(tracks: Wave) -> list[int]:
    """Return the frames at which one of the formants, ``(frames, formants)``, has moved on by a step."""
    steps = np.floor(np.cumsum(np.max(np.abs(np.diff(np.log(tracks), axis=0)), axis=1, initial=0.0)) / _STEP)
    return [0, *(int(k) + 1 for k in np.flatnonzero(np.diff(steps, prepend=0.0)))]
