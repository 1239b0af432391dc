"""Opens a long film in decord a few seconds at a time, so that what decord decodes ahead stays small.

decord reads all packets of a file at once and decodes them as fast as it can, whoever waits or does not: half an hour
of film lay in memory, as packets and as frames. It is therefore given short copies of the film, each beginning at a
keyframe and ending where the next one is shown. Only keyframes that need nothing from before them serve; containers
mark others, too (intra refresh). What times the frames have is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from v2a_foley.ffmpeg import file_url
from v2a_foley.media import MediaFacts
from v2a_foley.packets import packets
from v2a_foley.video.bitstream import UNITS, UnitStream
from v2a_foley.video.decord_door import Decoder, Frames

if TYPE_CHECKING:
    from av import Packet, VideoStream

LENGTH = 200
"""Frames that a segment has at least; it ends before the next keyframe."""
LONGEST = 1000
"""Frames that a segment has at most."""
WORTHWHILE = 600
"""Frames from which a film is opened in segments."""


@dataclass
class _Part:
    """The packets of one segment, in the order of decoding.

    Attributes:
        start: time of its first frame, in the stream's ticks.
        packets: those that are shown at or after it, and what they need at the end.
        shown: how many of them belong to this segment.
    """

    start: int
    packets: list[Packet[VideoStream]]
    shown: int = 1
    times: set[int] = field(default_factory=set)

    def add(self, packet: Packet[VideoStream], time: int) -> None:
        self.packets.append(packet)
        self.shown += 1
        self.times.add(time)


class Segments:
    """A film's frames by number, rising, from short copies of it.

    Args:
        facts: the film.
        size: width and height of the frames, upright.
        frames: how many it has.
        unreadable: makes the error for a reason why this way does not work.

    Raises:
        MediaUnreadable: from ``picked``: the film cannot be parted at its keyframes, or not be decoded.
    """

    def __init__(
        self, facts: MediaFacts, size: tuple[int, int], frames: int, unreadable: Callable[[Path, str], Exception]
    ) -> None:
        """Read nothing yet."""
        self._facts, self._size, self._frames, self._error = facts, size, frames, unreadable
        self._first, self._end = 0, 0
        self._decoder: Decoder | None = None
        self._units: UnitStream | None = None
        self._parts = self._copies()

    def __len__(self) -> int:
        """How many frames the film has."""
        return self._frames

    @property
    def start(self) -> int:
        """The first frame of the open segment."""
        return self._first

    @property
    def waiting(self) -> int:
        """How many frames lie in the open segment: more than these decord cannot decode ahead."""
        return self._end - self._first

    def picked(self, numbers: range | list[int]) -> Frames:
        """Return the frames of these numbers, which must not lie before those picked last.

        Raises:
            MediaUnreadable: they cannot be decoded, or the film cannot be parted.
        """
        pieces: list[Frames] = []
        wanted = list(numbers)
        while wanted:
            while self._decoder is None or wanted[0] >= self._end:
                self._next(wanted[0])
            here = [number for number in wanted if number < self._end]
            pieces.append(self._decoder.picked([number - self._first for number in here]))
            wanted = wanted[len(here) :]
        return np.concatenate(pieces)

    def _next(self, wanted: int) -> None:
        """Go on to the next segment, and open it if the wanted frame is in it."""
        copied, shown = next(self._parts, (None, 0))
        if copied is None:
            raise self._error(self._facts.path, f"only {self._end} of its {self._frames} frames are found")
        self._first, self._end = self._end, self._end + shown
        if wanted >= self._end:
            return
        self._decoder = Decoder(copied(), self._size, film=self._facts.path)
        if len(self._decoder) < shown:
            raise self._error(self._facts.path, "frames are missing between two keyframes")

    def _copies(self) -> Generator[tuple[Callable[[], BytesIO], int], None, None]:
        """Yield what copies each segment, and how many of its frames count; those after them belong to the next one."""
        import av
        from av.error import FFmpegError

        try:
            with av.open(file_url(self._facts.path), metadata_errors="replace") as container:
                stream = container.streams[self._facts.picture.index]
                if not isinstance(stream, av.VideoStream):
                    raise self._error(self._facts.path, "its picture is no picture")
                codec = stream.codec_context.codec.canonical_name
                if codec in UNITS:
                    self._units = UnitStream(codec, stream.codec_context.extradata or b"")
                for part in self._cut(packets(container, stream)):
                    yield partial(self._copied, part, stream), part.shown
        except (FFmpegError, ValueError) as error:
            raise self._error(self._facts.path, f"it cannot be parted: {error}") from error

    def _cut(self, packets: Iterable[Packet[VideoStream]]) -> Generator[_Part, None, None]:
        """Part the packets at keyframes.

        A keyframe may be followed by pictures that are shown before it. They need it, and belong to the segment that
        it ends, so both segments get it; the next one does not get them.
        """
        timed = self._timed(packets)
        first, time = next(timed, (None, 0))
        if first is None or not first.is_keyframe:
            raise self._error(self._facts.path, "it does not begin with a keyframe")
        part, coming = _Part(time, [first], times={time}), None
        for packet, time in timed:
            if coming is not None and time > coming.start:
                yield self._checked(part)
                part, coming = coming, None
            if time < part.start:
                raise self._error(self._facts.path, "its frames lie in an order that cannot be parted")
            if coming is None and part.shown >= LENGTH and self._enters(packet):
                part.packets.append(packet)
                coming = _Part(time, [packet], times={time})
            elif part.shown < LONGEST:
                part.add(packet, time)
            else:
                raise self._error(self._facts.path, f"in {LONGEST} frames there is none at which decoding may begin")
        yield self._checked(part)
        if coming is not None:
            yield self._checked(coming)

    def _enters(self, packet: Packet[VideoStream]) -> bool:
        """Tell whether decoding may begin at a packet, and gives the same frames as from the film's beginning on."""
        if not packet.is_keyframe:
            return False
        return self._units is None or self._units.begins_cleanly(bytes(packet))

    def _timed(self, packets: Iterable[Packet[VideoStream]]) -> Generator[tuple[Packet[VideoStream], int], None, None]:
        """Yield the packets that hold something, with the time at which each is shown."""
        for packet in packets:
            if packet.size == 0:
                continue
            if packet.pts is None or packet.is_discard or packet.is_corrupt:
                raise self._error(self._facts.path, "its packets have no times, or are hidden")
            yield packet, packet.pts

    def _checked(self, part: _Part) -> _Part:
        if len(part.times) != part.shown:
            raise self._error(self._facts.path, "two of its frames have one time")
        return part

    def _copied(self, part: _Part, stream: VideoStream) -> BytesIO:
        """Write a segment as a film of its own."""
        import av

        data = BytesIO()
        with av.open(data, "w", format="matroska") as copy:
            track = copy.add_stream_from_template(stream)
            for number, source in enumerate(part.packets):
                packet = av.Packet(bytes(source))
                packet.pts, packet.duration = source.pts, source.duration
                packet.dts = part.start - len(part.packets) + number  # Matroska's are unknown; any rising ones serve
                packet.time_base, packet.is_keyframe = source.time_base, source.is_keyframe
                packet.stream = track
                copy.mux(packet)
        data.seek(0)
        return data
