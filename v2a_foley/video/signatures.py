"""One small grey picture a frame, by which a film's frames are known again in a new cut, and the file that keeps them.

How two such pictures are compared stands in ``project/conform``.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, prod
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import ProjectError
from v2a_foley.files import writing
from v2a_foley.video.clock import FrameClock
from v2a_foley.video.read import FrameBlock

FILE = "picture.npz"
"""The name of the file in a project's folder."""
SIZE = (9, 16)
"""Height and width of the small pictures."""
_FORMAT = 1
_MOST_FRAMES = 8_000_000
"""More than a day at 60 frames a second."""
_MOST_NAMES = 100_000
_FARTHEST = 10**18
_DAMAGE = (ValueError, KeyError, EOFError, RuntimeError, OverflowError, ZeroDivisionError, MemoryError)
"""What zipfile, numpy and fractions raise over what is no archive of ours."""
_TIME = re.compile(r"^-?[0-9]{1,40}(/[0-9]{1,40})?$")
_HEADER = re.compile(
    rb"^\{'descr': '([|<][SiuO][0-9]{1,3})', 'fortran_order': False, "
    rb"'shape': \(((?:[0-9]{1,10}, ?)(?:[0-9]{1,10}(?:, [0-9]{1,10})?)?)\), \} *\n$"
)
_HINT = "Remove {name}; the signatures are made again from the old film, if it is still there."


@dataclass(frozen=True, eq=False)
class Signatures:
    """By what the frames of a film are known again.

    Attributes:
        clock: when each frame is shown.
        tiny: ``uint8 (n, 9, 16)``: the frames as tiny grey pictures.
    """

    clock: FrameClock
    tiny: NDArray[np.uint8]

    def part(self, first: int, last: int) -> Signatures:
        """Return the frames ``first <= i < last``, at the times that they had."""
        clock = self.clock
        return Signatures(
            FrameClock(clock.ticks[first:last], clock.unit, clock.zero, clock.time(last)), self.tiny[first:last]
        )


class SignatureTaker:
    """Takes the signatures of a film from blocks of frames in order; a ``Watcher``."""

    def __init__(self) -> None:
        """Begin before the first frame."""
        self._times: list[Fraction] = []
        self._tiny: list[NDArray[np.uint8]] = []

    def feed(self, block: FrameBlock) -> None:
        """Look at the next frames."""
        import cv2

        self._times.extend(block.times)
        rows, columns = SIZE
        small = np.empty((len(block.frames), rows, columns), np.uint8)
        for place, frame in enumerate(block.frames):
            grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
            small[place] = cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA)
        self._tiny.append(small)

    def finish(self, end: Fraction) -> Signatures:
        """Return what was seen.

        Args:
            end: when the last frame ends, on the film's clock.
        """
        tiny = np.concatenate(self._tiny) if self._tiny else np.zeros((0, *SIZE), np.uint8)
        unit = Fraction(1, lcm(*(time.denominator for time in self._times)))
        ticks = np.array([int(time / unit) for time in self._times], np.int64)
        return Signatures(FrameClock(ticks, unit, Fraction(0), end), tiny)


@dataclass(frozen=True, eq=False)
class KeptSignatures:
    """What a project's folder knows of pictures.

    Attributes:
        film: of the film.
        shelf: by the ids of parked cues, of the pictures that the film has no more.
        known_as: what the film's file is known by (``Fingerprint.sample``); empty where that was not said.
    """

    film: Signatures
    shelf: Mapping[str, Signatures]
    known_as: str = ""


def write_signatures(
    folder: Path, film: Signatures, shelf: Mapping[str, Signatures] | None = None, *, known_as: str = ""
) -> None:
    """Write the signatures of a project's film into its folder.

    Args:
        folder: the project's.
        film: the film's frames.
        shelf: by the ids of parked cues, the frames that they belong to and that the film has no more.
        known_as: what the film's file is known by, to notice signatures of another film.

    Raises:
        DiskFull: the disk is full.
        OutputError: the folder cannot be written to.
    """
    everything = {"": film, **(shelf or {})}
    clocks = [each.clock for each in everything.values()]
    arrays = {
        "format": np.array([_FORMAT], np.int64),
        "film": np.array([known_as.encode()], np.bytes_),
        "names": np.array([name.encode() for name in everything], np.bytes_),
        "counts": np.array([len(each.tiny) for each in everything.values()], np.int64),
        "clocks": np.array([f"{each.unit} {each.zero} {each.end}".encode() for each in clocks], np.bytes_),
        "ticks": np.concatenate([each.ticks for each in clocks]).astype(np.int64),
        "tiny": np.concatenate([each.tiny for each in everything.values()]),
    }
    with writing(folder / FILE) as part, part.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def read_signatures(folder: Path) -> KeptSignatures | None:
    """Read the signatures of a project's film, and those of its parked cues; None where there is no such file.

    Raises:
        ProjectError: the file is damaged, or is none that this program wrote.
    """
    path = folder / FILE
    try:
        with zipfile.ZipFile(path) as archive:
            return _checked(
                _array(archive, "format", "<i8", 1, 1),
                _array(archive, "film", "|S", 1, 1),
                _array(archive, "names", "|S", 1, _MOST_NAMES),
                _array(archive, "counts", "<i8", 1, _MOST_NAMES),
                _array(archive, "clocks", "|S", 1, _MOST_NAMES),
                _array(archive, "ticks", "<i8", 1, _MOST_FRAMES),
                _array(archive, "tiny", "|u1", 3, _MOST_FRAMES),
            )
    except FileNotFoundError:
        return None
    except (OSError, zipfile.BadZipFile, zlib.error, *_DAMAGE) as error:
        raise ProjectError(
            f"{str(path)!r} does not hold the frames of this project's film: {error}.", hint=_HINT.format(name=FILE)
        ) from error


