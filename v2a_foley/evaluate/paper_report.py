"""What the paper's protocol shows: the printed rows, ours, ablations, players, and what must be known about them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from v2a_foley.errors import UsageError
from v2a_foley.evaluate.ablation import TITLES
from v2a_foley.evaluate.bench import Row
from v2a_foley.evaluate.dataset import DataSet
from v2a_foley.evaluate.examples import players
from v2a_foley.evaluate.judged import SECONDS
from v2a_foley.evaluate.paper import Found, Sources, as_dict, measure
from v2a_foley.evaluate.published import paper, trained_figure
from v2a_foley.evaluate.report.content import Block, Report, Section, Text
from v2a_foley.evaluate.rows import dots_of, few_samples, table_of
from v2a_foley.evaluate.settings import PaperSettings
from v2a_foley.files import check_output, write_text
from v2a_foley.metrics.figure import Figure, Table
from v2a_foley.progress import Progress

PAGE, FIGURES = "report.html", "figures.json"
APART = (
    "The paper's figures stand in a table of their own. A distance or a score depends on a network's weights, on the "
    "sounds' rates and lengths and on how windows are averaged, and not all of that is printed: V2A-Mapper's sounds "
    "have an FD over PANNs of 24.168 there, and of 8.40 as others measured them again. So the two tables are compared "
    "by the order of their rows, never cell by cell. A count of learned numbers is the same everywhere and has one "
    "table for both. Seconds are those of two different machines."
)


def evaluate_paper(sources: Sources, folder: Path, settings: PaperSettings, progress: Progress) -> Found:
    """Run the paper's protocol, and write ``report.html`` and ``figures.json`` beside the sounds.

    Args:
        sources: the data sets.
        folder: where to; what an earlier call made there is gone on with.
        settings: with what, and how.
        progress: told of every stage.

    Raises:
        UsageError: the report exists, and may not be replaced.
        FoleyError: as ``paper.measure``.
    """
    from v2a_foley.evaluate.report.page import write_report

    page = folder / PAGE
    if page.exists() and not settings.overwrite:
        raise UsageError(f"{str(page)!r} exists already.", hint="Add --overwrite to replace it; sounds are kept.")
    found = measure(sources, folder, settings, progress)
    check_output(page, overwrite=settings.overwrite)
    with progress.stage("page"):
        report = report_of(found, Fraction(str(settings.duration)), folder / "excerpts")
        write_report(replace(report, notes=[*report.notes, *progress.warnings]), page, progress=progress)
        write_text(folder / FIGURES, json.dumps(as_dict(found), indent=1, ensure_ascii=False) + "\n")
    return found


def report_of(found: Found, length: Fraction, excerpts: Path) -> Report:
    """Return the report.

    Args:
        found: what was measured.
        length: seconds of each sound.
        excerpts: a folder for true sounds and stills.

    Raises:
        DependencyMissing: matplotlib is not installed.
    """
    sections = [Section("The paper's table", _tables(found))]
    for data, rows in found.sets:
        shown = players(data, [(row.name, row.clips) for row in rows], length, excerpts)
        sections.append(Section(f"Listen: {data.name}", shown))
    sections += [
        Section(f"Ablation: {TITLES[name]}", _ablation(name, rows, found.ablated))
        for name, rows in found.ablations.items()
    ]
    return Report("The paper's protocol", _lead(found), sections, _notes(found))


def counted(found: Found) -> Table:
    """Return the learned numbers of the paper's systems and of ours: the one column that they share."""
    table = Table("Trained parameters, printed and counted")
    for name, millions in paper().trained.items():
        table.add(f"{name} (paper)", [trained_figure(millions, printed=True)], reported=True)
    for name, figures in _ours(found):
        table.add(name, [each for each in figures if each.protocol == trained_figure(0).protocol])
    return table


def _tables(found: Found) -> list[Block]:
    blocks: list[Block] = [Text(APART), paper().table()]
    for data, rows in found.sets:
        blocks.append(_table(f"Measured here: {data}", rows))
        blocks += [plot for plot in (dots_of(_named(rows), metric) for metric in _metrics(rows)) if plot is not None]
    checked = check_of(found)
    return [*blocks, *([Text(checked)] if checked else []), counted(found), *map(Text, found.details)]


def check_of(found: Found) -> str:
    """Return whether the true sounds score here as the paper prints: the one row that two protocols must agree on."""
    printed = next(each.value for each in paper().rows["reference"] if each.protocol.metric.startswith("CS"))
    for data, rows in found.sets:
        for figure in (figure for row in rows if not row.clips for figure in row.figures):
            if figure.protocol.metric == "CS" and data.heard:
                agrees = figure.low <= printed <= figure.high
                return (
                    f"The true sounds of {data} have a CS of {figure.value:.3f} here "
                    f"({figure.low:.3f} to {figure.high:.3f}); the paper prints {printed:.3f}. "
                    + ("The protocols may be one." if agrees else "The protocols differ.")
                )
    return ""


def _lead(found: Found) -> str:
    sets = " and ".join(str(data) for data, _ in found.sets)
    return (
        f"{sets}, each picture's sound made by the profile {found.profile} ({found.voice}) from the mapped embedding "
        f"alone: {found.how}. Heard by {', '.join(found.ears)}."
    )


def _ablation(name: str, rows: Sequence[Row], data: DataSet | None) -> list[Block]:
    words = f"Over {data}, everything but {TITLES[name]} as in the main rows, with the same seeds."
    plots = [dots_of(_named(rows), metric) for metric in _metrics(rows)]
    return [Text(words), _table(f"By {name}", rows), *(plot for plot in plots if plot is not None)]


def _table(title: str, rows: Sequence[Row]) -> Table:
    """Return rows as a table; seconds of another device than the first row's are left out."""
    return table_of(title, _named(rows))


def _named(rows: Sequence[Row]) -> list[tuple[str, list[Figure]]]:
    """Return rows by name; seconds that were measured on another device than most are left out."""
    devices = [each.protocol for row in rows for each in row.figures if each.protocol.metric == SECONDS]
    usual = max(devices, key=devices.count, default=None)
    return [
        (row.name, [each for each in row.figures if each.protocol.metric != SECONDS or each.protocol == usual])
        for row in rows
    ]


def _metrics(rows: Sequence[Row]) -> list[str]:
    """Return the metrics that are drawn: all but the counts, each once."""
    found = dict.fromkeys(each.protocol.metric for row in rows for each in row.figures)
    return [metric for metric in found if metric != trained_figure(0).protocol.metric][:6]


def _ours(found: Found) -> list[tuple[str, Sequence[Figure]]]:
    """Return our rows, those of the ablation of mappers among them, each once; the reference is none of them."""
    rows = [row for _, some in found.sets for row in some] + list(found.ablations.get("mapper", []))
    return list({row.name: (row.name, row.figures) for row in rows if row.clips}.values())


def _notes(found: Found) -> list[str]:
    every = [row for _, rows in found.sets for row in rows] + [row for rows in found.ablations.values() for row in rows]
    parts = [
        f"{data} {'lies' if data.heard else 'lie'} on this machine; the rest was left out or cannot be read."
        for data, _ in found.sets
        if len(data.items) < data.listed
    ]
    return [
        *found.notes,
        *parts,
        *few_samples(_named(every)),
        f"The voice is {found.voice}. AudioLDM's public weights, and what they make, are not for commercial work.",
        *(data.licence for data, _ in found.sets),
        "This page holds excerpts of the data sets; think before you publish it.",
    ]
