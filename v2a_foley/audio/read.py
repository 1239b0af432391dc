"""Reads a film's own sound track at the mixer's rate, placed on the film's clock, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from v2a_foley.audio.stream import Samples, reblocked
from v2a_foley.errors import MediaNotFound, MediaUnreadable
from v2a_foley.ffmpeg import file_url
from v2a_foley.media import SoundStream
from v2a_foley.packets import packets
from v2a_foley.progress import Progress
from v2a_foley.timebase import SAMPLE_RATE, as_clock, nearest

if TYPE_CHECKING:
    from av import AudioFrame, Packet
    from av.audio.stream import AudioStream
    from av.container import InputContainer

_JITTER = Fraction(3, 100)
"""Seconds by which timestamps may stray from the count of samples before they mean a gap or an overlap."""
_BLOCK_SECONDS = 2
_FAR, _RUN_UP = Fraction(20), Fraction(2)
"""Seconds from which a leap pays, and those before the target at which it should land: decoders need a run-up."""


def read_sound(
    path: Path,
    stream: SoundStream,
    *,
    origin: Fraction,
    samples: int,
    sample_rate: int = SAMPLE_RATE,
    progress: Progress | None = None,
    leap: bool = False,
) -> Iterator[Samples]:
    """Read one sound track of a film, exactly as long as the film.

    Where the track has not begun, has a hole, is broken or has ended, there is silence. Sound from before the film's
    zero is left out. Channels stay as they are.

    Args:
        path: the film.
        stream: which of its sound tracks.
        origin: the container's time of the film's zero, in seconds.
        samples: length of the film at ``sample_rate``.
        sample_rate: hertz of the result; resampled by soxr where the track has another.
        progress: told what could not be decoded; asked whether to stop.
        leap: whether to leap over what lies far before ``origin`` where the container can, rather than decode it all;
            the sound is the same but for what a decoder remembers of a second ago.

    Yields:
        ``float32 (channels, n)``, blocks of at most 2 s that add up to ``samples``.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: the file cannot be opened or has no decoder for the track.
        Cancelled: the work was asked to stop.
    """
    since = _landing(path, stream, origin) if leap else None
    blocks = _placed(path, stream, origin, progress, since)
    if stream.sample_rate != sample_rate:
        blocks = _resampled(blocks, stream.channels, stream.sample_rate, sample_rate)
    yield from reblocked(blocks, stream.channels, samples, _BLOCK_SECONDS * sample_rate)


def decoded_blocks(
    path: Path, stream: SoundStream, *, sample_rate: int = SAMPLE_RATE, progress: Progress | None = None
) -> Iterator[Samples]:
    """Read what one sound track decodes to, one piece after the other, wherever its clock would place them.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: the file cannot be opened or has no decoder for the track.
        Cancelled: the work was asked to stop.
    """
    blocks = (sound for _, _, sound in _decoded(path, stream, progress))
    if stream.sample_rate != sample_rate:
        return _resampled(blocks, stream.channels, stream.sample_rate, sample_rate)
    return blocks


def _landing(path: Path, stream: SoundStream, origin: Fraction) -> int | None:
    """Return where to leap to, in the track's ticks; None where a leap does not pay or lands in the wrong place."""
    import av

    if origin < _FAR:
        return None
    try:
        with av.open(file_url(path), options={"protocol_whitelist": "file"}, metadata_errors="replace") as container:
            track = container.streams[stream.index]
            if track.time_base is None:
                return None
            since = int((origin - _RUN_UP) / track.time_base)
            container.seek(since, stream=track)
            packet = next(packet for packet in packets(container, track) if packet.size)
    except (av.FFmpegError, OSError, IndexError, StopIteration):
        return None
    landed = None if packet.pts is None else packet.pts * track.time_base
    return since if landed is not None and origin - _FAR <= landed <= origin - _RUN_UP / 2 else None


def _placed(
    path: Path, stream: SoundStream, origin: Fraction, progress: Progress | None, since: int | None
) -> Iterator[Samples]:
    """Yield the track from the film's zero on at its own rate, holes filled with silence."""
    rate, position = stream.sample_rate, 0
    for time, tick, sound in _decoded(path, stream, progress, since):
        place = position if time is None else nearest((time - origin) * rate)
        late = 0
        if position == 0 or abs(place - position) > _JITTER * rate:
            if position:
                place = position + _whole_frames(place - position, sound.shape[1], tick * rate)
            late = max(0, position - place)
            while place > position:
                hole = min(place - position, _BLOCK_SECONDS * rate)
                yield np.zeros((stream.channels, hole), np.float32)
                position += hole
        if sound.shape[1] > late:
            yield sound[:, late:]
            position += sound.shape[1] - late


