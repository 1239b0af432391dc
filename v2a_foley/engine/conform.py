"""A project's film was cut anew: the new cut is looked at once, and shots, cues and takes follow their pictures.

What is matched and moved stands in ``project/conform``; this reads films and the project's folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from v2a_foley.engine import stages
from v2a_foley.engine.border import border
from v2a_foley.engine.describe import GLANCES, SHORT_SIDE, describe_shot, pooled_shot
from v2a_foley.engine.gaze import even_frames
from v2a_foley.engine.profiles import Profile
from v2a_foley.engine.projects.choices import merged
from v2a_foley.engine.projects.warm import Warm
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import ProjectError, UsageError
from v2a_foley.media import MediaFacts
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Project, Shot
from v2a_foley.project.conform.follow import frames_of
from v2a_foley.project.conform.match import match
from v2a_foley.project.conform.recut import Conformed, Report
from v2a_foley.project.conform.recut import conform as follow
from v2a_foley.project.edits.finding import free_cue_id
from v2a_foley.project.fingerprint import fingerprint
from v2a_foley.project.links import Link, linked, remember
from v2a_foley.project.storage import OpenProject
from v2a_foley.video.look import look
from v2a_foley.video.motion import Motion
from v2a_foley.video.probe import frame_clock, probe
from v2a_foley.video.read import read_blocks, read_picked
from v2a_foley.video.signatures import Signatures, SignatureTaker, read_signatures, write_signatures

_MOST_GLANCES = 64
"""Frames of a new shot that the eyes look at, at the most."""
_PACE = Fraction(1, 500)
"""By what part two films' rates may differ before sounds are a different length from their pictures."""


@dataclass(frozen=True)
class Recut:
    """A project that followed its film, and what the next new cut of it will be held against.

    Attributes:
        project: of the new film.
        report: what became of everything.
        film: the signatures of the new film.
        shelf: by the ids of parked cues, those of their pictures.
    """

    project: Project
    report: Report
    film: Signatures
    shelf: Mapping[str, Signatures]


def conform(
    project: Project,
    folder: Path,
    newcut: Path,
    settings: RunSettings,
    progress: Progress,
    *,
    spot: bool = False,
    warm: Warm | None = None,
) -> Recut:
    """Let a project follow its film into a new cut. Nothing is written (``keep`` does), and no sound is made.

    Args:
        project: of the old film.
        folder: the project's; holds the signatures of the old film, which are taken anew where they are missing and
            the old film is still there.
        newcut: the new film.
        settings: those that differ from their defaults take the place of the project's own.
        progress: told of the stages ``look`` and ``understand``, and warned.
        spot: give the shots that appeared cues of their own.
        warm: keeps models loaded between calls.

    Raises:
        ProjectError: the old film is not known by its pictures any more.
        UsageError: one of the two is a photograph.
        InputError: the new cut cannot be read.
        MissingError: shots appeared, and what looks at them is not installed.
    """
    settings, warm = merged(project, settings), warm or Warm()
    with border():
        media = stages.open_film(newcut, progress).media
        if media.still or project.media.still:
            raise UsageError("A photograph is not cut.", hint="Make a new project of it: v2a-foley project new")
        old, shelf = _known(project, folder, progress)
        shelf = {cue.id: shelf[cue.id] for cue in project.parked if cue.id in shelf}
        taker = SignatureTaker()
        seen = look(media, detector=settings.detector, watchers=[taker], short_side=SHORT_SIDE, progress=progress)
        new = taker.finish(media.picture.end)
        with progress.stage("match"):
            runs = match(old.tiny, new.tiny, shelf=[each.tiny for each in shelf.values()])
        found = follow(
            project,
            media,
            runs,
            old.clock,
            new.clock,
            cuts=[(span.range.start, span.found) for span in seen.shots],
            shelf={name: each.clock for name, each in shelf.items()},
        )
        for sentence in _doubts(project, found.report):
            progress.warn(sentence)
        done = found.project
        if found.report.appeared:
            profile = warm.profile(settings, progress)
            done = _described(done, found.report.appeared, seen.motion, profile, progress)
            if spot:
                done = _spotted(done, found, seen.motion, profile, settings, progress)
        return Recut(done, _heard(found.report, done), new, _shelved(done, project, old, shelf))


def signatures_of(media: MediaFacts, progress: Progress) -> Signatures:
    """Take the signatures of a film in a pass of its own.

    Raises:
        MediaUnreadable: the picture cannot be decoded.
    """
    taker = SignatureTaker()
    with progress.stage("look", total=media.picture.frames) as stage:
        for block in read_blocks(media, short_side=SHORT_SIDE, progress=stage):
            taker.feed(block)
    return taker.finish(media.picture.end)


