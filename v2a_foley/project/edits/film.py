"""Edits of what was chosen for the whole film: what becomes of its own sound, loudness, level, seed and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from types import MappingProxyType
from typing import Any

from v2a_foley.errors import UsageError
from v2a_foley.project.edits.edit import Edit
from v2a_foley.project.model import Project

_DEEPEST = 8
"""How far lists and tables may lie in each other in a setting."""


@dataclass(frozen=True)
class SetFilm(Edit):
    """Set choices for the whole film, by the names of the run's settings; what they may be is checked by the engine.

    Attributes:
        values: plain values by name.
        drop: names that go back to their defaults.
    """

    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    drop: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What a menu calls it."""
        return f"Set {' and '.join(name.replace('_', ' ') for name in (*self.values, *self.drop))} of the film"

    @property
    def subject(self) -> str:
        """Which choices."""
        return f"film {' '.join(sorted((*self.values, *self.drop)))}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        """Set them."""
        if not self.values and not self.drop:
            raise UsageError("Nothing is to be set.", hint="Name a setting and its value.")
        for name, value in self.values.items():
            if not name.isidentifier() or name in self.drop or not _plain(value, _DEEPEST):
                raise UsageError(
                    f"The film's setting {name!r} cannot be {str(value)[:80]!r}.", hint="Give a plain value, once."
                )
        old = project.settings
        kept = {name: value for name, value in old.items() if name not in self.drop}
        names = (*self.values, *self.drop)
        back = SetFilm(
            MappingProxyType({name: old[name] for name in names if name in old}),
            tuple(dict.fromkeys(name for name in names if name not in old)),
        )
        return replace(project, settings=MappingProxyType({**kept, **self.values})), back


def _plain(value: object, deep: int) -> bool:
    """Tell whether a value is one that JSON can hold: no number that is none, no text that is none."""
    if isinstance(value, str):
        return not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, list | tuple):
        return deep > 0 and all(_plain(each, deep - 1) for each in value)
    if isinstance(value, Mapping):
        return deep > 0 and all(isinstance(key, str) and _plain(each, deep - 1) for key, each in value.items())
    return value is None or isinstance(value, bool | int)
