"""``v2a-foley describe``: what each shot of a film, or a photograph, sounds like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from v2a_foley.cli.session import session
from v2a_foley.cli.shots import Cuts, Detector, Json
from v2a_foley.engine.settings import RunSettings

Source = Annotated[Path, typer.Argument(metavar="VIDEO|IMAGE", help="The film, or a photograph.", readable=False)]
ProfileName = Annotated[str, typer.Option("--profile", metavar="auto|pocket|full|DIR", help="Which eyes look.")]


def describe(
    source: Source,
    detector: Detector = "adaptive",
    cuts: Cuts = None,
    profile: ProfileName = "auto",
    json: Json = False,
) -> None:
    """Tell what each shot (or the photograph) sounds like: the top 5 events with their scores."""
    with session(as_json=json) as current:
        settings = RunSettings(detector=detector, cuts=cuts, profile=profile)
        from v2a_foley.engine import stages
        from v2a_foley.engine.result import described_dict

        project = stages.open_film(source, current.progress)
        eyes = stages.load_profile(profile, current.progress)
        seen = stages.describe(project, eyes, settings, current.progress)
        described = described_dict(source, seen.project)
        current.result(described)
        for shot in described["shots"]:
            current.say(f"{shot['index']:>4}  {shot['start_seconds']:.3f}–{shot['end_seconds']:.3f} s")
            for event in shot["events"]:
                current.say(f"      {event['score']:.2f}  {event['caption']}  [{event['catid']}, {event['kind']}]")
            if shot["unsure"]:
                current.say("      unsure: gets room tone or an ambience only")
        for track in described["sounds"]:
            told = " ".join(filter(None, (track["codec"], track["layout"], track["language"])))
            current.say(f"Sound track {track['track']}: {told}{' (plays)' if track['plays'] else ''}")
        for sentence in current.progress.warnings:
            typer.secho(f"Note: {sentence}", fg="yellow", err=True)
