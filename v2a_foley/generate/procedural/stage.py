"""Turns an instrument into a sound of exact length, block by block: hits, handles, level, ends. No synthesis here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from v2a_foley.generate.following import Curve, Follower, softened
from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Strike, Studio, Wave, steady
from v2a_foley.generate.procedural.parts.filters import Filter, Reverb, decaying_noise, highpass
from v2a_foley.generate.procedural.parts.grains import Scatter
from v2a_foley.generate.procedural.parts.shapes import swell
from v2a_foley.generate.protocol import Samples, SoundRequest
from v2a_foley.generate.strikes import LONGEST_LEAD, lead_of
from v2a_foley.progress import Progress
from v2a_foley.project import Kind

BLOCK = 65_536
"""Samples a block; a sound's bits depend on it, not on how its blocks are read."""

_WARM = RATE // 2
_KNEE = 0.72
_FADE = int(0.008 * RATE)


def perform(family: Family, params: object, request: SoundRequest, progress: Progress | None) -> Iterator[Samples]:
    """Yield the sound in blocks ``float32 (channels, n)`` of exactly ``request.samples`` in all.

    Raises:
        Cancelled: the work was asked to stop.
    """
    studio = Studio(request.channels, (request.seed % 2**64, 1))
    instrument = family.build(params, studio)
    at_hits = request.event.kind is Kind.IMPULSE or (bool(request.hits) and instrument.play is None)
    if at_hits:
        source = _strikes(family, params, instrument, request, studio)
    elif instrument.play is None:
        source = _by_itself(instrument, request, studio)
    else:
        source = _texture(family, params, instrument, request, studio)
    level = Filter(highpass(18.0))
    done = 0
    for wave in source:
        if progress is not None:
            progress.check()
        out = _limit(level(wave))
        n = out.shape[1]
        if not at_hits:
            _fade(out, done, request.samples, _FADE)
        elif done + n == request.samples:
            _fade(out, done, request.samples, _FADE, head=False)
        done += n
        yield out.astype(np.float32)


def _lengths(samples: int) -> Iterator[int]:
    whole, rest = divmod(samples, BLOCK)
    yield from (BLOCK for _ in range(whole))
    if rest:
        yield rest


def _texture(
    family: Family, params: object, instrument: Instrument, request: SoundRequest, studio: Studio
) -> Iterator[Wave]:
    gain = texture_gain(family, params)
    drive = _drive(instrument, request)
    runner = _Runner(instrument, studio)
    runner(Block(_WARM, np.full(_WARM, drive.first)))
    done = 0
    for n in _lengths(request.samples):
        yield gain * runner(Block(n, drive(done, n)))
        done += n


def _drive(instrument: Instrument, request: SoundRequest) -> Curve:
    """Return the request's curve, read ahead by the instrument's inertia, or the drive that it has by itself."""
    if not request.intensity:
        return Curve(((0, instrument.rest),), RATE)
    ahead = round(instrument.inertia * RATE)
    return Curve([(at - ahead, value) for at, value in request.intensity], RATE)


class _Runner:
    """Plays an instrument's texture in the channels asked for, following the drive where it does not itself."""

    def __init__(self, instrument: Instrument, studio: Studio) -> None:
        assert instrument.play is not None  # noqa: S101 - the caller chose this path because it is there
        self._play, self._follows, self._channels = instrument.play, instrument.follows, studio.channels
        self._follower = Follower(RATE)
        self._room = _Width(studio) if studio.channels == 2 else None

    def __call__(self, block: Block) -> Wave:
        wave = self._play(block)
        if wave.ndim == 1:
            wave = wave[None, :] if self._room is None else self._room(wave)
        return wave if self._follows else self._follower(wave, block.drive)


class _Width:
    """Makes two channels of one: the direct sound in the middle, its early reflections different on both sides."""

    def __init__(self, studio: Studio) -> None:
        rng = studio.rng("width")
        sides = [0.75 * decaying_noise(rng, 0.045, direct=0.0, start=0.0008) for _ in range(2)]
        self._sides = Reverb(np.stack(sides))

    def __call__(self, wave: Wave) -> Wave:
        return np.asarray(0.66 * wave + self._sides(wave[None, :]))


@lru_cache(maxsize=512)
def texture_gain(family: Family, params: object) -> float:
    """Return the gain that brings a texture, fully driven, to a peak near -3 dBFS; measured once on fixed chance."""
    studio = Studio(1, (0, 2))
    runner = _Runner(family.build(params, studio), studio)
    runner(Block(_WARM, np.ones(_WARM)))
    trial = np.concatenate([runner(Block(BLOCK, np.ones(BLOCK))) for _ in range(2)], axis=1)[0]
    high = float(np.quantile(np.abs(trial), 0.9999))
    loud = float(np.sqrt(np.mean(trial**2)))
    return min(0.62 / max(high, 1e-9), 0.25 / max(loud, 1e-9))


def _limit(wave: Wave) -> Wave:
    """Round off what rises above the knee, so that nothing passes -0.9 dBFS; what lies below is untouched."""
    size = np.abs(wave)
    if float(size.max(initial=0.0)) <= _KNEE:
        return wave
    room = 0.9 - _KNEE
    return np.where(size > _KNEE, np.sign(wave) * (_KNEE + room * np.tanh((size - _KNEE) / room)), wave)


