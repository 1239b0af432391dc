"""Compares mappers on the held-out pairs of a store, embedding by embedding. No sound is made; pages are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from v2a_foley.compute import choose
from v2a_foley.embed import Embeddings, TextEncoder
from v2a_foley.engine.profiles import load_senses, vocabulary
from v2a_foley.engine.seeds import seed_for
from v2a_foley.errors import MissingError, SourceError, UsageError
from v2a_foley.evaluate.contestants import Contestant, bridging, trained, untranslated
from v2a_foley.evaluate.embedded import Truth, figures_of, reference_figures, truth_of
from v2a_foley.evaluate.held_out import LEAST, drawn, held_out, notes_on, notes_on_learning
from v2a_foley.evaluate.published import trained_figure
from v2a_foley.evaluate.settings import EVENTS, MapperSettings
from v2a_foley.mapper.bridge import Bridge
from v2a_foley.metrics.figure import REFERENCE, Figure
from v2a_foley.metrics.figure import as_dict as figure_as_dict
from v2a_foley.pairs import Pairs, open_pairs
from v2a_foley.progress import Progress, Stage

STAGE = "compare"


@dataclass(frozen=True, eq=False)
class Entry:
    """One row of the comparison.

    Attributes:
        name: what it is called.
        figures: what was measured.
        draws: what was mapped, ``float32 (n, d)`` each; the truth itself for the reference.
        contestant: the mapper, or None for the reference.
    """

    name: str
    figures: Sequence[Figure]
    draws: Sequence[Embeddings]
    contestant: Contestant | None = None


@dataclass(frozen=True, eq=False)
class Comparison:
    """What was found.

    Attributes:
        stores: their names.
        origin: what the pairs were made of, in words.
        split: the part that was measured on: ``test``, ``validation``, or ``EVERYTHING``.
        pictures: the first halves of its pairs, ``float32 (n, d_source)``.
        truth: the second halves, and what belongs to them.
        entries: one a row; the reference last.
        ablations: rows by what was varied.
        notes: what a reader must know.
        seeds: draws of each mapper that draws.
        details: a sentence on each mapper.
    """

    stores: Sequence[str]
    origin: str
    split: str
    pictures: Embeddings
    truth: Truth
    entries: Sequence[Entry]
    ablations: Mapping[str, Sequence[Entry]]
    notes: Sequence[str]
    seeds: int
    details: Sequence[str]


def compare(stores: Sequence[Path], settings: MapperSettings, progress: Progress) -> Comparison:
    """Compare mappers on the held-out pairs of one or more stores.

    Args:
        stores: of the same two spaces.
        settings: which mappers, how many draws.
        progress: told of the draws, in the stage ``compare``.

    Raises:
        StoreError: a store is missing or damaged, or all its pairs come from one file.
        MissingError: a mapper is missing or damaged, or is of other spaces.
        UsageError: ablations were asked for, and no mapper draws; or the limit leaves pairs of one file alone.
        Cancelled: the work was asked to stop.
    """
    compute = choose(settings.device, settings.precision)
    with progress.stage("open"):
        pairs = open_pairs(list(stores))
        split, which = held_out(pairs)
        which = drawn(pairs, which, settings.limit)
        pictures, sounds = pairs.take(which)
    rows = [pairs.rows[number] for number in which]
    if len({row.group for row in rows}) < LEAST:
        raise UsageError(f"--limit {settings.limit} leaves pairs of one file alone.", hint="Take more, or 0 for all.")
    names = [store.name for store in stores]
    truth = truth_of(
        sounds,
        [row.group for row in rows],
        [row.label for row in rows],
        f"{pairs.target.name}, space {pairs.target.fingerprint[:12]}",
        f"{', '.join(names)}: {split}, {len(rows):,} pairs",
    )
    notes = notes_on(pairs, split, len(rows))
    with progress.stage("load"):
        taking_part = _contestants(pairs, settings, notes, progress.warn)
        taking_part += trained(
            [Path(each) for each in settings.mapper], pairs.source, pairs.target, compute, progress.warn
        )
    notes += notes_on_learning(pairs, split, taking_part)
    plans = _ablations(taking_part, settings)
    keys = [row.key for row in rows]
    once = {each.identity: each for each in [*taking_part, *(one for plan in plans.values() for one in plan)]}
    with progress.stage(STAGE, sum(_draws(each, settings) for each in once.values())) as stage:
        known = {identity: _measured(each, keys, pictures, truth, settings, stage) for identity, each in once.items()}
    entries = [replace(known[each.identity], name=each.name) for each in taking_part]
    ablations = {name: [replace(known[one.identity], name=one.name) for one in plan] for name, plan in plans.items()}
    entries.append(Entry(REFERENCE, reference_figures(truth), [truth.targets]))
    return Comparison(
        names, "; ".join(card.origin for card in pairs.cards), split, pictures, truth, entries, ablations, notes,
        settings.seeds, [each.details for each in taking_part if each.details],
    )  # fmt: skip


def _measured(
    contestant: Contestant,
    keys: Sequence[str],
    pictures: Embeddings,
    truth: Truth,
    settings: MapperSettings,
    stage: Stage,
) -> Entry:
    """Map all pictures, as often as the contestant draws, and measure what came of it."""
    draws = []
    for draw in range(_draws(contestant, settings)):
        before = stage.done

        def step_done(done: int, of: int, before: float = before) -> None:
            stage.tell(before + done / of, contestant.name)

        stage.tell(before, contestant.name)
        seeds = [seed_for(settings.seed, key, draw) for key in keys]
        draws.append(contestant.mapper.map(pictures, seeds, step_done=step_done))
        stage.tell(before + 1, contestant.name)
    count = trained_figure(contestant.trained / 1e6)
    return Entry(contestant.name, [*figures_of(draws, truth, stage.progress.check), count], draws, contestant)


def as_dict(found: Comparison) -> dict[str, Any]:
    """Return what was found as JSON can hold it; the embeddings are left out."""

    def rows(entries: Sequence[Entry]) -> dict[str, Any]:
        return {entry.name: [figure_as_dict(figure) for figure in entry.figures] for entry in entries}

    return {
        "stores": list(found.stores),
        "split": found.split,
        "pairs": len(found.pictures),
        "draws": found.seeds,
        "rows": rows(found.entries),
        "ablations": {name: rows(entries) for name, entries in found.ablations.items()},
        "notes": list(found.notes),
    }


def _contestants(
    pairs: Pairs, settings: MapperSettings, notes: list[str], warn: Callable[[str], None]
) -> list[Contestant]:
    """Return those that need no training, where they can take part; what cannot is noted."""
    found = []
    without = untranslated(pairs.source, pairs.target)
    if without is None:
        notes.append(
            f"No row without a mapper: pictures have {pairs.source.size} dimensions, sounds {pairs.target.size}."
        )
    else:
        found.append(without)
    bridge = _bridge(pairs, settings, notes, warn)
    return found if bridge is None else [*found, bridge]


def _bridge(pairs: Pairs, settings: MapperSettings, notes: list[str], warn: Callable[[str], None]) -> Contestant | None:
    """Return the bridge between the store's spaces; None, with a note, where no profile was named and none fits.

    Raises:
        MissingError: the named profile's parts are missing, or of other spaces.
        SourceError: the captions cannot be read.
    """
    captions = _captions(settings.captions, warn)
    try:
        senses = load_senses(settings.profile, device=settings.device, precision=settings.precision)
        words: TextEncoder = senses.words
        words.space.require(pairs.source, what="The store's first half")
        senses.ears.space.require(pairs.target, what="The store's second half")
    except MissingError as error:
        if settings.profile != "auto":
            raise
        notes.append(f"No row for the bridge, which reads its captions with a profile's words: {error.message}")
        return None
    return bridging(Bridge.over(captions, words, senses.ears), captions)


def _captions(named: str, warn: Callable[[str], None]) -> list[str]:
    """Return the captions that the bridge stands on, each once."""
    if named == EVENTS:
        return list(dict.fromkeys(vocabulary(warn).captions))
    try:
        lines = Path(named).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"The captions {named!r} cannot be read: {error}.", hint="Write --captions events, or name a text in UTF-8."
        ) from error
    captions = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not captions:
        raise SourceError(f"There are no captions in {named!r}.", hint="Write one a line.")
    return captions


def _ablations(taking_part: Sequence[Contestant], settings: MapperSettings) -> dict[str, list[Contestant]]:
    """Return what is varied, and the contestants that stand for its values.

    Raises:
        UsageError: no mapper takes part that draws.
    """
    drawing = [each for each in taking_part if each.draws]
    if (settings.guidance or settings.steps) and not drawing:
        raise UsageError(
            "Guidance and steps are those of a diffusion mapper, and none takes part.",
            hint="Name one with --mapper, or leave --guidance and --steps out.",
        )
    plans = {
        "guidance": [one.sampled(guidance=each) for one in drawing for each in settings.guidances()],
        "steps": [one.sampled(steps=each) for one in drawing for each in settings.step_counts()],
    }
    return {name: plan for name, plan in plans.items() if plan}


def _draws(contestant: Contestant, settings: MapperSettings) -> int:
    return settings.seeds if contestant.draws else 1
