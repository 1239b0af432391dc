"""Profiles: which eyes, ears, mapper, voice and scorer work together. The weights load when a profile is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from v2a_foley import hooks
from v2a_foley.compute import Compute, choose
from v2a_foley.embed import AudioEncoder, ImageEncoder, TextEncoder
from v2a_foley.engine.parts import BRIDGE, POCKET_PART, Parts, parts_of, place
from v2a_foley.errors import UsageError
from v2a_foley.mapper.bridge import Bridge
from v2a_foley.mapper.protocol import Mapper
from v2a_foley.mapper.scoring import EventScorer
from v2a_foley.project import Vocabulary, default_vocabulary, parse_vocabulary

if TYPE_CHECKING:
    from v2a_foley.embed.pocket import PocketEyes, PocketWords


@dataclass(frozen=True)
class Profile:
    """The parts that look, translate and sound.

    Attributes:
        name: ``pocket``, ``full``, or what its file calls it.
        eyes: frames to the vision space.
        words: texts to the same space.
        mapper: vision space to the audio space.
        scorer: vision space to calibrated events.
        vocabulary: the events that it knows.
        ears: texts to the audio space.
        frames: frames of each shot to look at; 0: glances in the one decode pass.
        weighting: how frames are averaged: ``mean``, or ``motion`` where moving ones count more.
        caption_weight: how much a cue's caption counts beside the picture, 0 to 1.
        voice: the AudioLDM folder that makes the sounds; None where they are synthesised.
        listener: hands over what hears sounds in the audio space, loading it; None where nothing does.
        compute: where the networks run.
    """

    name: str
    eyes: ImageEncoder
    words: TextEncoder
    mapper: Mapper
    scorer: EventScorer
    vocabulary: Vocabulary
    ears: TextEncoder
    frames: int = 0
    weighting: str = "motion"
    caption_weight: float = 0.5
    voice: Path | None = None
    listener: Callable[[], AudioEncoder] | None = None
    compute: Compute = field(default_factory=Compute)


@dataclass(frozen=True)
class Senses:
    """What a profile sees, reads and hears with, without what it makes of it: enough to train and to measure.

    Attributes:
        name: the profile's.
        parts: what it is put together of, by name.
        eyes: frames to the vision space.
        words: texts to the same space.
        ears: texts to the audio space.
        listener: hands over what hears sounds in the audio space, loading it; None where nothing does.
        compute: where the networks run.
    """

    name: str
    parts: Parts
    eyes: ImageEncoder
    words: TextEncoder
    ears: TextEncoder
    listener: Callable[[], AudioEncoder] | None = None
    compute: Compute = field(default_factory=Compute)


def load_senses(name: str, *, device: str = "auto", precision: str = "auto") -> Senses:
    """Load the eyes and ears of a profile; its mapper, which may not be trained yet, is not looked for.

    Args:
        name: ``pocket``, ``full``, ``auto``, or a profile file.
        device: where the networks run, see ``compute.choose``.
        precision: in which arithmetic.

    Raises:
        UsageError: there is no such profile, or its file says what is not understood.
        MissingError: its weights are missing or damaged, its parts are of different spaces, or a GPU is missing.
    """
    return _senses(parts_of(name), device, precision)


def _senses(parts: Parts, device: str, precision: str) -> Senses:
    asked = device != "auto" or precision != "auto"
    neural = parts.eyes != POCKET_PART or parts.voice or parts.mapper != BRIDGE
    compute = choose(device, precision) if asked or neural else Compute()
    eyes, words = _eyes(parts, compute)
    ears = _ears(parts, words, compute)
    listener = partial(_listener, parts, ears, compute) if parts.listener else None
    return Senses(parts.name, parts, eyes, words, ears, listener, compute)


def vocabulary(warn: Callable[[str], None]) -> Vocabulary:
    """Return the events that ship with the program, and those that plugins add.

    A plugin whose events cannot be read, or bear names that are taken, is left out and named to ``warn``.
    """
    events = default_vocabulary()
    for plugin, text in hooks.vocabularies(warn):
        try:
            events = Vocabulary((*events, *parse_vocabulary(text)))
        except UsageError as error:
            warn(f"The events of the plugin {plugin!r} are left out: {error}")
    return events


def load_profile(
    name: str, warn: Callable[[str], None], *, mapper: Path | None = None, device: str = "auto", precision: str = "auto"
) -> Profile:
    """Load the parts of a profile.

    Args:
        name: ``pocket``, ``full``, ``auto``, or a profile file.
        warn: told of plugins that had to be left out.
        mapper: a trained mapper's folder, in place of the profile's own.
        device: where the networks run, see ``compute.choose``.
        precision: in which arithmetic.

    Raises:
        UsageError: there is no such profile, or its file says what is not understood.
        MissingError: its weights are missing or damaged, its parts are of different spaces, or a GPU is missing.
    """
    parts = parts_of(name)
    if mapper is not None:
        parts = replace(parts, mapper=str(mapper.absolute()))
    senses = _senses(parts, device, precision)
    eyes, words, ears, compute = senses.eyes, senses.words, senses.ears, senses.compute
    events = vocabulary(warn)
    return Profile(
        name=parts.name,
        eyes=eyes,
        words=words,
        mapper=_mapper(parts, events, eyes, words, ears, compute, warn),
        scorer=EventScorer(events, words, parts.calibration),
        vocabulary=events,
        ears=ears,
        frames=parts.frames,
        weighting=parts.weighting,
        caption_weight=parts.caption_weight,
        voice=place(parts.voice, parts.base) if parts.voice else None,
        listener=senses.listener,
        compute=compute,
    )


def _eyes(parts: Parts, compute: Compute) -> tuple[ImageEncoder, TextEncoder]:
    if parts.eyes == POCKET_PART:
        return _pocket()
    from v2a_foley.embed.clip import load_clip

    clip = load_clip(place(parts.eyes, parts.base), compute)
    return clip.eyes, clip.words


def _pocket() -> tuple[PocketEyes, PocketWords]:
    from v2a_foley.embed.pocket import PocketEyes, pocket_words

    words = pocket_words()
    eyes = PocketEyes(words)
    eyes.load()
    return eyes, words


def _ears(parts: Parts, words: TextEncoder, compute: Compute) -> TextEncoder:
    """Return what reads texts into the audio space; where a voice has a text tower of its own, both must agree."""
    named = parts.ears or parts.voice
    if not named:
        return words
    if named == POCKET_PART:
        from v2a_foley.embed.pocket import pocket_words

        ears: TextEncoder = pocket_words()
    else:
        from v2a_foley.embed.clap import ClapTextTower, load_clap

        path = place(named, parts.base)
        ears = ClapTextTower(path, compute) if (path / "text_encoder").is_dir() else load_clap(path, compute)
    if parts.ears and parts.voice:
        from v2a_foley.embed.clap import ClapTextTower
        from v2a_foley.embed.fingerprint import require_same_texts

        own = ClapTextTower(place(parts.voice, parts.base), compute)
        require_same_texts(ears, own, what=f"The voice {parts.voice!r}")
    return ears


def _mapper(
    parts: Parts,
    events: Vocabulary,
    eyes: ImageEncoder,
    words: TextEncoder,
    ears: TextEncoder,
    compute: Compute,
    warn: Callable[[str], None],
) -> Mapper:
    if parts.mapper == BRIDGE:
        return Bridge.over(events.captions, words, ears)
    from v2a_foley.mapper.checkpoint import check_spaces, load_mapper

    mapper = load_mapper(place(parts.mapper, parts.base), compute, warn=warn)
    check_spaces(mapper, eyes.space, ears.space)
    return mapper


def _listener(parts: Parts, ears: TextEncoder, compute: Compute) -> AudioEncoder:
    """Return what hears sounds; its own words must lie where those of the ears do."""
    from v2a_foley.embed.clap import load_clap
    from v2a_foley.embed.fingerprint import require_same_texts

    tokenizer = place(parts.voice, parts.base) / "tokenizer" if parts.voice else None
    listener = load_clap(
        place(parts.listener, parts.base), compute, tokenizer=tokenizer if tokenizer and tokenizer.is_dir() else None
    )
    require_same_texts(ears, listener, what=f"The listener {parts.listener!r}")
    return listener


def listener_of(profile: Profile | Senses, what: str) -> AudioEncoder:
    """Return what hears sounds in the profile's audio space, loaded.

    Args:
        profile: the profile.
        what: what needs it, for the sentence: ``--best-of``.

    Raises:
        UsageError: the profile has none.
        MissingError: its weights are missing, damaged, or of another space.
    """
    return require_listener(profile, what)()


def require_listener(profile: Profile | Senses, what: str) -> Callable[[], AudioEncoder]:
    """Return what hands over the profile's listener, without loading it; see ``listener_of``."""
    if profile.listener is None:
        raise UsageError(
            f"{what} needs ears that hear sounds, and the profile {profile.name!r} has none.",
            hint="Choose --profile full, or name a CLAP in a profile file of your own, under [ears] listener.",
        )
    return profile.listener
