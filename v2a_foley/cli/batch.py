"""``v2a-foley batch``: many films, one after the other or side by side, and the verbs on a batch that is under way."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from v2a_foley.cli.options import JSON, declared, parameter, settings_of
from v2a_foley.cli.session import Session, session
from v2a_foley.cli.shots import Json
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import JobsError, UsageError

if TYPE_CHECKING:
    from v2a_foley.engine.queue.batch import BatchOptions
    from v2a_foley.engine.queue.jobs import Job

RUN = "run"


class _Verbs(TyperGroup):
    """A group whose verb ``run`` need not be named: ``batch FOLDER -o DIR``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own, which it does not show
        """Put ``run`` where no verb is named."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [RUN, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Verbs, no_args_is_help=True,
    help="Give many films their sound: v2a-foley batch JOBS.csv|FOLDER|GLOB -o DIR. Whatever stops it, it goes on.",
)  # fmt: skip

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The batch's folder.", readable=False)]
Jobs = Annotated[
    list[str] | None, typer.Argument(metavar="[JOB]...", help="Numbers, spans such as 3-7, or outputs; all by default.")
]
Named = Annotated[list[str], typer.Argument(metavar="JOB...", help="Numbers, spans such as 3-7, or outputs.")]

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


def _run_command() -> Callable[..., None]:
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
            *settings_of(RunSettings, only=[each for each in _fields() if each != "overwrite"]),
            parameter("json", bool, JSON),
            parameter("context", typer.Context, inspect.Parameter.empty),
        ],
    )


def _fields() -> list[str]:
    from dataclasses import fields

    return [each.name for each in fields(RunSettings)]


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
            _dry(current, given["output"], jobs)
            return
        _finish(current, given["output"], batch.begin(given["output"], jobs, options, current.progress))


def _jobs(given: Mapping[str, Any]) -> list[Job]:
    from v2a_foley.engine.queue.fields import FIELDS, INPUTS
    from v2a_foley.engine.queue.jobs import Wish, make_jobs
    from v2a_foley.engine.queue.lists import read_lines
    from v2a_foley.engine.queue.presets import Presets, absolute, read_presets

    named = [each for each in FIELDS if _is_given(given["context"], each)]
    values = {
        name: list(value) if isinstance(value, list | tuple) else str(value) if isinstance(value, Path) else value
        for name, value in ((each, given[each]) for each in named)
    }
    values |= {name: absolute(str(values[name]), Path.cwd()) for name in INPUTS if name in values}
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


def _dry(current: Session, output: Path, jobs: list[Job]) -> None:
    from v2a_foley.engine.queue.estimate import clock, free_bytes, needs, shown_bytes

    found = []
    with current.progress.stage("probe", len(jobs)) as stage:
        for need in needs(jobs):
            found.append(need)
            stage.advance(1, need.job.output)
    results, work = sum(each.results for each in found), max((each.work for each in found), default=0)
    free = free_bytes(output)
    for number, need in enumerate(found, 1):
        length = need.trouble or clock(float(need.seconds or 0))
        current.say(f"{number:>5}  {need.job.source.name} → {need.job.output}  {length}  {shown_bytes(need.results)}")
    current.say(
        f"{len(found)} films; {shown_bytes(results + work)} needed, {shown_bytes(free)} free. Nothing was done."
    )
    current.result(
        {
            "jobs": [
                {
                    "source": str(each.job.source),
                    "output": each.job.output,
                    "settings": dict(each.job.settings),
                    "seconds": None if each.seconds is None else round(float(each.seconds), 3),
                    "bytes": each.results,
                    "trouble": each.trouble,
                }
                for each in found
            ],
            "bytes_needed": results + work,
            "bytes_free": free,
        }
    )


def _finish(current: Session, folder: Path, report: dict[str, Any]) -> None:
    """Print the summary and leave with 1 where a job failed."""
    current.result(report)
    _table(current, report)
    failed = report["counts"]["failed"]
    current.say(f"{folder}  {_counts(report)}, report.json and report.csv tell more")
    if failed:
        typer.secho(f"{failed} failed. Try them again: v2a-foley batch retry {folder}", fg="red", err=True)
        raise typer.Exit(1)


def _table(current: Session, report: Mapping[str, Any]) -> None:
    for job in report["jobs"]:
        loud = "" if job["integrated_lufs"] is None else f"{job['integrated_lufs']:.1f} LUFS"
        said = job["message"] or job["note"] or loud
        spent = f"{job['seconds']:.1f} s" if job["seconds"] else ""
        current.say(f"{job['number']:>5}  {job['state']:<9}  {job['output']}  {spent}  {said}".rstrip())
        for sentence in job["warnings"]:
            current.say(f"       Note: {sentence}")


def _counts(report: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} {state}" for state, count in report["counts"].items() if count) or "no jobs"


app.command(RUN)(_run_command())


@app.command()
def status(folder: Folder, json: Json = False) -> None:
    """Tell how far a batch is, from any terminal."""
    with session(as_json=json) as current:
        from v2a_foley.engine.queue.report import report_of
        from v2a_foley.engine.queue.requests import is_held
        from v2a_foley.engine.queue.state import QueueState

        with QueueState.open(folder) as state:
            report = {**report_of(state), "paused": state.get("paused", False), "running": is_held(folder)}
            report["holder"] = state.get("holder") if report["running"] else None
        current.result(report)
        _table(current, report)
        worked = "paused" if report["paused"] else "in work" if report["running"] else "nobody works on it"
        current.say(f"{folder}  {_counts(report)}; {worked}")


@app.command()
def pause(folder: Folder, jobs: Jobs = None, json: Json = False) -> None:
    """Begin nothing more; what is in work is finished."""
    _ask(folder, "pause", jobs or [], json)


@app.command()
def resume(
    folder: Folder,
    jobs: Jobs = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Jobs in work at a time.")] = None,
    engine: Annotated[str, typer.Option(metavar="local|ray", help="Where the jobs are carried out.")] = "local",
    address: Annotated[str, typer.Option(metavar="HOST:PORT", help="The cluster's address.")] = "auto",
    files: Annotated[str, typer.Option(metavar="shared|store", help="How films reach the cluster.")] = "shared",
    json: Json = False,
) -> None:
    """Go on with a batch: the process that works on it does, or this one where there is none."""
    with session(as_json=json) as current:
        from v2a_foley.engine.queue import batch
        from v2a_foley.engine.queue.engines import Crew, check_engine
        from v2a_foley.engine.queue.requests import ask
        from v2a_foley.engine.queue.state import QueueState

        with QueueState.open(folder) as state:
            answer, held = ask(state, "resume", jobs or [])
        if held:
            current.result({"answer": answer})
            current.say(answer)
            return
        crew = Crew(engine, workers, address=address, files=files)
        check_engine(engine)
        options = batch.BatchOptions(crew=crew)
        _finish(current, folder, batch.resume(folder, options, current.progress))


@app.command()
def retry(folder: Folder, jobs: Jobs = None, json: Json = False) -> None:
    """Let what failed be tried again; jobs that are named, whatever became of them."""
    _ask(folder, "retry", jobs or [], json)


@app.command()
def cancel(folder: Folder, jobs: Jobs = None, json: Json = False) -> None:
    """Do not do jobs; those in work are stopped."""
    _ask(folder, "cancel", jobs or [], json)


@app.command()
def reorder(
    folder: Folder,
    jobs: Named,
    last: Annotated[bool, typer.Option("--last", help="Put them last, not first.")] = False,
    json: Json = False,
) -> None:
    """Put jobs first, in the order in which they are named."""
    _ask(folder, "last" if last else "first", jobs, json)


@app.command()
def rebuild(folder: Folder, json: Json = False) -> None:
    """Build the state of a batch anew where it is damaged; the damaged one is kept."""
    with session(as_json=json) as current:
        from v2a_foley.engine.queue import batch

        count = batch.rebuild(folder)
        current.result({"jobs": count})
        current.say(f"{count} jobs. Go on: v2a-foley batch resume {folder}")


def _ask(folder: Path, verb: str, jobs: list[str], as_json: bool) -> None:
    with session(as_json=as_json) as current:
        from v2a_foley.engine.queue.requests import ask
        from v2a_foley.engine.queue.state import QueueState

        with QueueState.open(folder) as state:
            answer, held = ask(state, verb, jobs)
        current.result({"answer": answer, "running": held})
        current.say(answer)
        if not held and verb == "retry":
            current.say(f"Go on: v2a-foley batch resume {folder}")
