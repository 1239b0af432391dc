"""Compares a film that was just written with the film it was made from, before it gets its name.

Packets are compared byte by byte. A container that changes their form (start codes become lengths) changes nothing of
the coded picture: of H.264 and HEVC the units inside are compared instead, and the parameter sets as a whole. That is
exact, so that every decoder shows the same frames, and costs a hundredth of decoding both films.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from v2a_foley.errors import RenderError
from v2a_foley.ffmpeg import file_url
from v2a_foley.media import MediaFacts
from v2a_foley.packets import packets
from v2a_foley.progress import Progress
from v2a_foley.render.kinds import Container, spoken
from v2a_foley.video.bitstream import UNITS, UnitStream

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer
    from av.video.stream import VideoStream

_TICK = Fraction(2, 1000)
"""Seconds by which a container's clock may round the picture's times."""
_CHECK_EVERY = 256
_READING: dict[str, Any] = {"options": {"protocol_whitelist": "file"}, "metadata_errors": "replace"}


def verify(
    facts: MediaFacts,
    written: Path,
    *,
    sound: Fraction,
    cut: Fraction = Fraction(0),
    at_zero: bool = True,
    progress: Progress | None = None,
) -> None:
    """Check that a written film has every packet of the picture, in step, and a sound of the right length.

    Args:
        facts: the film that it was made from.
        written: the new film.
        sound: how long its sound shall be, in seconds.
        cut: seconds of the film's beginning, before its picture, that were left out.
        at_zero: whether the container's clock shall begin where the film's does.
        progress: asked whether to stop.

    Raises:
        RenderError: the picture's packets or times differ, or the sound is missing, late, or of another length.
        Cancelled: the work was asked to stop.
    """
    import av

    try:
        with av.open(file_url(facts.path), **_READING) as old, av.open(file_url(written), **_READING) as new:
            why = difference(facts, old, new, cut=cut, at_zero=at_zero, progress=progress)
            if not why:
                played = None if at_zero else _played(written)
                why = _sound_differs(facts, new, sound, facts.picture.start - cut, played)
    except av.FFmpegError as error:
        raise RenderError(f"The written film cannot be read back: {error.strerror}.") from error
    if why:
        _refuse(why)


def difference(
    facts: MediaFacts,
    old: InputContainer,
    new: InputContainer,
    *,
    cut: Fraction = Fraction(0),
    at_zero: bool = True,
    progress: Progress | None = None,
    first: int | None = None,
) -> str:
    """Return in what the picture of a new film differs from that of the old one, or nothing.

    Args:
        facts: the old film.
        old: the old film, open, at its beginning.
        new: the new film, likewise.
        cut: seconds of the film's beginning, before its picture, that were left out.
        at_zero: whether the container's clock shall begin where the film's does.
        progress: asked whether to stop.
        first: how many of the first packets to compare; of the others the new film may have none. None for all.

    Raises:
        Cancelled: the work was asked to stop.
        FFmpegError: one of them cannot be read.
    """
    progress = progress or Progress()
    if (theirs := _picture(new, None)) is None:
        return "it has no picture"
    ours = old.streams[facts.picture.index]
    before, after = _packets(old, ours), _packets(new, theirs)
    alike = _Alike(facts.picture.codec, ours, theirs)
    in_step = _InStep(facts, cut, at_zero)
    for number, (one, other) in enumerate(zip_longest(before, after)):
        if first is not None and number and (number == first or other is None):
            break
        if number % _CHECK_EVERY == 0:
            progress.check()
        if other is None and number and facts.warnings:  # a film known to be damaged may end in packets beyond use
            progress.warn(f"{facts.path.name}: the picture's damaged end, from frame {number + 1} on, was left out.")
            break
        if one is None or other is None:
            return "the picture has not as many frames as before"
        if not alike(bytes(one), bytes(other)):
            return f"the picture's packet {number} is not what it was"
        why = in_step.differs(number, _time(one), _time(other))
        if why:
            return why
    return alike.sets_differ()


@dataclass
class _InStep:
    """Compares the times of packets; the first one tells by how much the two clocks differ."""

    facts: MediaFacts
    cut: Fraction
    at_zero: bool
    late: Fraction | None = None

    def differs(self, number: int, was: Fraction | None, now: Fraction | None) -> str:
        """Return what is wrong with the time of a packet, or nothing; unknown times are no difference."""
        if was is None or now is None:
            return ""
        if self.late is None:
            self.late = was - now
            start = self.facts.picture.start - self.cut
            moved = abs(self.late - self.facts.origin - self.cut) > _TICK and abs(now - start) > _TICK
            return f"the picture starts at {float(now):.3f} s" if self.at_zero and moved else ""
        moved = abs(was - self.late - now) > _TICK
        return f"the picture's packet {number} is shown at another time" if moved else ""


class _Alike:
    """Compares packets, across the two forms that the units of H.264 and HEVC come in."""

    def __init__(self, codec: str, old: Any, new: Any) -> None:  # noqa: ANN401 - PyAV's streams, of any kind
        """Prepare to take apart the packets of two streams; where no codec of that sort is, bytes alone count."""
        self._extradata = old.codec_context.extradata or b""
        self._streams = None
        if codec in UNITS:
            self._streams = (
                UnitStream(codec, self._extradata),
                UnitStream(codec, new.codec_context.extradata or b""),
            )
        self._reframed = False

    def __call__(self, one: bytes, other: bytes) -> bool:
        if one == other:
            return True
        if self._streams is None:
            # MPEG-4 keeps its headers beside the packets or before a keyframe.
            return bool(self._extradata) and other == self._extradata + one
        self._reframed = True
        before, after = self._streams
        beside = before.beside | after.beside
        return before.picture(one, beside) == after.picture(other, beside)

    def sets_differ(self) -> str:
        """Return that the parameter sets differ, once the packets were taken apart, or nothing."""
        if self._streams is None or not self._reframed or self._streams[0].sets == self._streams[1].sets:
            return ""
        return "the picture's parameter sets are not what they were"


def _time(packet: Packet[Any]) -> Fraction | None:
    return None if packet.pts is None or packet.time_base is None else packet.pts * packet.time_base


def _picture(film: InputContainer, index: int | None) -> VideoStream | None:
    """Return the stream of this number; the first moving picture where none is given, None where there is none."""
    from av.stream import Disposition

    for stream in film.streams.video:
        moving = not stream.disposition & Disposition.attached_pic and stream.codec_context is not None
        if stream.index == index or (index is None and moving):
            return stream
    return None


def _packets(film: InputContainer, stream: Any) -> Iterator[Packet[Any]]:  # noqa: ANN401 - PyAV's streams, of any kind
    """Yield a stream's packets as they lie in the file."""
    from av.stream import Discard

    for other in film.streams:
        if other.index != stream.index:
            other.discard = Discard.all
    return (packet for packet in packets(film, stream) if packet.size)


