"""The verbs on a batch that is there: how far it is, pause, resume, retry, cancel, reorder, rebuild."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from v2a_foley.cli.batch.shown import counts, finish, table
from v2a_foley.cli.session import session
from v2a_foley.cli.shots import Json

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The batch's folder.", readable=False)]
Jobs = Annotated[
    list[str] | None, typer.Argument(metavar="[JOB]...", help="Numbers, spans such as 3-7, or outputs; all by default.")
]
Named = Annotated[list[str], typer.Argument(metavar="JOB...", help="Numbers, spans such as 3-7, or outputs.")]


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
        table(current, report)
        worked = "paused" if report["paused"] else "in work" if report["running"] else "nobody works on it"
        current.say(f"{folder}  {counts(report)}; {worked}")


def pause(folder: Folder, jobs: Jobs = None, json: Json = False) -> None:
    """Begin nothing more; what is in work is finished."""
    _ask(folder, "pause", jobs or [], json)


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
        finish(current, folder, batch.resume(folder, options, current.progress))


def retry(folder: Folder, jobs: Jobs = None, json: Json = False) -> None:
    """Let what failed be tried again; jobs that are named, whatever became of them."""
    _ask(folder, "retry", jobs or [], json)


def cancel(folder: Folder, jobs: Jobs = None, json: Json = False) -> None:
    """Do not do jobs; those in work are stopped."""
    _ask(folder, "cancel", jobs or [], json)


def reorder(
    folder: Folder,
    jobs: Named,
    last: Annotated[bool, typer.Option("--last", help="Put them last, not first.")] = False,
    json: Json = False,
) -> None:
    """Put jobs first, in the order in which they are named."""
    _ask(folder, "last" if last else "first", jobs, json)


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
