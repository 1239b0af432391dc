"""What a film or a photograph is, from its container and its packets. Nothing here decodes more than a first frame."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from v2a_foley.errors import MediaNotFound, MediaUnreadable, NoPicture
from v2a_foley.ffmpeg import file_url
from v2a_foley.media import MediaFacts, PictureStream, SoundStream
from v2a_foley.timebase import Timecode
from v2a_foley.video.clock import FrameClock
from v2a_foley.video.photograph import photograph_facts
from v2a_foley.video.scan import Cadence, TrackScan, cadence, scan_tracks

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream, VideoFrame, VideoStream
    from av.container import InputContainer

OPTIONS = {"protocol_whitelist": "file"}
"""No container may make ffmpeg open anything but files."""

_NO_FILM = {"tty", "hls", "dash", "concat", "sdp", "ffmetadata", "srt", "ass", "webvtt", "lrc", "bin", "data"}
"""What ffmpeg calls text that it takes for media."""

_LONG = 36_000
"""Seconds from which a length is looked at twice."""
_LONGEST_FRAME = 3600
"""Seconds that a frame may last on average, in a film as long as that."""
_TOLD_BY_STREAM = ("mov", "avi", "mxf", "mp4")
_TOLD_BY_CONTAINER = ("matroska", "flv", "asf")
_TOLD_VAGUELY = ("flv", "asf")
_TRANSFERS = {16: "pq", 18: "hlg"}
"""How light is coded for HDR screens, by its number in ITU-T H.273."""
_ESTIMATED = ("mpegts", "mpeg")
"""Containers that state no length: ffmpeg guesses it from the last packet's beginning."""
_SURE, _VAGUE = Fraction(1, 20), Fraction(1, 5)
"""Seconds by which a whole film may be shorter than its container says: rounding, and padding of its sound."""


def probe(path: Path) -> MediaFacts:
    """Read what a film or a photograph is.

    A photograph (png, jpeg, webp, tiff …) is one frame at 25 a second; whoever uses it decides how long it is shown.

    Raises:
        MediaNotFound: there is no such file, or it is a folder.
        MediaUnreadable: it cannot be opened, is empty, is no media, or is so damaged that nothing plays.
        NoPicture: it holds sound only.
    """
    return _studied(path)[0]


def frame_clock(facts: MediaFacts) -> FrameClock:
    """Return the exact times of a film's frames, on the film's clock.

    Raises:
        MediaNotFound: the file has gone since it was probed.
        MediaUnreadable: the file cannot be read any more.
    """
    if facts.still:
        import numpy as np

        picture = facts.picture
        return FrameClock(np.zeros(1, np.int64), Fraction(1), picture.start, picture.end)
    return _studied(facts.path)[1]


def overstated(facts: MediaFacts) -> bool:
    """Tell whether the container states a length out of all proportion to its packets, as damaged ones do.

    Raises:
        MediaNotFound: the file has gone since it was probed.
        MediaUnreadable: the file cannot be read any more.
    """
    return _studied(facts.path)[2] > 100 * facts.picture.duration + _LONG


def _studied(path: Path) -> tuple[MediaFacts, FrameClock, Fraction]:
    """Check the file itself, then study it once for as long as it does not change."""
    try:
        status = path.stat()
        if path.is_dir():
            raise MediaNotFound(f"{str(path)!r} is a folder.", hint="Give the film itself.")
        with path.open("rb"):
            pass
    except PermissionError as error:
        raise MediaUnreadable(
            f"{str(path)!r} may not be read.", hint="Change its permissions, or copy it to a place of your own."
        ) from error
    except (OSError, ValueError) as error:
        raise MediaNotFound(f"There is no file {str(path)!r}.", hint="Check the name and the folder.") from error
    if status.st_size == 0:
        raise MediaUnreadable(f"{str(path)!r} is empty.", hint="Copy or export it again.")
    return _study(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=32)  # as many films as may be read side by side
