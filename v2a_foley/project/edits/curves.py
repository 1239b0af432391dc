"""Edits of a cue's curve by hand. A whole curve is set as any other part of a cue, with ``SetCue``."""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.errors import UsageError
from v2a_foley.project.curves import drawn
from v2a_foley.project.edits.edit import Edit
from v2a_foley.project.edits.fields import check_cue
from v2a_foley.project.edits.finding import cue_at
from v2a_foley.project.edits.parts import changed
from v2a_foley.project.model import Intensity, Project
from v2a_foley.timebase import as_clock


@dataclass(frozen=True)
class DrawIntensity(Edit):
    """Draw a part of a cue's curve: the points between the first and the last new one give way, the others stay.

    Regions stay those of the old curve where the new points have none. A cue without a curve stays steady at its ends.

    Attributes:
        cue: the cue's id.
        points: the new points, as a curve: rising times inside the cue with strengths 0 to 1.
    """

    cue: str
    points: Intensity

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Draw curve of {self.cue}"

    @property
    def subject(self) -> str:
        """The cue's curve."""
        return f"cue {self.cue} draw"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Draw it."""
        _, cue = cue_at(project, self.cue)
        check_cue(project, replace(cue, intensity=self.points), ("intensity",))
        if self.points.times[0] < cue.range.start or self.points.times[-1] > cue.range.end:
            raise UsageError(
                f"What is drawn does not lie in cue {cue.id!r}.",
                hint=f"Draw from {as_clock(cue.range.start)} to {as_clock(cue.range.end)}.",
            )
        curve = drawn(cue.intensity, self.points, cue.range)
        return changed(project, cue, replace(cue, intensity=curve), "intensity")
