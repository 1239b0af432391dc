"""What is done with a project: it is made from a film, its takes are generated, it is rendered."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from v2a_foley.engine import stages
from v2a_foley.engine.border import border
from v2a_foley.engine.delivering import Box, check_destinations, results, timeline_takes
from v2a_foley.engine.listed import listed_cues
from v2a_foley.engine.makers import check_voice
from v2a_foley.engine.means import Means
from v2a_foley.engine.profiles import Profile
from v2a_foley.engine.projects.choices import lasting, merged, trust_places
from v2a_foley.engine.projects.kept import ProjectTakes
from v2a_foley.engine.projects.warm import Warm
from v2a_foley.engine.projects.wishes import options_of_takes, why_stale, wish_of
from v2a_foley.engine.result import RunResult
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.takes import takes_for
from v2a_foley.engine.translate import audio_embeddings
from v2a_foley.errors import UsageError
from v2a_foley.files import Outbox, scratch_folder, translated
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Project, Take
from v2a_foley.project.creating import create_project
from v2a_foley.project.places import DOCUMENT
from v2a_foley.video.look import Watcher

_NUMBERED = re.compile(r"t(\d{1,9})$")


def new_project(
    source: Path, folder: Path, settings: RunSettings, progress: Progress, *, warm: Warm | None = None
) -> Project:
    """Make a project of a film: look at it, decide what should sound where, and write its folder. Nothing is generated.

    Args:
        source: a film, or a photograph.
        folder: the project's; holds no project yet.
        settings: what is chosen; all but the names of outputs stays with the project.
        progress: told of the stages.
        warm: keeps models loaded between calls.

    Raises:
        UsageError: there is a project in the folder already.
        FoleyError: one of its children; no project is left half made.
    """
    from v2a_foley.video.signatures import SignatureTaker, write_signatures

    if (folder / DOCUMENT).exists():  # told before the film is looked at
        raise UsageError(f"There is a project in {folder.name!r} already.", hint="Choose another folder.")
    with border():
        taker = SignatureTaker()
        project = spotted(source, settings, progress, warm or Warm(), watchers=[taker])
        project = replace(project, settings=MappingProxyType(lasting(settings)))
        with create_project(folder, project) as opened:
            if not project.media.still:  # what a later cut of the film is compared with
                write_signatures(opened.folder, taker.finish(project.media.picture.end))
            trust_places(opened.project)
            return opened.project


def spotted(
    source: Path,
    settings: RunSettings,
    progress: Progress,
    warm: Warm,
    output: Path | None = None,
    *,
    watchers: Sequence[Watcher] = (),
) -> Project:
    """Return a film with its shots described and its cues placed.

    Args:
        source: a film, or a photograph.
        settings: what is chosen.
        progress: told of the stages.
        warm: keeps models loaded.
        output: the film that will be written, where that is known: what cannot be written is refused at once.
        watchers: whoever else looks at every frame.

    Raises:
        FoleyError: one of its children.
    """
    settings.prompts()
    project = stages.open_film(source, progress)
    if output is not None:
        stages.check_request(project, output, settings)
        check_destinations(source, output, settings, project.media.start_timecode)
    profile = warm.profile(settings, progress)
    check_voice(settings, profile, progress)
    listed_cues(project, profile.vocabulary, settings)  # its mistakes are told before the film is looked at
    seen = stages.describe(project, profile, settings, progress, watchers=watchers)
    return stages.spot(seen, profile, settings, progress)


def generate(
    project: Project,
    folder: Path,
    settings: RunSettings,
    progress: Progress,
    cues: Collection[str] | None = None,
    told: Callable[[Cue, Take], None] | None = None,
    *,
    warm: Warm | None = None,
) -> Project:
    """Return the project with takes for its cues; the project's document is not written.

    Without names, cues get a take where they have none that is what they ask for (``why_stale``); one that they had
    before and that fits is taken again. Cues that are named get new takes, however many they have. The first of the new
    ones is active. Whatever was made before of the same is found again and costs nothing.

    Args:
        project: what should sound.
        folder: the project's; takes are kept in it.
        settings: those that differ from their defaults take the place of the project's own.
        progress: told of the stages.
        cues: ids of the cues that get new takes; None: whichever need one.
        told: called with every take as soon as it is there, and its cue.
        warm: keeps models loaded between calls.

    Raises:
        UsageError: there is no such cue.
        FoleyError: one of its children; takes that are done are kept.
    """
    settings, warm, tell = merged(project, settings), warm or Warm(), told or (lambda _cue, _take: None)
    with border():
        wanted = [project.cue(name) for name in dict.fromkeys(cues)] if cues is not None else []
        changed: dict[str, Cue] = {}
        if cues is None:
            for cue in project.cues:
                fitting = _fitting(cue, settings)
                if fitting is None:
                    wanted.append(cue)
                elif fitting.id != cue.active:
                    changed[cue.id] = replace(cue, active=fitting.id)
                    tell(cue, fitting)
        if wanted:
            numbers = _free_numbers(project, wanted, settings.takes)
            profile = warm.profile(settings, progress)
            check_voice(settings, profile, progress)
            found: dict[tuple[str, int], NDArray[np.float32]] = {}
            for cue in wanted:  # each for itself: a sound must not depend on what else is asked for
                alone = project.with_cues([cue])
                found |= audio_embeddings(alone, profile, settings, progress, numbers=numbers)
            made = made_takes(
                wanted, profile, settings, folder, progress, warm, numbers=numbers, embeddings=found, told=tell
            )
            changed |= {cue.id: _with_first_active(cue, old) for cue, old in zip(made, wanted, strict=True)}
        return project.with_cues(changed.get(cue.id, cue) for cue in project.cues)


def made_takes(
    cues: Sequence[Cue],
    profile: Profile,
    settings: RunSettings,
    folder: Path,
    progress: Progress,
    warm: Warm,
    *,
    embeddings: Mapping[tuple[str, int], NDArray[np.float32]],
    numbers: Mapping[str, Sequence[int]] | None = None,
    told: Callable[[Cue, Take], None] | None = None,
    means: Means | None = None,
) -> list[Cue]:
    """Return cues with takes that are kept in a project's folder, each as soon as it is done.

    Args:
        cues: what should sound.
        profile: whose voice.
        settings: complete.
        folder: the project's.
        progress: told of the stages.
        warm: keeps voices loaded.
        embeddings: where the sounds lie, by the cue's id and the take's number.
        numbers: of the takes, by the cue's id; by default as many as the settings say.
        told: called with every take.
        means: how takes are made, where that is more than by finding and keeping; its folder is replaced.
    """
    means = means or Means(folder, ProjectTakes(folder))
    with scratch_folder(folder) as room:
        return takes_for(
            cues,
            warm.makers(settings, profile, progress, steady=means.whole),
            options_of_takes(settings),
            replace(means, folder=room),
            progress,
            embeddings=embeddings,
            numbers=numbers,
            wish=lambda cue, request: wish_of(cue, request, settings),
            told=told,
        )


def render(project: Project, folder: Path, output: Path, settings: RunSettings, progress: Progress) -> RunResult:
    """Mix the active takes of a project under its film. Nothing is generated; a cue without a take is silent.

    Args:
        project: with its takes.
        folder: the project's.
        output: the film to write.
        settings: those that differ from their defaults take the place of the project's own; stems and lists too.
        progress: told of the stages, and warned of cues that are silent or whose takes are not what they ask for.

    Raises:
        FoleyError: one of its children; nothing is left at the output's name.
    """
    settings = merged(project, settings)
    check_destinations(project.media.path, output, settings, project.media.start_timecode)
    stages.check_request(project, output, settings)
    for sentence in _doubts(project, settings):
        progress.warn(sentence)
    with Outbox() as outbox, border(), scratch_folder() as room:
        outbox.path(output)  # asked for at once: where nothing can be written, no work is wasted
        final = handed_over(project, settings, outbox)
        result = results(project, output, settings, progress, outbox, room, final=final, dated=False)
        outbox.deliver()
        return result


def handed_over(project: Project, settings: RunSettings, box: Box) -> Project:
    """Copy the takes beside the timeline, where one is asked for, and return the project with them there."""
    place = timeline_takes(settings)
    if place is None:
        return project
    names, room = settings.naming(), box.folder(place)

    def copied(cue: Cue, take: Take) -> Take:
        name = names.take_name(cue, take.id, project.media)
        try:
            shutil.copyfile(take.path, room / name)
        except OSError as error:
            raise translated(error, place / name) from error
        return replace(take, path=place / name)

    return project.with_cues(replace(cue, takes=tuple(copied(cue, take) for take in cue.takes)) for cue in project.cues)


def _doubts(project: Project, settings: RunSettings) -> list[str]:
    """Return sentences on cues that will not sound as they ask to."""
    silent = [cue.id for cue in project.cues if cue.take is None and not cue.muted]
    old = [cue.id for cue in project.cues if cue.take is not None and not cue.muted and why_stale(cue, settings)]
    sentences = []
    if silent:
        sentences.append(f"Without a take and silent: {_named(silent)}. Make them: v2a-foley project generate")
    if old:
        sentences.append(
            f"Changed since their takes were made: {_named(old)}. Make new ones: v2a-foley project generate"
        )
    return sentences


def _named(ids: Sequence[str], most: int = 8) -> str:
    """Name the first few of many."""
    rest = len(ids) - most
    return ", ".join(ids[:most]) + (f" and {rest} more" if rest > 0 else "")


def _fitting(cue: Cue, settings: RunSettings) -> Take | None:
    """Return a take that is what a cue asks for: the active one, else the newest; None where there is none."""
    if cue.take is not None and not why_stale(cue, settings):
        return cue.take
    return next((take for take in reversed(cue.takes) if not why_stale(cue, settings, take)), None)


def _free_numbers(project: Project, cues: Sequence[Cue], count: int) -> dict[str, list[int]]:
    """Return the numbers of the next takes of some cues, whose ids are free in the whole project."""
    used = {take.id for cue in (*project.cues, *project.parked) for take in cue.takes}
    numbers = {}
    for cue in cues:
        own = [int(found[1]) for take in cue.takes if (found := _NUMBERED.search(take.id))]
        number, free = max(own, default=0), list[int]()
        while len(free) < count:
            number += 1
            if f"{cue.id}t{number}" not in used:
                free.append(number)
        numbers[cue.id] = free
    return numbers


def _with_first_active(cue: Cue, before: Cue) -> Cue:
    """Return a cue whose first new take is active; as it was where none came."""
    new = cue.takes[len(before.takes) :]
    return replace(cue, active=new[0].id) if new else cue
