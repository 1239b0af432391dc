"""Mixes clips on buses with the film's own sound, block by block; what the clips are for is decided elsewhere.

Every gain and every limiter curve is computed on the whole mix and applied to each stem, so that the stems, added up,
are the mix.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.ducking import Ducker, Ducking
from v2a_foley.audio.limiter import Limiter
from v2a_foley.audio.loudness import Loudness, LoudnessMeter
from v2a_foley.audio.riding import Ride, limited
from v2a_foley.audio.sources import Clip, Desk, Own
from v2a_foley.audio.stream import Fifo, Samples, reblocked
from v2a_foley.audio.weighting import Energies, EnergyMeter, gated, within
from v2a_foley.errors import UsageError
from v2a_foley.timebase import SAMPLE_RATE

ORIGINAL, DIALOGUE, MUSIC = "ORIG", "DX", "MX"
"""The buses of the film's own sound: the track that plays, or the tracks that were named."""
ORIGINAL_MODES = ("mix", "duck", "replace")
FOLEY_PLACES = ("lr", "c")
_CLOSE_ENOUGH = 0.05
"""LU by which the finished loudness may miss its target before another pass is made."""
_MOST_PASSES = 6
_MOST_PUSH = 30.0
"""LU above its target at which a mix that a limiter holds down is no longer pushed."""

Stems = Mapping[str, Samples]
"""One block of every bus, ``float32 (channels, n)``."""


@dataclass(frozen=True)
class MixSettings:
    """How the new sound and the film's own come together.

    Attributes:
        original: ``mix`` (both, the original as it is), ``duck`` (Foley makes room for the original), or ``replace``
            (Foley alone; there is no ORIG stem then).
        gain_db: decibels on all Foley.
        loudness: integrated loudness of the finished programme in LUFS, or None to leave levels as they are. With
            None the original, where it is in the mix, stays untouched to the bit.
        ceiling: true peak that the mix does not exceed, dBTP.
        short_term: loudness that no three seconds exceed, LUFS, or None; needs ``loudness``.
        speech: spans of samples that are speech; where there are any, ``loudness`` is that of the mix within them.
        foley_to: where Foley goes in a mix with a centre: ``lr`` or ``c``.
        ducking: how Foley makes room with ``duck``.
    """

    original: str = "mix"
    gain_db: float = 0.0
    loudness: float | None = None
    ceiling: float = -1.0
    short_term: float | None = None
    speech: tuple[tuple[int, int], ...] = ()
    foley_to: str = "lr"
    ducking: Ducking = field(default_factory=Ducking)

    def __post_init__(self) -> None:
        """Refuse an unknown mode."""
        if self.original not in ORIGINAL_MODES:
            raise UsageError(f"The original cannot be {self.original!r}.", hint=f"Say {', '.join(ORIGINAL_MODES)}.")
        if self.foley_to not in FOLEY_PLACES:
            raise UsageError(f"Foley cannot go to {self.foley_to!r}.", hint=f"Say {' or '.join(FOLEY_PLACES)}.")


