"""What every sound maker is asked, and what it answers. One contract suite runs over all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from v2a_foley.progress import Progress
from v2a_foley.project import Event

Samples = NDArray[np.float32]
"""``float32 (channels, samples)``."""


@dataclass(frozen=True)
class SoundRequest:
    """One sound to be made. Positions are samples from the first sample of the sound, handles included.

    Attributes:
        event: what should sound.
        samples: exact length of the sound, handles included.
        before: samples of handle before the cue's start.
        after: samples of handle beyond the cue's end.
        channels: 1 or 2.
        seed: everything random depends on it alone.
        sample_rate: hertz.
        prompt: the user's own words, or empty.
        negative: what should not be heard, or empty.
        embedding: where the sound lies in the generator's audio space, ``float32 (d,)``, or None.
        hits: for impulses, (sample, strength 0 to 1) of each; the sound's attack falls on that sample.
        silent: whether nothing shall be heard, for every hit is muted; without hits alone a maker plays as it likes. No
            generator but that of silence is asked then.
        intensity: for continuous sounds, points (sample, value 0 to 1) joined by straight lines; empty for steady.
    """

    event: Event
    samples: int
    before: int = 0
    after: int = 0
    channels: int = 1
    seed: int = 0
    sample_rate: int = 48_000
    prompt: str = ""
    negative: str = ""
    embedding: NDArray[np.float32] | None = None
    hits: tuple[tuple[int, float], ...] = ()
    intensity: tuple[tuple[int, float], ...] = ()
    silent: bool = False


@dataclass(frozen=True)
class Sound:
    """A sound as its maker hands it over.

    Attributes:
        blocks: the sound in pieces ``float32 (channels, n)`` that add up to exactly the samples asked for; made as
            they are read, so that an hour never lies in memory. Any level; peak at most 1.
        source: what it is made of, for people: family and parameters, or the user's file.
        licence: SPDX identifier, or a plain sentence on who owns it.
        native_rate: sample rate at which it was made; its bandwidth is half of it.
        details: whatever else is needed to make it again.
        dry: whether it sounds as if right at the ear in no room, so that a room may be put around it.
    """

    blocks: Iterator[Samples]
    source: str
    licence: str
    native_rate: int = 48_000
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    dry: bool = False


class Generator(Protocol):
    """Makes sounds."""

    @property
    def name(self) -> str:
        """The name that takes are labelled with."""
        ...

    def can_make(self, request: SoundRequest) -> bool:
        """Tell whether it has something fitting for this request, without making it."""
        ...

    def make(self, request: SoundRequest, progress: Progress | None = None) -> Sound:
        """Make one sound; the same request gives the same bits.

        Raises:
            Cancelled: the work was asked to stop; also raised while the blocks are read.
        """
        ...


@runtime_checkable
class Identified(Protocol):
    """A maker that can say what decides its sounds; only such a maker's sounds are found again instead of made anew."""

    @property
    def identity(self) -> str:
        """What decides a sound beside its request, as text: program, weights, options, arithmetic, the user's files.

        Two makers of one identity make the same sound of the same request; a little rounding apart where a network
        takes batches.

        Raises:
            MissingError: what it is made of is missing or damaged.
        """
        ...


@runtime_checkable
class BatchGenerator(Generator, Protocol):
    """Makes many sounds together faster than one by one: a network that takes batches."""

    def make_all(
        self, requests: Sequence[SoundRequest], progress: Progress | None = None, *, skip: Collection[int] = ()
    ) -> Iterator[tuple[int, Sound]]:
        """Make sounds in whatever order is fast, and hand each over as (its place in ``requests``, sound), once.

        A sound depends on its own request; what its neighbours in a batch may change is rounding alone.

        Args:
            requests: what is asked for.
            progress: told of the stage ``voice``.
            skip: places in ``requests`` that are there already. They are not handed over, and yet decide with the
                others what runs together, so that the others keep their bits; what holds nothing else is not run.

        Raises:
            Cancelled: the work was asked to stop.
            OutOfMemory: not even one sound at a time fits.
        """
        ...
