"""The main job: a film goes in, the same film comes out with a soundtrack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from v2a_foley.compute import peak_memory
from v2a_foley.engine import stages
from v2a_foley.engine.border import border
from v2a_foley.engine.listed import listed_cues
from v2a_foley.engine.makers import check_voice
from v2a_foley.engine.result import RunResult
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import UsageError
from v2a_foley.files import Outbox, check_output, safe_name, translated
from v2a_foley.leftovers import own_prefix, sweep
from v2a_foley.progress import Progress
from v2a_foley.project import Project
from v2a_foley.project.licences import licence_warnings
from v2a_foley.render.stems import EFFECTS, MUSIC_AND_EFFECTS, RenderedSound, stem_layers
from v2a_foley.timebase import Timecode

REDUCED = {MUSIC_AND_EFFECTS: "me", EFFECTS: "effects"}
"""What the mix without its dialogue is called among a result's files."""


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
    for key in ("cuts", "spot_from", "library", "mapper", "init", "stems", "spotting", "timeline", "contact_sheet"):
        if chosen.get(key) is not None:
            chosen[key] = Path(chosen[key])
    if isinstance(chosen.get("prompt"), str):
        chosen["prompt"] = (chosen["prompt"],)
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
        film = outbox.path(output)  # asked for at once: where nothing can be written, no work is wasted
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
        for sentence in licence_warnings(project.cues):
            progress.warn(sentence)
        sound = stages.mix_down(project, outbox.folder(settings.stems) if settings.stems else own, settings, progress)
        stages.write_film(project, sound, film, progress)
        final = _with_takes_in(project, _timeline_takes(settings) or takes_folder or own)
        files = _write_lists(project, final, sound, settings, outbox, progress)
        if settings.stems is not None and sound.mix.parent != own:
            sound.mix.unlink()  # the mix is in the film; the folder gets the stems
        progress.check()
        outbox.deliver()
        return RunResult(
            output=output,
            project=final,
            stems={layer: settings.stems / path.name for layer, path in sound.stems.items()} if settings.stems else {},
            delivery=sound.delivery,
            integrated=sound.loudness.integrated,
            true_peak=sound.loudness.true_peak,
            seconds=dict(progress.seconds),
            warnings=tuple(progress.warnings),
            peak_memory=peak_memory(profile.compute),
            files=files,
            _scratch=room,
        )


def check_destinations(source: Path, output: Path, settings: RunSettings, start: Timecode | None = None) -> None:
    """Refuse every output that cannot be written, before any work is done.

    Where stems' names tell the film's first timecode, they are checked only once that is known (``start``).

    Raises:
        OutputError: a folder is missing or read-only, or an output is the input.
        UsageError: a file exists already and is not to be overwritten, or two outputs share a name.
    """
    wanted = [output, *(each for each in (settings.spotting, settings.timeline, settings.contact_sheet) if each)]
    naming = settings.naming()
    if settings.stems is not None and (start is not None or not naming.stems_need_start):
        wanted += [settings.stems / naming.stem_name(source, layer, start) for layer in stem_layers(settings.tracks())]
    if len({each.absolute() for each in wanted}) < len(wanted):
        raise UsageError("Two outputs have the same name.", hint="Give each its own.")
    for each in wanted:
        if each.parent == settings.stems and not each.parent.exists():
            check_output(each.parent, inputs=[source], overwrite=settings.overwrite)  # the folder will be made
        else:
            check_output(each, inputs=[source], overwrite=settings.overwrite)


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


def _timeline_takes(settings: RunSettings) -> Path | None:
    """Return the folder beside the timeline that holds its takes, or None where no timeline is asked for."""
    if settings.timeline is None:
        return None
    return settings.timeline.parent / safe_name(f"{settings.timeline.stem}_takes")


def _takes_place(settings: RunSettings, outbox: Outbox, asked: Path | None, own: Path) -> Path:
    """Return where takes are written: where they are asked for, beside the timeline, or in scratch."""
    final = _timeline_takes(settings) or asked
    return own if final is None else outbox.folder(final)


def _with_takes_in(project: Project, folder: Path) -> Project:
    """Return the project with its takes' files where they will lie when the work is done."""
    return project.with_cues(
        replace(cue, takes=tuple(replace(take, path=folder / take.path.name) for take in cue.takes))
        for cue in project.cues
    )


def _write_lists(
    project: Project, final: Project, sound: RenderedSound, settings: RunSettings, outbox: Outbox, progress: Progress
) -> dict[str, Path]:
    """Write the spotting list, the timeline and the contact sheet, where they are asked for."""
    files: dict[str, Path] = {}
    if settings.stems is not None:
        files |= {REDUCED[what]: settings.stems / path.name for what, path in sound.reduced.items()}
    with progress.stage("report"):
        if settings.spotting is not None:
            from v2a_foley.interchange.spotting import write_spotting

            write_spotting(final, outbox.path(settings.spotting))
            files["spotting"] = settings.spotting
        if settings.timeline is not None:
            from v2a_foley.interchange.otio import write_timeline

            stems = {layer: (settings.stems or Path()) / path.name for layer, path in sound.stems.items()}
            write_timeline(final, outbox.path(settings.timeline), stems=stems if settings.stems else None)
            files["timeline"] = settings.timeline
        if settings.contact_sheet is not None:
            from v2a_foley.render.contact_sheet import contact_sheet

            contact_sheet(project, outbox.path(settings.contact_sheet), mix=sound.mix)
            files["contact_sheet"] = settings.contact_sheet
    return files
