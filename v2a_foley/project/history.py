"""What was done to a project, to be undone and redone: the only state among values. Saving it is not done here."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from v2a_foley.errors import UsageError
from v2a_foley.project.edits import Edit
from v2a_foley.project.model import Project

MOST = 10_000
"""Steps that are remembered; the oldest are forgotten."""


@dataclass(frozen=True)
class _Step:
    """One step to go, back or forth: the edit to apply, what a menu calls it, and what it was part of."""

    edit: Edit
    label: str
    subject: str = ""
    gesture: str = ""


class History:
    """A project, and the way back from it.

    Attributes:
        project: the project as it is now.
        changes: how often it has changed, in whatever direction; for whoever saves it after so many changes.
    """

    def __init__(self, project: Project, most: int = MOST) -> None:
        """Start with a project that nothing was done to."""
        self.project = project
        self.changes = 0
        self._back: deque[_Step] = deque(maxlen=most)
        self._forth: list[_Step] = []

    @property
    def undo_label(self) -> str:
        """What ``undo`` would take back, as a menu says it; empty where there is nothing."""
        return self._back[-1].label if self._back else ""

    @property
    def redo_label(self) -> str:
        """What ``redo`` would do again, as a menu says it; empty where there is nothing."""
        return self._forth[-1].label if self._forth else ""

    def do(self, edit: Edit, gesture: str = "") -> Project:
        """Apply an edit, and forget what was undone before.

        Within one gesture, an edit of the same kind and subject takes the place of the one before it: it is applied to
        the project as it was before the gesture, so that a drag is one step, and what it passed over is untouched.

        Args:
            edit: the edit; within a gesture its values are absolute ("to this time").
            gesture: names the drag, the turn of a knob, that the edit is part of; empty for none.

        Raises:
            UsageError: the project does not allow it; nothing has changed.
        """
        base, last = self.project, self._back[-1] if self._back else None
        goes_on = (
            last is not None
            and not self._forth
            and (gesture, edit.subject) == (last.gesture, last.subject)
            and bool(gesture and edit.subject)
        )
        if last is not None and goes_on:
            base, _ = last.edit.apply(base)
        self.project, inverse = edit.apply(base)
        if goes_on:
            self._back.pop()
        self._back.append(_Step(inverse, edit.label, edit.subject, gesture))
        self._forth.clear()
        self.changes += 1
        return self.project

    def absorb(self, edit: Edit) -> Project:
        """Apply an edit that is not the user's and is not undone: a take that a worker has made.

        Raises:
            UsageError: the project does not allow it; nothing has changed.
        """
        self.project, _ = edit.apply(self.project)
        self.changes += 1
        return self.project

    def undo(self) -> Project:
        """Take the last edit back.

        Raises:
            UsageError: there is none, or what was absorbed since does not allow it; nothing has changed.
        """
        if not self._back:
            raise UsageError("There is nothing to undo.", hint="This is the project as it was opened.")
        self._go(self._back, self._forth)
        return self.project

    def redo(self) -> Project:
        """Do again what was taken back last.

        Raises:
            UsageError: there is nothing, or what was absorbed since does not allow it; nothing has changed.
        """
        if not self._forth:
            raise UsageError("There is nothing to redo.", hint="Nothing was undone since the last edit.")
        self._go(self._forth, self._back)
        return self.project

    def _go(self, here: deque[_Step] | list[_Step], there: deque[_Step] | list[_Step]) -> None:
        """Take a step from the end of one list, and keep the way back at the end of the other."""
        step = here[-1]
        self.project, inverse = step.edit.apply(self.project)
        here.pop()
        there.append(_Step(inverse, step.label))
        self.changes += 1
