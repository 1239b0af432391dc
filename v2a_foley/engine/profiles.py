"""Profiles: which eyes, words, mapper and scorer work together. The weights load when a profile is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from v2a_foley.embed import ImageEncoder, TextEncoder
from v2a_foley.errors import UsageError
from v2a_foley.hooks import plugins
from v2a_foley.mapper.protocol import Mapper
from v2a_foley.mapper.scoring import EventScorer
from v2a_foley.project import Vocabulary, default_vocabulary, parse_vocabulary


@dataclass(frozen=True)
class Profile:
    """The parts that look and translate.

    Attributes:
        name: ``pocket``.
        eyes: frames to the vision space.
        words: texts to the same space.
        mapper: vision space to the sound space.
        scorer: vision space to calibrated events.
        vocabulary: the events that it knows.
    """

    name: str
    eyes: ImageEncoder
    words: TextEncoder
    mapper: Mapper
    scorer: EventScorer
    vocabulary: Vocabulary


def vocabulary() -> Vocabulary:
    """Return the events that ship with the program, and those that plugins add.

    Raises:
        UsageError: a plugin's events cannot be read.
    """
    events = list(default_vocabulary())
    for text in plugins().hook.v2a_foley_vocabulary():
        for part in text if isinstance(text, Sequence) and not isinstance(text, str) else [text]:
            try:
                events += parse_vocabulary(part)
            except ValueError as error:
                raise UsageError(f"A plugin's events cannot be read: {error}.", hint="Remove it or mend it.") from error
    return Vocabulary(tuple(events))


def load_profile(name: str) -> Profile:
    """Load the parts of a profile.

    Raises:
        UsageError: there is no such profile.
        MissingError: its weights are missing or damaged.
    """
    if name != "pocket":
        raise UsageError(f"There is no profile {name!r}.", hint="Choose pocket.")
    from v2a_foley.embed.pocket import PocketEyes, PocketWords
    from v2a_foley.mapper.bridge import Bridge

    words, events = PocketWords(), vocabulary()
    scorer = EventScorer(events, words)
    captions = words.encode_texts(list(events.captions))
    bridge = Bridge(captions, captions, words.space, words.space)
    return Profile(name, PocketEyes(), words, bridge, scorer, events)
