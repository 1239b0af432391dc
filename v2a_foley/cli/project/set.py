"""``v2a-foley project set`` and ``project edit``: change a project without the app."""

from __future__ import annotations

import json as plain_json
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from v2a_foley.cli.session import Session, session
from v2a_foley.errors import UsageError

if TYPE_CHECKING:
    from v2a_foley.project import Cue, Project
    from v2a_foley.project.edits import Edit

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The project's folder.", readable=False)]
Target = Annotated[str, typer.Argument(metavar="TARGET", help="film, shot:3 or cue:c3.")]
Values = Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="What to set; nothing for a value is none.")]
Edits = Annotated[
    list[str], typer.Argument(metavar="EDIT...", help="Edits as JSON, files of one a line, or - for standard input.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def set_(folder: Folder, target: Target, values: Values, json: Json = False) -> None:
    """Set what a film, a shot or a cue is to be: cue:c3 gain=-3 muted=yes prompt="rain on tin"."""
    with session(as_json=json) as current:
        from v2a_foley.cli.project.assigned import edits_for

        _apply(current, folder, lambda project: edits_for(project, target, values), f"Set {target}")


def edit(folder: Folder, edits: Edits, json: Json = False) -> None:
    """Apply edits as docs/project-edits.md describes them: all of them, or none."""
    with session(as_json=json) as current:
        from v2a_foley.project.edits import edit_from_json

        made = [edit_from_json(_parsed(text), folder) for text in _lines(edits)]
        if not made:
            raise UsageError("There is no edit in what was given.", hint="Write one as JSON, one a line.")
        _apply(current, folder, lambda _: made, "Edit")


def _apply(current: Session, folder: Path, wanted: Callable[[Project], Sequence[Edit]], title: str) -> None:
    """Apply edits to the project in a folder, save it, and say what changed."""
    from v2a_foley.project.edits import Steps, edit_to_json
    from v2a_foley.project.storage import open_project

    with open_project(folder) as opened:
        if opened.recovery is not None:
            current.progress.warn(f"{opened.recovery.sentence} They go to the backups.")
        before = opened.project
        edits = wanted(before)
        after, inverse = (edits[0] if len(edits) == 1 else Steps(title, tuple(edits))).apply(before)
        if after.settings != before.settings:
            changed = tuple(name for name in after.settings if after.settings[name] != before.settings.get(name))
            _check_settings(after, changed)
        if after != before:
            opened.edited(after)
            opened.save()
    changes = _changes(before, after)
    undo = edit_to_json(inverse)
    current.result({"edits": [edit_to_json(each) for each in edits], "changes": changes, "undo": undo})
    for each in edits:
        current.say(each.label)
    for line in changes or ["Nothing changed."]:
        current.say(f"  {line}")
    for sentence in current.progress.warnings:
        typer.secho(f"Note: {sentence}", fg="yellow", err=True)


def _check_settings(project: Project, named: tuple[str, ...]) -> None:
    """Refuse film-wide settings that no run can have; places that were just named here are trusted."""
    from v2a_foley.engine.projects.choices import merged, trust_places
    from v2a_foley.engine.settings import RunSettings

    trust_places(project, named)
    merged(project, RunSettings())


def _changes(before: Project, after: Project) -> list[str]:
    """Return what changed, in words: settings, shots, cues that came, went, were parked, or have other parts."""
    lines = []
    for name in sorted({*before.settings, *after.settings}):
        old, new = before.settings.get(name, "default"), after.settings.get(name, "default")
        if old != new:
            lines.append(f"film {name}: {old} → {new}")
    if before.shots != after.shots:
        lines.append(f"shots: {len(before.shots)} → {len(after.shots)}")
    old_cues, new_cues = ({cue.id: cue for cue in project.cues} for project in (before, after))
    for name in dict.fromkeys((*old_cues, *new_cues)):
        was, now = old_cues.get(name), new_cues.get(name)
        if was is None or now is None:
            parked = any(cue.id == name for cue in after.parked)
            lines.append(f"{name}: {'added' if was is None else 'parked' if parked else 'removed'}")
        elif was is not now:
            lines += _parts(was, now)
    return lines


def _parts(was: Cue, now: Cue) -> list[str]:
    """Return which parts of a cue changed, and to what."""
    pairs = [(each.name, getattr(was, each.name), getattr(now, each.name)) for each in fields(now)]
    return [f"{now.id} {name}: {_shown(old)} → {_shown(new)}" for name, old, new in pairs if old != new]


def _shown(value: Any) -> str:  # noqa: ANN401 - any part of a cue
    """Return a part of a cue in a few letters."""
    if isinstance(value, tuple):
        return f"{len(value)}" if value and not isinstance(value[0], int) else ", ".join(map(str, value)) or "none"
    if hasattr(value, "start"):
        return f"{float(value.start):g}–{float(value.end):g} s"
    if hasattr(value, "times"):
        return f"{len(value.times)} points"
    return str(getattr(value, "name", value)) if value not in (None, "") else "none"


def _lines(given: Sequence[str]) -> list[str]:
    """Return the texts of edits: as they are given, from files, or from standard input, one a line."""
    texts: list[str] = []
    for each in given:
        if each.lstrip().startswith("{"):
            texts.append(each)
            continue
        try:
            content = sys.stdin.read() if each == "-" else Path(each).read_text("utf-8")
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{each!r} is neither an edit nor a file of edits.", hint="Write JSON, a file's name or -."
            ) from error
        texts += [line for line in content.splitlines() if line.strip()]
    return texts


def _parsed(text: str) -> object:
    try:
        return plain_json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{text[:80]!r} is no JSON.", hint='Write an edit as an object: {"edit": "split_shot", ...}.'
        ) from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
