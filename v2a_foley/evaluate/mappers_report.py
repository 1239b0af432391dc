"""What the comparison of mappers shows: its tables, its plots, and how to read them. Their looks are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from v2a_foley.evaluate.embedded import KS, cosines
from v2a_foley.evaluate.held_out import EVERYTHING
from v2a_foley.evaluate.mappers import Comparison, Entry, compare
from v2a_foley.evaluate.report.content import Block, Plot, Report, Section, Text
from v2a_foley.evaluate.rows import Rows, dots_of, few_samples, table_of
from v2a_foley.evaluate.settings import MapperSettings
from v2a_foley.files import check_output
from v2a_foley.metrics.figure import REFERENCE
from v2a_foley.metrics.gap import project
from v2a_foley.plots.curves import Curve, retrieval_curve
from v2a_foley.plots.spread import Cloud, histograms, scatter
from v2a_foley.progress import Progress

READ = (
    "FD is the Fréchet distance, in the sounds' own space, of all that was mapped from all that is true; it falls with "
    "fidelity and with variety. FD to the other half asks the same of one half of the pairs and the truth of the "
    "other, so that the reference can stand in that column too: no mapper can be expected nearer to the truth than the "
    "truth itself. Separability is 0.5 where mapped and true cannot be told apart. Cosine, squared error and R@k ask "
    "for each picture's own sound, of which many others might be as right: a mapper that always gives the mean is good "
    "at them, and poor at FD and spread."
)


def evaluate_mappers(stores: Sequence[Path], output: Path, settings: MapperSettings, progress: Progress) -> Comparison:
    """Compare mappers on the held-out pairs of stores, and write the page.

    Args:
        stores: of the same two spaces.
        output: the page, one HTML file.
        settings: which mappers, how many draws.
        progress: told of the stages ``open``, ``load``, ``compare`` and ``page``.

    Raises:
        UsageError: the page exists, and may not be replaced.
        FoleyError: as ``compare``; no page is written then.
    """
    from v2a_foley.evaluate.report.page import write_report

    check_output(output, overwrite=settings.overwrite)
    found = compare(stores, settings, progress)
    with progress.stage("page"):
        report = report_of(found)
        write_report(replace(report, notes=[*report.notes, *progress.warnings]), output, progress=progress)
    return found


def report_of(found: Comparison) -> Report:
    """Return the report of a comparison.

    Raises:
        DependencyMissing: matplotlib is not installed.
    """
    sections = [
        Section(
            "Mappers",
            [Text(READ), table_of("Mappers", _rows(found.entries)), *_dots(found.entries), *map(Text, found.details)],
        ),
        Section("Its own sound among all", _retrieval(found)),
        Section("Where the embeddings lie", _places(found)),
    ]
    sections += [
        Section(f"Ablation: {name}", [table_of(f"By {name}", _rows(entries)), *_dots(entries, few=True)])
        for name, entries in found.ablations.items()
    ]
    return Report(
        "Mappers, embedding by embedding", _lead(found), sections, [*found.notes, *few_samples(_rows(found.entries))]
    )


def _rows(entries: Sequence[Entry]) -> Rows:
    return [(entry.name, entry.figures) for entry in entries]


def _lead(found: Comparison) -> str:
    what = "all pairs" if found.split == EVERYTHING else f"the {found.split} part"
    return (
        f"{len(found.pictures):,} pairs of {' and '.join(found.stores)} ({what}; {found.origin}), {found.seeds} draws "
        f"of each mapper that draws. Every figure rests on embeddings in {found.truth.rests_on}; no sound was made."
    )


def _dots(entries: Sequence[Entry], *, few: bool = False) -> list[Block]:
    metrics = (
        ["FD", "cosine", "spread of draws"] if few else ["FD to the other half", "cosine", "spread within a class"]
    )
    plots = [dots_of(_rows(entries), metric) for metric in metrics]
    return [plot for plot in plots if plot is not None]


def _retrieval(found: Comparison) -> list[Block]:
    curves = []
    for entry in found.entries:
        recall = {figure.protocol.metric.partition(" ")[0]: figure for figure in entry.figures}
        each = [recall[f"R@{k}"] for k in KS if f"R@{k}" in recall]
        if each:
            curves.append(
                Curve(
                    entry.name, KS[: len(each)], [one.value / 100 for one in each], [one.low / 100 for one in each],
                    [one.high / 100 for one in each],
                )
            )  # fmt: skip
    count = len(found.pictures)
    drawn = retrieval_curve(curves, chance=Curve("a guess", KS, [min(1.0, k / count) for k in KS]))
    caption = f"How often a picture's own sound is among the first k of {count:,}, through the mapper."
    return [Plot(drawn, "From the picture to its sound", caption)]


def _places(found: Comparison) -> list[Block]:
    """Draw how near each comes to its own sound, and pictures, sounds and what was mapped in one plane."""
    near = {entry.name: cosines(entry.draws, found.truth) for entry in found.entries if entry.name != REFERENCE}
    blocks: list[Block] = [
        Plot(histograms(near, x="cosine to its own true sound"), "Relevance", "One value a pair, the mean over draws.")
    ]
    sets = {"sounds": found.truth.targets} | {
        entry.name: entry.draws[0] for entry in found.entries if entry.name != REFERENCE
    }
    if float(np.ptp(found.truth.targets)) > 0:
        plane = project(sets)
        shares = ", ".join(f"{100 * share:.0f} %" for share in plane.explained)
        drawn = scatter(
            [Cloud(name, points) for name, points in plane.points.items()], x="first direction", y="second direction"
        )
        caption = (
            f"The two directions in which all of them together vary most ({shares} of the variance). A cross marks a "
            "mean, a line leads to it from that of the true sounds: the domain gap that is left."
        )
        blocks.append(Plot(drawn, "True sounds and what was mapped", caption))
    return blocks
