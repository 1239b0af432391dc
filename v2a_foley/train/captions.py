"""``train captions``: pairs out of texts alone, for those who have no clips.

A text lies in the eyes' space where its words put it, and in the ears' space where CLAP's words put it; the cones in
which pictures and sounds lie are measured, and the texts are carried over into them (``means.py``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from v2a_foley.embed import Embeddings
from v2a_foley.engine.profiles import Senses, load_senses, require_listener, vocabulary
from v2a_foley.errors import OutputError, SourceError, UsageError
from v2a_foley.files import scratch_folder, translated
from v2a_foley.pairs import Row, StoreCard, open_pairs, write_shard
from v2a_foley.pairs.card import write_card
from v2a_foley.pairs.store import SHARDS
from v2a_foley.progress import Progress
from v2a_foley.project import Vocabulary
from v2a_foley.train.caption_rows import read_pairs
from v2a_foley.train.caption_settings import PROCEDURAL, CaptionSettings
from v2a_foley.train.means import (
    Averaging,
    Measured,
    mean_of_images,
    mean_of_sounds,
    means_of_store,
    write_means,
)
from v2a_foley.train.rendered import heard_events
from v2a_foley.train.side import Side
from v2a_foley.train.sources.item import name_of
from v2a_foley.train.texts import TextPair, caption_pairs, event_pairs, vocabulary_file

KIND = "captions"
"""What the card of such a store says that it is of."""
_SHARD = 4096
"""Pairs a shard."""


@dataclass(frozen=True)
class CaptionsResult:
    """What came of it.

    Attributes:
        store: the folder.
        pairs: how many are in it.
        shards: in how many files.
        gap: how far apart the means of texts and of what was measured lie, ``seen`` and ``heard``, 0 to 2; only where
            they were measured.
        corrected: by what each side was corrected, in words; empty where it was not.
        seconds: how long it took.
    """

    store: Path
    pairs: int
    shards: int
    gap: Mapping[str, float]
    corrected: Mapping[str, str]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**vars(self), "store": str(self.store), "gap": dict(self.gap), "corrected": dict(self.corrected)}


@dataclass(frozen=True)
class _Texts:
    """What is read.

    Attributes:
        name: of the file.
        what: it is, in words.
        pairs: walks the texts; can be called again.
        events: those that the texts are about, where they are about events.
    """

    name: str
    what: str
    pairs: Callable[[], Iterator[TextPair]]
    events: Vocabulary | None = None


def captions(
    source: Path | None, store: Path, settings: CaptionSettings | None = None, progress: Progress | None = None
) -> CaptionsResult:
    """Make a store of pairs out of captions.

    Args:
        source: a list of captions (see ``texts.caption_pairs``) or a vocabulary of events in TOML; None with
            ``settings.events``.
        store: the folder to write; must not exist, or be empty.
        settings: how.
        progress: told of the stages ``load``, ``means``, ``render`` and ``captions``; warned of what is not corrected.

    Raises:
        UsageError: neither a file nor the events are named, or both; the store exists; what is asked for needs events
            or a listener, and there are none.
        SourceError: there are no captions, or nothing to measure.
        SpaceMismatch: the store that means are taken from is of other spaces.
        MissingError: a model or a GPU is missing.
        DiskFull: the disk is full; nothing is left.
        Cancelled: the work was asked to stop; nothing is left.
    """
    settings, progress, began = settings or CaptionSettings(), progress or Progress(), time.monotonic()
    texts = _texts(source, settings, progress)
    _check_place(store)
    if settings.heard and texts.events is None:
        raise UsageError("--heard makes the sounds of events.", hint="Add --events, or name a vocabulary (TOML).")
    total = sum(1 for _ in texts.pairs())
    if not total:
        raise SourceError(f"There is not one caption in {texts.name!r}.", hint="Give one caption a line.")
    with progress.stage("load"):
        senses = load_senses(settings.profile, device=settings.device, precision=settings.precision)
    seen_in, heard_in = _measured(senses, settings, progress)
    heard = _heard(texts, senses, settings, progress)
    if settings.sounds == PROCEDURAL:
        heard_in = _mean_of_rendered(heard)
    try:
        store.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, store) from error
    with scratch_folder(store.absolute().parent) as scratch:
        sides = (
            Side(senses.words.space, scratch / "seen", seen_in),
            Side(senses.ears.space, scratch / "heard", None if settings.heard else heard_in),
        )
        rows = read_pairs(texts.pairs(), senses, sides, heard if settings.heard else None, total, progress)
        made = scratch / "store"
        shards = _write(made, rows, sides)
        card = _card(texts, senses, settings, sides, len(rows))
        write_means(made, _kept(sides))
        write_card(made, card)
        _deliver(made, store)
    _warn_of_gaps(sides, settings, progress)
    return CaptionsResult(
        store=store,
        pairs=len(rows),
        shards=shards,
        gap={name: side.gap for name, side in zip(("seen", "heard"), sides, strict=True) if side.measured},
        corrected=card.details["corrected"],
        seconds=time.monotonic() - began,
    )


def _texts(source: Path | None, settings: CaptionSettings, progress: Progress) -> _Texts:
    if (source is None) is not settings.events:
        raise UsageError(
            "Captions come from a file or from the vocabulary." if source is None else "A file or --events, not both.",
            hint="Name a file of captions, or add --events.",
        )
    if source is None:
        events = vocabulary(progress.warn)
        return _Texts("events", "texts of the event vocabulary", lambda: event_pairs(events), events)
    name = name_of(source)
    if source.suffix.lower() == ".toml":
        events = vocabulary_file(source)
        return _Texts(name, f"texts of the vocabulary {name!r}", lambda: event_pairs(events), events)
    return _Texts(name, f"captions of {name!r}", lambda: caption_pairs(source))


def _check_place(store: Path) -> None:
    """Refuse a place that is taken: a store of captions is made in one go."""
    try:
        taken = store.exists() and (not store.is_dir() or any(store.iterdir()))
    except OSError as error:
        raise OutputError(f"{str(store)!r} cannot be used: {error.strerror}.", hint="Choose another place.") from error
    if taken:
        raise UsageError(f"{str(store)!r} exists already.", hint="Name a new folder, or remove it first.")


def _heard(texts: _Texts, senses: Senses, settings: CaptionSettings, progress: Progress) -> dict[str, Embeddings]:
    """Return where the sounds of the events are heard, where anybody asked for it."""
    if not settings.heard and settings.sounds != PROCEDURAL:
        return {}
    load = require_listener(senses, "--heard" if settings.heard else "--sounds")
    with progress.stage("load"):
        listener = load()
    events = texts.events or vocabulary(progress.warn)
    return heard_events(events, settings.seeds, listener, progress)


def _measured(senses: Senses, settings: CaptionSettings, progress: Progress) -> tuple[Measured | None, Measured | None]:
    """Return the cones that the texts are to be carried over into, but for that of sounds which are made here."""
    if settings.means is not None:
        pairs = open_pairs([settings.means])
        what = f"The store {settings.means.name!r}"
        senses.eyes.space.require(pairs.source, what=f"{what} (seen)")
        senses.ears.space.require(pairs.target, what=f"{what} (heard)")
        return means_of_store(pairs, settings.means.name)
    load = require_listener(senses, "--sounds") if settings.sounds else None
    seen = mean_of_images(settings.images, senses.eyes, progress) if settings.images is not None else None
    if load is None or settings.sounds == PROCEDURAL:
        return seen, None
    return seen, mean_of_sounds(Path(settings.sounds), load(), progress)


def _mean_of_rendered(heard: Mapping[str, Embeddings]) -> Measured:
    averaging = Averaging()
    for rows in heard.values():
        averaging.add(rows)
    return Measured(averaging.mean, averaging.count, "sounds that the program makes of the events")


def _write(folder: Path, rows: list[Row], sides: tuple[Side, Side]) -> int:
    """Write the shards, each half in its place; return how many."""
    (folder / SHARDS).mkdir(parents=True)
    spaces = (sides[0].space, sides[1].space)
    starts = range(0, len(rows), _SHARD)
    for number, start in enumerate(starts):
        here = rows[start : start + _SHARD]
        halves = [side.rows(start, len(here)) for side in sides]
        write_shard(folder / SHARDS / f"{number:06d}.safetensors", spaces, here, halves[0], halves[1])
    return len(starts)


def _card(texts: _Texts, senses: Senses, settings: CaptionSettings, sides: tuple[Side, Side], count: int) -> StoreCard:
    measured = [side.measured.what if side.measured else "" for side in sides]
    how = "with the sounds that the program makes of the events" if settings.heard else "read by words and ears"
    return StoreCard(
        source=senses.words.space,
        target=senses.ears.space,
        kind=KIND,
        origin=f"{count:,} pairs of {texts.what}, {how} of the profile {senses.name!r}",
        details={
            "file": texts.name,
            "profile": senses.name,
            "heard": settings.heard,
            "seeds": settings.seeds if settings.heard or settings.sounds == PROCEDURAL else 0,
            "corrected": dict(zip(("seen", "heard"), measured, strict=True)),
            "measured": [side.measured.count if side.measured else 0 for side in sides],
            "gap": [side.gap for side in sides],
        },
    )


def _kept(sides: tuple[Side, Side]) -> dict[str, Any]:
    """Return the means as they are kept: of the pairs' raw halves, and of what was measured."""
    named = {}
    for name, side in zip(("seen", "heard"), sides, strict=True):
        named[f"{name}_raw"] = side.averaging.mean
        if side.measured is not None:
            named[f"{name}_measured"] = side.measured.mean
    return named


def _deliver(made: Path, store: Path) -> None:
    try:
        if store.is_dir():
            store.rmdir()  # empty, as was checked
        made.replace(store)
    except OSError as error:
        raise translated(error, store) from error


def _warn_of_gaps(sides: tuple[Side, Side], settings: CaptionSettings, progress: Progress) -> None:
    if sides[0].measured is None:
        progress.warn(
            "The eyes' side is not corrected: pictures lie apart from texts, so that what is learned may not fit them. "
            "Give --images or --means."
        )
    if sides[1].measured is None and not settings.heard:
        progress.warn(
            "The ears' side is not corrected: what is learned leads to where texts lie, not sounds. "
            "Give --sounds, --means or --heard."
        )