def _fade(wave: Wave, start: int, total: int, length: int, *, head: bool = True) -> None:
    """Fade the ends of the whole sound, in place, where they lie in this block."""
    length = max(1, min(length, total // 4))
    at = np.arange(start, start + wave.shape[1])
    if head and start < length:
        wave *= 0.5 - 0.5 * np.cos(np.pi * np.clip((at + 0.5) / length, 0, 1))
    if start + wave.shape[1] > total - length:
        wave *= 0.5 - 0.5 * np.cos(np.pi * np.clip((total - at - 0.5) / length, 0, 1))


def strike_gain(strength: float) -> float:
    """Return the level of a strike: full strength is 1, half of it 10 dB less, none 26 dB less."""
    return float(0.05 + 0.95 * np.clip(strength, 0, 1) ** 1.7)


def _strikes(
    family: Family, params: object, instrument: Instrument, request: SoundRequest, studio: Studio
) -> Iterator[Wave]:
    """Play hits where they are asked for, or a natural gesture from the cue's start to its end."""
    if request.hits:
        hits: Iterator[tuple[int, float]] = iter(sorted(request.hits))
    else:
        hits = _gesture(instrument, request, studio)
    single = instrument.contact if len(request.hits) > 1 else None
    strike = single or instrument.strike or _bursts(family, params, instrument, studio)
    yield from _placed(strike, hits, request, studio, pan=0.0)


def _gesture(instrument: Instrument, request: SoundRequest, studio: Studio) -> Iterator[tuple[int, float]]:
    end = max(request.before + 1, request.samples - request.after)
    at = float(request.before)
    rhythm = instrument.rhythm if instrument.strike is not None else steady(1.4 * instrument.burst, 0.2)
    for pause, strength in rhythm(studio.rng("rhythm")):
        at += pause * RATE
        if at >= end - (0.12 * RATE if at > request.before else 0):
            return
        yield int(at), strength


def _by_itself(instrument: Instrument, request: SoundRequest, studio: Studio) -> Iterator[Wave]:
    """Play strikes in their own rhythm over the whole sound, handles included; the drive is their strength."""
    assert instrument.strike is not None  # noqa: S101 - an instrument has play or strike
    rng = studio.rng("rhythm")
    drive = _drive(instrument, request)

    def hits() -> Iterator[tuple[int, float]]:
        at, first = 0.0, True
        for pause, strength in instrument.rhythm(rng):
            at += RATE * (pause if not first else pause + 0.15 * rng.random())
            first = False
            if at >= request.samples:
                return
            amount = float(drive(int(at), 1)[0]) if request.intensity else 1.0
            if amount > 0.02:
                yield int(at), strength * amount

    yield from _placed(instrument.strike, hits(), request, studio, pan=0.65 if request.channels > 1 else 0.0)


def _bursts(family: Family, params: object, instrument: Instrument, studio: Studio) -> Strike:
    """Cut strikes from a texture: each the next piece of it, with a fast attack and a natural end."""
    mono = Studio(1, (*studio.entropy, 3))
    runner = _Runner(family.build(params, mono), mono)
    runner(Block(_WARM, np.ones(_WARM)))
    n = int(instrument.burst * RATE)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        length = int(n * rng.uniform(0.85, 1.15))
        piece = runner(Block(length, np.full(length, 0.4 + 0.6 * strength)))[0]
        return np.asarray(piece * swell(length, 0.004, 0.55 * length / RATE))

    return strike


def _placed(
    strike: Strike, hits: Iterator[tuple[int, float]], request: SoundRequest, studio: Studio, *, pan: float
) -> Iterator[Wave]:
    scatter = Scatter(request.channels)
    waiting: tuple[int, float] | None = next(hits, None)
    number, start, early = 0, 0, round(LONGEST_LEAD * RATE)
    for n in _lengths(request.samples):
        grains = []
        while waiting is not None and waiting[0] < start + n + early:
            at, strength = waiting
            if 0 <= at < request.samples:
                rng = studio.rng("hit", number)
                wave = ready(strike, strength, rng)
                begin = at - (lead_of(wave, RATE) if request.hits else 0)
                if begin < 0:
                    wave, begin = _opened(wave[-begin:]), 0
                grains.append((begin - start, wave, pan * float(rng.uniform(-1, 1))))
            number += 1
            waiting = next(hits, None)
        yield scatter(n, grains)
        start += n


def _opened(wave: Wave) -> Wave:
    """Fade in what was cut at its beginning, over half a millisecond."""
    soft = min(len(wave), RATE // 2000)
    wave[:soft] *= np.linspace(0, 1, soft)
    return wave


def ready(strike: Strike, strength: float, rng: np.random.Generator) -> Wave:
    """Make one strike as it is placed: from its first sample above -40 dB on, at its level, without an offset."""
    wave = softened(strike(float(np.clip(strength, 0.02, 1)), rng), strength, RATE)
    size = np.abs(wave)
    top = float(size.max(initial=0.0))
    if top < 1e-9:
        return np.zeros(1)
    first = int(np.argmax(size > 0.012 * top))
    wave = wave[first:] * (0.66 * strike_gain(strength) / top)
    tail = min(len(wave) // 4, int(0.012 * RATE))
    if tail > 1:
        wave[len(wave) - tail :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, tail + 1) / tail)
    return wave
