"""The last stages of every road: from a project with takes to the film, its stems and its lists, in their places.

Where files wait until all of them are there is the business of the box that is handed in.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from v2a_foley.compute import Compute, peak_memory
from v2a_foley.engine import stages
from v2a_foley.engine.result import RunResult
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import UsageError
from v2a_foley.files import check_output, safe_name
from v2a_foley.progress import Progress
from v2a_foley.project import Project
from v2a_foley.project.licences import licence_warnings
from v2a_foley.render.stems import EFFECTS, MUSIC_AND_EFFECTS, RenderedSound, stem_layers
from v2a_foley.timebase import Timecode

REDUCED = {MUSIC_AND_EFFECTS: "me", EFFECTS: "effects"}
"""What the mix without its dialogue is called among a result's files."""


class Box(Protocol):
    """Where files are written before they get their names."""

    def path(self, destination: Path) -> Path:
        """Return where to write a file whose place will be ``destination``."""
        ...

    def folder(self, destination: Path) -> Path:
        """Return a folder to write into; every file in it will be placed in the folder ``destination``."""
        ...


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


def timeline_takes(settings: RunSettings) -> Path | None:
    """Return the folder beside the timeline that holds its takes, or None where no timeline is asked for."""
    if settings.timeline is None:
        return None
    return settings.timeline.parent / safe_name(f"{settings.timeline.stem}_takes")


def with_takes_in(project: Project, folder: Path) -> Project:
    """Return the project with its takes' files where they will lie when the work is done."""
    return project.with_cues(
        replace(cue, takes=tuple(replace(take, path=folder / take.path.name) for take in cue.takes))
        for cue in project.cues
    )


def results(
    project: Project,
    output: Path,
    settings: RunSettings,
    progress: Progress,
    box: Box,
    room: Path,
    *,
    final: Project | None = None,
    compute: Compute | None = None,
    dated: bool = True,
) -> RunResult:
    """Mix, mux and write the stems and lists that are asked for, all of it into the box.

    Args:
        project: with its takes.
        output: the film.
        settings: the mix, and which files.
        progress: told of the stages, and warned.
        box: where files wait.
        room: a scratch folder.
        final: the project with its takes where they will lie for the lists' readers; by default as it is.
        compute: where networks ran, for the peak of memory.
        dated: whether sound files say when they were made.

    Raises:
        DiskFull: the disk is full.
        RenderError: what was written is not what it should be.
        Cancelled: the work was asked to stop.
    """
    final = final or project
    for sentence in licence_warnings(project.cues):
        progress.warn(sentence)
    film = box.path(output)
    place = box.folder(settings.stems) if settings.stems is not None else room
    sound = stages.mix_down(project, place, settings, progress, dated=dated)
    stages.write_film(project, sound, film, progress)
    files = _write_lists(project, final, sound, settings, box, progress)
    if settings.stems is not None and sound.mix.parent != room:
        sound.mix.unlink()  # the mix is in the film; the folder gets the stems
    progress.check()
    return RunResult(
        output=output,
        project=final,
        stems={layer: settings.stems / path.name for layer, path in sound.stems.items()} if settings.stems else {},
        delivery=sound.delivery,
        integrated=sound.loudness.integrated,
        true_peak=sound.loudness.true_peak,
        seconds=dict(progress.seconds),
        warnings=tuple(progress.warnings),
        peak_memory=peak_memory(compute or Compute()),
        files=files,
    )


def _write_lists(
    project: Project, final: Project, sound: RenderedSound, settings: RunSettings, box: Box, progress: Progress
) -> dict[str, Path]:
    """Write the spotting list, the timeline and the contact sheet, where they are asked for."""
    files: dict[str, Path] = {}
    if settings.stems is not None:
        files |= {REDUCED[what]: settings.stems / path.name for what, path in sound.reduced.items()}
    with progress.stage("report"):
        if settings.spotting is not None:
            from v2a_foley.interchange.spotting import write_spotting

            write_spotting(final, box.path(settings.spotting))
            files["spotting"] = settings.spotting
        if settings.timeline is not None:
            from v2a_foley.interchange.otio import write_timeline

            stems = {layer: (settings.stems or Path()) / path.name for layer, path in sound.stems.items()}
            write_timeline(final, box.path(settings.timeline), stems=stems if settings.stems else None)
            files["timeline"] = settings.timeline
        if settings.contact_sheet is not None:
            from v2a_foley.render.contact_sheet import contact_sheet

            contact_sheet(project, box.path(settings.contact_sheet), mix=sound.mix)
            files["contact_sheet"] = settings.contact_sheet
    return files
