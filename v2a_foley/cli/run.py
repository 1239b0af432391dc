"""``v2a-foley run``: the main job. Its options are made from the fields of ``RunSettings``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import typer

from v2a_foley.cli.session import session
from v2a_foley.engine.settings import Option, RunSettings, options

if TYPE_CHECKING:
    from v2a_foley.engine.result import RunResult

# Paths are checked by the library, whose errors say more: hence readable=False for each.
SOURCE = typer.Argument(..., metavar="VIDEO|IMAGE", help="The film, or a photograph.", readable=False)
OUTPUT = typer.Option(..., "--output", "-o", metavar="OUT", help="The film to write.", readable=False)
JSON = typer.Option(False, "--json", help="Print the result as JSON.")
UNITS = {"s": "SECONDS", "dB": "DB"}
"""How a unit is written where a value stands in the help."""
WIDEST = 27
"""Letters of a value that the help of a terminal 80 wide can show in one line."""


def command() -> Callable[..., None]:
    """Return the verb as typer wants it: a function with one parameter a setting."""
    parameters = [
        parameter("source", Path, SOURCE),
        parameter("output", Path, OUTPUT),
    ]
    hints = get_type_hints(RunSettings)
    parameters += [setting(field.name, hints[field.name], field.default) for field in fields(RunSettings)]
    parameters.append(parameter("json", bool, JSON))
    verb = _verb()
    verb.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # functions take any attribute
    return verb


def _verb() -> Callable[..., None]:
    def run(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Give a film its sound: the same picture, with a new soundtrack."""
        source, output, as_json = given.pop("source"), given.pop("output"), given.pop("json")
        with session(as_json=as_json) as current:
            given["prompt"] = tuple(given["prompt"] or ())
            settings = RunSettings(**{name: value for name, value in given.items() if value is not None})
            from v2a_foley.engine import job

            result = job.run(source, output, settings, current.progress)
            current.result(result.as_dict())
            if not as_json:
                report(result)

    return run


def report(result: RunResult) -> None:
    """Print one line a shot that says what was heard, and where everything went."""
    for line in heard_lines(result):
        typer.echo(line)
    for sentence in result.warnings:
        typer.secho(f"Note: {sentence}", fg="yellow", err=True)
    spent = sum(result.seconds.values())
    level = "silent" if result.integrated < -70 else f"{result.integrated:.1f} LUFS, {result.true_peak:.1f} dBTP"
    typer.echo(f"{result.output}  {level}, {spent:.1f} s, at most {result.peak_memory / 2**30:.2f} GiB")
    for path in [*result.stems.values(), *result.files.values()]:
        typer.echo(f"{path}")


def heard_lines(result: RunResult) -> list[str]:
    """Return one line a shot: its number, its range, what sounds in it, and whether the eyes were unsure."""
    from v2a_foley.timebase import as_clock

    lines = []
    for shot in result.project.shots:
        cues = [cue for cue in result.project.cues if shot.index in cue.shots and cue.take is not None]
        heard = ", ".join(f"{cue.prompt or cue.event.caption} ({cue.layer})" for cue in cues) or "left alone"
        unsure = " – unsure what it shows" if shot.unsure and cues else ""
        lines.append(f"{shot.index:>4}  {as_clock(shot.range.start)}–{as_clock(shot.range.end)}  {heard}{unsure}")
    return lines


def setting(name: str, hint: Any, default: Any, *, words: str = "") -> inspect.Parameter:  # noqa: ANN401 - any type of field
    """Return a field of ``RunSettings`` as an option; ``words`` say what it does, where that is another thing."""
    wants: Option = options()[name]
    flags = [f"--{each.replace('_', '-')}" for each in (name, wants.alias) if each]
    metavar, words = _value(wants), words or wants.help
    if wants.choices and metavar == "NAME":
        words += f" One of {', '.join(wants.choices)}."
    more: dict[str, Any] = {"metavar": metavar, "help": words, "rich_help_panel": wants.group}
    if name == "prompt":  # typer repeats an option that is a list
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
        return UNITS[wants.unit]
    if wants.least is None or wants.most is None:
        return None
    return f"{wants.least:g}–{wants.most:g}" if wants.most <= 1000 else "NUMBER"


def parameter(name: str, hint: Any, info: Any) -> inspect.Parameter:  # noqa: ANN401 - typer's own
    """Return a parameter of a verb's function."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=info, annotation=hint)