class Mixer:
    """One mix, which can be run through as often as needed; each run gives the same samples.

    Args:
        clips: what sounds, in any order.
        buses: the buses of the clips, which become stems; clips on others are an error.
        samples: length of the film.
        settings: how to mix.
        own: tracks of the film's own sound, by their buses.
        layout: ffmpeg's name of the mix's channel layout; Foley goes to its front left and right, or to its centre.
        block: samples worked on at a time; the result does not depend on it.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        buses: Sequence[str],
        samples: int,
        settings: MixSettings,
        *,
        own: Mapping[str, Own] | None = None,
        layout: str = "stereo",
        block: int = 2 * SAMPLE_RATE,
    ) -> None:
        """Keep what is to be mixed."""
        strangers = {clip.bus for clip in clips} - set(buses)
        if strangers:
            raise ValueError(f"there is no bus {', '.join(sorted(strangers))}")
        self.layout, self.samples, self.settings = layout, samples, settings
        self._desk = Desk(layout, centre=settings.foley_to == "c")
        self.channels = len(self._desk.names)
        self._clips = sorted(clips, key=lambda clip: clip.at)
        self._foley = tuple(buses)
        self._block = block
        self._own = dict(own or {}) if settings.original != "replace" else {}

    @property
    def buses(self) -> tuple[str, ...]:
        """The buses that the mix consists of, those of the film's own sound first."""
        return (*self._own, *self._foley)

    @property
    def original_untouched(self) -> bool:
        """Whether the original passes as it is, so that all limiting happens to the Foley."""
        return bool(self._own) and self.settings.loudness is None

    def blocks(self, ride: Ride | None = None) -> Iterator[Stems]:
        """Yield the finished stems block by block; their sum is the mix.

        Args:
            ride: what to do to the level of everything, as ``levelled`` finds it.
        """
        stems = self._loud(ride or Ride())
        if self.original_untouched:
            beside = Limiter(self.channels, self.settings.ceiling, beside=True)
            yield from _with_gains(
                stems,
                lambda block: beside.feed(summed(block, self._foley), summed(block, self._own)),
                beside.finish,
                self._foley,
            )
        else:
            limiter = _Apart(self._desk, self.settings.ceiling)
            yield from _with_gains(
                stems, lambda block: limiter.feed(summed(block, self.buses)), limiter.finish, self.buses
            )

    def levelled(self, tick: Callable[[int], None] = lambda _: None) -> Ride:
        """Return what brings the finished mix to the loudness asked for; a still gain of 0 where none is.

        Measures the whole mix once; where the limiter will work, measures again behind it until the target is met, or
        as near as the limiter lets it come. Where nothing passes the gate, nothing is done.

        Args:
            tick: called with the samples measured, block by block; may raise to stop.
        """
        settings, target = self.settings, self.settings.loudness
        if target is None:
            return Ride()
        first = self._measure(self._ducked(), tick)
        level = self._level(first)
        if -inf in (level, first.loudness.integrated):
            return Ride()
        ride = self._planned(first, target)
        if settings.short_term is None and first.loudness.true_peak + ride.gain_db <= settings.ceiling - 0.1:
            return ride
        best, miss = ride, inf
        slope, aim, before = 1.0, target, (level, level)
        for _ in range(_MOST_PASSES):
            reached = self._level(self._measure(self.blocks(ride), tick))
            if abs(target - reached) < miss:
                best, miss = ride, abs(target - reached)
            if miss <= _CLOSE_ENOUGH or aim >= target + _MOST_PUSH:
                break
            if aim != before[0]:  # the harder the limiter works, the less of a decibel arrives
                slope = min(1.0, max(0.1, (reached - before[1]) / (aim - before[0])))
            before, aim = (aim, reached), min(target + _MOST_PUSH, aim + (target - reached) / slope)
            ride = self._planned(first, aim)
        return best

    def _level(self, measured: _Measured) -> float:
        """Return the loudness that the target speaks of, in LUFS: the whole programme's, or its speech's."""
        speech = self.settings.speech
        return gated(within(measured.energies, speech)) if speech else measured.loudness.integrated

    def _planned(self, measured: _Measured, target: float) -> Ride:
        """Return what brings a mix that was measured to a loudness, were there no limiter."""
        still, limit = Ride(target - self._level(measured)), self.settings.short_term
        return still if limit is None else limited(measured.energies, still, limit)

    def _measure(self, blocks: Iterator[Stems], tick: Callable[[int], None]) -> _Measured:
        meter, energies = LoudnessMeter(self.layout), EnergyMeter(self.layout)
        detailed = bool(self.settings.speech) or self.settings.short_term is not None
        for stems in blocks:
            mix = summed(stems, self.buses)
            meter.feed(mix)
            if detailed:
                energies.feed(mix)
            tick(mix.shape[1])
        return _Measured(meter.finish(), energies.finish())

    def _loud(self, ride: Ride) -> Iterator[Stems]:
        start = 0
        for stems in self._ducked():
            count = next(iter(stems.values())).shape[1]
            gains = ride.gains(start, count)
            start += count
            yield stems if np.all(gains == 1) else {name: sound * gains for name, sound in stems.items()}

    def _ducked(self) -> Iterator[Stems]:
        stems = self._sources()
        if not self._own or self.settings.original != "duck":
            return stems
        ducker = Ducker(self.channels, self.settings.ducking)
        heard = (DIALOGUE,) if DIALOGUE in self._own else tuple(self._own)
        return _with_gains(stems, lambda block: ducker.feed(summed(block, heard)), ducker.finish, self._foley)

    def _sources(self) -> Iterator[Stems]:
        """Yield every bus before any common gain."""
        own = {
            bus: reblocked(
                (self._desk.own(block, track.layout) for block in track.read()),
                self.channels,
                self.samples,
                self._block,
            )
            for bus, track in self._own.items()
        }
        for start in range(0, self.samples, self._block):
            stop = min(start + self._block, self.samples)
            stems = {bus: next(blocks) for bus, blocks in own.items()}
            for bus in self._foley:
                stems[bus] = np.zeros((self.channels, stop - start), np.float32)
            for clip in self._clips:
                if clip.at >= stop:
                    break
                if clip.end > start:
                    self._desk.add(stems[clip.bus], clip, start, stop, self.settings.gain_db)
            yield stems


