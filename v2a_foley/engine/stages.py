"""The stages of the main job one by one, for those who want to look in between. ``job.py`` is all of them in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from v2a_foley import ffmpeg
from v2a_foley.audio.delivery import LEAST_SPEECH, judged, why_missed
from v2a_foley.audio.mix import MixSettings
from v2a_foley.audio.sources import channels_of
from v2a_foley.engine import spot as spotting
from v2a_foley.engine import takes
from v2a_foley.engine.by_hand import struck_by_hand
from v2a_foley.engine.describe import Seen, describe_shot, still_shots
from v2a_foley.engine.describe import describe as describe_film
from v2a_foley.engine.dialogue import speech_of
from v2a_foley.engine.listed import listed_cues, listed_hits, spot_listed
from v2a_foley.engine.makers import generators
from v2a_foley.engine.profiles import Profile
from v2a_foley.engine.profiles import load_profile as load_named
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.translate import audio_embeddings
from v2a_foley.errors import UsageError
from v2a_foley.interchange.cuts import cuts_of
from v2a_foley.interchange.formats import format_of
from v2a_foley.media import MediaFacts
from v2a_foley.progress import Progress
from v2a_foley.project import Project
from v2a_foley.render.containers import check_container
from v2a_foley.render.mux import mux
from v2a_foley.render.stems import RenderedSound, mix_layout, own_sounds, render_sound
from v2a_foley.sync.onsets.finding import finder_of
from v2a_foley.timebase import SAMPLE_RATE
from v2a_foley.video.cuts import on_frames, read_cuts
from v2a_foley.video.look import Watcher
from v2a_foley.video.motion import Motion
from v2a_foley.video.probe import probe
from v2a_foley.video.read import read_frames


def open_film(path: str | Path, progress: Progress | None = None) -> Project:
    """Open a film or a photograph: its streams, rates and timecode, without decoding the picture.

    Raises:
        InputError: it is missing, unreadable or holds no picture.
        DependencyMissing: there is no ffmpeg, which later stages cannot do without.
    """
    with (progress or Progress()).stage("open"):
        ffmpeg.binary()
        return Project(probe(Path(path)))


def load_profile(name: str = "auto", progress: Progress | None = None, settings: RunSettings | None = None) -> Profile:
    """Load eyes, ears, mapper and scorer; takes seconds the first time.

    Args:
        name: ``pocket``, ``full``, ``auto``, or a profile file.
        progress: told of the stage ``load``.
        settings: says where the networks run, and which mapper takes the place of the profile's own.

    Raises:
        UsageError: there is no such profile.
        MissingError: weights are missing or damaged, or belong to different spaces.
    """
    settings, progress = settings or RunSettings(), progress or Progress()
    with progress.stage("load"):
        return load_named(
            name,
            progress.warn,
            mapper=settings.mapper,
            device=settings.device,
            precision=settings.precision,
        )


def describe(
    project: Project,
    profile: Profile,
    settings: RunSettings | None = None,
    progress: Progress | None = None,
    *,
    watchers: Sequence[Watcher] = (),
) -> Seen:
    """Find the shots, what each may sound like, and the motion; a photograph is one shot of ``settings.duration``.

    Args:
        project: a film that was opened.
        profile: the eyes and the scorer.
        settings: the detector, or the list of cuts.
        progress: told of the stages ``look``, ``gaze`` and ``understand``.
        watchers: whoever else looks at every frame of a film, in the one decode pass.

    Raises:
        InputError: the picture cannot be decoded, or the list of cuts cannot be read.
        MissingError: the onset net is missing or damaged.
    """
    settings, progress = settings or RunSettings(), progress or Progress()
    if project.media.still:
        return _describe_still(project, profile, settings, progress)
    cuts = _known_cuts(settings, project.media)
    return describe_film(
        project,
        profile,
        detector=settings.detector,
        cuts=cuts,
        watchers=watchers,
        onsets=finder_of(settings.onsets),
        progress=progress,
    )


def _known_cuts(settings: RunSettings, film: MediaFacts) -> list[Fraction] | None:
    """Return the cuts of a list or of an editor's timeline, each on a frame; None where neither is given."""
    if settings.cuts is not None:
        return read_cuts(settings.cuts, film)
    if settings.edit is None:
        return None
    edit = format_of(settings.edit, reads=True).read(settings.edit, rate=film.picture.rate)
    return on_frames(cuts_of(edit, film), film)


