"""Broadcast WAV (EBU Tech 3285) written block by block, RF64 (EBU Tech 3306) past 4 GiB.

Also sound files read in part. Which sounds are written or read is decided elsewhere.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.stream import Samples
from v2a_foley.errors import RenderError
from v2a_foley.files import translated
from v2a_foley.timebase import SAMPLE_RATE

_SCALE = 2**23
_MASKS = {"mono": 0x4, "stereo": 0x3, "2.1": 0xB, "quad": 0x33, "5.0": 0x37, "5.0(side)": 0x607, "5.1": 0x3F,
          "5.1(side)": 0x60F, "6.1": 0x70F, "7.1": 0x63F}  # fmt: skip
"""Which loudspeakers the channels are for, by ffmpeg's names of the layouts."""
_SUBFORMAT_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_MAX_RIFF = 2**32 - 1
_PIECE = 1 << 20
"""Bytes that are amplified at a time."""


def to_24_bits(sound: Samples) -> NDArray[np.int32]:
    """Round a sound to 24-bit whole numbers, clipped at full scale; what came from 24 bits comes back unchanged."""
    scaled = np.rint(sound * np.float32(_SCALE))
    return np.asarray(np.clip(scaled, -_SCALE, _SCALE - 1), np.int32)


class WavWriter:
    """Writes one Broadcast WAV; use it in a ``with`` block.

    Args:
        path: where to; written directly (wrap it in ``files.writing``).
        channels: how many.
        bits: 24 (whole numbers) or 32 (float).
        time_reference: samples since midnight of the first sample.
        description: what it is, at most 256 ASCII characters (others become ``?``).
        originator: who wrote it, at most 32.
        layout: ffmpeg's name of the channel layout, for the loudspeaker mask of more than two channels.
        sample_rate: hertz.
        dated: whether it says when it was made; without, the same sound gives the same file.

    Raises:
        DiskFull: the disk is full; also from ``write`` and on leaving the block.
        OutputError: the place cannot be written.
    """

    def __init__(
        self,
        path: Path,
        channels: int,
        *,
        bits: int = 24,
        time_reference: int = 0,
        description: str = "",
        originator: str = "v2a_foley",
        layout: str = "",
        sample_rate: int = SAMPLE_RATE,
        dated: bool = True,
    ) -> None:
        """Write the header, with sizes to be filled in at the end."""
        if bits not in (24, 32):
            raise ValueError(f"{bits} bits are not written here; 24 or 32")
        self.path, self.channels, self.bits, self.sample_rate = path, channels, bits, sample_rate
        self.samples = 0
        bext = _bext(description, originator, time_reference, datetime.now(UTC) if dated else None)
        fmt = _format(channels, bits, sample_rate, layout)
        head = b"JUNK" + struct.pack("<I", 28) + bytes(28)
        head += b"bext" + struct.pack("<I", len(bext)) + bext + b"fmt " + struct.pack("<I", len(fmt)) + fmt
        if bits == 32:
            head += b"fact" + struct.pack("<II", 4, 0)
        self._data = 12 + len(head) + 8
        try:
            self._file = path.open("w+b")
            self._file.write(b"RIFF" + bytes(4) + b"WAVE" + head + b"data" + bytes(4))
        except OSError as error:
            raise translated(error, path) from error

    def write(self, block: Samples | NDArray[np.int32]) -> None:
        """Append samples ``(channels, n)``: ``float32``, full scale 1, or what ``to_24_bits`` gave."""
        if self.bits == 24:
            whole = (
                np.asarray(block, np.int32) if block.dtype == np.int32 else to_24_bits(np.asarray(block, np.float32))
            )
            data = _packed(whole) if whole.any() else bytes(3 * whole.size)
        else:
            data = np.ascontiguousarray(block.T, "<f4").tobytes()
        try:
            self._file.write(data)
        except OSError as error:
            raise translated(error, self.path) from error
        self.samples += block.shape[1]

    def amplify(self, decibels: float) -> None:
        """Turn everything that was written so far up or down by some decibels; for 32-bit float files.

        Raises:
            ValueError: the file holds whole numbers, which would be rounded twice.
        """
        if self.bits != 32:
            raise ValueError("only 32-bit float files are amplified")
        gain = np.float32(10 ** (decibels / 20))
        try:
            end = self._file.tell()
            for start in range(self._data, end, _PIECE):
                self._file.seek(start)
                piece = np.frombuffer(self._file.read(min(_PIECE, end - start)), "<f4")
                self._file.seek(start)
                self._file.write((piece * gain).tobytes())
            self._file.seek(end)
        except OSError as error:
            raise translated(error, self.path) from error

    def _finish(self) -> None:
        """Pad to an even length and fill in the sizes, as RIFF or, where they do not fit, as RF64."""
        size = self.samples * self.channels * self.bits // 8
        if size % 2:
            self._file.write(b"\0")
        whole = self._data + size + size % 2 - 8
        if whole > _MAX_RIFF:
            self._file.seek(0)
            self._file.write(b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<IQQQI", 28, whole, size, self.samples, 0))
            size = _MAX_RIFF
        else:
            self._file.seek(4)
            self._file.write(struct.pack("<I", whole))
        if self.bits == 32:
            self._file.seek(self._data - 12)
            self._file.write(struct.pack("<I", min(self.samples, _MAX_RIFF)))
        self._file.seek(self._data - 4)
        self._file.write(struct.pack("<I", size))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the file, or only close it when the block failed."""
        try:
            if kind is None:
                self._finish()
            self._file.close()
        except OSError as failure:
            if kind is None:
                raise translated(failure, self.path) from failure


def _packed(whole: NDArray[np.int32]) -> bytes:
    """Return 24-bit samples ``(channels, n)`` as interleaved bytes, three a sample."""
    return np.ascontiguousarray(whole.T, "<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def _bext(description: str, originator: str, time_reference: int, made: datetime | None) -> bytes:
    """Return a version 1 ``bext`` chunk's content; without a date its fields are empty."""

    def text(value: str, size: int) -> bytes:
        return value.encode("ascii", "replace")[:size].ljust(size, b"\0")

    head = text(description, 256) + text(originator, 32) + text("", 32)
    head += text(made.strftime("%Y-%m-%d") if made else "", 10) + text(made.strftime("%H:%M:%S") if made else "", 8)
    return head + struct.pack("<QH", time_reference, 1) + bytes(64 + 190)


def _format(channels: int, bits: int, sample_rate: int, layout: str) -> bytes:
    """Return a ``fmt`` chunk's content: plain up to two channels, extensible beyond."""
    kind, frame = (1 if bits == 24 else 3), channels * bits // 8
    tag = kind if channels <= 2 else 0xFFFE
    content = struct.pack("<HHIIHH", tag, channels, sample_rate, sample_rate * frame, frame, bits)
    if channels > 2:
        mask = _MASKS.get(layout, 0)
        content += struct.pack("<HHIH", 22, bits, mask if mask.bit_count() == channels else 0, kind) + _SUBFORMAT_TAIL
    return content


def read_wav(path: Path, start: int = 0, samples: int | None = None) -> tuple[Samples, int]:
    """Read part of a sound file.

    Args:
        path: anything that libsndfile reads.
        start: first sample wanted, not negative.
        samples: how many; None for all that follow. Fewer come where the file ends.

    Returns:
        ``float32 (channels, n)`` and the sample rate.

    Raises:
        RenderError: the file is missing or damaged.
    """
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            file.seek(min(start, file.frames))
            sound = file.read(-1 if samples is None else samples, dtype="float32", always_2d=True)
            return np.ascontiguousarray(sound.T), int(file.samplerate)
    except (soundfile.LibsndfileError, OSError) as error:
        raise RenderError(
            f"The sound {str(path)!r} cannot be read: {error}.", hint="Generate its take again."
        ) from error
