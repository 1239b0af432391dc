"""Keeps two processes from working on one job's folder: a worker that nobody hears any more, and the one after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from v2a_foley.errors import ProjectLocked
from v2a_foley.files import translated

LOCK = "work.lock"


@contextmanager
def alone(work: Path) -> Iterator[None]:
    """Hold a job's folder while the block runs; the system lets go of it when the process ends, however it ends.

    Raises:
        ProjectLocked: another process is at work in it.
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """
    from filelock import FileLock, Timeout

    try:
        work.mkdir(parents=True, exist_ok=True)
        lock = FileLock(work / LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise ProjectLocked(
            f"Another process is at work in {str(work)!r}.", hint="Wait for it; where it was killed, it ends by itself."
        ) from error
    except OSError as error:
        raise translated(error, work) from error
    try:
        yield
    finally:
        lock.release()
