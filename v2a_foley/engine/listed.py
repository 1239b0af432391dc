"""From an editor's spotting list to cues: what the list says, and what the picture adds to it."""

from __future__ import annotations

from dataclasses import replace

from v2a_foley.engine.describe import Seen
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.spot import WHOLE_SHOT
from v2a_foley.errors import InputError
from v2a_foley.interchange.hit_list import ListedHit, read_hits
from v2a_foley.interchange.spotting_reader import read_spotting
from v2a_foley.project import Cue, Project, Vocabulary
from v2a_foley.sync import followed


def listed_cues(project: Project, vocabulary: Vocabulary, settings: RunSettings) -> tuple[Cue, ...]:
    """Read the spotting list that the settings name, and check the list of hits.

    Raises:
        InputError: a list cannot be read, or a row of it is not understood.
    """
    listed_hits(project, settings)
    if settings.spot_from is None:
        return ()
    events = vocabulary if WHOLE_SHOT in vocabulary.events else Vocabulary((*vocabulary.events, WHOLE_SHOT))
    return read_spotting(settings.spot_from, project.media, events)


def listed_hits(project: Project, settings: RunSettings) -> tuple[ListedHit, ...]:
    """Read the list of hits that the settings name.

    Raises:
        InputError: the list cannot be read, or a row of it is not understood.
    """
    path = settings.hits_file()
    if path is None:
        return ()
    if not path.exists():
        raise InputError(
            f"There is no list of hits {str(path)!r}.", hint="Give --cues events, --cues shots, or the path of a list."
        )
    return read_hits(path, project.media)


def spot_listed(seen: Seen, cues: tuple[Cue, ...], chosen: frozenset[int], negative: str, sync: str) -> Project:
    """Return the project with the cues of a list, as far as they lie in the chosen shots.

    Hits are those of the list where it has them. Else they are those of the picture within the cue's range, as if the
    program had spotted it there; so is intensity always.
    """
    placed = []
    for cue in cues:
        shots = tuple(shot.index for shot in seen.project.shots if shot.range.overlap(cue.range) is not None)
        if chosen.isdisjoint(shots):
            continue
        hits, curve = followed(seen.motion, cue.range, cue.event, sync)
        placed.append(replace(cue, shots=shots, hits=cue.hits or hits, intensity=curve, negative=negative))
    return seen.project.with_cues(placed)
