"""One half of many pairs of texts while it is made: it waits on the disk for its mean, and is then corrected."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from v2a_foley.embed import Embeddings, Space
from v2a_foley.files import translated
from v2a_foley.train.means import Averaging, Measured, corrected


@dataclass
class Side:
    """One half of the pairs while it is made: raw embeddings in a scratch file, and their mean.

    Attributes:
        space: where they lie.
        path: the scratch file, ``float32 (n, d)``.
        measured: the cone that they are carried over into; None: they stay where they are.
    """

    space: Space
    path: Path
    measured: Measured | None = None
    averaging: Averaging = field(default_factory=Averaging)
    _opened: BinaryIO | None = None

    def add(self, embeddings: Embeddings) -> None:
        """Take the next embeddings, ``float32 (n, d)`` of unit length.

        Raises:
            DiskFull: the disk is full.
            OutputError: the scratch file cannot be written.
        """
        self.averaging.add(embeddings)
        try:
            if self._opened is None:
                self._opened = self.path.open("wb")
            self._opened.write(np.ascontiguousarray(embeddings, np.float32).data)
        except OSError as error:
            raise translated(error, self.path) from error

    def close(self) -> None:
        """Let go of the scratch file, whole; errors as ``add``."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            try:
                opened.close()
            except OSError as error:
                raise translated(error, self.path) from error

    def rows(self, start: int, count: int) -> Embeddings:
        """Return some embeddings, in their place."""
        size = self.space.size
        raw = np.fromfile(self.path, np.float32, count * size, offset=4 * start * size).reshape(count, size)
        return raw if self.measured is None else corrected(raw, self.averaging.mean, self.measured.mean)

    @property
    def gap(self) -> float:
        """How far apart the two means lie."""
        return 0.0 if self.measured is None else float(np.linalg.norm(self.measured.mean - self.averaging.mean))
