"""Which films are learned from and which are watched on: whole kinds of scene, and some films of every other kind."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from v2a_foley.train.onsets.films import Film
from v2a_foley.train.onsets.settings import NONE, OnsetSettings

_KINDS_A_WATCHED_ONE = 5


@dataclass(frozen=True)
class Sides:
    """Films by what becomes of them.

    Attributes:
        learned: to learn from.
        watched: of kinds that are learned from, to watch on.
        new: of kinds that are not learned from, to watch on.
    """

    learned: tuple[Film, ...]
    watched: tuple[Film, ...]
    new: tuple[Film, ...]


def sides_of(films: Sequence[Film], settings: OnsetSettings) -> Sides:
    """Part films; which goes where follows from their names and the seed alone."""
    watched_kinds = settings.named(settings.watch_kinds)
    if not watched_kinds:
        sounding = {film.kind for film in films if film.hits} - {""}
        silent = {film.kind for film in films} - sounding - {""}
        watched_kinds = frozenset(kind for kinds in (sounding, silent) for kind in _some(kinds, settings.seed))
    if watched_kinds == {NONE}:
        watched_kinds = frozenset()
    new = tuple(film for film in films if film.kind in watched_kinds)
    learned: list[Film] = []
    watched: list[Film] = []
    for kind in sorted({film.kind for film in films} - watched_kinds):
        own = sorted((film for film in films if film.kind == kind), key=lambda film: _drawn(film.key, settings.seed))
        count = round(len(own) * settings.validation) if len(own) > 1 else 0
        watched += own[:count]
        learned += own[count:]
    return Sides(tuple(learned), tuple(watched), new)


def _some(kinds: set[str], seed: int) -> list[str]:
    return sorted(kinds, key=lambda kind: _drawn(kind, seed))[: len(kinds) // _KINDS_A_WATCHED_ONE]


def _drawn(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()
