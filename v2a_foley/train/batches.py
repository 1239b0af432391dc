"""What a step of training sees: which pairs, with how much noise, which of them blind. All follows from seed and step.

Nothing is drawn from a generator that lives on: neither a resumed run, nor several processes, nor passes over parts of
a batch change what is learned (ADR 10).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from v2a_foley.mapper.schedule import CosineSchedule
from v2a_foley.pairs import Pairs
from v2a_foley.train.settings import TrainSettings

_ORDER, _DRAWS, _WATCH = 1, 2, 3
"""Which of the random streams of a seed it is."""
_FEWEST_WATCHED, _MOST_WATCHED = 256, 4096
"""How many predictions a validation loss is the mean of: fewer would be chance, more would cost time."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Pairs as a network learns them.

    Attributes:
        seen: image embeddings of unit length, ``float32 (b, source)``.
        clean: audio embeddings of length √target, ``float32 (b, target)``.
        noised: the same with noise, or None for a network without.
        times: their timesteps, ``int64 (b,)``.
        dropped: rows that see neither the picture nor the noised target, ``bool (b,)``.
    """

    seen: Tensor
    clean: Tensor
    noised: Tensor | None = None
    times: Tensor | None = None
    dropped: Tensor | None = None

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.seen)

    def part(self, rows: slice) -> Self:
        """Return some of the pairs."""
        return self._each(lambda each: each[rows])

    def to(self, device: str) -> Self:
        """Return the pairs on a device, without waiting for them where their memory is pinned."""
        return self._each(lambda each: each.to(device, non_blocking=True))

    def pinned(self) -> Self:
        """Return the pairs in memory that a GPU reads by itself."""
        return self._each(Tensor.pin_memory)

    def _each(self, change: Callable[[Tensor], Tensor]) -> Self:
        def changed(each: Tensor | None) -> Tensor | None:
            return None if each is None else change(each)

        rest = changed(self.noised), changed(self.times), changed(self.dropped)
        return type(self)(change(self.seen), change(self.clean), *rest)


@dataclass(frozen=True, eq=False)
class Deck:
    """Pairs to learn from, and how steps are dealt from them.

    Attributes:
        pairs: the store.
        rows: numbers of the pairs that are learned from.
        settings: batch, seed, timesteps and share of dropped conditions.
        noisy: whether the network learns from noised targets.
    """

    pairs: Pairs
    rows: NDArray[np.intp]
    settings: TrainSettings
    noisy: bool

    def dealt(self, step: int, part: slice) -> Batch:
        """Return a part of the batch of a step, from 0, on the CPU."""
        which = rows_of(step, self.settings.batch, len(self.rows), self.settings.seed)[part]
        return self._batch(self.rows[which], _generator(self.settings.seed, _DRAWS, step), self.settings.batch, part)

    def watched(self, rows: NDArray[np.intp]) -> Batch:
        """Return what the validation loss is measured on: always the same pairs, timesteps and noise, none dropped.

        Few pairs come more than once, with other noise; of very many some are drawn. Timesteps are spread evenly.
        """
        generator = _generator(self.settings.seed, _WATCH)
        count = min(max(len(rows), _FEWEST_WATCHED), _MOST_WATCHED) if self.noisy else min(len(rows), _MOST_WATCHED)
        chosen = np.resize(generator.permutation(rows), count)
        seen, heard = self.pairs.take(chosen)
        if not self.noisy:
            return Batch(torch.from_numpy(seen), _scaled(heard))
        times = generator.permutation(np.arange(count) * self.settings.timesteps // count)
        return self._noised(seen, heard, times, generator.standard_normal(heard.shape, np.float32))

    def _batch(self, rows: NDArray[np.intp], generator: np.random.Generator, batch: int, part: slice) -> Batch:
        seen, heard = self.pairs.take(rows)
        if not self.noisy:
            return Batch(torch.from_numpy(seen), _scaled(heard))
        times = generator.integers(self.settings.timesteps, size=batch)[part]
        dropped = (generator.random(batch) < self.settings.condition_drop)[part]
        noise = generator.standard_normal((batch, heard.shape[1]), np.float32)[part]
        return self._noised(seen, heard, times, noise, dropped)

    def _noised(
        self,
        seen: NDArray[np.float32],
        heard: NDArray[np.float32],
        times: NDArray[np.int64],
        noise: NDArray[np.float32],
        dropped: NDArray[np.bool_] | None = None,
    ) -> Batch:
        clean, at = _scaled(heard), torch.from_numpy(times)
        noised = CosineSchedule(self.settings.timesteps).noised(clean, at, torch.from_numpy(noise))
        hidden = None if dropped is None else torch.from_numpy(dropped)
        return Batch(torch.from_numpy(seen), clean, noised, at, hidden)


def rows_of(step: int, batch: int, count: int, seed: int) -> NDArray[np.intp]:
    """Return which of ``count`` pairs a step sees: the next of the epochs' permutations, one after the other."""
    first, found = step * batch, []
    while first < (step + 1) * batch:
        epoch, begin = divmod(first, count)
        some = _permutation(seed, epoch, count)[begin : begin + (step + 1) * batch - first]
        found.append(some)
        first += len(some)
    return np.concatenate(found)


def share_of(batch: int, processes: int, index: int) -> slice:
    """Return the part of a batch that falls to one of several processes; they differ by at most one pair."""
    return slice(batch * index // processes, batch * (index + 1) // processes)


def dealt_ahead(deck: Deck, steps: range, part: slice, *, pin: bool) -> Generator[Batch]:
    """Yield the batches of steps, each made by another thread while the one before is learned."""
    with ThreadPoolExecutor(1, "deal") as dealer:

        def made(step: int) -> Batch:
            batch = deck.dealt(step, part)
            return batch.pinned() if pin else batch

        coming = dealer.submit(made, steps[0]) if steps else None
        for step in steps:
            assert coming is not None  # noqa: S101 - there is one as long as there are steps
            batch, coming = coming.result(), dealer.submit(made, step + 1) if step + 1 in steps else None
            yield batch


def _scaled(heard: NDArray[np.float32]) -> Tensor:
    """Return unit vectors at the length that gives each dimension a variance near one, as the noise has it."""
    return torch.from_numpy(heard * np.float32(math.sqrt(heard.shape[1])))


@lru_cache(2)
def _permutation(seed: int, epoch: int, count: int) -> NDArray[np.intp]:
    return _generator(seed, _ORDER, epoch).permutation(count)


def _generator(seed: int, stream: int, number: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, stream, number))))
