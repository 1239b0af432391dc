"""What a film's file is known by, wherever it lies and whatever it is called: its size and a sample of its content.

The sample is not a hash of the whole: it takes as long for a film of 100 GB as for one of 10 MB.
"""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from v2a_foley.errors import MediaNotFound, MediaUnreadable
from v2a_foley.project.model import Fingerprint

_END = 1 << 20
"""Bytes at the beginning and at the end that are read whole."""
_PIECE = 1 << 16
_PIECES = 16
"""So many pieces between the two, evenly spread, of so many bytes."""


def fingerprint(path: Path) -> Fingerprint:
    """Return what a file is known by: its size, and SHA-256 over size, first MiB, 16 × 64 KiB between, last MiB.

    Raises:
        MediaNotFound: there is no such file, or it is a folder, a pipe or a device.
        MediaUnreadable: it cannot be read.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise MediaNotFound(f"{str(path)!r} is no file.", hint="Name the film's file.")
        size = found.st_size
        digest = hashlib.sha256(size.to_bytes(8, "big"))
        with path.open("rb") as file:
            for start, length in pieces(size):
                file.seek(start)
                digest.update(file.read(length))
    except FileNotFoundError as error:
        raise MediaNotFound(f"{str(path)!r} does not exist.", hint="Name the film's file.") from error
    except OSError as error:
        raise MediaUnreadable(f"{str(path)!r} cannot be read: {error.strerror}.", hint="Check its rights.") from error
    return Fingerprint(size, digest.hexdigest())


def pieces(size: int) -> list[tuple[int, int]]:
    """Return where the pieces of a file of a size start, and how long they are, in bytes; a small file is one."""
    if size <= 2 * _END + _PIECES * _PIECE:
        return [(0, size)]
    room = size - 2 * _END - _PIECE
    between = [(_END + room * i // (_PIECES - 1), _PIECE) for i in range(_PIECES)]
    return [(0, _END), *between, (size - _END, _END)]