def _study(path: Path, size: int, changed: int) -> tuple[MediaFacts, FrameClock, Fraction]:
    """Return the facts, the frames' times, and the length that the container states."""
    still = photograph_facts(path)
    if still is not None:
        return still, frame_clock(still), still.duration
    import av
    from av.error import FFmpegError

    try:
        with av.open(file_url(path), options=OPTIONS, metadata_errors="replace") as container:
            return *_film(path, container), Fraction(container.duration or 0, 1_000_000)
    except FFmpegError as error:
        raise unreadable(path, str(error.strerror or error)) from error


def unreadable(path: Path, reason: str) -> MediaUnreadable:
    """Return the error for a file that is no media, or is damaged beyond use."""
    return MediaUnreadable(
        f"{str(path)!r} cannot be read as a film or a photograph: {reason.strip().rstrip('.')}.",
        hint="If it plays elsewhere, convert it to mp4 or mov; if not, copy or export it again.",
    )


def _film(path: Path, container: InputContainer) -> tuple[MediaFacts, FrameClock]:
    from av import AudioFrame, VideoFrame

    if container.format.name in _NO_FILM:
        raise unreadable(path, "it is text, not a film")
    stream = _picture_stream(path, container)
    sound_streams = [s for s in container.streams.audio if s.codec_context is not None]
    scans, complaint = _scanned(path, container, stream, sound_streams)
    scan = scans[stream.index]
    if len(scan.ticks) == 0 or not isinstance(scan.first_frame, VideoFrame):
        raise unreadable(path, complaint or "none of its pictures can be decoded")
    beat = cadence(stream, scan)
    sounds = []
    for sound_stream in sound_streams:
        heard = scans[sound_stream.index]
        if isinstance(heard.first_frame, AudioFrame):
            sounds.append(_sound(sound_stream, heard.first_frame, heard))
    told = next((s for s in sounds if s.default), sounds[0] if sounds else None)
    origin = min(scan.start, told.start) if told else scan.start
    clock = _clock(scan, beat, origin)
    picture = _picture(stream, scan.first_frame, beat, clock)
    timecode, warnings = _timecode(container, picture.rate)
    lost = _lost(container, stream, scans, complaint)
    if lost:
        warnings = (*warnings, f"{path.name}: {lost}")
    facts = MediaFacts(
        path=path,
        container=container.format.name,
        picture=picture,
        sounds=tuple(replace(sound, start=sound.start - origin) for sound in sounds),
        origin=origin,
        timecode=timecode,
        subtitles=len(container.streams.subtitles),
        chapters=len(container.chapters()),
        warnings=warnings,
    )
    if _incredible(facts):
        raise unreadable(
            path, f"its timestamps, which go on for {float(facts.duration) / 3600:.0f} hours, cannot be true"
        )
    return facts, clock


def _incredible(facts: MediaFacts) -> bool:
    """Tell whether a film's length comes from a damaged timestamp: years of sound would fill any disk.

    A picture of one frame may stand over hours of sound, and a film of few frames may last for hours.
    """
    picture, length = facts.picture, facts.duration
    if length <= _LONG:
        return False
    outlasted = picture.frames > 1 and length > 1000 * picture.duration
    return outlasted or picture.duration > _LONGEST_FRAME * picture.frames or length > 100 * _LONG


def _scanned(
    path: Path, container: InputContainer, stream: VideoStream, sounds: list[AudioStream]
) -> tuple[dict[int, TrackScan], str]:
    """Read the packets; those of the sound only where the container does not tell its length, or cannot be believed."""
    import av

    known = all(sound.duration and sound.start_time is not None for sound in sounds)
    if not container.format.name.startswith(_TOLD_BY_STREAM) or not known:
        return scan_tracks(container, [stream, *sounds])
    scans, complaint = scan_tracks(container, [stream], sounds)
    if not _lost(container, stream, scans, complaint):
        return scans, complaint
    wanted = {stream.index, *(sound.index for sound in sounds)}
    with av.open(file_url(path), options=OPTIONS, metadata_errors="replace") as again:
        pictures = [one for one in again.streams.video if one.index in wanted]
        return scan_tracks(again, [*pictures, *(one for one in again.streams.audio if one.index in wanted)])


