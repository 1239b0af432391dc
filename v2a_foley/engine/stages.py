"""The stages of the main job one by one, for those who want to look in between. ``job.py`` is all of them in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from v2a_foley import ffmpeg, hooks
from v2a_foley.audio.mix import MixSettings
from v2a_foley.audio.whole import read_whole
from v2a_foley.embed import Embeddings, TextEncoder, normalised, pooled
from v2a_foley.embed.text_store import KNOWN_LIST
from v2a_foley.engine import spot as spotting
from v2a_foley.engine import takes
from v2a_foley.engine.describe import Seen, describe_shot, still_shots
from v2a_foley.engine.describe import describe as describe_film
from v2a_foley.engine.profiles import Profile, listener_of, require_listener
from v2a_foley.engine.profiles import load_profile as load_named
from v2a_foley.engine.seeds import seed_for
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import MediaNotFound, UsageError
from v2a_foley.generate import Generator
from v2a_foley.mapper.blend import slerp
from v2a_foley.progress import Progress, Stage
from v2a_foley.project import Project
from v2a_foley.render.containers import check_container
from v2a_foley.render.mux import mux
from v2a_foley.render.stems import RenderedSound, render_sound
from v2a_foley.video.cuts import read_cuts
from v2a_foley.video.motion import Motion
from v2a_foley.video.probe import probe
from v2a_foley.video.read import read_frames

if TYPE_CHECKING:
    from v2a_foley.generate.audioldm import AudioLdmVoice

_TEXTS = KNOWN_LIST - 1
"""Texts of a film that are read together."""


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
    project: Project, profile: Profile, settings: RunSettings | None = None, progress: Progress | None = None
) -> Seen:
    """Find the shots, what each may sound like, and the motion; a photograph is one shot of ``settings.duration``.

    Raises:
        InputError: the picture cannot be decoded, or the list of cuts cannot be read.
    """
    settings, progress = settings or RunSettings(), progress or Progress()
    if project.media.still:
        return _describe_still(project, profile, settings, progress)
    cuts = read_cuts(settings.cuts, project.media) if settings.cuts is not None else None
    return describe_film(project, profile, detector=settings.detector, cuts=cuts, progress=progress)


def spot(
    seen: Seen, profile: Profile, settings: RunSettings | None = None, progress: Progress | None = None
) -> Project:
    """Decide what should sound where: cues on layers, with their hits and intensity curves.

    Raises:
        UsageError: the settings name shots that do not exist.
    """
    settings, progress = settings or RunSettings(), progress or Progress()
    chosen, prompts = settings.chosen_shots(len(seen.project.shots)), settings.prompts()
    for number in prompts:
        if number is not None:
            seen.project.shot(number)
    words = spotting.Words(prompts, settings.negative, profile.words, profile.scorer, profile.vocabulary)
    with progress.stage("spot"):
        if settings.cues == "shots":
            project = spotting.spot_shots(seen.project, chosen, words)
        else:
            project = spotting.spot(seen.project, seen.motion, chosen, words)
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
    options = takes.TakeOptions(settings.seed, settings.takes, Fraction(str(settings.handles)))
    return takes.generate_takes(
        project,
        generators(settings, profile, progress),
        options,
        Path(folder),
        progress,
        embeddings=audio_embeddings(project, profile, settings, progress),
    )


def mix_down(
    project: Project, folder: str | Path, settings: RunSettings | None = None, progress: Progress | None = None
) -> RenderedSound:
    """Mix the active takes with the film's own sound, and write the mix and its stems into a folder that exists.

    Raises:
        DiskFull: the folder's disk is full.
    """
    settings, progress = settings or RunSettings(), progress or Progress()
    mix = MixSettings(original=settings.original, gain_db=settings.gain, loudness=settings.loudness_target())
    with progress.stage("mix", float(project.media.duration)) as stage:
        return render_sound(project, mix, Path(folder), progress, stage)


def write_film(project: Project, sound: RenderedSound, output: str | Path, progress: Progress | None = None) -> Path:
    """Put the mix under the untouched picture, and check what was written before it gets its name.

    Raises:
        InputError: the output's container cannot hold the film's streams.
        RenderError: what was written is not what it should be.
    """
    progress = progress or Progress()
    with progress.stage("mux"):
        return mux(project.media, sound.mix, Path(output), progress=progress)


def generators(settings: RunSettings, profile: Profile, progress: Progress) -> list[Generator]:
    """Return the sound makers that the settings allow, in order of preference.

    With ``auto``: the user's library where it has something fitting, then plugins' makers, then the profile's voice,
    then synthesis.

    Raises:
        UsageError: AudioLDM is asked for and the profile has no voice, or the voice is asked for more than it can.
        MissingError: the voice's weights are missing or damaged.
    """
    from v2a_foley.generate.library import Library
    from v2a_foley.generate.procedural import Procedural

    wanted = settings.generator
    makers: list[Generator] = []
    if settings.library is not None and wanted in ("auto", "library"):
        makers.append(Library(settings.library, profile.ears, progress=progress))
    if wanted == "auto":
        makers += [cast("Generator", maker) for maker in hooks.generators(progress.warn)]
    if wanted == "audioldm" or (wanted == "auto" and profile.voice is not None):
        makers.append(voice(settings, profile))
    if wanted in ("auto", "procedural"):
        makers.append(Procedural())
    return makers


def voice(settings: RunSettings, profile: Profile) -> AudioLdmVoice:
    """Return the profile's AudioLDM, set as the settings say; its weights load with its first sound.

    Raises:
        UsageError: the profile has no voice.
        MissingError: the ears that choose between candidates are missing, damaged, or of another space.
    """
    if profile.voice is None:
        raise _no_voice(profile)
    from v2a_foley.generate.audioldm import AudioLdmVoice, VoiceOptions

    options = VoiceOptions(
        scheduler=settings.scheduler,
        steps=settings.steps,
        guidance=settings.guidance,
        best_of=settings.best_of,
        init=read_whole(settings.init).mean(axis=0) if settings.init is not None else None,
        strength=settings.strength,
        draft=settings.draft,
        offload=settings.offload,
        compiled=settings.compile,
    )
    listener = listener_of(profile, "--best-of") if settings.best_of > 1 else None
    return AudioLdmVoice(profile.voice, profile.compute, options, listener=listener)


def check_voice(settings: RunSettings, profile: Profile) -> None:
    """Refuse what the voice would refuse, before the film is looked at; no weights are read.

    Raises:
        UsageError: the profile has no voice, or nothing that hears, and the settings need it.
        MissingError: the voice lacks files.
        MediaNotFound: the sound to start from does not exist.
    """
    if settings.generator not in ("auto", "audioldm"):
        return
    if profile.voice is None:
        if settings.generator == "audioldm":
            raise _no_voice(profile)
        return
    from v2a_foley.generate.audioldm.folder import require_complete

    require_complete(profile.voice)
    if settings.best_of > 1:
        require_listener(profile, "--best-of")
    if settings.init is not None and not settings.init.is_file():
        raise MediaNotFound(f"{str(settings.init)!r} does not exist, or is a folder.", hint="Check the path of --init.")


def _no_voice(profile: Profile) -> UsageError:
    return UsageError(
        f"The profile {profile.name!r} has no AudioLDM.", hint="Choose --profile full, or --generator procedural."
    )


def audio_embeddings(
    project: Project, profile: Profile, settings: RunSettings, progress: Progress | None = None
) -> dict[tuple[str, int], NDArray[np.float32]]:
    """Return where each take's sound lies in the audio space, by the cue's id and the take's number.

    What the mapper made of the cue's shots is pulled towards the user's words by ``prompt_weight``, or towards the
    caption of its event by the profile's own weight, along the great circle. Takes differ by what a mapper with
    chance in it makes of other seeds.

    Raises:
        Cancelled: the work was asked to stop.
    """
    if not project.cues:
        return {}
    texts = _read([cue.prompt or cue.event.caption for cue in project.cues], profile.ears)
    with (progress or Progress()).stage("map") as stage:
        mapped = _mapped(project, profile, settings, stage)
    result: dict[tuple[str, int], NDArray[np.float32]] = {}
    for cue, text in zip(project.cues, texts, strict=True):
        weight = settings.prompt_weight if cue.prompt else profile.caption_weight
        if settings.cues == "shots" and not cue.prompt:
            weight = 0.0  # the picture alone speaks, as in the paper
        for number in range(1, settings.takes + 1):
            seen = [mapped[index, number] for index in cue.shots if (index, number) in mapped]
            picture = pooled(np.stack(seen)) if seen else text
            result[cue.id, number] = slerp(picture, text, weight)
    return result


def _read(texts: Sequence[str], ears: TextEncoder) -> Embeddings:
    """Embed each text once, a few at a time: a long list is taken for a fixed table, and kept on the disk for good."""
    once = list(dict.fromkeys(texts))
    found = [ears.encode_texts(once[start : start + _TEXTS]) for start in range(0, len(once), _TEXTS)]
    row = {text: number for number, text in enumerate(once)}
    return np.concatenate(found)[[row[text] for text in texts]]


def _mapped(
    project: Project, profile: Profile, settings: RunSettings, stage: Stage
) -> dict[tuple[int, int], NDArray[np.float32]]:
    """Return what the mapper makes of every shot that has a cue, by the shot's and the take's number; all in one go."""
    used = {index for cue in project.cues for index in cue.shots}
    shots = [shot for shot in project.shots if shot.index in used and shot.embedding]
    rows = [(shot, number) for shot in shots for number in range(1, settings.takes + 1)]
    if not rows:
        return {}
    seeds = [seed_for(settings.seed, shot.range.start, "mapper", number) for shot, number in rows]
    vectors = normalised(np.array([shot.embedding for shot, _ in rows], dtype=np.float32))

    def step_done(done: int, total: int) -> None:
        stage.total = total
        stage.tell(done)

    mapped = profile.mapper.map(vectors, seeds, step_done=step_done)
    return {(shot.index, number): vector for (shot, number), vector in zip(rows, mapped, strict=True)}


def _describe_still(project: Project, profile: Profile, settings: RunSettings, progress: Progress) -> Seen:
    """Look at a photograph."""
    project = still_shots(project, Fraction(str(settings.duration)))
    with progress.stage("understand"):
        frames = read_frames(project.media, [Fraction(0)], short_side=256)
        shot = describe_shot(project.shots[0], profile.eyes.encode_images(frames)[0], profile)
    still = Motion(times=(), energy=np.zeros(0, dtype=np.float32), peaks=())
    return Seen(replace(project, shots=(shot,), profile=profile.name), still)


def check_request(project: Project, output: Path) -> None:
    """Refuse an output whose kind does not suit the input, before any work is done.

    Raises:
        UsageError: a photograph's sound would become a film.
        InputError: the container cannot hold the film's picture.
    """
    sound_only = output.suffix.lower() == ".wav"
    if project.media.still and not sound_only:
        raise UsageError("The sound of a photograph is a WAV file.", hint=f"Write to {output.stem}.wav.")
    if not sound_only:
        check_container(project.media, output)
