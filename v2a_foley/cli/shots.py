"""``v2a-foley shots``: the shots of a film, and how they were found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from v2a_foley.cli.session import session
from v2a_foley.engine.settings import RunSettings

Video = Annotated[Path, typer.Argument(metavar="VIDEO", help="The film.", readable=False)]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Detector = Annotated[str, typer.Option("--detector", help="How cuts are found: adaptive, content or transnet.")]
Cuts = Annotated[Path | None, typer.Option("--cuts", metavar="FILE", help="Take the cuts from a file.", readable=False)]


def shots(video: Video, detector: Detector = "adaptive", cuts: Cuts = None, json: Json = False) -> None:
    """List the shots of a film, and how they were found."""
    with session(as_json=json) as current:
        settings = RunSettings(detector=detector, cuts=cuts)
        from v2a_foley.engine.describe import find_shots
        from v2a_foley.engine.result import shots_dict
        from v2a_foley.engine.stages import open_film
        from v2a_foley.timebase import as_clock
        from v2a_foley.video.cuts import read_cuts

        project = open_film(video, current.progress)
        known = read_cuts(cuts, project.media) if cuts is not None else None
        seen = find_shots(project, detector=settings.detector, cuts=known, progress=current.progress)
        current.result(shots_dict(video, seen.project, settings, current.progress.warnings))
        for shot in seen.project.shots:
            current.say(f"{shot.index:>4}  {as_clock(shot.range.start)}–{as_clock(shot.range.end)}  {shot.found}")
        for sentence in current.progress.warnings:
            typer.secho(f"Note: {sentence}", fg="yellow", err=True)
