"""Makes the options of a verb from a settings dataclass, for typer. What the settings mean is said where they stand."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, get_type_hints

import typer

from v2a_foley.options import Option, options_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from _typeshed import DataclassInstance

JSON = typer.Option(False, "--json", help="Print the result as JSON.")
UNITS = {"s": "SECONDS", "dB": "DB"}
"""How a unit is written where a value stands in the help."""
WIDEST = 27
"""Letters of a value that the help of a terminal 80 wide can show in one line."""


def settings_of(
    kind: type[DataclassInstance], *, only: Collection[str] | None = None, words: Mapping[str, str] | None = None
) -> list[inspect.Parameter]:
    """Return the fields of a settings dataclass as parameters of a verb, in their order.

    Args:
        kind: the dataclass, whose fields carry an ``Option``.
        only: the fields to offer; all by default.
        words: what a field does here, by its name, where that is another thing than its help says.
    """
    hints, said = get_type_hints(kind), words or {}
    return [
        _setting(each.name, hints[each.name], each.default, options_of(kind)[each.name], said.get(each.name, ""))
        for each in fields(kind)
        if each.default is not MISSING and (only is None or each.name in only)
    ]


def parameter(name: str, hint: Any, info: Any) -> inspect.Parameter:  # noqa: ANN401 - typer's own
    """Return a parameter of a verb's function."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=info, annotation=hint)


def declared(verb: Callable[..., None], parameters: Sequence[inspect.Parameter]) -> Callable[..., None]:
    """Return a verb that takes anything by name, with the parameters that typer shall offer."""
    verb.__signature__ = inspect.Signature(list(parameters))  # type: ignore[attr-defined] # functions take any attribute
    return verb


def chosen(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what typer handed over as a settings dataclass takes it: lists as tuples, what is None left out."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items() if value is not None
    }


def _setting(name: str, hint: Any, default: Any, wants: Option, words: str) -> inspect.Parameter:  # noqa: ANN401 - any type of field
    """Return a field as an option."""
    flags = [f"--{each.replace('_', '-')}" for each in (name, wants.alias) if each]
    metavar, words = _value(wants), words or wants.help
    if wants.choices and metavar == "NAME":
        words += f" One of {', '.join(wants.choices)}."
    more: dict[str, Any] = {"metavar": metavar, "help": words, "rich_help_panel": wants.group}
    if isinstance(default, tuple):  # typer repeats an option that is a list
        return parameter(name, list[str] | None, typer.Option(None, *flags, **more))
    shown = default not in (None, "")
    return parameter(name, hint, typer.Option(default, *flags, show_default=shown, readable=False, **more))


def _value(wants: Option) -> str | None:
    """Return what stands for an option's value in the help: its choices, its unit or its range."""
    if wants.metavar:
        return wants.metavar
    if wants.choices:
        choices = "|".join(wants.choices)
        return choices if len(choices) <= WIDEST else "NAME"
    if wants.unit:
        return UNITS.get(wants.unit, wants.unit.upper())
    if wants.least is None or wants.most is None:
        return None
    return f"{wants.least:g}–{wants.most:g}" if wants.most <= 1000 else "NUMBER"