def _picture_stream(path: Path, container: InputContainer) -> VideoStream:
    from av import VideoStream
    from av.stream import Disposition

    stream = container.streams.best("video")
    unshown = Disposition.attached_pic | Disposition.timed_thumbnails
    if not isinstance(stream, VideoStream) or stream.disposition & unshown or stream.codec_context is None:
        raise NoPicture(
            f"{str(path)!r} holds no moving picture, only {'sound' if container.streams.audio else 'other data'}.",
            hint="Give a film, or a photograph.",
        )
    return stream


def _clock(scan: TrackScan, beat: Cadence, origin: Fraction) -> FrameClock:
    zero = scan.start - origin
    frame = 1 / beat.rate
    if beat.grid is None:
        ticks = scan.ticks - scan.ticks[0]
        last = scan.last_duration * scan.time_base or frame
        return FrameClock(ticks, scan.time_base, zero, zero + int(ticks[-1]) * scan.time_base + last)
    last = frame
    if beat.variable:
        last = max(1, round(scan.last_duration * scan.time_base * beat.rate)) * frame
    return FrameClock(beat.grid, frame, zero, zero + int(beat.grid[-1]) * frame + last)


def _picture(stream: VideoStream, frame: VideoFrame, beat: Cadence, clock: FrameClock) -> PictureStream:
    aspect = stream.sample_aspect_ratio
    return PictureStream(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        width=frame.width,
        height=frame.height,
        rotation=round(-frame.rotation / 90) * 90 % 360,
        rate=beat.rate,
        variable_rate=beat.variable,
        frames=len(clock),
        start=clock.zero,
        duration=clock.end - clock.zero,
        pixel_aspect=Fraction(aspect) if aspect else Fraction(1),
        transfer=_TRANSFERS.get(stream.codec_context.color_trc, ""),
    )


def _sound(stream: AudioStream, frame: AudioFrame, scan: TrackScan) -> SoundStream:
    """Return a sound track in the container's time; it starts where its first decoded sample sounds."""
    from av.stream import Disposition

    start = frame.pts * Fraction(frame.time_base) if frame.pts is not None and frame.time_base else scan.start
    end = scan.end if len(scan.ticks) else start
    if stream.duration and stream.start_time is not None and stream.container.format.name not in _ESTIMATED:
        told = (stream.start_time + stream.duration) * scan.time_base
        # What was read to its end may be shorter than was told; what is longer is padding after the last sample.
        end = min(end, told) if scan.whole else told
    language = stream.language or ""
    return SoundStream(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        sample_rate=stream.codec_context.sample_rate,
        channels=stream.codec_context.layout.nb_channels,
        layout=stream.codec_context.layout.name,
        start=start,
        duration=max(end - start, Fraction(0)),
        language="" if language == "und" else language,
        default=bool(stream.disposition & Disposition.default),
    )


def _timecode(container: InputContainer, rate: Fraction) -> tuple[Timecode | None, tuple[str, ...]]:
    notes = [s.metadata for s in (*container.streams.video, *container.streams.data)] + [container.metadata]
    named = (text for note in notes for key, text in note.items() if key.lower() == "timecode")  # Matroska shouts it
    text = next(named, None)
    if text is None:
        return None, ()
    try:
        return Timecode.parse(text, rate), ()
    except ValueError as error:
        return None, (f"The start timecode was left out: {error}.",)


def _lost(container: InputContainer, stream: VideoStream, scans: dict[int, TrackScan], complaint: str) -> str:
    """Return what the container promises and cannot deliver, or nothing."""
    name = container.format.name
    scan = scans[stream.index]
    if len(scan.ticks) == 0:
        return "none of its pictures can be read."
    promised = Fraction(0)
    delivered = scan.end
    if name.startswith(_TOLD_BY_STREAM) and stream.duration:
        promised = ((stream.start_time or 0) + stream.duration) * scan.time_base
    elif name.startswith(_TOLD_BY_CONTAINER) and container.duration:
        promised = Fraction(container.duration + (container.start_time or 0), 1_000_000)
        delivered = max(s.end for s in scans.values() if len(s.ticks))
    missing = promised - delivered
    if missing > (_VAGUE if name.startswith(_TOLD_VAGUELY) else _SURE):
        return f"the last {float(missing):.1f} s cannot be read; the file is cut off or damaged."
    if complaint:
        return f"reading broke off after {float(delivered - scan.start):.1f} s ({complaint}); the rest is lost."
    return ""
