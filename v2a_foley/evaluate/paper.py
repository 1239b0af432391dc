"""The paper's protocol with our engine: look at clips, map, make their sounds, and measure them. Its page is elsewhere.

Everything that takes long is kept in the output's folder as it is made; the same call goes on where it was stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from v2a_foley.errors import SourceError, UsageError
from v2a_foley.evaluate.ablation import variants_of
from v2a_foley.evaluate.bench import Bench, Row
from v2a_foley.evaluate.dataset import DataSet
from v2a_foley.evaluate.imagehear import photographs
from v2a_foley.evaluate.judged import true_figures
from v2a_foley.evaluate.settings import PaperSettings
from v2a_foley.evaluate.vggsound import vggsound_test
from v2a_foley.files import translated
from v2a_foley.metrics.figure import REFERENCE
from v2a_foley.metrics.figure import as_dict as figure_as_dict
from v2a_foley.progress import Progress


@dataclass(frozen=True)
class Sources:
    """Where the data sets lie; at least one of them.

    Attributes:
        vggsound: the folder of clips.
        csv: VGGSound's list; by default in its folder.
        imagehear: the folder of photographs.
    """

    vggsound: Path | None = None
    csv: Path | None = None
    imagehear: Path | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """What the whole protocol came to.

    Attributes:
        profile: the profile's name.
        voice: the voice's name and licence.
        how: the settings of the main rows in words.
        sets: rows by data set, with the data set.
        ablations: rows by what was varied, over the first clips of VGGSound.
        ablated: the data set that they were measured on; None where there are none.
        ears: the backbones' names.
        details: a sentence on each mapper.
        notes: what a reader must know.
    """

    profile: str
    voice: str
    how: str
    sets: Sequence[tuple[DataSet, Sequence[Row]]]
    ablations: dict[str, list[Row]] = field(default_factory=dict)
    ablated: DataSet | None = None
    ears: Sequence[str] = ()
    details: Sequence[str] = ()
    notes: Sequence[str] = ()


def measure(sources: Sources, folder: Path, settings: PaperSettings, progress: Progress) -> Found:
    """Run the protocol.

    Args:
        sources: the data sets.
        folder: where all that is made is kept; made where it is missing.
        settings: with what, and how.
        progress: told of the stages ``load``, ``eyes``, ``clips`` and ``listen``.

    Raises:
        UsageError: no data set is named, or the profile has no voice.
        SourceError: a data set is missing, empty, or not as it is expected.
        MissingError: weights are missing or damaged, or mapper, eyes and voice do not fit each other.
        OutputError, DiskFull: the folder cannot be written to.
        Cancelled: the work was asked to stop; what was made until then is kept.
    """
    sets = _data_sets(sources, settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, folder) from error
    bench = Bench.set_up(folder, settings, progress)
    found, truths = [], []
    for data in sets:
        truth = bench.truth(data, settings.frames)
        rows = [bench.row(variant, truth) for variant in bench.main]
        true = true_figures(truth, bench.ears, bench.length)
        if true:
            rows.append(Row(REFERENCE, true))
        found.append((truth.seen.data, rows))
        truths.append(truth)
    ablations: dict[str, list[Row]] = {}
    ablated = None
    if truths[0].heard:
        few = truths[0].first(settings.ablation_limit)
        ablated = few.seen.data
        for name, variants in variants_of(settings, bench.main[0], bench.everyone).items():
            ablations[name] = [bench.row(variant, bench.seen_again(few, variant.frames)) for variant in variants]
    return Found(
        profile=bench.profile.name,
        voice=bench.voice_in_words(),
        how=bench.how(),
        sets=found,
        ablations=ablations,
        ablated=ablated if ablations else None,
        ears=[each.name for each in bench.ears],
        details=[each.details for each in bench.everyone if each.details],
        notes=bench.notes,
    )


def as_dict(found: Found) -> dict[str, Any]:
    """Return what was found as JSON can hold it."""

    def rows(some: Sequence[Row]) -> dict[str, Any]:
        return {row.name: [figure_as_dict(figure) for figure in row.figures] for row in some}

    return {
        "profile": found.profile,
        "voice": found.voice,
        "settings": found.how,
        "backbones": list(found.ears),
        "sets": {str(data): rows(some) for data, some in found.sets},
        "ablations": {name: rows(some) for name, some in found.ablations.items()},
        "ablated_on": str(found.ablated) if found.ablated else "",
        "notes": list(found.notes),
    }


def _data_sets(sources: Sources, settings: PaperSettings) -> list[DataSet]:
    """Find the data sets before anything is loaded.

    Raises:
        UsageError: none is named.
        SourceError: one is missing, or holds less than two items.
    """
    if sources.vggsound is None and sources.imagehear is None:
        raise UsageError("There is nothing to measure on.", hint="Name --vggsound DIR, --imagehear DIR, or both.")
    sets = []
    if sources.vggsound is not None:
        sets.append(vggsound_test(sources.vggsound, sources.csv).first(settings.limit))
    if sources.imagehear is not None:
        sets.append(photographs(sources.imagehear))
    for data in sets:
        if len(data.items) < 2:
            raise SourceError(f"{data.name} has one item here; nothing can be measured on it.", hint="Add more of it.")
    return sets
