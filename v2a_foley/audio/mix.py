"""Mixes clips on buses with the film's own sound, block by block; what the clips are for is decided elsewhere.

Every gain and every limiter curve is computed on the whole mix and applied to each stem, so that the stems, added up,
are the mix.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.ducking import Ducker, Ducking
from v2a_foley.audio.fades import equal_power
from v2a_foley.audio.levels import CENTRE, to_gain
from v2a_foley.audio.limiter import Limiter
from v2a_foley.audio.loudness import Loudness, LoudnessMeter
from v2a_foley.audio.stream import Fifo, Samples, reblocked
from v2a_foley.audio.wav import read_wav
from v2a_foley.errors import RenderError, UsageError
from v2a_foley.timebase import SAMPLE_RATE

ORIGINAL = "ORIG"
"""The bus of the film's own sound."""
ORIGINAL_MODES = ("mix", "duck", "replace")
_CLOSE_ENOUGH = 0.05
"""LU by which the finished loudness may miss its target before another pass is made."""
_MOST_PASSES = 4

Stems = Mapping[str, Samples]
"""One block of every bus, ``float32 (channels, n)``."""


@dataclass(frozen=True)
class Clip:
    """A piece of a sound file at its place in the film. All positions are samples at 48 kHz.

    Attributes:
        path: the sound file, 48 kHz, 1 or 2 channels.
        bus: the bus that it sounds on.
        at: where on the film's clock its sample ``first`` falls; may be negative.
        first: the first sample of the file that sounds.
        length: how many samples sound.
        gain_db: decibels.
        fade_in: length of the equal-power fade from silence at its start.
        fade_out: length of the equal-power fade to silence at its end.
    """

    path: Path
    bus: str
    at: int
    first: int
    length: int
    gain_db: float = 0.0
    fade_in: int = 0
    fade_out: int = 0

    @property
    def end(self) -> int:
        """One past its last sample on the film's clock."""
        return self.at + self.length


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
        ducking: how Foley makes room with ``duck``.
    """

    original: str = "mix"
    gain_db: float = 0.0
    loudness: float | None = None
    ceiling: float = -1.0
    ducking: Ducking = field(default_factory=Ducking)

    def __post_init__(self) -> None:
        """Refuse an unknown mode."""
        if self.original not in ORIGINAL_MODES:
            raise UsageError(f"The original cannot be {self.original!r}.", hint=f"Say {', '.join(ORIGINAL_MODES)}.")


class Mixer:
    """One mix, which can be run through as often as needed; each run gives the same samples.

    Args:
        clips: what sounds, in any order.
        buses: the buses of the clips, which become stems; clips on others are an error.
        samples: length of the film.
        settings: how to mix.
        original: starts reading the film's own sound, as blocks ``float32 (channels, n)`` of any size; None where
            there is none. Mono becomes equal left and right.
        layout: ffmpeg's name of the mix's channel layout; Foley goes to its front left and right.
        block: samples worked on at a time; the result does not depend on it.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        buses: Sequence[str],
        samples: int,
        settings: MixSettings,
        *,
        original: Callable[[], Iterator[Samples]] | None = None,
        layout: str = "stereo",
        block: int = 2 * SAMPLE_RATE,
    ) -> None:
        """Keep what is to be mixed."""
        import av

        strangers = {clip.bus for clip in clips} - set(buses)
        if strangers:
            raise ValueError(f"there is no bus {', '.join(sorted(strangers))}")
        self.layout, self.samples, self.settings = layout, samples, settings
        names = [channel.name for channel in av.AudioLayout(layout).channels]
        self.channels = len(names)
        self._front = [names.index("FL"), names.index("FR")] if {"FL", "FR"} <= set(names) else [0, self.channels - 1]
        self._clips = sorted(clips, key=lambda clip: clip.at)
        self._foley = tuple(buses)
        self._block = block
        self._original = original if settings.original != "replace" else None

    @property
    def buses(self) -> tuple[str, ...]:
        """The buses that the mix consists of: ORIG first where the original is in it."""
        return ((ORIGINAL,) if self._original else ()) + self._foley

    @property
    def original_untouched(self) -> bool:
        """Whether the original passes as it is, so that all limiting happens to the Foley."""
        return self._original is not None and self.settings.loudness is None

    def blocks(self, gain_db: float = 0.0) -> Iterator[Stems]:
        """Yield the finished stems block by block; their sum is the mix.

        Args:
            gain_db: decibels on everything, as ``programme_gain`` finds them.
        """
        stems = self._loud(gain_db)
        if self.original_untouched:
            beside = Limiter(self.channels, self.settings.ceiling, beside=True)
            yield from _with_gains(
                stems,
                lambda block: beside.feed(summed(block, self._foley), block[ORIGINAL]),
                beside.finish,
                self._foley,
            )
        else:
            limiter = Limiter(self.channels, self.settings.ceiling)
            yield from _with_gains(
                stems, lambda block: limiter.feed(summed(block, self.buses)), limiter.finish, self.buses
            )

    def programme_gain(self, tick: Callable[[int], None] = lambda _: None) -> float:
        """Return the decibels on everything that bring the finished mix to the loudness asked for; 0 where none is.

        Measures the whole mix once; where the limiter will work, measures again behind it until the target is met.

        Args:
            tick: called with the samples measured, block by block; may raise to stop.
        """
        target = self.settings.loudness
        if target is None:
            return 0.0
        measured = self._measure(self._ducked(), tick)
        if measured.integrated == -inf:
            return 0.0
        gain = target - measured.integrated
        if measured.true_peak + gain <= self.settings.ceiling - 0.1:
            return gain
        slope, before = 1.0, (0.0, measured.integrated)
        for _ in range(_MOST_PASSES):
            reached = self._measure(self.blocks(gain), tick).integrated
            if abs(target - reached) <= _CLOSE_ENOUGH:
                break
            if gain != before[0]:  # the harder the limiter works, the less of a decibel arrives
                slope = min(1.0, max(0.1, (reached - before[1]) / (gain - before[0])))
            before, gain = (gain, reached), gain + (target - reached) / slope
        return gain

    def _measure(self, blocks: Iterator[Stems], tick: Callable[[int], None]) -> Loudness:
        meter = LoudnessMeter(self.layout)
        for stems in blocks:
            mix = summed(stems, self.buses)
            meter.feed(mix)
            tick(mix.shape[1])
        return meter.finish()

    def _loud(self, gain_db: float) -> Iterator[Stems]:
        gain = np.float32(to_gain(gain_db))
        for stems in self._ducked():
            yield stems if gain_db == 0 else {name: sound * gain for name, sound in stems.items()}

    def _ducked(self) -> Iterator[Stems]:
        stems = self._sources()
        if self._original is None or self.settings.original != "duck":
            return stems
        ducker = Ducker(self.channels, self.settings.ducking)
        return _with_gains(stems, lambda block: ducker.feed(block[ORIGINAL]), ducker.finish, self._foley)

    def _sources(self) -> Iterator[Stems]:
        """Yield every bus before any common gain."""
        originals = None if self._original is None else reblocked(
            (self._as_wide(block) for block in self._original()), self.channels, self.samples, self._block
        )  # fmt: skip
        for start in range(0, self.samples, self._block):
            stop = min(start + self._block, self.samples)
            stems: dict[str, Samples] = {}
            if originals is not None:
                stems[ORIGINAL] = next(originals)
            for bus in self._foley:
                stems[bus] = np.zeros((self.channels, stop - start), np.float32)
            for clip in self._clips:
                if clip.at >= stop:
                    break
                if clip.end > start:
                    self._add(stems[clip.bus], clip, start, stop)
            yield stems

    def _as_wide(self, block: Samples) -> Samples:
        """Return a block of the original with the mix's channels, at most at full scale, as a 24-bit file holds it."""
        wide = np.repeat(block, self.channels, axis=0) if len(block) == 1 else block
        return np.clip(wide, -1, np.float32(1 - 2**-23))

    def _add(self, bus: Samples, clip: Clip, start: int, stop: int) -> None:
        """Add the part of a clip that lies between two samples of the film to that part of its bus."""
        begin, end = max(start, clip.at), min(stop, clip.end)
        inside = begin - clip.at
        sound, rate = read_wav(clip.path, clip.first + inside, end - begin)
        if rate != SAMPLE_RATE or len(sound) > 2:
            raise RenderError(
                f"{str(clip.path)!r} has {len(sound)} channels at {rate} Hz; takes are mono or stereo at 48000 Hz."
            )
        count = sound.shape[1]
        gain = np.full(count, to_gain(clip.gain_db + self.settings.gain_db), np.float32)
        if inside < clip.fade_in:
            gain *= equal_power(inside, inside + count, clip.fade_in)
        left = clip.length - inside
        if left - count < clip.fade_out:
            gain *= equal_power(left - count, left, clip.fade_out)[::-1]
        front = np.repeat(sound * np.float32(CENTRE), 2, axis=0) if len(sound) == 1 else sound
        bus[self._front, begin - start : begin - start + count] += front * gain


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
        if len(gains):
            stems = {name: fifo.take(len(gains)) for name, fifo in waiting.items()}
            flat = bool((gains == 1).all())
            yield {name: sound if flat or name not in buses else sound * gains for name, sound in stems.items()}

    for stems in blocks:
        for name, sound in stems.items():
            waiting.setdefault(name, Fifo()).push(sound)
        yield from taken(gains_of(stems))
    yield from taken(rest())