def _known(project: Project, folder: Path, progress: Progress) -> tuple[Signatures, dict[str, Signatures]]:
    """Return the signatures of the old film and of the parked cues, from the folder or from the old film itself.

    Raises:
        ProjectError: neither is there.
    """
    kept, film = read_signatures(folder), project.film
    if kept is not None and (not kept.known_as or film is None or kept.known_as == film.sample):
        return kept.film, dict(kept.shelf)
    path = project.media.path
    if not path.is_file() or (film is not None and fingerprint(path) != film):
        raise ProjectError(
            f"The pictures of the old film {path.name!r} are not known: neither it nor what was kept of them is there.",
            hint="Put the old film back, or say where it is: v2a-foley project relink",
        )
    return signatures_of(probe(path), progress), dict(kept.shelf) if kept is not None else {}


def keep(opened: OpenProject, recut: Recut) -> None:
    """Save a project that followed its film, and what is known of the new film's pictures, into its folder.

    The document of the old film goes to the backups. The signatures say whose they are, so that those of a film that
    the document does not know yet, or no more, are noticed.

    Raises:
        ProjectError: another program changed the document meanwhile.
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """
    path = recut.project.media.path
    film = fingerprint(path)
    write_signatures(opened.folder, recut.film, recut.shelf, known_as=film.sample)
    opened.edited(replace(recut.project, film=film))
    opened.save()
    if linked(opened.project.id) is not None:  # what the user said of the old film must not outlive it
        remember(opened.project.id, Link(path.resolve(), film))


def _described(
    project: Project, appeared: tuple[Shot, ...], motion: Motion, profile: Profile, progress: Progress
) -> Project:
    """Return the project with those shots looked at that appeared; each is a scene of its own."""
    clock = frame_clock(project.media)
    scene = max((shot.scene for shot in project.shots), default=0)
    made: dict[int, Shot] = {}
    with progress.stage("understand", len(appeared)) as stage:
        for number, shot in enumerate(appeared, start=1):
            first, last = frames_of(shot.range, clock)
            count = profile.frames or min(_MOST_GLANCES, max(1, int(shot.range.duration * GLANCES)))
            wanted = even_frames(first, last, count)
            size = max(SHORT_SIDE, profile.eyes.frame_size)
            frames = np.concatenate(list(read_picked(project.media, wanted, short_side=size, progress=progress)))
            times = [clock.time(frame) for frame in wanted]
            vector = pooled_shot(profile.eyes.encode_images(frames), times, motion, profile)
            made[shot.index] = replace(describe_shot(shot, vector, profile), scene=scene + number if scene else 0)
            stage.advance()
    return project.with_shots(made.get(shot.index, shot) for shot in project.shots)


def _spotted(
    project: Project, found: Conformed, motion: Motion, profile: Profile, settings: RunSettings, progress: Progress
) -> Project:
    """Return the project with cues for those of the appeared shots that have none."""
    from v2a_foley.engine.describe import Seen

    numbers = sorted({shot.index for shot in found.report.appeared} & set(found.report.silent))
    if not numbers:
        return project
    cues = "shots" if settings.cues == "shots" else "events"  # a list's times are those of the former cut
    chosen = replace(settings, shots=",".join(map(str, numbers)), spot_from=None, prompt=(), cues=cues)
    fresh = stages.spot(Seen(project, motion), profile, chosen, progress).cues
    for cue in fresh:
        project = project.with_cues((*project.cues, replace(cue, id=free_cue_id(project))))
    return project.with_cues(sorted(project.cues, key=lambda cue: cue.range.start))


def _heard(report: Report, project: Project) -> Report:
    """Return the report with the shots over which no cue lies in the end."""
    heard = {number for cue in project.cues for number in cue.shots}
    return replace(report, silent=tuple(shot.index for shot in project.shots if shot.index not in heard))


def _shelved(done: Project, before: Project, old: Signatures, shelf: Mapping[str, Signatures]) -> dict[str, Signatures]:
    """Return the pictures of the cues that are parked now."""
    fresh = {cue.id: cue for cue in before.cues}

    def pictures(cue: Cue) -> Signatures | None:
        return old.part(*frames_of(cue.range, old.clock)) if cue.id in fresh else shelf.get(cue.id)

    found = {cue.id: pictures(cue) for cue in done.parked}
    return {name: each for name, each in found.items() if each is not None}


def _doubts(project: Project, report: Report) -> list[str]:
    """Return sentences on what an editor should look at."""
    sentences = []
    was, now = project.media.picture.rate, report.new.picture.rate
    if abs(now / was - 1) > _PACE:
        sentences.append(
            f"The new cut runs at {float(now):g} frames a second, the old one at {float(was):g}: sounds keep their "
            "length, pictures do not."
        )
    if report.cues and all(each.what in ("parked", "still parked") for each in report.cues):
        sentences.append("No picture of the project's film was found in the new cut. Is it the same film?")
    elif report.appeared and report.vanished:
        sentences.append("A shot whose speed or framing was changed counts as vanished and as appeared.")
    return sentences
