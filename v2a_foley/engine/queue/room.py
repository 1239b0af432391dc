"""A disk that is full or read-only for a while: whether it can be used again, and how long to wait for it."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from v2a_foley.errors import DiskFull, FoleyError, OutputError
from v2a_foley.leftovers import own_prefix

_PROBE = 1 << 16
"""Bytes that are written to see whether a disk takes any."""
_FIRST, _LONGEST = 0.25, 30.0
"""Seconds between two looks, at first and at most."""


@dataclass
class Patience:
    """How long one job has waited for room, and may.

    Attributes:
        most: seconds that it may wait in all.
        waited: seconds that it has waited.
    """

    most: float
    waited: float = 0.0
    _pause: float = field(default=_FIRST, repr=False)

    def wait(self, error: FoleyError, usable: Callable[[], bool], stopped: threading.Event) -> None:
        """Wait until something is usable again; at least one pause, which grows from time to time.

        Raises:
            FoleyError: the error itself, when the patience is over; or ``stopped`` was set.
        """
        while True:
            if self.waited >= self.most:
                raise error
            started = time.monotonic()
            stopped.wait(min(self._pause, self.most - self.waited))
            self.waited += time.monotonic() - started
            self._pause = min(2 * self._pause, _LONGEST)
            if stopped.is_set() or usable():
                return


def for_want_of_room(error: FoleyError, folders: Iterable[Path]) -> bool:
    """Tell whether an error may go away by itself: the disk is full, or a folder cannot be written to right now."""
    return isinstance(error, DiskFull) or (isinstance(error, OutputError) and not takes_files(folders))


def takes_files(folders: Iterable[Path]) -> bool:
    """Tell whether files can be written in folders; of one that does not exist, in the nearest one above it."""
    for folder in folders:
        try:
            there = next(each for each in (folder, *folder.parents) if each.is_dir())
            handle, name = tempfile.mkstemp(prefix=own_prefix(hidden=True), dir=there)
            try:
                os.write(handle, b"\0" * _PROBE)
            finally:
                os.close(handle)
                Path(name).unlink()
        except (OSError, StopIteration):
            return False
    return True
