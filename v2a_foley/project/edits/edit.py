"""What every edit is: a frozen value that makes a new project of an old one, and says how to take it back.

The kinds of edits stand beside this file, one file a family.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from v2a_foley.project.model import Project

KINDS: dict[str, type[Edit]] = {}
"""Every kind of edit by the name that its JSON form has (``split_shot``), in the order in which they are defined."""

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True)
class Edit(ABC):
    """One change of a project, as a value.

    ``apply`` gives the new project and the inverse, an edit as well. Applied to the new project, the inverse gives one
    that equals the old, and its own inverse gives the new one again. An inverse speaks of what the edit changed and of
    nothing else: a take that arrived in between stays where it is.

    Attributes:
        name: the name of its kind in its JSON form.
    """

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Enter the kind into the table of kinds."""
        cls.name = _CAPITAL.sub("_", cls.__name__).lower()
        KINDS[cls.name] = cls

    @property
    @abstractmethod
    def label(self) -> str:
        """What a menu calls it: ``Split shot 3``."""

    @property
    def subject(self) -> str:
        """What it changes: two edits of one gesture and one subject are one step of the history; empty: never."""
        return ""

    @abstractmethod
    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Return the project with this change, and the edit that takes it back.

        Raises:
            UsageError: the project does not allow it; nothing has changed.
        """


@dataclass(frozen=True)
class Steps(Edit):
    """Several edits as one, done in order; all of them or none.

    Attributes:
        title: what a menu calls it.
        edits: the edits.
    """

    title: str
    edits: tuple[Edit, ...]

    @property
    def label(self) -> str:
        """The title."""
        return self.title

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Apply one after the other."""
        inverses = []
        for edit in self.edits:
            project, inverse = edit.apply(project)
            inverses.append(inverse)
        return project, Steps(self.title, tuple(reversed(inverses)))
