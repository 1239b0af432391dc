"""Markers of takes that are being made, so that a crash tells which takes were in the works."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from v2a_foley.files import translated
from v2a_foley.leftovers import alive


@dataclass
class Markers:
    """Remembers across crashes which takes were being made (``engine.means.Trials``): one small file a take.

    A process that died while its parent lives crashed, or was ended for standing still. Where the parent is gone too,
    the whole batch was killed, or the machine went down, and no take is to blame.

    Attributes:
        folder: where the files lie; made when it is needed.
        most: how often one take may take the process down before it is left out.
    """

    folder: Path
    most: int
    _crashes: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        """Read what was left."""
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.glob("*.json")):
            count = _blamed(path)
            if count:
                self._crashes[path.stem] = count
            else:
                path.unlink(missing_ok=True)

    def crashes(self, key: str) -> int:
        """Return how often the process died while a take was being made."""
        return self._crashes.get(key, 0)

    @contextmanager
    def trying(self, keys: Collection[str]) -> Iterator[None]:
        """Mark takes as being made, until the block is left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for key in keys:
            self._mark(key, os.getppid())
        try:
            yield
        finally:
            for key in keys:
                (self.folder / f"{key}.json").unlink(missing_ok=True)
                with self._lock:
                    self._crashes.pop(key, None)

    def give_up(self, key: str) -> None:
        """Remember that a take is not tried again, whoever asks."""
        self._mark(key, 0)

    def _mark(self, key: str, parent: int) -> None:
        content = json.dumps({"crashes": self.crashes(key), "parent": parent})
        path = self.folder / f"{key}.json"
        try:
            path.write_text(content, encoding="utf-8")  # a machine that goes down blames nobody: nothing to sync
        except OSError as error:
            raise translated(error, path) from error


def _blamed(path: Path) -> int:
    """Return how many crashes a marker that was left stands for."""
    try:
        left = json.loads(path.read_text(encoding="utf-8"))
        crashes, parent = int(left["crashes"]), int(left["parent"])
        since = path.stat().st_mtime
    except (OSError, ValueError, KeyError, TypeError):
        return 0  # it was not written whole, before anything was tried
    return crashes + (1 if parent and alive(parent, since) else 0)
