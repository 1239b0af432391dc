"""Compares a film that was just written with the film it was made from, before it gets its name."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from v2a_foley.errors import RenderError
from v2a_foley.ffmpeg import file_url
from v2a_foley.media import MediaFacts
from v2a_foley.progress import Progress

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer

_REFRAMED = {"mpegts", "h264", "hevc", "avi", "mpeg", "flv"}
"""Containers whose packets change their form when copied (start codes become lengths); number and times stay."""
_TICK = Fraction(2, 1000)
"""Seconds by which a container's clock may round the picture's times."""
_CHECK_EVERY = 256


def verify(facts: MediaFacts, written: Path, *, sound: Fraction, progress: Progress | None = None) -> None:
    """Check that a written film has every packet of the picture, in step, and a sound of the right length.

    Args:
        facts: the film that it was made from.
        written: the new film.
        sound: how long its sound shall be, in seconds; it starts at zero.
        progress: asked whether to stop.

    Raises:
        RenderError: the picture's packets or times differ, or the sound is missing, late, or of another length.
        Cancelled: the work was asked to stop.
    """
    import av

    reading: dict[str, Any] = {"options": {"protocol_whitelist": "file"}, "metadata_errors": "replace"}
    try:
        with av.open(file_url(facts.path), **reading) as old, av.open(file_url(written), **reading) as new:
            _same_picture(facts, old, new, progress or Progress())
            _sound_there(facts, new, sound)
    except av.FFmpegError as error:
        raise RenderError(f"The written film cannot be read back: {error.strerror}.") from error


def _same_picture(facts: MediaFacts, old: InputContainer, new: InputContainer, progress: Progress) -> None:
    exact = not _REFRAMED & set(facts.container.split(","))
    before, after = _picture_packets(old, facts.picture.index), _picture_packets(new, None)
    late: Fraction | None = None
    for number, (one, other) in enumerate(zip_longest(before, after)):
        if number % _CHECK_EVERY == 0:
            progress.check()
        if other is None and number and facts.warnings:  # a film known to be damaged may end in packets beyond use
            progress.warn(f"{facts.path.name}: the picture's damaged end, from frame {number + 1} on, was left out.")
            return
        if one is None or other is None:
            _refuse("the picture has not as many frames as before")
        if exact and bytes(one) != bytes(other):
            _refuse(f"the picture's packet {number} is not what it was")
        was, now = _time(one), _time(other)
        if was is None or now is None:
            continue
        if late is None:
            late = was - now
            if abs(late - facts.origin) > _TICK and abs(now - facts.picture.start) > _TICK:
                _refuse(f"the picture starts at {float(now):.3f} s")
        if abs(was - late - now) > _TICK:
            _refuse(f"the picture's packet {number} is shown at another time")


def _time(packet: Packet[Any]) -> Fraction | None:
    return None if packet.pts is None or packet.time_base is None else packet.pts * packet.time_base


def _picture_packets(film: InputContainer, index: int | None) -> Iterator[Packet[Any]]:
    """Yield the picture's packets as they lie in the file; of the first moving picture where no number is given."""
    from av.stream import Discard, Disposition

    for stream in film.streams:
        moving = stream.type == "video" and not stream.disposition & Disposition.attached_pic
        if index is None and moving:
            index = stream.index
        if stream.index != index:
            stream.discard = Discard.all
    if index is None:
        _refuse("it has no picture")
    return (packet for packet in film.demux(film.streams[index]) if packet.size)


def _sound_there(facts: MediaFacts, new: InputContainer, length: Fraction) -> None:
    if not new.streams.audio:
        _refuse("it has no sound")
    track = new.streams.audio[0]
    tick = track.time_base or Fraction(1, track.rate)
    start = Fraction(0) if track.start_time is None else track.start_time * tick
    if abs(start) > _TICK:
        _refuse(f"its sound starts at {float(start):.3f} s")
    duration = None if track.duration is None else track.duration * tick
    if duration is None and new.duration is not None:
        duration = max(length, Fraction(new.duration, 1_000_000))
    if duration is not None and abs(duration - length) > max(1 / facts.picture.rate, Fraction(3, 100)):
        _refuse(f"its sound lasts {float(duration):.3f} s instead of {float(length):.3f} s")


def _refuse(why: str) -> NoReturn:
    raise RenderError(
        f"The film that was written is not right: {why}. It was thrown away.",
        hint="Try another container (.mp4, .mov, .mkv), and please report this with what 'v2a-foley doctor' says.",
    )