def _sound_differs(
    facts: MediaFacts, new: InputContainer, length: Fraction, picture_start: Fraction, played: Fraction | None
) -> str:
    """Return what is wrong with the sound; its length is the container's word, or ``played`` where that is known."""
    if not new.streams.audio:
        return "it has no sound"
    track = new.streams.audio[0]
    tick = track.time_base or Fraction(1, track.rate)
    start = Fraction(0) if track.start_time is None else track.start_time * tick
    picture = _picture(new, None)
    if played is not None and picture is not None and picture.start_time is not None and picture.time_base:
        start -= picture.start_time * picture.time_base - picture_start
    if abs(start) > _TICK:
        return f"its sound starts at {float(start):.3f} s"
    duration = played if track.duration is None or played is not None else track.duration * tick
    if duration is None and new.duration is not None:
        duration = max(length, Fraction(new.duration, 1_000_000))
    if duration is not None and abs(duration - length) > max(1 / facts.picture.rate, Fraction(3, 100)):
        return f"its sound lasts {float(duration):.3f} s instead of {float(length):.3f} s"
    return ""


def _played(written: Path) -> Fraction | None:
    """Return how long the sound's packets go on, where a container's own word is only an estimate."""
    import av

    with av.open(file_url(written), **_READING) as film:
        if not film.streams.audio:
            return None
        track = film.streams.audio[0]
        times = [
            (packet.pts, packet.pts + (packet.duration or 0))
            for packet in _packets(film, track)
            if packet.pts is not None
        ]
        tick = track.time_base or Fraction(1, track.rate)
    return (max(end for _, end in times) - min(start for start, _ in times)) * tick if times else Fraction(0)


def unnoted_languages(
    facts: MediaFacts, written: Path, target: Container, suffix: str, others: Sequence[int]
) -> list[str]:
    """Return sentences on the sound tracks whose language a container did not note.

    Args:
        facts: the film that it was made from.
        written: the new film.
        target: its container.
        suffix: what the container is called.
        others: numbers in the old film of the tracks behind the new one.

    Raises:
        RenderError: the written film cannot be read back.
    """
    import av

    languages = {sound.index: sound.language for sound in facts.sounds}
    wanted = [facts.sound.language if facts.sound else "", *(languages.get(index, "") for index in others)]
    try:
        with av.open(file_url(written), **_READING) as new:
            noted = [track.language or "" for track in new.streams.audio]
    except av.FFmpegError as error:
        raise RenderError(f"The written film cannot be read back: {error.strerror}.") from error
    return [
        f"{suffix} cannot note the language of sound track {number}, {want!r}; it was left out."
        for number, (want, have) in enumerate(zip(wanted, noted, strict=False), 1)
        if want and have not in (want, spoken(want, target))
    ]


def _refuse(why: str) -> NoReturn:
    raise RenderError(
        f"The film that was written is not right: {why}. It was thrown away.",
        hint="Try another container (.mp4, .mov, .mkv), and please report this with what 'v2a-foley doctor' says.",
    )
