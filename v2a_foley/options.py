"""What a form needs to show a setting. Settings are dataclasses whose fields carry their help, unit, range and choices.

The command line, the app's forms and the docs are made from them, so that the three cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, get_type_hints

from v2a_foley.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True)
class Option:
    """What a form needs to show a field: its help, its group, and its unit, range or choices where it has them.

    ``alias`` is another name of the option on the command line.
    """

    help: str
    group: str
    metavar: str = ""
    unit: str = ""
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    alias: str = ""


@cache
def options_of(kind: type[DataclassInstance]) -> Mapping[str, Option]:
    """Return what a form needs to show each field of a settings dataclass, by the field's name, in order."""
    hints = get_type_hints(kind, include_extras=True)
    return MappingProxyType({name: hint.__metadata__[0] for name, hint in hints.items()})


def check_options(settings: DataclassInstance) -> None:
    """Check every value of a settings dataclass against its field's range and choices; None is a value left open.

    Raises:
        UsageError: a value lies outside its range or is none of its choices.
    """
    for key, wants in options_of(type(settings)).items():
        value, name = getattr(settings, key), f"--{key.replace('_', '-')}"
        if wants.choices and value not in wants.choices:
            raise UsageError(f"{name} {value!r} is not known.", hint=f"Choose one of {', '.join(wants.choices)}.")
        if wants.least is None or wants.most is None or value is None:
            continue
        if not wants.least <= value <= wants.most:
            raise UsageError(
                f"{name} {value} is out of range.",
                hint=f"Choose {wants.least:g} to {wants.most:g} {wants.unit}".rstrip() + ".",
            )
