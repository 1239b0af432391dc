"""The true timestamps of a film, from its packets: one demux pass, nothing decoded but each stream's first frame.

Here are ticks and rates; what they mean for the film (its zero, its facts) is ``probe``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from v2a_foley.packets import packets
from v2a_foley.timebase import clean_rate

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream, Packet, VideoFrame, VideoStream
    from av.container import InputContainer
    from av.stream import Stream

Ticks = NDArray[np.int64]
"""``int64 (n,)``, in units of a time base."""

_ROUNDING = Fraction(3, 2000)
"""Timestamps may be off by this much, in seconds, and still mean a constant rate: containers round to milliseconds,
and a remux into a finer container keeps the rounding."""


_NEARLY_ALL = 0.95
"""Part of the frames that must last equally long for that length to be the film's rate."""


@dataclass
class TrackScan:
    """What the packets of one stream tell; everything in the container's time.

    Attributes:
        time_base: seconds a tick.
        ticks: presentation times of the packets that are shown, rising.
        last_duration: ticks that the last shown packet lasts, 0 where the container does not say.
        first_frame: the first frame that decoded, or None.
        packets: how many packets there are, shown or not.
        whole: whether the stream was read to its end.
    """

    time_base: Fraction
    ticks: Ticks = field(default_factory=lambda: np.empty(0, np.int64))
    last_duration: int = 0
    first_frame: VideoFrame | AudioFrame | None = None
    packets: int = 0
    whole: bool = True

    @property
    def start(self) -> Fraction:
        """When the first packet is shown, in seconds."""
        return int(self.ticks[0]) * self.time_base

    @property
    def end(self) -> Fraction:
        """When the last packet ends, in seconds, as far as the container says."""
        return (int(self.ticks[-1]) + self.last_duration) * self.time_base


@dataclass(frozen=True)
class Cadence:
    """How the frames of a film follow each other.

    Attributes:
        rate: frames a second: the grid on which the frames lie, else their average.
        variable: whether frames last unequally.
        grid: each frame's number on the rate's grid from the first frame, or None where they lie on none.
    """

    rate: Fraction
    variable: bool
    grid: Ticks | None


@dataclass
class _Track:
    """Collects one stream while the packets go by."""

    stream: VideoStream | AudioStream
    times: list[int] = field(default_factory=list)
    unknown: int = 0
    packets: int = 0
    last: tuple[int, int] = (-(2**62), 0)
    first_frame: VideoFrame | AudioFrame | None = None

    def take(self, packet: Packet[Stream]) -> None:
        """Note one packet; decode it as long as no frame came out yet."""
        from av.error import FFmpegError

        if self.first_frame is None:
            # A stream may begin with packets that need earlier ones; if none ever decodes, probe says so.
            with suppress(FFmpegError):
                frames: Sequence[VideoFrame | AudioFrame] = self.stream.decode(packet)
                self.first_frame = next(iter(frames), None)
        if packet.size == 0:
            return
        self.packets += 1
        if packet.is_discard:
            return
        pts = packet.pts
        if pts is None:
            self.unknown += 1
            return
        self.times.append(pts)
        if pts > self.last[0]:
            self.last = (pts, packet.duration or 0)

    def scan(self) -> TrackScan:
        """Return what was collected."""
        ticks = np.unique(np.array(self.times, np.int64))
        time_base = Fraction(self.stream.time_base or 1)
        if self.unknown > len(self.times):  # an elementary stream: no clock of its own, so the rate is the clock
            rate = clean_rate(Fraction(self.stream.average_rate or self.stream.base_rate or 25))
            time_base = 1 / rate
            ticks = np.arange(self.packets, dtype=np.int64)
            self.last = (0, 1)
        return TrackScan(time_base, ticks, self.last[1], self.first_frame, self.packets)


def scan_tracks(
    container: InputContainer,
    streams: Sequence[VideoStream | AudioStream],
    heads: Sequence[VideoStream | AudioStream] = (),
) -> tuple[dict[int, TrackScan], str]:
    """Read all packets of some streams, and the first ones of others.

    Args:
        container: an open container, at its beginning.
        streams: the streams to read to their end.
        heads: streams of which only the first frame is wanted.

    Returns:
        What each stream's packets tell, by the stream's index, and the demuxer's complaint where it broke off early
        (empty where it reached the end).
    """
    from av.error import FFmpegError

    tracks = {stream.index: _Track(stream) for stream in (*streams, *heads)}
    waiting = [tracks[stream.index] for stream in heads]
    complaint = ""
    try:
        if waiting:
            for packet in packets(container, *streams, *heads):
                tracks[packet.stream_index].take(packet)
                if all(track.first_frame is not None for track in waiting):
                    break
        # This goes on where the loop above stopped reading; at the end of the film it only flushes once more.
        for packet in packets(container, *streams):
            tracks[packet.stream_index].take(packet)
    except FFmpegError as error:
        complaint = str(error.strerror or error)
    scans = {index: track.scan() for index, track in tracks.items()}
    for stream in heads:
        scans[stream.index].whole = False
    return scans, complaint


def _rates(stream: VideoStream, ticks: Ticks, time_base: Fraction) -> Iterator[Fraction]:
    for stated in (stream.average_rate, stream.base_rate, stream.guessed_rate):
        if stated:
            yield clean_rate(Fraction(stated))
    span = int(ticks[-1] - ticks[0])
    if span > 0:
        yield clean_rate((len(ticks) - 1) / (span * time_base))
        median = Fraction(int(np.median(np.diff(ticks)))) * time_base
        if median > 0:
            yield clean_rate(1 / median)


def cadence(stream: VideoStream, scan: TrackScan) -> Cadence:
    """Tell the rate of a picture stream from its timestamps, and whether it is constant.

    A rate is believed when every frame lies within the container's rounding of its grid: such a film has exact
    times, wherever the container wrote milliseconds. Frames missing from the grid make the rate variable.
    """
    ticks, base = scan.ticks, scan.time_base
    gappy: Cadence | None = None
    for rate in dict.fromkeys(_rates(stream, ticks, base)):
        if not 0 < rate <= 1000:
            continue
        tolerance = min(max(base * 3 / 2, _ROUNDING), Fraction(1, 4) / rate)
        place = (ticks - ticks[0]) * float(base * rate)
        grid = np.rint(place).astype(np.int64)
        if np.abs(place - grid).max() > float(tolerance * rate):
            continue
        steps = np.diff(grid)
        if steps.size == 0 or (steps.min() == 1 and steps.max() == 1):
            return Cadence(rate, variable=False, grid=grid)
        # A grid far finer than the frames (90 kHz, say) fits anything and means nothing.
        if gappy is None and steps.min() >= 1 and np.mean(steps) <= 4:
            gappy = Cadence(rate, variable=True, grid=grid)
    if gappy is not None:
        return gappy
    return Cadence(_usual_rate(scan), variable=True, grid=None)


def _usual_rate(scan: TrackScan) -> Fraction:
    """Return the rate of nearly all frames where there is one (a few films in a row, say), else the average."""
    steps, base = np.diff(scan.ticks), scan.time_base
    median = Fraction(float(np.median(steps))) * base
    if median > 0 and np.mean(np.abs(steps * float(base) - float(median)) <= float(_ROUNDING)) > _NEARLY_ALL:
        near = steps[np.abs(steps * float(base) - float(median)) <= float(_ROUNDING)]
        return clean_rate(Fraction(len(near)) / (int(near.sum()) * base))
    length = scan.end - scan.start
    return clean_rate(Fraction(len(scan.ticks)) / length) if length > 0 else Fraction(25)
