"""What a family of procedural sounds is: its parameters with their ranges, and the instrument built from them.

How an instrument becomes a sound of exact length lives in ``stage.py``; the families themselves in ``families/``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import UsageError

RATE = 48_000
"""Samples a second at which everything here is made."""

Wave = NDArray[np.float64]
"""``float64 (n,)`` or ``(channels, n)``."""


@dataclass(frozen=True)
class Block:
    """The piece of a texture that is asked for next.

    Attributes:
        samples: how many.
        drive: how strongly its cause acts, ``(n,)``, 0 to 1.
    """

    samples: int
    drive: Wave


Play = Callable[[Block], Wave]
"""Makes the next block of a texture, ``(n,)`` or ``(channels, n)``."""

Strike = Callable[[float, np.random.Generator], Wave]
"""Makes one sound of an impulse from its strength (0 to 1); it begins with its attack, ``(n,)``."""

Rhythm = Callable[[np.random.Generator], Iterator[tuple[float, float]]]
"""Yields natural pauses and strengths without end: (seconds after the last one, strength)."""


def steady(pause: float, spread: float = 0.25, weakest: float = 0.6) -> Rhythm:
    """Return a rhythm of roughly even pauses, in seconds, the first sound at once."""

    def rhythm(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        yield 0.0, 0.9
        while True:
            yield pause * float(np.exp(np.clip(rng.standard_normal(), -2, 2) * spread)), float(rng.uniform(weakest, 1))

    return rhythm


@dataclass(frozen=True)
class Instrument:
    """A thing that sounds; at least one of ``play`` and ``strike`` is there.

    Attributes:
        play: its texture, for ambiences and continuous sounds.
        strike: its single sound, for impulses.
        contact: one meeting alone, where a strike holds several: among several hits, those that follow have their own.
        rhythm: when it sounds by itself, where nobody says when.
        follows: whether ``play`` answers the drive itself (an engine's speed); else level and brightness follow.
        inertia: seconds by which ``play`` comes behind its drive. The drive is read so much ahead: a curve says how
            strongly something sounds, not how it is pushed.
        rest: the drive where no intensity is given.
        burst: seconds of texture that stand in for a strike, where there is none.
    """

    play: Play | None = None
    strike: Strike | None = None
    contact: Strike | None = None
    rhythm: Rhythm = field(default_factory=lambda: steady(1.6, 0.4))
    follows: bool = False
    inertia: float = 0.0
    rest: float = 1.0
    burst: float = 1.0


@dataclass(frozen=True)
class Studio:
    """What an instrument is built with: the number of channels and its own chance.

    Attributes:
        channels: 1 or 2.
        entropy: numbers that all chance is drawn from.
    """

    channels: int
    entropy: tuple[int, ...]

    def rng(self, name: str, *more: int) -> np.random.Generator:
        """Return the random generator of a name; the same studio and name give the same numbers."""
        sequence = np.random.SeedSequence([*self.entropy, crc32(name.encode()), *more])
        return np.random.Generator(np.random.PCG64(sequence))


@dataclass(frozen=True, eq=False)
class Family:
    """A kind of physical process that makes sound.

    Attributes:
        name: its key in the vocabulary.
        summary: one line on what it is.
        params: the frozen dataclass of its parameters; every field is made by ``span`` or ``choice``.
        build: makes the instrument.
        model: how it is made, in a few sentences for its page in the docs.
        source: the publications that the model follows.
        shown: what its page draws: sets of parameters; empty: each choice of its first word, and each number's ends.
    """

    name: str
    summary: str
    params: type[Any]
    build: Callable[[Any, Studio], Instrument]
    model: str = ""
    source: str = ""
    shown: tuple[Mapping[str, float | str], ...] = field(default=(), hash=False)

    def parse(self, values: Mapping[str, float | str | bool]) -> Any:  # noqa: ANN401 - the family's own dataclass
        """Read parameters, with defaults for those that are left out.

        Raises:
            UsageError: a parameter is unknown or its value is outside its range.
        """
        known = {item.name: item for item in dataclasses.fields(self.params)}
        for key, value in values.items():
            if key not in known:
                raise UsageError(
                    f"The family {self.name!r} has no parameter {key!r}.", hint=f"It knows {', '.join(sorted(known))}."
                )
            _check(self.name, key, value, known[key].metadata)
        clean = {
            key: value
            if isinstance(value, str)
            else int(value)
            if isinstance(known[key].default, int)
            else float(value)
            for key, value in values.items()
        }
        return self.params(**clean)

    def describe(self, params: object) -> str:
        """Write parameters for people: ``impact: material wood, size 0.4``."""
        pairs = [f"{item.name} {getattr(params, item.name)}" for item in dataclasses.fields(self.params)]
        return f"{self.name}: {', '.join(pairs)}"


def _check(family: str, key: str, value: float | str | bool, metadata: Mapping[str, Any]) -> None:
    if "choices" in metadata:
        if value not in metadata["choices"]:
            raise UsageError(
                f"{family}: {key} cannot be {value!r}.", hint=f"It is one of {', '.join(metadata['choices'])}."
            )
        return
    low, high = metadata["low"], metadata["high"]
    if isinstance(value, str) or not low <= float(value) <= high:
        raise UsageError(f"{family}: {key} cannot be {value!r}.", hint=f"It lies between {low} and {high}.")


def span(default: float, low: float = 0.0, high: float = 1.0, *, unit: str = "") -> Any:  # noqa: ANN401 - a field
    """Declare a number with its range; a number without unit runs from none (0) to much (1)."""
    return field(default=default, metadata={"low": low, "high": high, "unit": unit})


def choice(default: str, *others: str) -> Any:  # noqa: ANN401 - a dataclass field, as dataclasses.field itself returns
    """Declare a word out of several; the default comes first."""
    return field(default=default, metadata={"choices": (default, *others)})