def spot(
    seen: Seen, profile: Profile, settings: RunSettings | None = None, progress: Progress | None = None
) -> Project:
    """Decide what should sound where: cues on layers, with their hits and intensity curves.

    Raises:
        UsageError: the settings name shots that do not exist.
        InputError: the spotting list or the list of hits that they name cannot be read.
    """
    settings, progress = settings or RunSettings(), progress or Progress()
    chosen, prompts = settings.chosen_shots(len(seen.project.shots)), settings.prompts()
    for number in prompts:
        if number is not None:
            seen.project.shot(number)
    words = spotting.Words(prompts, settings.negative, profile.words, profile.scorer, profile.vocabulary)
    with progress.stage("spot"):
        if settings.spot_from is not None:
            cues = listed_cues(seen.project, profile.vocabulary, settings)
            project = spot_listed(seen, cues, chosen, settings.negative, settings.sync)
        elif settings.cues == "shots":
            project = spotting.spot_shots(seen.project, chosen, words)
        else:
            project = spotting.spot(seen.project, seen.motion, chosen, words, settings.sync)
            if settings.hits_file() is not None:
                hits = listed_hits(seen.project, settings)
                project = struck_by_hand(project, hits, chosen, words, progress)
    for prompt in words.unknown:
        progress.warn(f"No known sound is close to {prompt!r}; the nearest one was taken.")
    return project


def make_takes(
    project: Project,
    profile: Profile,
    folder: str | Path,
    settings: RunSettings | None = None,
    progress: Progress | None = None,
) -> Project:
    """Make the takes of every cue, as 48 kHz WAV files in a folder that exists.

    Raises:
        LibraryError: the user's library is empty or unreadable.
        MissingError: nothing can make a cue.
        DiskFull: the folder's disk is full.
    """
    settings, progress = settings or RunSettings(), progress or Progress()
    handles = Fraction(str(settings.handles))
    options = takes.TakeOptions(settings.seed, settings.takes, handles, settings.room, settings.perspective)
    return takes.generate_takes(
        project,
        generators(settings, profile, progress),
        options,
        Path(folder),
        progress,
        embeddings=audio_embeddings(project, profile, settings, progress),
        naming=settings.naming(),
    )


def mix_down(
    project: Project,
    folder: str | Path,
    settings: RunSettings | None = None,
    progress: Progress | None = None,
    *,
    dated: bool = True,
) -> RenderedSound:
    """Mix the active takes with the film's own sound, and write the mix and its stems into a folder that exists.

    Args:
        project: the film and what should sound.
        folder: where to.
        settings: how to mix, and how the files are called.
        progress: told of the stages ``speech`` and ``mix``.
        dated: whether the files say when they were made; without, the same mix gives the same files.

    Raises:
        DiskFull: the folder's disk is full.
    """
    settings, progress = settings or RunSettings(), progress or Progress()
    delivery, tracks = settings.delivery(), settings.tracks()
    mix = MixSettings(
        original=settings.original,
        gain_db=settings.gain,
        loudness=settings.loudness_target(),
        foley_to=settings.foley_to,
    )
    if settings.foley_to == "c" and "FC" not in channels_of(mix_layout(own_sounds(project.media, tracks).values())):
        progress.warn("This mix has no centre: the new sound goes left and right.")
    share = None
    if delivery is not None:
        mix = replace(mix, ceiling=delivery.limit, short_term=delivery.short_term)
        if delivery.by_dialogue:
            with progress.stage("speech"):
                speech = speech_of(project, settings, progress)
            share = speech.share
            if share >= LEAST_SPEECH:
                mix = replace(mix, speech=speech.at(SAMPLE_RATE))
    with progress.stage("mix", float(project.media.duration)) as stage:
        sound = render_sound(
            project, mix, Path(folder), progress, stage, naming=settings.naming(), tracks=tracks, dated=dated
        )
    if delivery is None:
        return sound
    report = judged(delivery, sound.loudness, dialogue=sound.speech, speech=share)
    if not report.passed:
        progress.warn(why_missed(report))
    return replace(sound, delivery=report)


def write_film(project: Project, sound: RenderedSound, output: str | Path, progress: Progress | None = None) -> Path:
    """Put the mix under the untouched picture, and check what was written before it gets its name.

    Raises:
        InputError: the output's container cannot hold the film's streams.
        RenderError: what was written is not what it should be.
    """
    progress = progress or Progress()
    with progress.stage("mux"):
        return mux(project.media, sound.mix, Path(output), progress=progress)


def _describe_still(project: Project, profile: Profile, settings: RunSettings, progress: Progress) -> Seen:
    """Look at a photograph."""
    project = still_shots(project, Fraction(str(settings.duration)))
    with progress.stage("understand"):
        frames = read_frames(project.media, [Fraction(0)], short_side=256)
        shot = describe_shot(project.shots[0], profile.eyes.encode_images(frames)[0], profile)
    still = Motion(times=(), energy=np.zeros(0, dtype=np.float32), peaks=())
    return Seen(replace(project, shots=(shot,), profile=profile.name), still)


def check_request(project: Project, output: Path, settings: RunSettings | None = None) -> None:
    """Refuse an output whose kind does not suit the input, and tracks that are not there, before any work is done.

    Raises:
        UsageError: a photograph's sound would become a film, or a named sound track does not exist.
        InputError: the container cannot hold the film's picture.
    """
    sound_only = output.suffix.lower() == ".wav"
    if project.media.still and not sound_only:
        raise UsageError("The sound of a photograph is a WAV file.", hint=f"Write to {output.stem}.wav.")
    if not sound_only:
        check_container(project.media, output)
    own_sounds(project.media, (settings or RunSettings()).tracks())
