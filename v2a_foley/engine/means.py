"""What is known of takes that are to be made, and how they are made beside who makes them. Values and promises only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from v2a_foley.audio.perspective import Way
from v2a_foley.engine.cache import TakeCache
from v2a_foley.engine.perspective import way_of
from v2a_foley.generate import SoundRequest
from v2a_foley.project import Cue, Take


@dataclass(frozen=True)
class Job:
    """One take to be made.

    Attributes:
        cue: of which cue.
        number: its number, from 1.
        request: what a generator is asked for.
        room: the setting that its room comes from.
        perspective: the setting that says whether it sounds from where it is seen.
        file: the name of its file.
        wish: what it is made for, as plain values; kept in its details where there are any.
        key: what it is found again by; filled in once its maker is known.
        kept: whether it is kept to be found again.
    """

    cue: Cue
    number: int
    request: SoundRequest
    room: str = "auto"
    file: str = ""
    wish: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    kept: bool = False
    perspective: str = "off"

    @property
    def way(self) -> Way | None:
        """Where its sound stands over time; None: in the middle."""
        return way_of(self.cue, self.perspective, self.request.before)

    @property
    def id(self) -> str:
        """The take's id."""
        return f"{self.cue.id}t{self.number}"


class Trials(Protocol):
    """Remembers across crashes of the process which takes were being made."""

    @property
    def most(self) -> int:
        """How often one take may take the process down before it is left out."""
        ...

    def crashes(self, key: str) -> int:
        """Return how often the process died while a take was being made."""
        ...

    def trying(self, keys: Collection[str]) -> AbstractContextManager[None]:
        """Remember that takes are being made, until the block is left, however it is left."""
        ...

    def give_up(self, key: str) -> None:
        """Remember that a take is not tried again."""
        ...


@dataclass(frozen=True)
class Means:
    """How takes are made, beside who makes them.

    Attributes:
        folder: where they are written.
        cache: finds them again, and keeps what is made; None: nothing is looked for.
        trials: remembers crashes; None: nobody does.
        whole: what the cache holds was begun by this very piece of work. Batches are then planned over all takes, also
            those that are found, so that what is made has the bits that it would have if nothing were there; and what
            makers without an identity made is found too. Else only what is missing is asked for.
    """

    folder: Path
    cache: TakeCache | None = None
    trials: Trials | None = None
    whole: bool = False

    def trying(self, jobs: Sequence[Job]) -> AbstractContextManager[None]:
        """Remember that takes are being made."""
        return nullcontext() if self.trials is None else self.trials.trying([job.key for job in jobs])

    def crashes(self, job: Job) -> int:
        """Return how often a take took the process down."""
        return 0 if self.trials is None else self.trials.crashes(job.key)


Outcome = Take | str
"""A take, or the sentence that says why there is none."""
