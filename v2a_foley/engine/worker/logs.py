"""Carries what a worker writes to standard error into the log of whoever it works for. Messages do not pass here."""

from __future__ import annotations

import logging
import os
import select
import threading
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)

_KEPT = 8192
"""Bytes of the end that are kept for sentences."""
_PIECE = 65536
_SHOWN = 360
"""Characters of them that a sentence holds; an error's sentence is not longer than 600."""


class LogPump:
    """Reads a stream to its end in a thread of its own and appends it to a file, which may change meanwhile."""

    def __init__(self, stream: IO[bytes], path: Path | None) -> None:
        """Begin to read.

        Args:
            stream: what to read.
            path: the file to append to; None: only the end is kept.
        """
        self._stream, self._path = stream, path
        self._end, self._over = b"", False
        self._state = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="worker-log", daemon=True)
        self._thread.start()

    def to(self, path: Path | None) -> None:
        """Append to another file from now on."""
        with self._state:
            self._drain()  # what was written until now belongs to the file until now
            if path != self._path:
                self._path, self._end = path, b""

    def last(self) -> str:
        """Return the last words that were written, in one line."""
        with self._state:
            words = " ".join(self._end.decode("utf-8", "replace").split())
        return words if len(words) <= _SHOWN else f"… {words[-_SHOWN:]}"

    def finish(self, seconds: float) -> None:
        """Wait until all is read, or so long; the process has ended."""
        self._thread.join(seconds)

    def _run(self) -> None:
        with self._stream:
            while not self._over:
                if hasattr(select, "poll"):
                    _look(self._stream.fileno(), None)
                    with self._state:
                        self._drain()
                else:  # Windows cannot look at pipes
                    piece = os.read(self._stream.fileno(), _PIECE)
                    with self._state:
                        self._keep(piece)

    def _drain(self) -> None:
        """Read and keep all that is there."""
        while not self._over and hasattr(select, "poll") and _look(self._stream.fileno(), 0):
            self._keep(os.read(self._stream.fileno(), _PIECE))

    def _keep(self, piece: bytes) -> None:
        """Append what was read; nothing read is the stream's end."""
        self._over = not piece
        self._end = (self._end + piece)[-_KEPT:]
        if self._path is None or self._over:
            return
        try:
            with self._path.open("ab") as file:
                file.write(piece)
        except OSError as error:  # a full disk must not stop the worker, which waits until its words are read
            log.warning("The log %s cannot be written: %s.", self._path, error)
            self._path = None


def _look(handle: int, milliseconds: int | None) -> bool:
    """Tell whether something can be read, or the end was reached; wait so long for it, or as long as it takes."""
    looked = select.poll()
    looked.register(handle, select.POLLIN)
    return bool(looked.poll(milliseconds))
