"""The domain gap: where pictures, sounds, texts and what mappers make of pictures lie, and how far from each other.

Figures and arrays; what draws them stands in ``gap_report.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import choose
from v2a_foley.embed import Embeddings, Space
from v2a_foley.engine.seeds import seed_for
from v2a_foley.errors import StoreError
from v2a_foley.evaluate.contestants import trained, untranslated
from v2a_foley.evaluate.gap_settings import GapSettings
from v2a_foley.evaluate.held_out import EVERYTHING, held_out
from v2a_foley.metrics.averages import mean_figure
from v2a_foley.metrics.figure import REFERENCE, Better, Figure, Protocol
from v2a_foley.metrics.figure import as_dict as figure_as_dict
from v2a_foley.metrics.gap import Cosines, cosine_histograms, modality_gap, separability
from v2a_foley.metrics.similarity import paired_cosine
from v2a_foley.pairs import Pairs, open_pairs
from v2a_foley.progress import Progress

STAGE = "map"
PICTURES, SOUNDS, CAPTIONS = "pictures", "sounds", "captions"
_TAKEN = (PICTURES, SOUNDS, CAPTIONS, REFERENCE)
"""Names that a mapper's row cannot have."""
LEAST = 4
"""Pairs below which there is no mean to speak of."""
_COMMON = 30
"""Samples from which a mean over chance is one."""
_FOLDS = 5
_BINS = 2000
"""Fine enough for cosines that lie close together; what draws them joins bins."""


@dataclass(frozen=True, eq=False)
class Cone:
    """How narrow the part of a space is that one modality fills.

    Attributes:
        name: the modality.
        space: the space.
        mean: ``float64 (d,)``, the mean of its unit vectors.
        cosines: of rows that do not belong together.
    """

    name: str
    space: Space
    mean: NDArray[np.float64]
    cosines: Cosines

    @property
    def length(self) -> float:
        """Length of the mean: 0 where the directions cancel out, 1 where all are the same."""
        return float(np.linalg.norm(self.mean))


@dataclass(frozen=True, eq=False)
class Crossing:
    """What is taken for sounds, beside the true ones, in the sounds' space.

    Attributes:
        name: a mapper's, or that of what is there without one.
        embeddings: ``float32 (n, d_target)``.
        figures: its gap to the true sounds, how easily it is told from them, its cosine to its own sound.
        cosines: to its own sound and to others; None where rows are no partners.
    """

    name: str
    embeddings: Embeddings
    figures: Sequence[Figure]
    cosines: Cosines | None


@dataclass(frozen=True, eq=False)
class FoundGap:
    """What was found.

    Attributes:
        stores: their names.
        origin: what the pairs were made of, in words.
        part: which of them were measured on.
        source: the pictures' space.
        target: the sounds' space.
        pictures: ``float32 (n, d_source)``.
        sounds: ``float32 (n, d_target)``.
        seen_captions: texts in the pictures' space, ``float32 (m, d_source)``; or None.
        crossings: what is taken for sounds, the reference last.
        seen: the captions' figures beside the pictures, in the pictures' space; empty without captions.
        cones: each modality's in each space.
        notes: what a reader must know.
        details: a sentence on each mapper.
    """

    stores: Sequence[str]
    origin: str
    part: str
    source: Space
    target: Space
    pictures: Embeddings
    sounds: Embeddings
    seen_captions: Embeddings | None
    crossings: Sequence[Crossing]
    seen: Sequence[tuple[str, Sequence[Figure]]]
    cones: Sequence[Cone]
    notes: Sequence[str]
    details: Sequence[str]

    @property
    def same_size(self) -> bool:
        """Whether a picture's embedding can be laid over a sound's at all."""
        return self.source.size == self.target.size


