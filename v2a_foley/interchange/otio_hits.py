"""Reads the hits back that a timeline of ours carries in its markers (``otio.py`` writes them)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import opentimelineio as otio

from v2a_foley.errors import InputError
from v2a_foley.interchange.otio import KEY
from v2a_foley.project import Hit
from v2a_foley.project.records.hits import Hits
from v2a_foley.project.records.values import Wrong

_HINT = "Write the timeline again with --otio."


def hits_in(path: Path) -> dict[str, tuple[Hit, ...]]:
    """Return the hits of every cue in a timeline, by the cue's id, in order of time.

    Times are those that the project had, on the film's clock, wherever an editor has moved the clip. Markers that are
    not ours are left out, and cues without hits have none.

    Args:
        path: an ``.otio`` file.

    Raises:
        InputError: it cannot be read, or a marker of ours holds what is no hit.
    """
    try:
        timeline = otio.adapters.read_from_file(str(path))
    except (otio.exceptions.OTIOError, OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a timeline: {error}.", hint=_HINT) from error
    if not isinstance(timeline, otio.schema.Timeline):
        raise InputError(f"{path} holds no timeline.", hint=_HINT)
    found: dict[str, tuple[Hit, ...]] = {}
    for clip in timeline.find_clips():
        facts = clip.metadata.get(KEY)
        name = facts.get("cue") if hasattr(facts, "get") else None
        if isinstance(name, str):
            try:
                hits = Hits()(list(_records(clip)))
            except Wrong as error:
                raise InputError(f"{path}: a hit of cue {name!r} {error.why}.", hint=_HINT) from error
            if hits:
                together = (*found.get(name, ()), *hits)
                found[name] = tuple(sorted(together, key=lambda hit: hit.time))
    return found


def _records(clip: otio.schema.Clip) -> Iterator[list[object]]:
    """Yield the hits that a clip's markers speak of, as a document writes them."""
    for marker in clip.markers:
        facts = marker.metadata.get(KEY)
        if hasattr(facts, "get") and "time" in facts:
            more = {key: facts[key] for key in ("region", "muted") if key in facts}
            if "region" in more and not isinstance(more["region"], str | int | float | bool):
                more["region"] = list(more["region"])
            yield [facts["time"], facts.get("strength", 1.0), *([more] if more else [])]
