"""Opens the user's sound files, whatever their format. What the sound in them is like is not known here.

libsndfile reads most formats; what it cannot read (m4a, aac, wma) goes through PyAV, once, into a nameless scratch
file that is read like the others. So does Ogg where parts of it are wanted: after a seek in Vorbis libsndfile is wrong
for some hundred frames, and near the end of the file it is at another place.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from v2a_foley.errors import LibraryError
from v2a_foley.files import translated
from v2a_foley.generate.protocol import Samples

if TYPE_CHECKING:
    from soundfile import SoundFile

SUFFIXES = frozenset(
    re.findall(
        r"\.\w+",
        """.wav .wave .bwf .rf64 .w64 .aif .aiff .aifc .flac .ogg .oga .opus .mp3 .caf .au .snd .m4a .m4b .aac .wma .wv
        .mka .ac3 .eac3 .mp2 .ape .tta""",
    )
)
"""Suffixes, in lower case, by which a file is taken for a sound."""
_BLOCK = 1 << 16


def unreadable(path: Path, why: object) -> LibraryError:
    """Return the error for one sound that cannot be read."""
    reason = str(why).strip().rstrip(".") or type(why).__name__
    return LibraryError(
        f"The sound {str(path)!r} cannot be read: {reason}.", hint="Repair it, or take it out of the library."
    )


@contextmanager
def opened(path: Path, *, in_parts: bool = False) -> Iterator[SoundFile]:
    """Open a sound for reading, as a ``soundfile.SoundFile``.

    Args:
        path: the file.
        in_parts: whether it will be read from several places (``read_range``), not just once from its beginning.

    Raises:
        LibraryError: the file is missing, may not be read, or holds no sound.
        DiskFull: there is no room to decode a compressed file.
    """
    import soundfile

    with ExitStack() as stack:
        try:
            sound = soundfile.SoundFile(os.fsencode(path) if os.name == "posix" else path)
        except (soundfile.LibsndfileError, OSError, TypeError) as error:
            if not path.is_file():
                raise unreadable(path, "it is not there") from error
            sound = _decoded(path, stack)
        stack.enter_context(sound)
        if in_parts and sound.format == "OGG":
            copy, scratch = _scratch(sound.samplerate, sound.channels, stack)
            with copy:
                for block in blocks(sound):
                    copy.write(block.T)
            sound = stack.enter_context(_reopened(scratch))
        yield sound


def _scratch(rate: int, channels: int, stack: ExitStack) -> tuple[SoundFile, IO[bytes]]:
    """Begin a sound file without a name, which vanishes when the stack closes."""
    import soundfile

    try:
        scratch = stack.enter_context(closing(tempfile.TemporaryFile()))  # noqa: SIM115 - the stack closes it
    except OSError as error:
        raise translated(error, Path(tempfile.gettempdir())) from error
    return soundfile.SoundFile(scratch, "w", rate, channels, format="RF64", subtype="FLOAT"), scratch


def _reopened(scratch: IO[bytes]) -> SoundFile:
    import soundfile

    scratch.seek(0)
    return soundfile.SoundFile(scratch)


def _decoded(path: Path, stack: ExitStack) -> SoundFile:
    """Decode with PyAV into a scratch file."""
    import av
    import soundfile

    try:
        with av.open(str(path), metadata_errors="replace") as container:
            if not container.streams.audio or container.streams.audio[0].codec_context is None:
                raise unreadable(path, "it holds no sound")
            stream = container.streams.audio[0]
            rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout
            copy, scratch = _scratch(rate, layout.nb_channels, stack)
            with copy:
                resampler = av.AudioResampler(format="flt", layout=layout, rate=rate)
                for frame in container.decode(stream):
                    for piece in resampler.resample(frame):
                        copy.write(piece.to_ndarray().reshape(-1, layout.nb_channels))
                for piece in resampler.resample(None):
                    copy.write(piece.to_ndarray().reshape(-1, layout.nb_channels))
    except (av.FFmpegError, soundfile.LibsndfileError, ValueError) as error:
        raise unreadable(path, error) from error
    except OSError as error:
        raise (translated(error, path) if error.errno else unreadable(path, error)) from error
    return _reopened(scratch)


def blocks(sound: SoundFile, size: int = _BLOCK) -> Iterator[Samples]:
    """Read an open sound from its beginning in blocks ``float32 (channels, n)``; what is no number becomes 0."""
    sound.seek(0)
    while True:
        block = sound.read(size, dtype="float32", always_2d=True)
        if not len(block):
            return
        yield np.nan_to_num(block.T, nan=0.0, posinf=0.0, neginf=0.0)


def read_range(sound: SoundFile, start: int, frames: int) -> Samples:
    """Read ``float32 (channels, frames)`` from a frame on; silence before the file's start and beyond its end.

    Raises:
        LibraryError: the file is damaged there.
    """
    import soundfile

    out = np.zeros((sound.channels, frames), np.float32)
    first, last = max(0, start), min(sound.frames, start + frames)
    if first < last:
        try:
            sound.seek(first)
            got = sound.read(last - first, dtype="float32", always_2d=True).T
        except soundfile.LibsndfileError as error:
            raise unreadable(_path_of(sound) or Path("scratch file"), error) from error
        out[:, first - start : first - start + got.shape[1]] = np.nan_to_num(got, nan=0.0, posinf=0.0, neginf=0.0)
    return out


def _path_of(sound: SoundFile) -> Path | None:
    """Return the path that a sound was opened by; None for a scratch file."""
    return Path(os.fsdecode(sound.name)) if isinstance(sound.name, (str, bytes, os.PathLike)) else None


def note_in(sound: SoundFile) -> str:
    """Return the description that the file itself carries: Broadcast WAV's, else its title and comment; often empty."""
    told: dict[str, Any] = sound.copy_metadata()
    texts = [_bext_description(sound), *(str(told.get(key, "")) for key in ("title", "comment"))]
    kept: list[str] = []
    for text in texts:
        clean = " ".join(text.split())
        if clean and clean not in kept and not clean.lower().startswith(("http", "encoded by")):
            kept.append(clean)
    return ", ".join(kept)


def _bext_description(sound: SoundFile) -> str:
    """Read the description out of a WAV's ``bext`` chunk (EBU Tech 3285: its first 256 bytes)."""
    if sound.format not in ("WAV", "WAVEX", "RF64") or (path := _path_of(sound)) is None:
        return ""
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            size = int.from_bytes(head[4:], "little")
            if head[:4] == b"bext":
                return file.read(min(size, 256)).split(b"\0")[0].decode("utf-8", errors="replace")
            if head[:4] == b"data" and size >= 0xFFFF_FFFF:
                return ""
            file.seek(size + size % 2, 1)
    return ""
