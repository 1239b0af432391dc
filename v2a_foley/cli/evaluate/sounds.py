"""``v2a-foley evaluate sounds``: folders of sounds against true sounds, captions and pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from v2a_foley.cli.options import JSON, chosen, declared, parameter, settings_of
from v2a_foley.cli.session import session
from v2a_foley.evaluate.sound_settings import SoundSettings

GENERATED = typer.Argument(..., metavar="GENERATED", help="Folders of sounds, each a row.", readable=False)
OUTPUT = typer.Option(..., "--output", "-o", metavar="REPORT.html", help="The page to write.", readable=False)


def command() -> Callable[..., None]:
    """Return the verb as typer wants it."""
    return declared(
        _verb(),
        [
            parameter("generated", list[Path], GENERATED),
            parameter("output", Path, OUTPUT),
            *settings_of(SoundSettings),
            parameter("json", bool, JSON),
        ],
    )


def _verb() -> Callable[..., None]:
    def sounds(**given: Any) -> None:  # noqa: ANN401 - typer hands over what the signature below declares
        """Compare sounds with true sounds, captions and pictures, and write a report."""
        generated, output = given.pop("generated"), given.pop("output")
        with session(as_json=given.pop("json")) as current:
            settings = SoundSettings(**chosen(given))
            from v2a_foley.evaluate.sounds_report import evaluate_sounds

            found = evaluate_sounds(generated, output, settings, current.progress)
            warnings = current.progress.warnings
            current.result({**found.as_dict(), "report": str(output), "warnings": warnings})
            for table in found.tables:
                current.say(table.title)
                for name, figures in table.rows.items():
                    shown = [
                        f"{each.protocol.metric} {each.value:.4g}{each.unit and f' {each.unit}'}"
                        for each in figures.values()
                    ]
                    current.say(f"  {name}: {', '.join(shown)}")
            for sentence in [*found.notes, *warnings]:
                typer.secho(f"Note: {sentence}", fg="yellow", err=True)
            current.say(str(output))

    return sounds
