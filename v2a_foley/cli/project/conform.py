"""``v2a-foley project conform``: the film was cut anew, and its project follows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from v2a_foley.cli.session import Session, session
from v2a_foley.engine.settings import RunSettings

if TYPE_CHECKING:
    from v2a_foley.engine.conform import Recut
    from v2a_foley.media import MediaFacts
    from v2a_foley.project.conform.cues import Followed
    from v2a_foley.project.conform.recut import Report
    from v2a_foley.timebase import TimeRange

NewCut = Annotated[Path, typer.Argument(metavar="NEWCUT", help="The film as it is cut now.", readable=False)]
Folder = Annotated[
    Path, typer.Option("--project", "-p", metavar="FOLDER", help="The project's folder.", readable=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would become of everything, and write nothing.")]
Spot = Annotated[bool, typer.Option("--spot", help="Give new shots cues of their own, as the project's settings say.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def conform(
    newcut: NewCut, project: Folder = Path(), dry_run: DryRun = False, spot: Spot = False, json: Json = False
) -> None:
    """Follow the film into a new cut: shots, cues and takes go where their pictures are; nothing is dropped."""
    with session(as_json=json) as current:
        from v2a_foley.engine.conform import conform as work
        from v2a_foley.engine.conform import keep
        from v2a_foley.project.storage import open_project, read_project

        if dry_run:
            found = work(read_project(project), project, newcut, RunSettings(), current.progress, spot=spot)
        else:
            with open_project(project) as opened:
                if opened.recovery is not None:
                    current.progress.warn(f"{opened.recovery.sentence} They go to the backups.")
                found = work(opened.project, opened.folder, newcut, RunSettings(), current.progress, spot=spot)
                keep(opened, found)
        _tell(current, found, written=not dry_run)


def _tell(current: Session, found: Recut, *, written: bool) -> None:
    """Print what became of everything."""
    report = found.report
    current.result({**report.as_dict(), "written": written, "warnings": current.progress.warnings})
    for line in _lines(report):
        current.say(line)
    counts = ", ".join(f"{count} {what}" for what, count in report.counts.items() if count)
    current.say(f"{len(report.cues)} cues: {counts or 'none'}")
    if not written:
        current.say("Nothing was written.")
    for sentence in current.progress.warnings:
        typer.secho(f"Note: {sentence}", fg="yellow", err=True)


def _lines(report: Report) -> Iterator[str]:
    for was, now in report.moved:
        yield f"shot {was} is shot {now} now"
    for shot in report.vanished:
        yield f"shot {shot.index} vanished  {_span(shot.range, report.old)}"
    for shot in report.appeared:
        silent = "  no cue" if shot.index in report.silent else ""
        yield f"shot {shot.index} appeared  {_span(shot.range, report.new)}{silent}"
    for each in report.cues:
        if each.what not in ("kept", "still parked"):
            yield _cue(each, report)


def _cue(cue: Followed, report: Report) -> str:
    now = ", ".join(f"{'' if name == cue.id else name + ' '}{_span(span, report.new)}" for name, span in cue.now)
    lost = "; ".join(_span(span, report.old) for span in cue.lost) if cue.now else ""
    return (
        f"{cue.id} {cue.what}  {cue.event}  {_span(cue.was, report.old)}"
        + (f" → {now}" if now else "")
        + (f"  (no picture for {lost})" if lost else "")
    )


def _span(span: TimeRange, media: MediaFacts) -> str:
    return f"{media.timecode_at(span.start)}–{media.timecode_at(span.end)}"
