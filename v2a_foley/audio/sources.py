"""What goes into a mix: pieces of takes at their places, and tracks of the film's own, on the mix's channels.

Levels of the whole, ducking and limiting stand in ``mix.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.fades import equal_power
from v2a_foley.audio.levels import CENTRE, to_gain
from v2a_foley.audio.stream import Samples
from v2a_foley.audio.wav import read_wav
from v2a_foley.errors import RenderError, UsageError
from v2a_foley.timebase import SAMPLE_RATE


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
class Own:
    """A track of the film's own sound.

    Attributes:
        read: starts reading it, as blocks ``float32 (channels, n)`` of any size.
        layout: ffmpeg's name of its channel layout; empty where it is that of the mix, or mono.
    """

    read: Callable[[], Iterator[Samples]]
    layout: str = ""


class Desk:
    """Where sounds lie on the channels of a mix.

    Args:
        layout: ffmpeg's name of the mix's channel layout.
        centre: whether new sound goes to the centre where there is one, rather than to the front left and right.
    """

    def __init__(self, layout: str, *, centre: bool = False) -> None:
        """Find the channels."""
        self.names = channels_of(layout)
        sides = [self.names.index("FL"), self.names.index("FR")] if {"FL", "FR"} <= set(self.names) else None
        self._sides = sides or [0, len(self.names) - 1]
        middle = self.names.index("FC") if "FC" in self.names and len(self.names) > 1 else None
        self._middle = middle
        self._to_middle = centre and middle is not None
        self.low = tuple(number for number, name in enumerate(self.names) if name.startswith("LFE"))

    def own(self, block: Samples, layout: str) -> Samples:
        """Return a block of the film's own with the mix's channels, at most at full scale, as a 24-bit file holds it.

        Mono goes to the centre of a mix that has one, else to both sides as it is; others go to their namesakes.
        """
        held = np.clip(block, -1, np.float32(1 - 2**-23))
        if len(held) == len(self.names):
            return np.asarray(held, np.float32)
        wide = np.zeros((len(self.names), block.shape[1]), np.float32)
        wide[self.places(len(held), layout)] = held
        return wide

    def places(self, channels: int, layout: str) -> list[int]:
        """Return which of the mix's channels a track's go to.

        Raises:
            UsageError: the mix has no place for one of them.
        """
        if channels == 1:
            return self._sides if self._middle is None else [self._middle]
        wanted = channels_of(layout) if layout else []
        if len(wanted) != channels or not set(wanted) <= set(self.names):
            raise UsageError(
                f"A track of {channels} channels ({layout or 'of no known layout'}) has no place in this mix.",
                hint="Name tracks whose layouts fit each other: stereo and 5.1, for example.",
            )
        return [self.names.index(name) for name in wanted]

    def add(self, bus: Samples, clip: Clip, start: int, stop: int, gain_db: float) -> None:
        """Add the part of a clip that lies between two samples of the film to that part of its bus.

        Raises:
            RenderError: the clip's file is missing, damaged or of another kind.
        """
        begin, end = max(start, clip.at), min(stop, clip.end)
        inside = begin - clip.at
        sound, rate = read_wav(clip.path, clip.first + inside, end - begin)
        if rate != SAMPLE_RATE or len(sound) > 2:
            raise RenderError(
                f"{str(clip.path)!r} has {len(sound)} channels at {rate} Hz; takes are mono or stereo at 48000 Hz."
            )
        count = sound.shape[1]
        part = bus[:, begin - start : begin - start + count]
        gain = _envelope(clip, inside, count, gain_db)
        if self._to_middle and self._middle is not None:
            part[self._middle] += (sound[0] if len(sound) == 1 else sound.sum(axis=0) * np.float32(CENTRE)) * gain
        else:
            part[self._sides] += (np.repeat(sound * np.float32(CENTRE), 2, axis=0) if len(sound) == 1 else sound) * gain


def _envelope(clip: Clip, inside: int, count: int, gain_db: float) -> NDArray[np.float32]:
    """Return the factors of ``count`` samples of a clip from its sample ``inside`` on: its gain and its fades."""
    gain = np.full(count, to_gain(clip.gain_db + gain_db), np.float32)
    if inside < clip.fade_in:
        gain *= equal_power(inside, inside + count, clip.fade_in)
    left = clip.length - inside
    if left - count < clip.fade_out:
        gain *= equal_power(left - count, left, clip.fade_out)[::-1]
    return gain


def channels_of(layout: str) -> list[str]:
    """Return the names of a layout's channels; those beside and those behind the listener are taken for the same."""
    import av

    names = [channel.name for channel in av.AudioLayout(layout).channels]
    if {"SL", "SR"} <= set(names) and not {"BL", "BR"} & set(names):
        return [{"SL": "BL", "SR": "BR"}.get(name, name) for name in names]
    return names
