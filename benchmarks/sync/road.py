"""From a film to its muxed film through the program itself, and what is heard there. What to compare stands elsewhere.

The stages are those of ``add_foley``, one by one, so that a profile is loaded once for many films.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.sync.cases import Case
from benchmarks.sync.ears import level_curve, listen, onsets
from v2a_foley.engine import stages
from v2a_foley.engine.job import settings_from
from v2a_foley.engine.projects.warm import Warm
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.takes import TakeOptions, generate_takes
from v2a_foley.engine.translate import audio_embeddings
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Project

BED = "room tone"
"""Asked for beside what sounds: a background with birds or hammers in it is not what is measured."""

KNOCK = "a wooden knock"
"""Asked for where nothing happens, so that there is something to strike: what is struck then is struck falsely."""


@dataclass(frozen=True)
class Outcome:
    """What a system made of a film.

    Attributes:
        hits: (seconds, strength) of the hits in the project's cues.
        heard: (seconds, decibels) of the strikes that are heard in the muxed film; empty in silence.
        levels: decibels every 50 ms of the muxed film; empty in silence.
        warnings: what the program told the user.
        events: names of the events that were chosen.
    """

    hits: tuple[tuple[float, float], ...]
    heard: tuple[tuple[float, float], ...] = ()
    levels: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


@dataclass
class Road:
    """Runs films; what is costly to load is kept.

    Attributes:
        warm: the profiles and voices that are loaded.
    """

    warm: Warm = dataclasses.field(default_factory=Warm)

    def spotted(self, case: Case, choices: dict[str, Any]) -> tuple[Project, RunSettings, Progress]:
        """Return the film's project with its cues, before any sound is made."""
        progress = Progress()
        settings = settings_from({**basics(case), **choices})
        project = stages.open_film(case.film, progress)
        profile = self.warm.profile(settings, progress)
        seen = stages.describe(project, profile, settings, progress)
        return stages.spot(seen, profile, settings, progress), settings, progress

    def silent(self, case: Case, choices: dict[str, Any]) -> Outcome:
        """Return the hits alone, as a knock would have them whatever is seen: no sound is made."""
        project, _, progress = self.spotted(case, {"prompt": f"{KNOCK}, {BED}", **choices})
        return Outcome(hits_in(project.cues), warnings=tuple(progress.warnings), events=_events(project))

    def sounded(self, case: Case, choices: dict[str, Any]) -> Outcome:
        """Return what is heard in the muxed film."""
        with TemporaryDirectory(prefix="v2a-sync-") as scratch:
            folder = Path(scratch)
            film = folder / f"{case.name}.mov"
            project, progress = self.muxed(case, choices, folder, film)
            sound = listen(film)
        _, levels = level_curve(sound)
        return Outcome(
            hits_in(project.cues),
            tuple((round(one.time, 5), round(one.level, 2)) for one in onsets(sound)),
            tuple(round(float(level), 2) for level in levels),
            tuple(progress.warnings),
            _events(project),
        )

    def muxed(self, case: Case, choices: dict[str, Any], folder: Path, film: Path) -> tuple[Project, Progress]:
        """Write the film with its sound, as ``add_foley`` does; takes and mix lie in a folder that exists."""
        project, settings, progress = self.spotted(case, choices)
        profile = self.warm.profile(settings, progress)
        project = generate_takes(
            project,
            self.warm.makers(settings, profile, progress),
            TakeOptions(settings.seed, settings.takes, 4, settings.room),
            folder,
            progress,
            embeddings=audio_embeddings(project, profile, settings, progress),
        )
        sound = stages.mix_down(project, folder, settings, progress)
        stages.write_film(project, sound, film, progress)
        return project, progress


def basics(case: Case) -> dict[str, Any]:
    """Return the settings that every system shares."""
    return {
        "prompt": f"{KNOCK if case.quiet else case.prompt}, {BED}",
        "original": "replace",
        "loudness": "off",
        "cues": "events",
        "profile": "pocket",
        "room": "dry",
    }


def hits_in(cues: tuple[Cue, ...]) -> tuple[tuple[float, float], ...]:
    """Return the hits of cues, muted ones left out; hits that cues share count once."""
    found: dict[float, float] = {}
    for cue in cues:
        for hit in cue.hits:
            if not hit.muted:
                time = round(float(hit.time), 6)
                found[time] = max(found.get(time, 0.0), round(hit.strength, 4))
    return tuple(sorted(found.items()))


def curve_of(outcome: Outcome) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middles of the level readings in seconds, and the decibels."""
    return (np.arange(len(outcome.levels)) + 0.5) * 0.05, np.array(outcome.levels)


def _events(project: Project) -> tuple[str, ...]:
    return tuple(sorted({cue.event.name for cue in project.cues}))