def find_gap(stores: Sequence[Path], settings: GapSettings, progress: Progress) -> FoundGap:
    """Measure the gap between the pictures and the sounds of a store, and what mappers leave of it.

    Args:
        stores: of the same two spaces. With mappers it is their held-out pairs that are measured on.
        settings: which mappers and captions.
        progress: told of the stages ``open``, ``load`` and ``map``.

    Raises:
        StoreError: a store is missing or damaged, or holds too few pairs.
        SpaceMismatch: stores, captions or a mapper are of different spaces.
        MissingError: a mapper is missing or damaged.
        Cancelled: the work was asked to stop.
    """
    with progress.stage("open"):
        pairs = open_pairs(list(stores))
        part, which = held_out(pairs) if settings.mapper else ("all pairs", np.arange(len(pairs), dtype=np.intp))
        which = _spread_out(which, settings.limit)
        if len(which) < LEAST:
            hint = f"Embed at least {LEAST} clips."
            if settings.mapper and len(pairs) >= LEAST:
                hint = (
                    f"Mappers are measured on pairs they did not learn from: name {LEAST} or more for the test in the "
                    "list that is embedded, or leave --mapper out to look at all."
                )
            raise StoreError(f"{len(which)} pairs ({part}) are too few to speak of a gap.", hint=hint)
        pictures, sounds = pairs.take(which)
        texts = _captions(settings.captions, pairs, settings.limit)
    data = f"{', '.join(store.name for store in stores)}: {part}, {len(which):,} pairs"
    mapped, details = _mapped(pairs, [pairs.rows[number].key for number in which], pictures, settings, progress)
    progress.check()
    here, there = (f"{each.name}, space {each.fingerprint[:12]}" for each in (pairs.source, pairs.target))
    crossings = [
        Crossing(name, each, _figures(each, sounds, there, data, SOUNDS), _cosines(each, sounds))
        for name, each in mapped.items()
    ]
    if texts is not None:
        crossings.append(
            Crossing(CAPTIONS, texts[1], _figures(texts[1], sounds, there, data, SOUNDS, paired=False), None)
        )
    crossings.append(Crossing(REFERENCE, sounds, _by_chance(sounds, there, data, SOUNDS), None))
    seen = []
    if texts is not None:
        seen = [
            (CAPTIONS, _figures(texts[0], pictures, here, data, PICTURES, paired=False)),
            (REFERENCE, _by_chance(pictures, here, data, PICTURES)),
        ]
    cones = [_cone(PICTURES, pairs.source, pictures), _cone(SOUNDS, pairs.target, sounds)]
    if texts is not None:
        cones += [_cone(CAPTIONS, pairs.source, texts[0]), _cone(CAPTIONS, pairs.target, texts[1])]
    return FoundGap(
        [store.name for store in stores], "; ".join(card.origin for card in pairs.cards), part, pairs.source,
        pairs.target, pictures, sounds, None if texts is None else texts[0], crossings, seen, cones,
        _notes(pairs, part), details,
    )  # fmt: skip


def as_dict(found: FoundGap) -> dict[str, Any]:
    """Return what was found as JSON can hold it; the embeddings are left out."""
    return {
        "stores": list(found.stores),
        "part": found.part,
        "pairs": len(found.pictures),
        "in_the_sounds_space": {
            each.name: [figure_as_dict(figure) for figure in each.figures] for each in found.crossings
        },
        "in_the_pictures_space": {name: [figure_as_dict(figure) for figure in row] for name, row in found.seen},
        "cones": [
            {
                "modality": each.name,
                "space": each.space.name,
                "length_of_mean": each.length,
                "mean_cosine_of_strangers": each.cosines.mismatched_mean,
            }
            for each in found.cones
        ],
        "notes": list(found.notes),
    }


