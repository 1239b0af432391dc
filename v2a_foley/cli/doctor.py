"""``v2a-foley doctor``: what is installed, what works, what is missing and how to get it."""

from __future__ import annotations

from dataclasses import asdict

import typer

from v2a_foley.cli.session import session
from v2a_foley.cli.shots import Json


def doctor(json: Json = False) -> None:
    """Tell what is installed, what works, what is missing and how to get it."""
    with session(as_json=json) as current:
        from v2a_foley.engine.doctor import examine
        from v2a_foley.errors import DependencyMissing

        findings = examine()
        current.result({"findings": [asdict(finding) for finding in findings]})
        for finding in findings:
            mark = "ok " if finding.ok else ("MISSING" if finding.needed else "-- ")
            current.say(f"{mark:<8}{finding.name:<20}{finding.says}")
            if finding.hint and not finding.ok:
                current.say(f"{'':<28}{finding.hint}")
        lacking = [finding.name for finding in findings if finding.needed and not finding.ok]
        if lacking:
            raise typer.Exit(DependencyMissing.exit_code)
        current.say("\nEverything that the main job needs is here.")
