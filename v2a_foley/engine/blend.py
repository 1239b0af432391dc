"""Sounds between things: shots, photographs, texts and sounds meet in the audio space, where a sound is made of them.

The paper's latent interpolation. Mixtures lie on the great circle, or on the sphere between more than two.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.whole import read_whole
from v2a_foley.embed import Embeddings
from v2a_foley.embed.fingerprint import same_space
from v2a_foley.engine import stages
from v2a_foley.engine.border import border
from v2a_foley.engine.makers import check_voice, generators
from v2a_foley.engine.profiles import Profile, listener_of
from v2a_foley.engine.seeds import seed_for
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.spot import WHOLE_SHOT
from v2a_foley.engine.takes import TakeOptions, takes_for
from v2a_foley.errors import MediaNotFound, MissingError, NoPicture, UsageError
from v2a_foley.files import Outbox, check_output, scratch_folder
from v2a_foley.mapper.blend import spherical_mean
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Event, Layer, Take
from v2a_foley.timebase import TimeRange

MOST_STEPS = 64
"""Sounds of one path at most."""

_NUMBERED = re.compile(r"^(.*)#(\d+)$", re.DOTALL)
_LIKE_A_FILE = re.compile(
    r"^\S*([/\\]\S*|\.(mp4|mov|mkv|webm|avi|wav|flac|mp3|ogg|jpe?g|png|webp|tiff?|bmp))$", re.IGNORECASE
)


@dataclass(frozen=True)
class Ingredient:
    """One thing to mix.

    Attributes:
        text: as the user named it.
        kind: ``picture``, ``sound`` or ``words``.
        path: the file, for pictures and sounds.
        shot: the number of the shot in a film, or None for its only one.
    """

    text: str
    kind: str
    path: Path | None = None
    shot: int | None = None


@dataclass(frozen=True)
class Blended:
    """A sound that was made of a mixture.

    Attributes:
        path: the sound, 48 kHz float WAV.
        weights: how much of each ingredient is in it; they sum to 1.
        take: how it was made.
    """

    path: Path
    weights: tuple[float, ...]
    take: Take


def ingredient(text: str) -> Ingredient:
    """Tell what the user means: a file that exists (``film.mp4#3`` is its third shot), else words.

    Raises:
        MediaNotFound: it looks like a file and is none.
        UsageError: it is empty.
        NoPicture: the file holds neither a picture nor a sound.
    """
    if not text.strip():
        raise UsageError(
            "There is nothing to mix in an empty text.", hint="Name a shot, a photograph, a sound or words."
        )
    numbered = _NUMBERED.match(text)
    for name, shot in ((text, None), (numbered[1], int(numbered[2])) if numbered else ("", None)):
        if name and _is_file(name):
            kind = _kind(Path(name))
            if kind == "sound" and shot is not None:
                raise UsageError(f"{name!r} is a sound and has no shots.", hint="Leave the number out.")
            return Ingredient(text, kind, Path(name), shot)
    if _LIKE_A_FILE.match(numbered[1] if numbered else text):
        raise MediaNotFound(f"{text!r} does not exist.", hint="Check the path; words must not look like a file.")
    return Ingredient(text, "words")


def _is_file(name: str) -> bool:
    """Tell whether a text names a file; long ones cannot, and the system says so with an error."""
    try:
        return Path(name).is_file()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise MediaNotFound(f"{name!r} cannot be looked at: {error.strerror}.", hint="Check the path.") from error


def _kind(path: Path) -> str:
    from v2a_foley.video.probe import probe

    try:
        probe(path)
    except NoPicture:
        return "sound"
    return "picture"


def embed(things: Sequence[Ingredient], profile: Profile, settings: RunSettings, progress: Progress) -> Embeddings:
    """Return where things lie in the profile's audio space, ``float32 (n, d)`` of unit length.

    Raises:
        InputError: a file cannot be used.
        UsageError: a shot does not exist, or the profile cannot hear sounds.
    """
    return np.stack([_embedded(thing, profile, settings, progress) for thing in things])


def _embedded(thing: Ingredient, profile: Profile, settings: RunSettings, progress: Progress) -> NDArray[np.float32]:
    if thing.path is None:
        return np.asarray(profile.ears.encode_texts([thing.text])[0])
    if thing.kind == "sound":
        listener = listener_of(profile, f"The sound {thing.path.name!r}")
        mono = read_whole(thing.path, sample_rate=listener.sample_rate, progress=progress).mean(axis=0)
        return np.asarray(listener.encode_audio([mono])[0])
    shots = stages.describe(stages.open_film(thing.path, progress), profile, settings, progress).project.shots
    if thing.shot is None and len(shots) > 1:
        raise UsageError(
            f"{thing.path.name} has {len(shots)} shots.", hint=f"Name one: {thing.text}#1. See: v2a-foley shots"
        )
    number = thing.shot or 1
    if not 1 <= number <= len(shots):
        raise UsageError(f"There is no shot {number}; {thing.path.name} has {len(shots)}.", hint="See: v2a-foley shots")
    shot = shots[number - 1]
    vector = np.array([shot.embedding], dtype=np.float32)
    return np.asarray(profile.mapper.map(vector, [seed_for(settings.seed, shot.range.start, "mapper", 1)])[0])


def mixtures(count: int, weights: Sequence[float] | None, path: int | None) -> list[tuple[float, ...]]:
    """Return the weights of each sound to make; they sum to 1.

    Args:
        count: how many things are mixed, at least 2.
        weights: one a thing, from 0; None: all the same.
        path: how many sounds lead from the first of two things to the second, both included; None: one mixture.

    Raises:
        UsageError: the numbers do not fit.
    """
    if count < 2:
        raise UsageError("It takes two to blend.", hint="Name at least two shots, photographs, sounds or texts.")
    if path is not None:
        if weights is not None or count != 2 or not 2 <= path <= MOST_STEPS:
            raise UsageError(
                "A path leads from one thing to another.",
                hint=f"Give two things, no --weights, and 2 to {MOST_STEPS} sounds.",
            )
        return [(1 - step / (path - 1), step / (path - 1)) for step in range(path)]
    shares = [1.0] * count if weights is None else list(weights)
    if len(shares) != count or not all(share >= 0 for share in shares) or not 0 < sum(shares) < float("inf"):
        raise UsageError(
            f"The weights {', '.join(f'{share:g}' for share in shares)} do not fit {count} things.",
            hint="Give one a thing, from 0, such as --weights 0.7,0.3.",
        )
    return [tuple(share / sum(shares) for share in shares)]


def blend(
    things: Sequence[str],
    output: Path,
    settings: RunSettings,
    progress: Progress,
    *,
    weights: Sequence[float] | None = None,
    path: int | None = None,
) -> list[Blended]:
    """Make sounds between things.

    Args:
        things: shots (``film.mp4#3``), photographs, sounds or words, at least two.
        output: the WAV file; of several sounds each gets a number before the suffix.
        settings: length, seed, profile, generator and its options.
        progress: told of the stages.
        weights: one a thing; by default all the same.
        path: make so many sounds on the way from the first of two things to the second.

    Raises:
        FoleyError: one of its children; nothing is left at the outputs' names.
    """
    mixes = mixtures(len(things), weights, path)
    targets = [output] if len(mixes) == 1 else [
        output.with_name(f"{output.stem}-{number:02d}{output.suffix}") for number in range(1, len(mixes) + 1)
    ]  # fmt: skip
    if output.suffix.lower() != ".wav":
        raise UsageError("A blend is a WAV file.", hint=f"Write to {output.stem}.wav.")
    known = [ingredient(thing) for thing in things]
    for target in targets:
        check_output(target, inputs=[thing.path for thing in known if thing.path], overwrite=settings.overwrite)
    with Outbox() as outbox, scratch_folder() as folder, border():
        places = [outbox.path(target) for target in targets]
        profile = stages.load_profile(settings.profile, progress, settings)
        check_voice(settings, profile, progress)
        vectors = embed(known, profile, settings, progress)
        mixed = [spherical_mean(vectors, mix) for mix in mixes]
        cues = [
            _cue(number, vector, between(known, mix), profile, settings)
            for number, (vector, mix) in enumerate(zip(mixed, mixes, strict=True), start=1)
        ]
        made = takes_for(
            cues,
            generators(settings, profile, progress),
            TakeOptions(settings.seed, 1, Fraction(0)),
            folder,
            progress,
            embeddings={(cue.id, 1): vector for cue, vector in zip(cues, mixed, strict=True)},
        )
        result = []
        for cue, mix, place, target in zip(made, mixes, places, targets, strict=True):
            take = cue.take
            if take is None:
                raise MissingError(
                    f"Nothing here can make the sound at {', '.join(f'{weight:.2f}' for weight in mix)}.",
                    hint="Use --generator auto, or add such a sound to your library.",
                )
            take.path.replace(place)
            result.append(Blended(target, mix, replace(take, path=target)))
        outbox.deliver()
    return result


def between(things: Sequence[Ingredient], mix: Sequence[float]) -> str:
    """Say what a mixture is made of: the things that are in it, files by their names."""
    names = [thing.text if thing.path is None else Path(thing.text).name for thing in things]
    return " and ".join(name for name, weight in zip(names, mix, strict=True) if weight > 0)


def _cue(number: int, vector: NDArray[np.float32], words: str, profile: Profile, settings: RunSettings) -> Cue:
    """Return a cue for a mixture; synthesis needs an event, and gets the nearest where the scorer knows the space."""
    event: Event = replace(WHOLE_SHOT, caption=words)
    if profile.voice is None and same_space(profile.scorer.space.fingerprint, profile.ears.space.fingerprint):
        event = profile.scorer.score(vector)[0].event
    span = TimeRange(Fraction(0), Fraction(str(settings.duration)))
    return Cue(f"b{number}", Layer.BG, span, (), event, negative=settings.negative)
