"""Fills a store from a source: films are decoded ahead in threads, clips are encoded in batches and put down in order.

What lies in memory is a few clips, however many there are. What is asked and what is told of it is ``embedding.py``.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import AudioEncoder, Embeddings, ImageEncoder, pooled
from v2a_foley.pairs import GrowingStore, Part
from v2a_foley.progress import Progress, Stage
from v2a_foley.train.ahead import side_by_side
from v2a_foley.train.clips import Clip, Cutting, Failure, Unheard, clips_of
from v2a_foley.train.sources import Item, Source, Unusable

STAGE = "embed"
"""The name of the stage under which the work reports its progress, in entries of the source."""
_FRAMES, _CLIPS = 256, 32
"""Frames and clips that are encoded together at most."""
_SAMPLES = _CLIPS * 10 * 48_000
"""Samples of sound from which a batch is encoded: clips of minutes are long."""

_Event = tuple[list[Item], Clip | Failure | None]
"""Items that share their files, with what came of them; None: nothing more comes."""


@dataclass(frozen=True)
class Encoders:
    """The eyes and the listener."""

    eyes: ImageEncoder
    listener: AudioEncoder

    def look(self, clips: list[Clip]) -> Embeddings:
        """Return the mean direction of each clip's frames.

        On a GPU, frames of one size go through the eyes together; on a CPU those of one clip, so that its bits are the
        same in any company: after an interruption, in parts, on many machines.
        """
        found: dict[int, NDArray[np.float32]] = {}
        shapes: dict[tuple[int, ...], list[int]] = {}
        alone = _on_cpu(self.eyes)
        for number, clip in enumerate(clips):
            shapes.setdefault((number if alone else 0, *clip.frames.shape[1:]), []).append(number)
        for numbers in shapes.values():
            embeddings = self.eyes.encode_images(np.concatenate([clips[number].frames for number in numbers]))
            ends = np.cumsum([len(clips[number].frames) for number in numbers])
            found |= zip(numbers, map(pooled, np.split(embeddings, ends[:-1])), strict=True)
        return np.array([found[number] for number in range(len(clips))], np.float32)

    def hear(self, clips: list[Clip]) -> Embeddings:
        """Return where each clip's sound lies."""
        return self.listener.encode_audio([clip.sound for clip in clips])

    def decoders(self) -> int:
        """Return how many films to decode at once: few where the encoders want the same cores."""
        cores = os.cpu_count() or 1
        return max(1, cores // 4) if _on_cpu(self.listener) else min(32, cores)


def _on_cpu(encoder: object) -> bool:
    """Tell whether an encoder uses no GPU; one that does not say uses none."""
    compute = getattr(encoder, "compute", None)
    return compute is None or bool(compute.on_cpu)


@dataclass
class Filling:
    """The work on one store while it lasts.

    Attributes:
        store: takes the pairs; entered already.
        source: where the clips come from.
        encoders: see and hear them.
        cutting: how films become clips.
        part: which part of the entries is meant; None: all.
        limit: how many entries from the first are meant; 0: all.
        threads: films decoded at once; 0: as many as suit the machine.
        reasons: what could not be made into a pair, counted by reason.
        missing: entries without a file, counted by reason.
    """

    store: GrowingStore
    source: Source
    encoders: Encoders
    cutting: Cutting
    part: Part | None = None
    limit: int = 0
    threads: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    _gone: set[str] = field(default_factory=set)

    def run(self, progress: Progress) -> None:
        """Put every clip that the store does not know into it.

        Args:
            progress: told of the stage ``embed``; asked whether to stop.

        Raises:
            DiskFull: the disk is full.
            ResourceError, MissingError: the machine cannot do it.
            Cancelled: the work was asked to stop.
        """
        films = Unheard()
        threads = self.threads or self.encoders.decoders()
        with progress.stage(STAGE, sum(1 for _ in self._wanted())) as stage:
            tell = _Teller(stage)
            work = side_by_side(
                self._units(tell), lambda items: clips_of(items, self.cutting, self.store.knows, films),
                threads=threads, waiting=progress.check,
            )  # fmt: skip
            with closing(work), ThreadPoolExecutor(1, "v2a-foley-listen") as other:
                try:
                    for batch in _batches(work):
                        self._settle(batch, other, tell)
                finally:
                    films.cancel()

    def _wanted(self) -> Iterator[Item | Unusable]:
        """Yield the entries that there is something to do for."""
        for entry in islice(self.source.entries(), self.limit or None):
            if (self.part is None or self.part.holds(entry.key)) and not self.store.knows(entry.key):
                yield entry

    def _units(self, tell: _Teller) -> Iterator[list[Item]]:
        """Yield entries that share their files; what is unusable is put down at once."""
        for _, group in groupby(self._wanted(), lambda each: each.files if isinstance(each, Item) else each.key):
            items = []
            for entry in group:
                if isinstance(entry, Item):
                    items.append(entry)
                else:
                    self._set_aside(entry)
                    tell.advance(0, 1)
            if items:
                yield items

    def _set_aside(self, entry: Unusable | Failure) -> None:
        if entry.lasting:
            self.store.give_up(entry.key, entry.reason)
            self.reasons[entry.reason] += 1
        else:
            self.missing[entry.reason] += 1

    def _settle(self, batch: list[_Event], other: ThreadPoolExecutor, tell: _Teller) -> None:
        """Encode a batch, hearing beside seeing, and put down what came of it in its order."""
        clips = [made for _, made in batch if isinstance(made, Clip)]
        heard = other.submit(self.encoders.hear, clips)
        seen = self.encoders.look(clips)
        pairs = zip(seen, heard.result(), strict=True)
        for items, made in batch:
            if isinstance(made, Clip):
                self.store.add(made.row, *next(pairs))
                tell.advance(1, 0)
            elif made is not None:
                self._set_aside(made)
                if not made.lasting:
                    self._gone.add(made.key)
            else:
                for item in items:
                    if item.windowed and item.key not in self._gone:
                        self.store.finish(item.key)
                    self._gone.discard(item.key)
                tell.advance(0, len(items))
        self.store.close_if_due()


def _batches(work: Iterable[_Event]) -> Iterator[list[_Event]]:
    """Yield what came of the work, as much at a time as is encoded together."""
    batch: list[_Event] = []
    frames = clips = samples = 0
    for event in work:
        batch.append(event)
        if isinstance(event[1], Clip):
            frames, clips, samples = frames + len(event[1].frames), clips + 1, samples + len(event[1].sound)
        if frames >= _FRAMES or clips >= _CLIPS or samples >= _SAMPLES or len(batch) >= 4 * _CLIPS:
            yield batch
            batch, frames, clips, samples = [], 0, 0, 0
    if batch:
        yield batch


@dataclass
class _Teller:
    """Tells how far the work is and how fast it goes."""

    stage: Stage
    pairs: int = 0
    since: float = field(default_factory=time.monotonic)

    def advance(self, pairs: int, entries: int) -> None:
        """Count pairs that were made, and entries of the source that are done."""
        self.pairs += pairs
        rate = self.pairs / max(1e-9, time.monotonic() - self.since)
        self.stage.advance(entries, f"{self.stage.done + entries:,.0f} of {self.stage.total:,.0f}, {rate:.1f} clips/s")
