"""``train embed``: every clip of a source is looked at and listened to once, and becomes a pair in a store.

What is asked, what comes of it, and what a store must share with what is asked for. The work itself is ``filling.py``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from v2a_foley.embed import AudioEncoder
from v2a_foley.engine.profiles import Senses, load_senses, require_listener
from v2a_foley.errors import SourceError
from v2a_foley.pairs import Closing, GrowingStore, Part, StoreCard
from v2a_foley.progress import Progress
from v2a_foley.train.clips import Cutting
from v2a_foley.train.embed_settings import EmbedSettings
from v2a_foley.train.filling import Encoders, Filling
from v2a_foley.train.sources import Source, find_source

KIND = "clips"
"""What the card of such a store says that it is of."""
_SAME = ("source", "source_kind", "frames", "clip_length", "least_length")
"""The details in which a store must agree with what is asked for before more is put into it."""


@dataclass(frozen=True)
class EmbedResult:
    """What came of it.

    Attributes:
        store: the folder.
        pairs: how many are in the store now.
        made: how many of them were made by this call.
        shards: in how many files.
        broken: how many clips are known as broken now.
        reasons: those that this call met, counted by reason, most frequent first.
        missing: entries of the source for which there is no file, counted by reason.
        damaged: how many damaged shards were moved aside.
        seconds: how long this call took.
    """

    store: Path
    pairs: int
    made: int
    shards: int
    broken: int
    reasons: Mapping[str, int]
    missing: Mapping[str, int]
    damaged: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**vars(self), "store": str(self.store), "reasons": dict(self.reasons), "missing": dict(self.missing)}


def embed(
    source: Path, store: Path, settings: EmbedSettings | None = None, progress: Progress | None = None
) -> EmbedResult:
    """Embed all clips of a source into a store, or go on where an earlier call was stopped.

    Args:
        source: a folder or a list, see ``find_source``.
        store: the folder to write; made if it is missing.
        settings: how.
        progress: told of the stages ``load`` and ``embed``.

    Raises:
        SourceError: there is nothing to embed, or not one clip could be.
        UsageError: the profile has no listener, the store was made otherwise, or is being filled by another process.
        SpaceMismatch: the store is of other spaces.
        MissingError: a model or a GPU is missing.
        DiskFull: the disk is full; finished shards stand.
        Cancelled: the work was asked to stop; what was done is kept.
    """
    settings, progress, began = settings or EmbedSettings(), progress or Progress(), time.monotonic()
    found = find_source(source, settings.kind, settings.clips)
    part = Part.parse(settings.part) if settings.part else None
    with progress.stage("load"):
        senses = load_senses(settings.profile, device=settings.device, precision=settings.precision)
        load = require_listener(senses, "train embed")
        card = _card(found, senses, settings)
    growing = GrowingStore(
        store, card, progress.warn, part=part, closing=Closing(settings.shard_rows), retry=settings.retry, same=_SAME
    )
    with growing:
        before = growing.pairs
        with progress.stage("load"):
            encoders = Encoders(senses.eyes, load())
            encoders.eyes.load()
        cutting = _cutting(senses, encoders.listener, settings)
        filling = Filling(growing, found, encoders, cutting, part, settings.limit, settings.threads)
        filling.run(progress)
        growing.close_shard()
        whose = f"seen and heard by the profile {senses.name!r}"
        growing.describe(f"{growing.count():,} pairs of {found.what} in {found.name!r}, {whose}")
    if not growing.pairs:
        raise _nothing(found, growing, filling.missing)
    return EmbedResult(
        store=store,
        pairs=growing.pairs,
        made=growing.pairs - before,
        shards=growing.shards,
        broken=len(growing.broken),
        reasons=dict(filling.reasons.most_common()),
        missing=dict(filling.missing.most_common()),
        damaged=len(growing.moved),
        seconds=time.monotonic() - began,
    )


def _card(source: Source, senses: Senses, settings: EmbedSettings) -> StoreCard:
    named = {
        "eyes": senses.parts.eyes,
        "ears": senses.parts.ears or senses.parts.voice,
        "listener": senses.parts.listener,
    }
    return StoreCard(
        source=senses.eyes.space,
        target=senses.ears.space,
        kind=KIND,
        origin=f"{source.what} in {source.name!r}",
        details={
            "source": source.name,
            "source_kind": source.kind,
            "frames": settings.frames,
            "clip_length": settings.clip_length,
            "least_length": settings.least_length,
            "profile": senses.name,
            "models": {what: Path(name).name for what, name in named.items() if name},
        },
    )


def _cutting(senses: Senses, listener: AudioEncoder, settings: EmbedSettings) -> Cutting:
    return Cutting(
        seconds=Fraction(str(settings.clip_length)),
        least=Fraction(str(min(settings.least_length, settings.clip_length))),
        frames=settings.frames,
        short_side=senses.eyes.frame_size,
        sample_rate=listener.sample_rate,
    )


def _nothing(source: Source, store: GrowingStore, missing: Counter[str]) -> SourceError:
    reasons = Counter(store.broken.values()) + missing
    told = "; ".join(f"{count} × {reason.rstrip('.')}" for reason, count in reasons.most_common(3))
    return SourceError(
        f"Not one of the {source.count:,} {source.what} in {source.name!r} could be made into a pair: {told}.",
        hint=f"{store.folder.name}/broken.csv lists them. Mend them and add --retry.",
    )