@dataclass(frozen=True)
class _Measured:
    """What a mix measures; no energies where nobody needs them."""

    loudness: Loudness
    energies: Energies


class _Apart:
    """Two limiters: the low-frequency channel, which no Foley enters, is not turned down for what the others do."""

    def __init__(self, desk: Desk, ceiling: float) -> None:
        self._low = list(desk.low)
        self._main = [number for number in range(len(desk.names)) if number not in desk.low]
        self._limiter = Limiter(len(self._main), ceiling)
        self._under = Limiter(len(self._low), ceiling) if self._low else None

    def feed(self, mix: Samples) -> NDArray[np.float32]:
        """Take a block and return the gains that are certain by now, ``(m,)`` or ``(channels, m)``."""
        gains = self._limiter.feed(mix[self._main])
        return gains if self._under is None else self._joined(gains, self._under.feed(mix[self._low]))

    def finish(self) -> NDArray[np.float32]:
        """Return the gains of the rest of the stream."""
        gains = self._limiter.finish()
        return gains if self._under is None else self._joined(gains, self._under.finish())

    def _joined(self, main: NDArray[np.float32], low: NDArray[np.float32]) -> NDArray[np.float32]:
        gains = np.empty((len(self._main) + len(self._low), len(main)), np.float32)
        gains[self._main], gains[self._low] = main, low
        return gains


def summed(stems: Stems, buses: Collection[str]) -> Samples:
    """Return the sum of some buses, ``float32 (channels, n)``."""
    total: Samples | None = None
    for name in buses:
        total = stems[name].copy() if total is None else np.add(total, stems[name], out=total)
    if total is None:
        raise ValueError("there is no bus to add up")
    return total


def _with_gains(
    blocks: Iterator[Stems],
    gains_of: Callable[[Stems], NDArray[np.float32]],
    rest: Callable[[], NDArray[np.float32]],
    buses: Collection[str],
) -> Iterator[Stems]:
    """Multiply some buses by gains that come later than the sound they are computed from."""
    waiting: dict[str, Fifo] = {}

    def taken(gains: NDArray[np.float32]) -> Iterator[Stems]:
        if gains.shape[-1]:
            stems = {name: fifo.take(gains.shape[-1]) for name, fifo in waiting.items()}
            flat = bool((gains == 1).all())
            yield {name: sound if flat or name not in buses else sound * gains for name, sound in stems.items()}

    for stems in blocks:
        for name, sound in stems.items():
            waiting.setdefault(name, Fifo()).push(sound)
        yield from taken(gains_of(stems))
    yield from taken(rest())
