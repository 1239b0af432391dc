"""What a look at the domain gap shows: its tables, its plots, and how to read them. Their looks are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from v2a_foley.embed import Embeddings
from v2a_foley.errors import UsageError
from v2a_foley.evaluate.contestants import NONE
from v2a_foley.evaluate.gap import CAPTIONS, PICTURES, SOUNDS, Cone, Crossing, FoundGap, find_gap
from v2a_foley.evaluate.gap_settings import GapSettings
from v2a_foley.evaluate.report.content import Block, Plot, Report, Section, Text
from v2a_foley.evaluate.rows import few_samples, table_of
from v2a_foley.files import check_output
from v2a_foley.metrics.figure import REFERENCE
from v2a_foley.metrics.gap import project
from v2a_foley.plots import MOST_POINTS, Cloud, Density, densities, scatter
from v2a_foley.progress import Progress

READ = (
    "The modality gap is the distance between the means of two sets of unit vectors (Liang et al. 2022): 0 where they "
    "share their middle, at most 2. Separability says how often one can tell, along that line, which set a vector is "
    "from: 0.5 is never, 1 is always. The cosine is that of each picture, mapped, to its own true sound. The reference "
    "is one half of the true sounds beside the other half: what chance alone leaves."
)
SHARED = (
    "Pictures and sounds have as many dimensions as each other, so they can be drawn on the same axes, as the paper "
    "does. That is all they share: CLIP and CLAP were never trained together, and the first number of one has nothing "
    "to do with the first number of the other. The space between the clouds is therefore no distance that could be "
    "walked straight; it is what a mapper has to cross, and it has done so where its cloud lies on that of the sounds."
)
APART = (
    "Pictures and sounds have different numbers of dimensions, so no plane holds both: each space is drawn by itself, "
    "and what a mapper made of the pictures lies with the sounds."
)


def evaluate_gap(stores: Sequence[Path], output: Path, settings: GapSettings, progress: Progress) -> FoundGap:
    """Measure the domain gap of stores, and write the page.

    Args:
        stores: of the same two spaces.
        output: the page, one HTML file.
        settings: which mappers and captions.
        progress: told of the stages ``open``, ``load``, ``map`` and ``page``.

    Raises:
        UsageError: the page exists, and may not be replaced.
        FoleyError: as ``find_gap``; no page is written then.
    """
    from v2a_foley.evaluate.report.page import write_report

    check_output(output, inputs=stores, overwrite=settings.overwrite)
    found = find_gap(stores, settings, progress)
    with progress.stage("page"):
        report = report_of(found)
        report = replace(report, notes=[*report.notes, *progress.warnings])
        write_report(report, output, progress=progress)
    return found


def report_of(found: FoundGap) -> Report:
    """Return the report of what was found.

    Raises:
        DependencyMissing: matplotlib is not installed.
    """
    rows = [(each.name, each.figures) for each in found.crossings]
    tables: list[Block] = [Text(READ), table_of(f"In the sounds' space: {found.target.name}", rows)]
    if found.seen:
        tables.append(table_of(f"In the pictures' space: {found.source.name}", found.seen))
    sections = [
        Section("The gap", [*tables, *map(Text, found.details)]),
        Section("Cosines", [*_cosines(found.crossings), *_cones(found.cones)]),
        Section("Where they lie", _places(found)),
    ]
    return Report(
        "The domain gap",
        f"{len(found.pictures):,} pairs of {' and '.join(map(repr, found.stores))}, {_part(found)}: what was seen in "
        f"{found.source.name}, what was heard with it in {found.target.name}. In all: {found.origin}.",
        sections,
        [*found.notes, *few_samples([*rows, *found.seen])],
    )


def _cosines(crossings: Iterable[Crossing]) -> list[Block]:
    """Draw how near each comes to its own sound, and to others' sounds."""
    return [
        Plot(
            densities(
                each.cosines.edges,
                [
                    Density("its own sound", each.cosines.matched, each.cosines.matched_mean),
                    Density("another's", each.cosines.mismatched, each.cosines.mismatched_mean),
                ],
                x="cosine to a true sound",
            ),
            _titled(each.name),
            "The further the two heaps are apart, the more is said about the very sound.",
        )
        for each in crossings
        if each.cosines is not None
    ]


def _cones(cones: Sequence[Cone]) -> list[Block]:
    """Draw how alike strangers of one modality are: the cone that it lies in."""
    lengths = "; ".join(f"{each.name} in {each.space.name}: {each.length:.3f}" for each in cones)
    drawing = densities(
        cones[0].cosines.edges,
        [
            Density(f"{each.name} ({each.space.name})", each.cosines.mismatched, each.cosines.mismatched_mean)
            for each in cones
        ],
        x="cosine of two that do not belong together",
    )
    caption = (
        "Were a modality spread over all directions, its strangers' cosines would lie around 0; above 0 it lies in a "
        f"cone. Length of the mean, 1 for a single direction: {lengths}."
    )
    return [Plot(drawing, "How narrow each modality's cone is", caption)]


def _places(found: FoundGap) -> list[Block]:
    """Draw all of them in one plane where they have one, or else each space by itself."""
    in_target = {SOUNDS: found.sounds} | {
        (f"{PICTURES}, {NONE}" if each.name == NONE else each.name): each.embeddings
        for each in found.crossings
        if each.name != REFERENCE
    }
    if found.same_size:
        return [Text(SHARED), *_plane("Pictures, sounds and what was mapped", in_target)]
    in_source = {PICTURES: found.pictures}
    if found.seen_captions is not None:
        in_source[CAPTIONS] = found.seen_captions
    return [
        Text(APART),
        *_plane(f"The pictures' space: {found.source.name}", in_source),
        *_plane(f"The sounds' space: {found.target.name}", in_target),
    ]


def _plane(title: str, sets: Mapping[str, Embeddings]) -> list[Block]:
    """Draw sets of one space in the plane in which they vary most; a sentence where they do not vary."""
    try:
        plane = project(sets)
    except UsageError as error:
        return [Text(f"{title}: not drawn. {error.message}")]
    first, second = (f"{100 * share:.0f} %" for share in plane.explained)
    drawing = scatter(
        [Cloud(name, points) for name, points in plane.points.items()],
        x=f"first direction ({first})",
        y=f"second direction ({second})",
    )
    most = max(len(points) for points in plane.points.values())
    drawn = f"up to {MOST_POINTS} of {most:,} points a set; " if most > MOST_POINTS else ""
    caption = (
        f"The two directions in which they vary most, {100 * float(np.sum(plane.explained)):.0f} % of the variance "
        f"(principal components, every set weighing the same); {drawn}crosses are means, and the lines to them begin "
        f"at that of the {next(iter(sets))}."
    )
    return [Plot(drawing, title, caption)]


def _part(found: FoundGap) -> str:
    return found.part if found.part.startswith("all") else f"the {found.part} part"


def _titled(name: str) -> str:
    return "Pictures taken for sounds, without a mapper" if name == NONE else f"Mapped: {name}"
