"""The procedural sound maker: it asks the families, which know how each thing sounds."""

from __future__ import annotations

import dataclasses
import hashlib
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from v2a_foley.errors import UsageError
from v2a_foley.generate.procedural.families.table import FAMILIES
from v2a_foley.generate.procedural.family import RATE
from v2a_foley.generate.procedural.stage import perform
from v2a_foley.generate.protocol import Sound, SoundRequest
from v2a_foley.progress import Progress
from v2a_foley.version import VERSION as PROGRAM

LICENCE = "CC0-1.0"
"""The program's own synthesis is free to use."""


class Procedural:
    """Makes sounds by synthesis at 48 kHz; the same request gives the same bits."""

    name = "procedural"

    @property
    def identity(self) -> str:
        """The program's own text: its version, that of NumPy, and a digest of everything that synthesises."""
        return _identity()

    def can_make(self, request: SoundRequest) -> bool:
        """Tell whether there is a family for the event."""
        return request.event.family in FAMILIES

    def make(self, request: SoundRequest, progress: Progress | None = None) -> Sound:
        """Make one sound, in blocks made as they are read.

        Raises:
            UsageError: the request cannot be met: an unknown family or parameter, an impossible length or rate.
            Cancelled: the work was asked to stop; also raised while the blocks are read.
        """
        if progress is not None:
            progress.check()
        family = FAMILIES.get(request.event.family)
        if family is None:
            raise UsageError(
                f"There is no procedural family {request.event.family!r} for the event {request.event.name!r}.",
                hint=f"There are {', '.join(FAMILIES)}.",
            )
        if request.sample_rate != RATE or request.channels not in (1, 2) or request.samples < 1:
            raise UsageError(
                f"{request.samples} samples in {request.channels} channels at {request.sample_rate} Hz cannot be made.",
                hint=f"It makes at least one sample, in 1 or 2 channels, at {RATE} Hz.",
            )
        params = family.parse(request.event.params)
        return Sound(
            blocks=perform(family, params, request, progress),
            source=family.describe(params),
            licence=LICENCE,
            native_rate=RATE,
            dry=True,
            details=MappingProxyType(
                {"family": family.name, "params": dataclasses.asdict(params), "seed": request.seed}
            ),
        )


@cache
def _identity() -> str:
    """Return what decides the sounds of this installation; reading it takes milliseconds, once a process."""
    room, digest = Path(__file__).parent, hashlib.sha256()
    beside = (
        room.parent / "blocks.py",
        room.parent / "following.py",
        room.parent / "strikes.py",
        room.parent / "protocol.py",
    )
    for path in sorted((*room.rglob("*.py"), *beside)):
        digest.update(path.relative_to(room.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"procedural {PROGRAM} numpy {np.__version__} {digest.hexdigest()}"