def _mapped(
    pairs: Pairs, keys: Sequence[str], pictures: Embeddings, settings: GapSettings, progress: Progress
) -> tuple[Mapping[str, Embeddings], list[str]]:
    """Return what each mapper makes of the pictures, and the pictures themselves where they can pass for sounds."""
    with progress.stage("load"):
        compute = choose(settings.device, settings.precision)
        folders = [Path(each) for each in settings.mapper]
        mappers = trained(folders, pairs.source, pairs.target, compute, progress.warn)
    without = untranslated(pairs.source, pairs.target)
    found: dict[str, Embeddings] = {} if without is None else {without.name: pictures}
    seeds = [seed_for(settings.seed, key, 0) for key in keys]
    with progress.stage(STAGE, len(mappers)) as stage:
        for number, each in enumerate(mappers):

            def step_done(done: int, of: int, number: int = number, name: str = each.name) -> None:
                stage.tell(number + done / of, name)

            stage.tell(number, each.name)
            name = f"mapper {each.name}" if each.name in _TAKEN else each.name
            found[name] = each.mapper.map(pictures, seeds, step_done=step_done)
    return found, [each.details for each in mappers]


def _captions(store: Path | None, pairs: Pairs, limit: int) -> tuple[Embeddings, Embeddings] | None:
    """Return texts in both spaces.

    Raises:
        StoreError: the store is missing, damaged, or holds too few.
        SpaceMismatch: it is of other spaces.
    """
    if store is None:
        return None
    texts = open_pairs([store])
    pairs.source.require(texts.source, what=f"The store of captions {store.name!r} (seen)")
    pairs.target.require(texts.target, what=f"The store of captions {store.name!r} (heard)")
    if len(texts) < LEAST:
        raise StoreError(f"{len(texts)} captions are too few to have a mean.", hint=f"Embed at least {LEAST}.")
    return texts.take(_spread_out(np.arange(len(texts), dtype=np.intp), limit))


def _figures(
    one: Embeddings, true: Embeddings, rests_on: str, data: str, what: str, *, paired: bool = True
) -> list[Figure]:
    """Measure what is taken for sounds (or pictures) beside the true ones; the rows of a table share the protocol."""
    names = ("the row's", f"true {what}")
    found = [modality_gap(one, true, rests_on=rests_on, data=data, names=names).distance]
    if min(len(one), len(true)) >= 2 * _FOLDS:
        found.append(separability(one, true, rests_on=rests_on, data=data, names=names, folds=_FOLDS))
    if paired:
        protocol = Protocol("cosine", rests_on, data, "mean, each to its own true sound")
        near = paired_cosine(one, true, "embeddings", what)
        found.append(mean_figure(near, protocol, Better.HIGHER, what="pairs", margin=0.01))
    return found


def _by_chance(true: Embeddings, rests_on: str, data: str, what: str) -> list[Figure]:
    """Measure one half of what is true beside the other; that its gap is all chance needs no more samples.

    The halves are drawn: every other one of a list whose classes take turns would be half of the classes.
    """
    order = np.random.default_rng(0).permutation(len(true))
    found = _figures(true[order[::2]], true[order[1::2]], rests_on, data, what, paired=False)
    return [replace(found[0], needs=min(found[0].needs, _COMMON), reason=""), *found[1:]]


def _cosines(one: Embeddings, true: Embeddings) -> Cosines:
    return cosine_histograms(one, true, bins=_BINS)


def _cone(name: str, space: Space, embeddings: Embeddings) -> Cone:
    mean = np.asarray(embeddings, np.float64).mean(axis=0)
    return Cone(name, space, mean, cosine_histograms(embeddings, embeddings, bins=_BINS))


def _spread_out(which: NDArray[np.intp], limit: int) -> NDArray[np.intp]:
    """Return at most so many of some rows, evenly chosen."""
    if not limit or len(which) <= limit:
        return which
    return which[np.linspace(0, len(which) - 1, limit).round().astype(np.intp)]


def _notes(pairs: Pairs, part: str) -> list[str]:
    notes = []
    if part == EVERYTHING:
        notes.append("Next to nothing was held out: the mappers learned from these very pairs, which flatters them.")
    if any(card.kind == "captions" for card in pairs.cards):
        notes.append("The pairs are texts in both spaces, not pictures and sounds: read 'pictures' as texts seen.")
    if pairs.source.size != pairs.target.size:
        notes.append(
            f"Pictures have {pairs.source.size} dimensions and sounds {pairs.target.size}: no cosine and no distance "
            "between them exists without a mapper, and they are drawn apart."
        )
    return notes
