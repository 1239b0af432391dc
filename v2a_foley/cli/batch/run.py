"""``v2a-foley batch run``, which need not be named: begins a batch, or goes on with it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from v2a_foley.cli.batch.shown import dry, finish
from v2a_foley.cli.options import JSON, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import JobsError, UsageError

if TYPE_CHECKING:
    from v2a_foley.engine.queue.batch import BatchOptions
    from v2a_foley.engine.queue.jobs import Job

SOURCES = typer.Argument(
    ..., metavar="JOBS.csv|FOLDER|GLOB...", help="A list of jobs, folders, patterns, films.", readable=False
)
OUTPUT = typer.Option(..., "--output", "-o", metavar="DIR", help="The folder that everything is written to.")
QUEUE: Mapping[str, tuple[Any, Any]] = {
    "preset": (
        Path | None,
        typer.Option(
            None, "--preset", metavar="FILE.toml", help="Settings for every job, and tables of named presets."
        ),
    ),
    "recursive": (bool, typer.Option(False, "--recursive", "-r", help="Look into folders below a folder too.")),
    "suffix": (str, typer.Option("same", "--suffix", metavar="same|.mov|…", help="What films are written as.")),
    "existing": (
        str,
        typer.Option("stop", "--existing", metavar="skip|replace|stop", help="What becomes of results that are there."),
    ),
    "workers": (int | None, typer.Option(None, "--workers", min=1, max=64, help="Jobs in work at a time; one a GPU.")),
    "threads": (
        int | None,
        typer.Option(None, "--threads", min=1, max=256, help="Threads of a worker; decided once for a batch."),
    ),
    "engine": (str, typer.Option("local", "--engine", metavar="local|ray", help="Where the jobs are carried out.")),
    "address": (str, typer.Option("auto", "--address", metavar="HOST:PORT", help="The cluster's address.")),
    "files": (
        str,
        typer.Option("shared", "--files", metavar="shared|store", help="How films reach the cluster's machines."),
    ),
    "projects": (bool, typer.Option(False, "--projects", help="Keep each film's project in DIR/projects.")),
    "patience": (
        float,
        typer.Option(900.0, "--patience", metavar="SECONDS", min=0, max=1e6, help="How long to wait for a full disk."),
    ),
    "hang": (
        float,
        typer.Option(600.0, "--hang", metavar="SECONDS", min=1, max=1e6, help="How long a worker may be silent."),
    ),
    "dry_run": (bool, typer.Option(False, "--dry-run", help="Say what would be done, and how much room it needs.")),
}
_PANEL = "Batch"


def command() -> Callable[..., None]:
    """Return the verb as typer wants it: its own options, and one a setting."""
    own = []
    for name, (hint, info) in QUEUE.items():
        info.rich_help_panel = _PANEL
        own.append(parameter(name, hint, info))
    return declared(
        _run,
        [
            parameter("sources", list[Path], SOURCES),
            parameter("output", Path, OUTPUT),
            *own,
            *settings_of(RunSettings, only=[each.name for each in fields(RunSettings) if each.name != "overwrite"]),
            parameter("json", bool, JSON),
            parameter("context", typer.Context, inspect.Parameter.empty),
        ],
    )


def _run(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature declares
    """Give films their sound; the same command, called again, goes on where it was stopped."""
    with session(as_json=given["json"]) as current:
        from v2a_foley.engine.queue import batch

        options = _options(given)
        try:
            jobs = _jobs(given)
        except JobsError as error:
            _all_mistakes(error)
            raise
        if given["dry_run"]:
            dry(current, given["output"], jobs)
            return
        finish(current, given["output"], batch.begin(given["output"], jobs, options, current.progress))


def _jobs(given: Mapping[str, Any]) -> list[Job]:
    from v2a_foley.engine.plain import FIELDS, is_read
    from v2a_foley.engine.queue.jobs import Wish, make_jobs
    from v2a_foley.engine.queue.lists import read_lines
    from v2a_foley.engine.queue.presets import Presets, absolute, read_presets

    named = [each for each in FIELDS if _is_given(given["context"], each)]
    values = {
        name: list(value) if isinstance(value, list | tuple) else str(value) if isinstance(value, Path) else value
        for name, value in ((each, given[each]) for each in named)
    }
    values |= {name: absolute(str(value), Path.cwd()) for name, value in values.items() if is_read(name, value)}
    presets = Presets() if given["preset"] is None else read_presets(given["preset"])
    lines, what = read_lines(given["sources"], given["output"], recursive=given["recursive"])
    return make_jobs(lines, Wish(values, presets, given["suffix"]), what)


def _is_given(context: typer.Context, name: str) -> bool:
    """Tell whether an option was named on the command line, even with its default."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _options(given: Mapping[str, Any]) -> BatchOptions:
    from v2a_foley.engine.queue.batch import BatchOptions
    from v2a_foley.engine.queue.engines import Crew, check_engine
    from v2a_foley.engine.queue.running import EXISTING, RunOptions

    if given["existing"] not in EXISTING:
        raise UsageError(
            f"--existing {given['existing']!r} is not known.", hint=f"Choose one of {', '.join(EXISTING)}."
        )
    own = RunOptions(given["existing"], patience=given["patience"], projects=given["projects"])
    crew = Crew(*(given[each] for each in ("engine", "workers", "device", "hang", "address", "files")))
    check_engine(crew.engine)
    return BatchOptions(own, crew, given["threads"])


def _all_mistakes(error: JobsError) -> None:
    for each in getattr(error, "__notes__", ()):
        typer.echo(each, err=True)
