"""Edits of a project, as values: each gives the new project and the edit that takes it back.

Times are exact seconds on the film's clock; cuts lie where the caller wants them, on frames as a rule. ``record`` has
their form for files, workers and the app; what undo and redo need of them stands in ``project/history.py``.
"""

from v2a_foley.project.edits.cues import (
    AddCue,
    MoveCue,
    ParkCue,
    PutBackCue,
    RemoveCue,
    SplitCue,
    TrimCue,
    UnparkCue,
    new_cue,
)
from v2a_foley.project.edits.curves import DrawIntensity
from v2a_foley.project.edits.cuts import MergeShots, MoveCut, ReplaceShots, SetShot, SplitShot
from v2a_foley.project.edits.edit import KINDS, Edit, Steps
from v2a_foley.project.edits.fields import CUE_FIELDS, CueField
from v2a_foley.project.edits.film import SetFilm
from v2a_foley.project.edits.finding import free_cue_id
from v2a_foley.project.edits.hits import AddHit, MoveHit, MuteHit, RemoveHit, ReplaceHits, StrikeHit
from v2a_foley.project.edits.numbering import shots_under
from v2a_foley.project.edits.parts import RestoreCue, SetCue
from v2a_foley.project.edits.record import edit_from_json, edit_to_json
from v2a_foley.project.edits.takes import AddTake, RemoveTake

__all__ = [
    "CUE_FIELDS",
    "KINDS",
    "AddCue",
    "AddHit",
    "AddTake",
    "CueField",
    "DrawIntensity",
    "Edit",
    "MergeShots",
    "MoveCue",
    "MoveCut",
    "MoveHit",
    "MuteHit",
    "ParkCue",
    "PutBackCue",
    "RemoveCue",
    "RemoveHit",
    "RemoveTake",
    "ReplaceHits",
    "ReplaceShots",
    "RestoreCue",
    "SetCue",
    "SetFilm",
    "SetShot",
    "SplitCue",
    "SplitShot",
    "Steps",
    "StrikeHit",
    "TrimCue",
    "UnparkCue",
    "edit_from_json",
    "edit_to_json",
    "free_cue_id",
    "new_cue",
    "shots_under",
]