def _whole_frames(hole: int, frame: int, tick: Fraction) -> int:
    """Return the length of a hole, as whole frames of the codec where the container's clock is too coarse to tell."""
    whole = round(hole / frame) * frame
    return whole if abs(whole - hole) <= tick else hole


def _decoded(
    path: Path, stream: SoundStream, progress: Progress | None, since: int | None = None
) -> Iterator[tuple[Fraction | None, Fraction, Samples]]:
    """Yield what the decoder gives, with the time of its first sample, where there is one, and the clock's tick.

    ``since`` is where to begin, in the track's ticks; None: at the beginning.
    """
    import av
    from av.stream import Discard

    try:
        container = av.open(file_url(path), options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except FileNotFoundError as error:
        raise MediaNotFound(f"{str(path)!r} does not exist.") from error
    except (av.FFmpegError, OSError) as error:
        raise MediaUnreadable(f"The sound of {path.name!r} cannot be read: {error.strerror}.") from error
    converters: dict[tuple[str, str, int], av.AudioResampler] = {}
    with container:
        try:
            track = cast("AudioStream", container.streams[stream.index])
            for other in container.streams:
                if other.index != stream.index:
                    other.discard = Discard.all
            if since is not None:
                container.seek(since, stream=track)
            for frame in _frames(_packets(container, track, progress), progress):
                tick = frame.time_base or Fraction(0)
                time = None if frame.pts is None or not tick else frame.pts * tick
                kind = (frame.format.name, frame.layout.name, frame.sample_rate)
                if kind not in converters:
                    # Interleaved: PyAV reads past the planes of a frame with more than eight channels.
                    converters[kind] = av.AudioResampler("flt", rate=stream.sample_rate)
                for converted in converters[kind].resample(frame):
                    yield time, tick, _fitting(_planar(converted), stream.channels)
        except (av.FFmpegError, IndexError, AttributeError) as error:
            raise MediaUnreadable(
                f"The sound track {stream.index} of {path.name!r} ({stream.codec}) cannot be decoded: {error}.",
                hint="Convert its sound to PCM or AAC first, or use --original replace.",
            ) from error


def _packets(container: InputContainer, track: AudioStream, progress: Progress | None) -> Iterator[Packet[AudioStream]]:
    """Yield the track's packets; a file that breaks off ends there, with a warning."""
    import av

    found, last = packets(container, track), None
    while True:
        try:
            packet = next(found)
        except StopIteration:
            return
        except av.FFmpegError as error:
            if progress is not None:
                progress.warn(f"The film's own sound breaks off{_at(last)} ({error.strerror}); the rest is silent.")
            return
        last = packet
        yield packet


def _frames(packets: Iterator[Packet[AudioStream]], progress: Progress | None) -> Iterator[AudioFrame]:
    """Decode packets; broken ones give nothing, and one warning for all of them."""
    import av

    broken: list[Packet[AudioStream]] = []
    try:
        for packet in packets:
            if progress is not None:
                progress.check()
            try:
                yield from packet.decode()
            except av.InvalidDataError:
                broken.append(packet)
    finally:
        if broken and progress is not None:
            count = "A piece" if len(broken) == 1 else f"{len(broken)} pieces"
            progress.warn(f"{count} of the film's own sound cannot be decoded, first{_at(broken[0])}: silent there.")


def _at(packet: Packet[AudioStream] | None) -> str:
    """Say when a packet sounds, on the container's clock."""
    if packet is None or packet.pts is None or packet.time_base is None:
        return ""
    return f" at {as_clock(packet.pts * packet.time_base)}"


def _planar(frame: AudioFrame) -> Samples:
    """Return an interleaved frame as ``float32 (channels, n)``."""
    channels = frame.layout.nb_channels
    return np.ascontiguousarray(frame.to_ndarray().reshape(-1, channels).T, np.float32)


def _fitting(sound: Samples, channels: int) -> Samples:
    """Return a sound whose number of channels changes in mid-stream with the number announced."""
    if len(sound) == channels:
        return sound
    result = np.zeros((channels, sound.shape[1]), np.float32)
    shared = min(channels, len(sound))
    result[:shared] = sound[:shared]
    return result


def _resampled(blocks: Iterator[Samples], channels: int, rate_in: int, rate_out: int) -> Iterator[Samples]:
    import soxr

    stream = soxr.ResampleStream(rate_in, rate_out, channels, dtype="float32", quality="HQ")
    for block in blocks:
        yield np.ascontiguousarray(stream.resample_chunk(np.ascontiguousarray(block.T)).reshape(-1, channels).T)
    rest = stream.resample_chunk(np.zeros((0, channels), np.float32), last=True)
    yield np.ascontiguousarray(rest.reshape(-1, channels).T)
