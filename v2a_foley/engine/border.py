"""What the machine says when it has no room left, or a package is broken, as errors of ours. All else is a defect."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from v2a_foley.errors import DependencyMissing, FoleyError, InputError, OutOfMemory
from v2a_foley.files import is_full, translated

_EXHAUSTED = ("allocate memory", "failed to map segment", "not enough memory", "Insufficient memory", "bad_alloc")
"""What libraries say that have no error of their own for it: torch, the loader of shared objects, OpenCV, C++."""

_OUT_OF_REACH = {errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP, errno.EIO}
"""Why a path that somebody named cannot even be looked at."""


@contextmanager
def border() -> Iterator[None]:
    """Let nothing that a user can meet leave the block but errors that say what to do.

    Raises:
        OutOfMemory: the memory is exhausted.
        DiskFull: the disk is full, wherever it showed.
        InputError: a path cannot be looked at: it is too long, or lies where the user may not look.
        DependencyMissing: a package is missing, or is there and cannot be loaded.
    """
    try:
        yield
    except Exception as error:
        ours = _ours(error)
        if ours is None:
            raise
        raise ours from error


def _ours(error: Exception) -> FoleyError | None:
    """Return the error of ours that another one stands for, or None where it stands for itself."""
    if isinstance(error, FoleyError):
        return None
    if isinstance(error, MemoryError) or any(words in str(error) for words in _EXHAUSTED):
        return OutOfMemory("The memory is exhausted.", hint="Close other programs, or choose fewer --shots.")
    if isinstance(error, OSError) and is_full(error):
        return translated(error, Path(error.filename or "scratch files"))
    if isinstance(error, OSError) and error.errno in _OUT_OF_REACH and error.filename is not None:
        return InputError(
            f"{str(error.filename)!r} cannot be used: {error.strerror}.",
            hint="Check the path, and whether you may read what lies there.",
        )
    if isinstance(error, ImportError):
        return DependencyMissing(
            f"A package that this step needs cannot be loaded: {str(error).rstrip('.')}.",
            hint="See what is missing: v2a-foley doctor",
        )
    return None
