"""The spotting list: what sounds where, as a table that people and spreadsheets read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from v2a_foley.files import writing
from v2a_foley.media import MediaFacts
from v2a_foley.project import FOLEY_LAYERS, Cue, Hit, Project
from v2a_foley.timebase import as_text

COLUMNS = (
    "cue", "timecode_in", "timecode_out", "seconds_in", "seconds_out", "exact_in", "exact_out", "shots", "layer",
    "event", "catid", "description", "prompt", "generator", "source", "seed", "gain_db", "hits", "muted", "licence",
    "name", "model", "source_file", "bandwidth_hz",
)  # fmt: skip
"""The table's columns, in their order."""


def write_spotting(project: Project, path: Path) -> None:
    """Write the spotting list of a project as CSV (UTF-8, a header, one row a cue, by time), in one step.

    Timecodes count from the film's start timecode, rounded to the nearest frame (at the average rate where the rate is
    variable). ``seconds_*`` are decimal seconds on the film's clock, rounded to the microsecond; ``exact_*`` are the
    same as exact fractions (``593/24``). ``shots`` are numbers parted by spaces. ``name`` is that of the take's file,
    ``model`` what made it, ``bandwidth_hz`` the highest frequency that it can hold. A cue without a sound has no
    generator, source, seed, licence, name, model and bandwidth. ``hits`` are those inside of
    the cue, as ``hits_text`` says.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    with writing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(rows(project))


def rows(project: Project) -> Iterator[tuple[str, ...]]:
    """Yield the table's rows."""
    order = {layer: number for number, layer in enumerate(FOLEY_LAYERS)}
    for cue in sorted(project.cues, key=lambda cue: (cue.range.start, order.get(cue.layer, 99), cue.id)):
        yield _row(project.media, cue)


def hits_text(hits: Iterable[Hit]) -> str:
    """Return hits as a cell holds them: ``5/4@0.8; 2@1.0 muted; 3@0.5 [0.5 0.4 0.1 0.2]``.

    Each is an exact time on the film's clock in seconds, a strength 0 to 1, ``muted`` where it is, and in brackets
    where on the screen it is seen, if that is known: centre x and y, width and height, in parts of the picture.
    """
    return "; ".join(_hit_text(hit) for hit in hits)


def _hit_text(hit: Hit) -> str:
    where = hit.region
    place = "" if where is None else f" [{where.x!r} {where.y!r} {where.width!r} {where.height!r}]"
    return f"{as_text(hit.time)}@{float(hit.strength)!r}{' muted' if hit.muted else ''}{place}"


def _row(media: MediaFacts, cue: Cue) -> tuple[str, ...]:
    take, start, end = cue.take, cue.range.start, cue.range.end
    return (
        cue.id,
        str(media.timecode_at(start)),
        str(media.timecode_at(end)),
        f"{float(start):.6f}",
        f"{float(end):.6f}",
        as_text(start),
        as_text(end),
        " ".join(map(str, cue.shots)),
        str(cue.layer),
        cue.event.name,
        cue.event.catid,
        cue.event.caption,
        cue.prompt,
        take.generator if take else "",
        take.source if take else "",
        str(take.seed) if take else "",
        f"{cue.gain:.1f}",
        hits_text(hit for hit in cue.hits if cue.range.contains(hit.time)),
        "yes" if cue.muted else "no",
        take.licence if take else "",
        take.path.stem if take else "",
        take.model if take else "",
        take.source_file if take else "",
        str(take.bandwidth) if take else "",
    )
