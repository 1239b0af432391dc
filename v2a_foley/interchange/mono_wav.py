"""Mono Broadcast WAVs (EBU Tech 3285) for programs that take no others, beside the timeline that names them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from v2a_foley.errors import OutputError
from v2a_foley.files import writing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLOCK = 1 << 16
_SCALE = 1 << 23
_HEAD = 12 + 8 + 602 + 8 + 16 + 8
_MOST = (1 << 32) - 1 - _HEAD


def mono_names(stem: str, channels: int) -> tuple[str, ...]:
    """Return the file names of a sound's channels: ``a.wav``; ``a.L.wav``, ``a.R.wav``; ``a.1.wav`` and on."""
    if channels == 1:
        return (f"{stem}.wav",)
    return tuple(f"{stem}.{'LR'[each] if channels == 2 else each + 1}.wav" for each in range(channels))


def write_mono(path: Path, blocks: Iterator[NDArray[np.float64]], rate: int, reference: int = 0) -> None:
    """Write blocks of samples, full scale 1, as one 24-bit mono Broadcast WAV, in one step; undated.

    Args:
        path: where to.
        blocks: one-dimensional.
        rate: hertz.
        reference: samples since midnight of the first.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    with writing(path) as part, part.open("wb") as file:
        _head(file, 0, rate, reference)
        count = sum(_append(file, block) for block in blocks)
        _finish(file, path, count, rate, reference)


def split(source: Path, targets: tuple[Path, ...], reference: int = 0) -> tuple[int, int]:
    """Write each channel of a sound file as a mono Broadcast WAV; return samples and hertz.

    Raises:
        DiskFull: the disk is full.
        OutputError: the sound cannot be read, has other channels than there are targets, or a place cannot be written.
    """
    import soundfile

    try:
        with soundfile.SoundFile(source) as sound, ExitStack() as stack:
            if sound.channels != len(targets):
                raise OutputError(
                    f"{source.name!r} has {sound.channels} channels, not {len(targets)}.",
                    hint="Export the stems again.",
                )
            files = [stack.enter_context(stack.enter_context(writing(each)).open("wb")) for each in targets]
            for file in files:
                _head(file, 0, sound.samplerate, reference)
            count = 0
            for block in sound.blocks(_BLOCK, dtype="float64", always_2d=True):
                for channel, file in enumerate(files):
                    _append(file, block[:, channel])
                count += len(block)
            for file, target in zip(files, targets, strict=True):
                _finish(file, target, count, sound.samplerate, reference)
            return count, int(sound.samplerate)
    except soundfile.LibsndfileError as error:
        raise OutputError(f"The sound {str(source)!r} cannot be read: {error}.", hint="Generate it again.") from error


def channels_of(path: Path) -> tuple[int, int, int] | None:
    """Return a sound file's channels, samples and hertz; None where there is no file that can be read."""
    import soundfile

    try:
        with soundfile.SoundFile(path) as sound:
            return int(sound.channels), int(sound.frames), int(sound.samplerate)
    except (soundfile.LibsndfileError, OSError):
        return None


def _append(file: BinaryIO, block: NDArray[np.float64]) -> int:
    import numpy as np

    whole = np.clip(np.rint(block * _SCALE), -_SCALE, _SCALE - 1).astype("<i4")
    file.write(whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes())
    return len(whole)


def _finish(file: BinaryIO, path: Path, count: int, rate: int, reference: int) -> None:
    """Pad to an even length and fill in the sizes."""
    if 3 * count > _MOST:
        raise OutputError(f"{path.name!r} would be larger than 4 GiB.", hint="Export the film in reels.")
    if count % 2:
        file.write(b"\0")
    file.seek(0)
    _head(file, 3 * count, rate, reference)


def _head(file: BinaryIO, size: int, rate: int, reference: int) -> None:
    bext = bytes(256) + b"v2a_foley".ljust(32, b"\0") + bytes(32 + 18) + struct.pack("<QH", reference, 1) + bytes(254)
    file.write(b"RIFF" + struct.pack("<I", _HEAD - 8 + size + size % 2) + b"WAVE")
    file.write(b"bext" + struct.pack("<I", len(bext)) + bext)
    file.write(b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 3 * rate, 3, 24) + b"data" + struct.pack("<I", size))
