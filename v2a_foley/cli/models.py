"""``v2a-foley models``: the models of the full profile on this machine: listed, fetched, checked, brought, removed."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from v2a_foley.cli.session import session
from v2a_foley.cli.shots import Json

if TYPE_CHECKING:
    from v2a_foley.models import Model, State
    from v2a_foley.models.plan import Plan

Name = Annotated[str, typer.Argument(metavar="NAME", help="The model's name, as 'v2a-foley models list' has it.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="The models' names; all by default.")]
Accept = Annotated[bool, typer.Option("--accept-licence", help="Accept the licence without being asked.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder with the model's files.", readable=False)]

app = typer.Typer(help="List, fetch, check, bring and remove the models of the full profile.", no_args_is_help=True)


@app.command("list")
def list_models(json: Json = False) -> None:
    """List the models: what for, size, licence, and whether they are here."""
    with session(as_json=json) as current:
        from v2a_foley.models import models_folder, states

        found = states(current.progress)
        current.result({"folder": str(models_folder()), "models": [_as_dict(each) for each in found]})
        for each in found:
            size = shown_size(each.model.size, each.model.known_bytes)
            current.say(f"{each.model.name:<26}{each.state:<16}{size:>10}   {shown_licence(each.model)}")
            current.say(f"    {each.model.purpose}")
            if each.state != "not installed":
                current.say(f"    {_standing(each)}")
        current.say(f"\nThey lie in {models_folder()}")


@app.command()
def pull(name: Name, accept_licence: Accept = False, json: Json = False) -> None:
    """Fetch a model from the hub, after you have seen its licence; goes on where an earlier try was stopped."""
    with session(as_json=json) as current:
        from v2a_foley.errors import UsageError
        from v2a_foley.models.plan import plan
        from v2a_foley.models.store import home, state_of

        if state_of(name, current.progress).state == "installed":
            current.result({"name": name, "state": "installed", "place": str(home(name)), "fetched": False})
            current.say(f"{name} is installed already: {home(name)}")
            return
        wanted = plan(name, current.progress)
        _show(wanted)
        if not accept_licence and not sys.stdin.isatty():
            raise UsageError(
                "There is no terminal to ask on whether you accept the licence.",
                hint="Add --accept-licence if you do.",
            )
    agreed = accept_licence or _asked(wanted)  # outside a session: no bar over the question, and Ctrl-C answers it
    with session(as_json=json) as current:
        from v2a_foley.errors import Cancelled
        from v2a_foley.models.pull import pull as fetch

        if not agreed:
            raise Cancelled("Nothing was downloaded.", hint=f"The licence is {wanted.model.licence}.")
        place = fetch(wanted, current.progress)
        current.result({"name": name, "state": "installed", "place": str(place), "fetched": True})
        current.say(f"{name} is installed: {place}")


@app.command()
def verify(names: Names = None, json: Json = False) -> None:
    """Hash every file of the installed models and compare."""
    with session(as_json=json) as current:
        from v2a_foley.errors import ModelDamaged
        from v2a_foley.models import models
        from v2a_foley.models import verify as check
        from v2a_foley.models.store import home

        rows: list[dict[str, Any]] = []
        for name in names or [name for name in models() if home(name).exists()]:
            try:
                record = check(name, current.progress)
            except ModelDamaged as error:
                rows.append({"name": name, "ok": False, "says": error.message})
                current.say(f"{name:<26}DAMAGED  {error.message}\n{'':<26}{error.hint}")
            else:
                rows.append({"name": name, "ok": True, "says": f"{len(record.files)} files, {record.size} bytes"})
                current.say(f"{name:<26}whole ({len(record.files)} files, {shown_size(record.size)})")
        current.result({"models": rows})
        if not rows:
            current.say("No model is installed.")
        if not all(row["ok"] for row in rows):
            raise typer.Exit(ModelDamaged.exit_code)


@app.command("import")
def import_model(name: Name, folder: Folder, json: Json = False) -> None:
    """Take a model from a folder that was made on another machine; for studios without a network."""
    with session(as_json=json) as current:
        from v2a_foley.models.bring import import_folder

        place = import_folder(name, folder, current.progress)
        current.result({"name": name, "state": "installed", "place": str(place)})
        current.say(f"{name} is installed: {place}")


@app.command()
def remove(name: Name, json: Json = False) -> None:
    """Remove a model from this machine, and what is left of an unfinished download."""
    with session(as_json=json) as current:
        from v2a_foley.models import remove as drop

        freed = drop(name)
        current.result({"name": name, "state": "not installed", "freed": freed})
        current.say(f"{name} is removed; {shown_size(freed)} are free again.")


def _show(wanted: Plan) -> None:
    """Show what will be fetched and under which licence, before a byte of it is."""
    model = wanted.model
    lines = [
        f"{model.name}: {model.purpose}",
        f"  from      {model.repository} at {wanted.revision}",
        f"  size      {shown_size(wanted.size)} in {len(wanted.files)} files",
        f"  licence   {model.licence}{'' if model.commercial else ': NOT FOR COMMERCIAL WORK'}",
        *textwrap.wrap(model.terms, 108, initial_indent=" " * 12, subsequent_indent=" " * 12),
    ]
    if wanted.asked_hub:
        lines.append("  checked   against the hub's own hashes of this commit where the program pins none")
    typer.echo("\n".join(lines), err=True)


def _asked(wanted: Plan) -> bool:
    """Ask on the terminal; anything but yes is no."""
    typer.echo(f"Accept {wanted.model.licence} and download {shown_size(wanted.size)}? [y/N] ", nl=False, err=True)
    try:
        return sys.stdin.readline().strip().lower() in {"y", "yes"}
    except KeyboardInterrupt:
        typer.echo(err=True)
        return False


def _as_dict(each: State) -> dict[str, Any]:
    model = each.model
    return {
        "name": model.name,
        "purpose": model.purpose,
        "repository": model.repository,
        "revision": model.revision,
        "pinned": model.pinned,
        "licence": model.licence,
        "commercial": model.commercial,
        "terms": model.terms,
        "size": model.size,
        "files": [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in model.files],
        "state": each.state,
        "place": None if each.place is None else str(each.place),
        "held": each.held,
        "says": each.says,
    }


def shown_licence(model: Model) -> str:
    """Return a model's licence for people, with its limit."""
    return model.licence + ("" if model.commercial else " (non-commercial)")


def _standing(each: State) -> str:
    if each.state == "partial":
        return f"{shown_size(each.held)} are here; go on with: v2a-foley models pull {each.model.name}"
    return each.says if each.state == "damaged" else str(each.place)


def shown_size(size: int | None, at_least: int = 0) -> str:
    """Return bytes for people; where only some sizes are known, what they come to with a plus."""
    if size is None and not at_least:
        return "?"
    value = at_least if size is None else size
    units = ((1e9, "GB", 2), (1e6, "MB", 0), (1e3, "kB", 0))
    text = next(
        (f"{value / unit:.{digits}f} {name}" for unit, name, digits in units if value >= unit), f"{value} bytes"
    )
    return text if size is not None else f"> {text}"
