"""Edits of a cue's list of takes. Which one sounds is a part of the cue (``active`` of ``SetCue``); files stay."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.errors import UsageError
from v2a_foley.project.edits.cues import check_new_takes
from v2a_foley.project.edits.edit import Edit
from v2a_foley.project.edits.finding import checked_place, cue_at, with_cue
from v2a_foley.project.model import Project, Take


@dataclass(frozen=True)
class AddTake(Edit):
    """Add a take to a cue.

    Attributes:
        cue: the cue's id.
        take: the take, with an id that no take of the project has.
        place: its place in the cue's list, from 0; the end by default.
        active: whether it then sounds; by default it does where none did.
    """

    cue: str
    take: Take
    place: int | None = None
    active: bool | None = None

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Add take {self.take.id}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Add it."""
        here, cue = cue_at(project, self.cue)
        check_new_takes(project, [self.take.id])
        place = checked_place(self.place, cue.takes)
        takes = (*cue.takes[:place], self.take, *cue.takes[place:])
        sounds = cue.active is None if self.active is None else self.active
        new = replace(cue, takes=takes, active=self.take.id if sounds else cue.active)
        back = RemoveTake(self.cue, self.take.id, cue.active if sounds else None)
        return project.with_cues(with_cue(project.cues, here, new)), back


@dataclass(frozen=True)
class RemoveTake(Edit):
    """Take a take out of a cue's list; its file stays.

    Attributes:
        cue: the cue's id.
        take: the take's id.
        then: id of the take that sounds afterwards, where this one did; none by default.
    """

    cue: str
    take: str
    then: str | None = None

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Remove take {self.take}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Take it out."""
        here, cue = cue_at(project, self.cue)
        place = next((place for place, take in enumerate(cue.takes) if take.id == self.take), None)
        if place is None:
            raise UsageError(f"Cue {cue.id!r} has no take {self.take!r}.", hint="See them: v2a-foley project show")
        left = (*cue.takes[:place], *cue.takes[place + 1 :])
        if self.then is not None and all(take.id != self.then for take in left):
            raise UsageError(f"Cue {cue.id!r} has no take {self.then!r} to sound instead.", hint="Name one that stays.")
        sounded = cue.active == self.take
        new = replace(cue, takes=left, active=self.then if sounded else cue.active)
        back = AddTake(self.cue, cue.takes[place], place, sounded)
        return project.with_cues(with_cue(project.cues, here, new)), back