def _array(archive: zipfile.ZipFile, name: str, kind: str, dimensions: int, most: int) -> NDArray[np.generic]:
    """Read one array, after what it says of itself was held against what is there.

    Raises:
        ValueError: it is of another kind or shape, or too large.
    """
    member = archive.getinfo(f"{name}.npy")
    with archive.open(member) as file:
        shape, stated = _header(file)
        if not stated.startswith(kind):
            raise ValueError(f"{name} is of another kind")
        dtype = np.dtype(stated)
        if len(shape) != dimensions or not 0 <= shape[0] <= most or (dimensions == 3 and shape[1:] != SIZE):
            raise ValueError(f"{name} has another shape")
        size = prod(shape) * dtype.itemsize
        if member.file_size - file.tell() != size:
            raise ValueError(f"{name} is not as long as it says")
        data = file.read(size + 1)
        if len(data) != size:
            raise ValueError(f"{name} is not as long as it says")
        return np.frombuffer(data, dtype).reshape(shape)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], str]:
    """Return the shape and the kind of an array as its file states them; numpy's own reader runs too much on them.

    Raises:
        ValueError: it is none, or of a form that is not written here.
    """
    if file.read(8) != b"\x93NUMPY\x01\x00":
        raise ValueError("it is of another version")
    found = _HEADER.match(file.read(int.from_bytes(file.read(2), "little")))
    if found is None:
        raise ValueError("an array is of another form")
    return tuple(int(number) for number in found[2].split(b",") if number.strip()), found[1].decode("ascii")


def _seconds(word: str) -> Fraction:
    """Read an exact time; an exponent, which could be endless to compute, is none.

    Raises:
        ValueError: it is none.
    """
    if not _TIME.match(word):
        raise ValueError("its clock is none")
    return Fraction(word)


def _checked(
    form: NDArray[np.generic],
    known: NDArray[np.generic],
    names: NDArray[np.generic],
    counts: NDArray[np.generic],
    clocks: NDArray[np.generic],
    ticks: NDArray[np.generic],
    tiny: NDArray[np.generic],
) -> KeptSignatures:
    """Return what the arrays say together.

    Raises:
        ValueError: the arrays do not fit together.
    """
    if form.tolist() != [_FORMAT] or len(known) != 1:
        raise ValueError("it is of another version")
    lengths: list[int] = counts.tolist()
    if not len(names) == len(counts) == len(clocks) or not len(names) or min(lengths) < 0:
        raise ValueError("it does not tell whose frames they are")
    if sum(lengths) != len(ticks) or len(ticks) != len(tiny):
        raise ValueError("frames are missing")
    found: dict[str, Signatures] = {}
    first = 0
    for name, length, clock in zip(names.tolist(), lengths, clocks.tolist(), strict=True):
        last = first + length
        own = np.asarray(ticks[first:last], np.int64)
        unit, zero, end = (_seconds(word) for word in clock.decode("ascii").split(" "))
        if (
            unit <= 0
            or max(abs(zero), abs(end), unit) > _FARTHEST
            or max(unit.denominator, zero.denominator) > _FARTHEST
        ):
            raise ValueError("its clock is none")
        if len(own) and (int(own[0]) < -_FARTHEST or int(own[-1]) > _FARTHEST or bool(np.any(np.diff(own) <= 0))):
            raise ValueError("its times do not rise")
        found[name.decode()] = Signatures(FrameClock(own, unit, zero, end), np.asarray(tiny[first:last], np.uint8))
        first = last
    if "" not in found or len(found) != len(names):
        raise ValueError("it does not tell whose frames they are")
    return KeptSignatures(found.pop(""), found, known.tolist()[0].decode("ascii"))
