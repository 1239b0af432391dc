"""The maker of nothing: what a cue gets all of whose hits are muted. It is asked before, and instead of, all others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from v2a_foley.generate.protocol import Samples, Sound, SoundRequest
from v2a_foley.progress import Progress

_BLOCK = 1 << 16


class Silence:
    """Makes silence where that is asked for."""

    name = "silence"
    identity = "silence 1"

    def can_make(self, request: SoundRequest) -> bool:
        """Tell whether silence is asked for."""
        return request.silent

    def make(self, request: SoundRequest, progress: Progress | None = None) -> Sound:
        """Make it."""
        return Sound(_nothing(request), source="silence", licence="CC0-1.0")


def _nothing(request: SoundRequest) -> Iterator[Samples]:
    for start in range(0, request.samples, _BLOCK):
        yield np.zeros((request.channels, min(_BLOCK, request.samples - start)), np.float32)
