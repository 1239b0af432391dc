"""When a film truly sounds: what a list beside it says, else where its own sound track strikes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.onsets import FLOOR, HOPS, attacks
from v2a_foley.audio.read import read_sound
from v2a_foley.errors import SourceError
from v2a_foley.interchange.hit_list import read_hits
from v2a_foley.media import MediaFacts, SoundStream
from v2a_foley.progress import Progress
from v2a_foley.timebase import to_samples

HITS = ".hits.csv"
"""What follows a film's name in that of its list."""
_RATE = 16_000
_SILENT = -70.0
_STRETCH, _MARGIN = 10 * HOPS, 2 * HOPS
"""Readings of level among which attacks are compared, and those on either side that are heard with them."""
_QUIETEST = 30.0
"""Decibels below the loudest attack at which strength is at its least."""


@dataclass(frozen=True)
class Truth:
    """A moment that sounds.

    Attributes:
        time: seconds on the film's clock.
        strength: 0 to 1.
        place: where on the screen, from the left and from the top, 0 to 1; None where nobody knows.
    """

    time: float
    strength: float
    place: tuple[float, float] | None = None


def list_of(film: Path) -> Path:
    """Return where the list of a film's hits would lie."""
    return film.with_name(film.stem + HITS)


def kind_of(film: Path) -> str:
    """Return the kind of scene that the file ``NAME.json`` beside a film names; empty where there is none.

    Raises:
        SourceError: the file is there and cannot be read.
    """
    path = film.with_suffix(".json")
    try:
        said = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise SourceError(f"{str(path)!r} cannot be read: {error}.", hint="Mend it, or remove it.") from error
    kind = said.get("kind", "") if isinstance(said, dict) else ""
    return kind if isinstance(kind, str) else ""


def truths_of(facts: MediaFacts, progress: Progress) -> tuple[Truth, ...] | None:
    """Return when a film sounds, in order; None where nobody can tell: no list, and no sound but silence.

    Raises:
        InputError: the list, or the sound, cannot be read.
        Cancelled: the work was asked to stop.
    """
    listed = list_of(facts.path)
    if listed.is_file():
        return tuple(
            Truth(float(hit.time), hit.strength, (hit.region.x, hit.region.y) if hit.region else None)
            for hit in read_hits(listed, facts)
        )
    return _heard(facts, progress)


def _heard(facts: MediaFacts, progress: Progress) -> tuple[Truth, ...] | None:
    """Return the attacks of a film's own sound."""
    if facts.sound is None:
        return None
    decibels = np.concatenate(list(_levels(facts, facts.sound, progress)) or [np.zeros(0)])
    if not len(decibels) or decibels.max() < _SILENT:
        return None
    found: list[tuple[int, float]] = []
    for start in range(0, len(decibels), _STRETCH):
        first = max(0, start - _MARGIN)
        readings, reached = attacks(decibels[first : start + _STRETCH + _MARGIN])
        inside = (readings + first >= start) & (readings + first < start + _STRETCH)
        # A stretch that begins in the middle of a sound does not begin with an attack.
        inside &= (readings > 0) | (first == 0)
        inside &= reached > _SILENT
        found += [(int(readings[at]) + first, float(reached[at])) for at in np.flatnonzero(inside)]
    loudest = max((level for _, level in found), default=0.0)
    return tuple(Truth(at / HOPS, max(0.1, 1 + (level - loudest) / _QUIETEST)) for at, level in found)


def _levels(facts: MediaFacts, track: SoundStream, progress: Progress) -> Iterator[NDArray[np.float64]]:
    """Yield the level of a film's sound, ``HOPS`` times a second, block by block."""
    hop, rest = _RATE // HOPS, np.zeros(0)
    samples = to_samples(facts.duration, _RATE)
    for block in read_sound(
        facts.path, track, origin=facts.origin, samples=samples, sample_rate=_RATE, progress=progress
    ):
        mono = np.concatenate([rest, block.mean(axis=0, dtype=np.float64)])
        whole = len(mono) // hop * hop
        rest = mono[whole:]
        yield 10 * np.log10((mono[:whole] ** 2).reshape(-1, hop).mean(axis=1) + 10 ** (FLOOR / 10))
