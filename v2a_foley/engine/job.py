"""The main job: a film goes in, the same film comes out with a soundtrack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from v2a_foley.engine import stages
from v2a_foley.engine.border import border
from v2a_foley.engine.delivering import check_destinations, results, timeline_takes, with_takes_in
from v2a_foley.engine.listed import listed_cues
from v2a_foley.engine.makers import check_voice
from v2a_foley.engine.result import RunResult
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import UsageError
from v2a_foley.files import Outbox, translated
from v2a_foley.leftovers import own_prefix, sweep
from v2a_foley.progress import Progress


def add_foley(
    source: str | Path,
    output: str | Path,
    *,
    progress: Progress | None = None,
    takes_folder: str | Path | None = None,
    **choices: Any,  # noqa: ANN401 - the fields of RunSettings, checked there
) -> RunResult:
    """Give a film its sound: the whole main job in one call.

    Args:
        source: a film, or a photograph.
        output: the film to write (``.wav`` for the sound alone; the only kind for a photograph).
        progress: told what is being done; also stops the work.
        takes_folder: where to keep the takes; by default they vanish with the result.
        **choices: the fields of ``RunSettings``, for example ``prompt="rain on a roof"`` or ``original="duck"``.

    Raises:
        FoleyError: one of its children, see ``v2a_foley.errors``; nothing is left at the output's name.
    """
    settings = settings_from(choices)
    keep = Path(takes_folder) if takes_folder is not None else None
    return run(Path(source), Path(output), settings, progress or Progress(), takes_folder=keep)


def settings_from(choices: dict[str, Any]) -> RunSettings:
    """Return the settings that loosely typed choices stand for: texts for paths, one prompt for many.

    Raises:
        UsageError: a choice is not known, or its value lies outside its range.
    """
    chosen = dict(choices)
    for key in (
        "cuts",
        "edit",
        "spot_from",
        "library",
        "mapper",
        "init",
        "stems",
        "spotting",
        "timeline",
        "contact_sheet",
    ):
        if chosen.get(key) is not None:
            chosen[key] = Path(chosen[key])
    if isinstance(chosen.get("prompt"), str):
        chosen["prompt"] = (chosen["prompt"],)
    for key in ("cues", "onsets"):
        if isinstance(chosen.get(key), Path):
            chosen[key] = str(chosen[key])
    if isinstance(chosen.get("loudness"), int | float):
        chosen["loudness"] = f"{chosen['loudness']:g}"
    try:
        return RunSettings(**chosen)
    except TypeError as error:
        raise UsageError(f"{error}.", hint="See v2a_foley.RunSettings for what can be chosen.") from error


def run(
    source: Path, output: Path, settings: RunSettings, progress: Progress, *, takes_folder: Path | None = None
) -> RunResult:
    """Run the main job with settings that are complete; see ``add_foley``."""
    check_destinations(source, output, settings)
    settings.prompts()
    with scratch() as room, Outbox() as outbox, border():
        outbox.path(output)  # asked for at once: where nothing can be written, no work is wasted
        project = stages.open_film(source, progress)
        stages.check_request(project, output, settings)
        check_destinations(source, output, settings, project.media.start_timecode)
        profile = stages.load_profile(settings.profile, progress, settings)
        check_voice(settings, profile, progress)
        listed_cues(project, profile.vocabulary, settings)  # its mistakes are told before the film is looked at
        seen = stages.describe(project, profile, settings, progress)
        project = stages.spot(seen, profile, settings, progress)
        own = Path(room.name)
        place = _takes_place(settings, outbox, takes_folder, own)
        project = stages.make_takes(project, profile, place, settings, progress)
        final = with_takes_in(project, timeline_takes(settings) or takes_folder or own)
        result = results(project, output, settings, progress, outbox, own, final=final, compute=profile.compute)
        outbox.deliver()
        return replace(result, _scratch=room)


@contextmanager
def scratch() -> Iterator[TemporaryDirectory[str]]:
    """Give a scratch folder that outlives the block only if the block ends well.

    Raises:
        DiskFull: there is no room for scratch files.
    """
    try:
        sweep(Path(gettempdir()))  # what a killed run left may be many gigabytes
        room = TemporaryDirectory(prefix=own_prefix(), ignore_cleanup_errors=True)
    except OSError as error:
        raise translated(error, Path("scratch folder")) from error
    try:
        yield room
    except BaseException:
        room.cleanup()
        raise


def _takes_place(settings: RunSettings, outbox: Outbox, asked: Path | None, own: Path) -> Path:
    """Return where takes are written: where they are asked for, beside the timeline, or in scratch."""
    final = timeline_takes(settings) or asked
    return own if final is None else outbox.folder(final)
