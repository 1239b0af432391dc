"""Carries what a worker writes to standard error into the log of whoever it works for. Messages do not pass here."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)

_KEPT = 8192
"""Bytes of the end that are kept for sentences."""
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
        self._end = b""
        self._state = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="worker-log", daemon=True)
        self._thread.start()

    def to(self, path: Path | None) -> None:
        """Append to another file from now on."""
        with self._state:
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
            while piece := os.read(self._stream.fileno(), 65536):
                with self._state:
                    self._keep(piece)

    def _keep(self, piece: bytes) -> None:
        self._end = (self._end + piece)[-_KEPT:]
        if self._path is None:
            return
        try:
            with self._path.open("ab") as file:
                file.write(piece)
        except OSError as error:  # a full disk must not stop the worker, which waits until its words are read
            log.warning("The log %s cannot be written: %s.", self._path, error)
            self._path = None
