"""What the machine says when it has no room left, or a package is broken, as errors of ours. All else is a defect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from v2a_foley.errors import DependencyMissing, FoleyError, OutOfMemory
from v2a_foley.files import is_full, translated

_EXHAUSTED = ("allocate memory", "failed to map segment", "not enough memory", "Insufficient memory", "bad_alloc")
"""What libraries say that have no error of their own for it: torch, the loader of shared objects, OpenCV, C++."""


@contextmanager
def border() -> Iterator[None]:
    """Let nothing that a user can meet leave the block but errors that say what to do.

    Raises:
        OutOfMemory: the memory is exhausted.
        DiskFull: the disk is full, wherever it showed.
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
    if isinstance(error, ImportError):
        return DependencyMissing(
            f"A package that this step needs cannot be loaded: {str(error).rstrip('.')}.",
            hint="See what is missing: v2a-foley doctor",
        )
    return None
