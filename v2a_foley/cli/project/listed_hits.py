"""What ``hits-from=FILE`` means for a film or a cue: a list of hits becomes edits. Makes no new cues."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from v2a_foley.errors import UsageError
from v2a_foley.project.edits import Edit, ReplaceHits
from v2a_foley.project.events import Kind
from v2a_foley.project.model import Cue, Hit, Project


def edits_from_list(project: Project, cues: Sequence[Cue], path: Path) -> list[Edit]:
    """Return the edits that give cues the hits of a list, as far as it speaks of them.

    A cue that is struck takes the rows within it that name its event, by name, caption or prompt; where there are
    none, those within it that name no event. A cue without rows keeps its hits.

    Args:
        project: the project.
        cues: the cues that may take hits.
        path: the list; ``interchange/hit_list.py`` says how it reads.

    Raises:
        InputError: the list cannot be read, or a row of it is not understood.
        UsageError: no row strikes any of the cues.
    """
    from v2a_foley.interchange.hit_list import read_hits

    listed = read_hits(path, project.media)
    edits: list[Edit] = []
    for cue in cues:
        if cue.event.kind is not Kind.IMPULSE:
            continue
        inside = [row for row in listed if cue.range.contains(row.time)]
        names = {cue.event.name.casefold(), cue.event.caption.casefold(), cue.prompt.casefold()} - {""}
        rows = [row for row in inside if row.event.casefold() in names] or [row for row in inside if not row.event]
        hardest = {row.time: row for row in sorted(rows, key=lambda row: row.strength)}
        if hardest:
            hits = (Hit(row.time, row.strength, row.region) for row in hardest.values())
            edits.append(ReplaceHits(cue.id, tuple(sorted(hits, key=lambda hit: hit.time))))
    if not edits:
        raise UsageError(
            f"No row of {path.name} strikes what sounds there.",
            hint="Name the events as 'v2a-foley project show' does, or leave the column event empty.",
        )
    return edits
