"""A world whose answers are known: two random but fixed spaces, and things that sound in several ways.

Every thing is seen around one direction, and sounds around one of several others, which other things may share: a
picture does not decide its sound. Words for each sound lie beside the pictures and the sounds, a modality gap away.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from v2a_foley.embed import Embeddings, Space, normalised
from v2a_foley.mapper.bridge import Bridge
from v2a_foley.pairs import Row, StoreCard, write_shard
from v2a_foley.pairs.card import write_card
from v2a_foley.pairs.store import SHARDS

THINGS, SOUNDS, WAYS, SIZE = 30, 40, 3, 24
"""How many things and sounds there are, in how many ways a thing sounds, and the dimensions of both spaces."""
SPREAD, GAP, WORDING = 0.25, 0.6, 0.2
"""Length of the noise around a direction, of a modality's offset, and of the noise around a wording."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pairs of the world: which thing was seen, which sound was heard, and where both lie."""

    thing: np.ndarray
    sound: np.ndarray
    seen: Embeddings
    heard: Embeddings

    def __len__(self) -> int:
        return len(self.thing)


class World:
    """One world for each seed; ``draws`` decides which pairs are drawn from it."""

    def __init__(self, seed: int, draws: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.source, self.target = (_space(f"{name} {seed}") for name in ("seen", "heard"))
        self.things, self.sounds = (normalised(rng.standard_normal((n, SIZE))) for n in (THINGS, SOUNDS))
        self.ways = np.array([rng.choice(SOUNDS, WAYS, replace=False) for _ in range(THINGS)])
        self.shares = rng.dirichlet(np.full(WAYS, 3.0), THINGS)
        self._gaps = GAP * normalised(rng.standard_normal((4, SIZE)))
        self._wordings = WORDING * rng.standard_normal((2, SOUNDS, SIZE)) / math.sqrt(SIZE)
        self._rng = np.random.default_rng((seed, draws))

    def draw(self, count: int) -> Drawn:
        """Return pairs; every call goes on in the same random stream."""
        rng = self._rng
        thing = rng.integers(THINGS, size=count)
        way = (rng.random(count)[:, None] > np.cumsum(self.shares[thing], axis=1)).sum(axis=1).clip(max=WAYS - 1)
        sound = self.ways[thing, way]
        return Drawn(
            thing,
            sound,
            normalised(self.things[thing] + self._gaps[0] + self._noise(count, SPREAD)),
            normalised(self.sounds[sound] + self._gaps[1] + self._noise(count, SPREAD)),
        )

    def bridge(self) -> Bridge:
        """Return the mapper over the words: a wording of each sound lies among the things that make it."""
        made_by = np.zeros((SOUNDS, THINGS))
        for thing, (ways, shares) in enumerate(zip(self.ways, self.shares, strict=True)):
            made_by[ways, thing] = shares
        made = made_by.sum(axis=1) > 0
        seen = (made_by / np.maximum(made_by.sum(axis=1, keepdims=True), 1e-9)) @ self.things
        worded = normalised(seen + self._gaps[2] + self._wordings[0])
        meant = normalised(self.sounds + self._gaps[3] + self._wordings[1])
        return Bridge(self.source, self.target, worded[made], meant[made])

    def write(self, folder: Path, parts: dict[str, Drawn]) -> Path:
        """Write a store with pairs of each split."""
        (folder / SHARDS).mkdir(parents=True)
        write_card(folder, StoreCard(self.source, self.target, "clips", "a world with known answers"))
        for number, (split, drawn) in enumerate(parts.items()):
            rows = [Row(f"{split}/{n}", f"{split}/{n}", f"thing {t}", split) for n, t in enumerate(drawn.thing)]
            path = folder / SHARDS / f"{number:05d}.safetensors"
            write_shard(path, (self.source, self.target), rows, drawn.seen, drawn.heard)
        return folder

    def _noise(self, count: int, length: float) -> np.ndarray:
        return length * self._rng.standard_normal((count, SIZE)) / math.sqrt(SIZE)


def _space(name: str) -> Space:
    return Space(name, SIZE, f"{SIZE}-{hashlib.sha256(name.encode()).hexdigest()}")
