"""Asks a container whether it takes a track of a film: its beginning is written and read back, before any work is done.

Muxers write headers for codecs that nobody reads again from them (PCM in transport streams), lose the order of frames
(AVI) or how they are to be shown, and say nothing; only what comes back counts.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from v2a_foley import ffmpeg
from v2a_foley.errors import RenderError
from v2a_foley.files import scratch_folder
from v2a_foley.media import MediaFacts
from v2a_foley.packets import packets
from v2a_foley.render.kinds import Container
from v2a_foley.render.verify import difference

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_PACKETS = 60
"""How many packets of the picture are tried: enough to meet frames that are shown in another order."""
_BYTES = 32_000_000
"""How much of it is tried at most."""
_READING: dict[str, Any] = {"options": {"protocol_whitelist": "file"}, "metadata_errors": "replace"}


def local_input(path: Path) -> list[str]:
    """Return the arguments that open a file, and let it open nothing but files.

    Times that AVI does not note are found out, as PyAV does it when the film is probed.
    """
    return ["-fflags", "+genpts", "-protocol_whitelist", "file,pipe", "-i", ffmpeg.file_url(path)]


def picture_options(facts: MediaFacts, target: Container) -> list[str]:
    """Return what copying the picture into a container needs, whatever else is written with it."""
    filters = []
    codec = facts.picture.codec
    if target.format == "avi" and codec in ("h264", "hevc"):
        filters.append(f"{codec}_mp4toannexb")
    if target.format == "mpegts" and codec == "mpeg4":
        filters.append("dump_extra")
    options = ["-bsf:v:0", ",".join(filters)] if filters else []
    if not target.timed:  # their clocks tick once a frame
        options += ["-r:v:0", str(facts.picture.rate)]
    return options


def shift(facts: MediaFacts, target: Container) -> Fraction:
    """Return the seconds of the film's beginning that a container leaves out because it begins with the picture.

    ffmpeg takes the first frame of some AVI files to be late by the frames that the decoder keeps back; between two of
    them the picture stays where it is, and the sound of a film that had none begins with the file, so much before zero.
    """
    if target.timed:
        return Fraction(0)
    return -facts.origin if facts.container == target.format == "avi" else facts.picture.start


def micro(time: Fraction) -> str:
    """Write a time as ffmpeg reads it, to the microsecond, which is as fine as ffmpeg shifts."""
    micros = round(time * 1_000_000)
    sign = "-" if micros < 0 else ""
    return f"{sign}{abs(micros) // 1_000_000}.{abs(micros) % 1_000_000:06d}"


@lru_cache(maxsize=64)
def refusal(facts: MediaFacts, target: Container) -> str:
    """Return why a container cannot hold a film's picture unchanged, as the end of a sentence, or nothing.

    Raises:
        DiskFull: there is no room to try.
    """
    import av

    picture = facts.picture
    if picture.variable_rate and not target.timed:
        return f"({picture.codec}): its frames last unequally"
    if target.format not in facts.container and not _in_order(facts):
        return f"({picture.codec}): {facts.container} does not tell in which order its frames are shown"
    named = f"({picture.codec}, {float(picture.rate):.6g} frames a second)"
    with scratch_folder() as room:
        written = room / "trial"
        try:
            _write(facts, [picture.index], target, written, picture_options(facts, target), f"-frames:v {_PACKETS}")
        except RenderError:
            return named
        try:
            with (
                av.open(ffmpeg.file_url(facts.path), **_READING) as old,
                av.open(ffmpeg.file_url(written), format=_demuxer(target), **_READING) as new,
            ):
                if _name(old.streams[picture.index]) not in [_name(stream) for stream in new.streams.video]:
                    return named
                cut = shift(facts, target)
                why = difference(facts, old, new, cut=cut, at_zero=target.starts_at_zero, first=_PACKETS)
            if why and not target.timed:
                return f"({picture.codec}): it has no place for the times at which its frames are shown"
            if why:
                return f"({picture.codec}): {why}"
            with (
                av.open(ffmpeg.file_url(facts.path), **_READING) as old,
                av.open(ffmpeg.file_url(written), format=_demuxer(target), **_READING) as new,
            ):
                return _shown_otherwise(
                    old, old.streams.video[_place(old, picture.index)], new, target, picture.transfer
                )
        except (av.FFmpegError, IndexError):
            return named


@lru_cache(maxsize=64)
def _in_order(facts: MediaFacts) -> bool:
    """Tell whether the frames, as the decoder shows them, have rising times.

    H.264 with frames in another order than they are decoded has none in AVI and in many MXF files: players that find
    out the order by decoding show it well, but a container that states times would state wrong ones.
    """
    import av

    times: list[int] = []
    with av.open(ffmpeg.file_url(facts.path), **_READING) as film:
        stream = film.streams[facts.picture.index]
        if not isinstance(stream, av.VideoStream) or not stream.codec_context.has_b_frames:
            return True
        first = list(islice(packets(film, stream), _PACKETS))
        known = [packet.pts for packet in first if packet.pts is not None]
        if known != sorted(known):  # the container knows the order
            return True
        for packet in first:
            with suppress(av.FFmpegError):
                times += [frame.pts for frame in stream.decode(packet) if frame.pts is not None]
            if times != sorted(times):
                return False
    return True


@lru_cache(maxsize=256)
def keeps(facts: MediaFacts, index: int, target: Container) -> bool:
    """Tell whether a container gives back a sound track that is copied into it.

    Raises:
        DiskFull: there is no room to try.
    """
    import av

    with scratch_folder() as room:
        written = room / "trial"
        needed = [facts.picture.index] if target.format == "mxf" else []  # it takes no sound without a picture
        options = picture_options(facts, target) if needed else []
        try:
            _write(facts, [*needed, index], target, written, options, "-frames:v 8 -frames:a 4")
            with av.open(ffmpeg.file_url(facts.path), **_READING) as old:
                wanted = [_name(old.streams[each]) for each in (*needed, index)]
            with av.open(ffmpeg.file_url(written), format=_demuxer(target), **_READING) as new:
                return [_name(each) for each in new.streams if each.type in ("video", "audio")] == wanted
        except (RenderError, av.FFmpegError):
            return False


def _write(facts: MediaFacts, indices: list[int], target: Container, to: Path, options: list[str], until: str) -> None:
    start = micro(-facts.origin - shift(facts, target))
    source = ["-copyts", "-itsoffset", start, *local_input(facts.path)]
    for index in indices:
        source += ["-map", f"0:{index}"]
    copy = ["-c", "copy", "-copyinkf", *until.split(), "-fs", str(_BYTES), *options]
    ffmpeg.run([*source, *copy, "-f", target.format, ffmpeg.file_url(to)], what="trying the container")


def _demuxer(target: Container) -> str:
    return {"mp4": "mov", "webm": "matroska"}.get(target.format, target.format)


def _name(stream: Any) -> str:  # noqa: ANN401 - PyAV's streams, of any kind
    return stream.codec_context.codec.canonical_name if stream.codec_context is not None else ""


def _place(film: InputContainer, index: int) -> int:
    return [stream.index for stream in film.streams.video].index(index)


def _shown_otherwise(
    old: InputContainer, before: VideoStream, new: InputContainer, target: Container, transfer: str
) -> str:
    """Return how the same picture would look different, or nothing: turned, stretched, in other colours, opaque."""
    after = new.streams.video[0]
    codec = _name(before)
    notes = {key.lower(): value for key, value in before.metadata.items()}
    if notes.get("alpha_mode") == "1" and target.format not in ("matroska", "webm"):
        return f"({codec}): it has no place for its transparency"
    aspects = [Fraction(stream.sample_aspect_ratio or 1) for stream in (before, after)]
    if aspects[0] != aspects[1]:
        return f"({codec}): it does not note the shape of its pixels, {aspects[0]}"
    if transfer and after.codec_context.color_trc != before.codec_context.color_trc:
        return f"({codec}): it does not note that its light is coded as {transfer.upper()}"
    first, again = next(old.decode(before), None), next(new.decode(after), None)
    if first is None:
        return ""
    if again is None:
        return f"({codec})"
    if first.rotation != again.rotation:
        return f"({codec}): it does not note that the picture is turned"
    return ""
