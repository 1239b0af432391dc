"""How a batch is shown: its summary, a line a job, and what a dry run tells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from v2a_foley.cli.session import Session

if TYPE_CHECKING:
    from v2a_foley.engine.queue.jobs import Job


def dry(current: Session, output: Path, jobs: list[Job]) -> None:
    """Tell what would be done, and how much room it needs."""
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


def finish(current: Session, folder: Path, report: dict[str, Any]) -> None:
    """Print the summary and leave with 1 where a job failed."""
    current.result(report)
    table(current, report)
    failed = report["counts"]["failed"]
    current.say(f"{folder}  {counts(report)}, report.json and report.csv tell more")
    if failed:
        typer.secho(f"{failed} failed. Try them again: v2a-foley batch retry {folder}", fg="red", err=True)
        raise typer.Exit(1)


def table(current: Session, report: Mapping[str, Any]) -> None:
    """Print a line a job."""
    for job in report["jobs"]:
        loud = "" if job["integrated_lufs"] is None else f"{job['integrated_lufs']:.1f} LUFS"
        said = job["message"] or job["note"] or loud
        spent = f"{job['seconds']:.1f} s" if job["seconds"] else ""
        current.say(f"{job['number']:>5}  {job['state']:<9}  {job['output']}  {spent}  {said}".rstrip())
        for sentence in job["warnings"]:
            current.say(f"       Note: {sentence}")


def counts(report: Mapping[str, Any]) -> str:
    """Return how many jobs are in which state."""
    return ", ".join(f"{count} {state}" for state, count in report["counts"].items() if count) or "no jobs"
