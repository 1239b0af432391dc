"""The takes of a project's folder as a cache: found by their keys, kept by their content. Makes nothing."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from v2a_foley.project import Take
from v2a_foley.project.take_store import load_takes, store_take


@dataclass
class ProjectTakes:
    """A cache of takes (``engine.cache.TakeCache``) over the folder of a project.

    Attributes:
        folder: the project's.
    """

    folder: Path
    _known: dict[str, Take] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def find(self, key: str) -> Take | None:
        """Return the take of a key, whose file is there, or None.

        Raises:
            ProjectError: the folder of takes cannot be read, or is not what it should be.
        """
        with self._lock:
            if self._known is None:
                self._known = load_takes(self.folder)
            take = self._known.get(key)
        return take if take is not None and take.path.is_file() else None

    def keep(self, key: str, path: Path, take: Take) -> Take:
        """Move a finished file among the project's takes, and return the take as it lies there.

        Raises:
            DiskFull: the disk is full.
            OutputError: the folder cannot be written.
        """
        kept = store_take(self.folder, path, take)
        if key:
            with self._lock:
                if self._known is not None:
                    self._known[key] = kept
        return kept
