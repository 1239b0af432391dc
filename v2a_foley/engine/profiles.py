"""Profiles: which eyes, words, mapper and scorer work together. The weights load when a profile is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from v2a_foley import hooks
from v2a_foley.embed import ImageEncoder, TextEncoder
from v2a_foley.errors import UsageError
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


def vocabulary(warn: Callable[[str], None]) -> Vocabulary:
    """Return the events that ship with the program, and those that plugins add.

    A plugin whose events cannot be read, or bear names that are taken, is left out and named to ``warn``.
    """
    events = default_vocabulary()
    for plugin, text in hooks.vocabularies(warn):
        try:
            events = Vocabulary((*events, *parse_vocabulary(text)))
        except ValueError as error:
            warn(f"The events of the plugin {plugin!r} are left out: {error}.")
    return events


def load_profile(name: str, warn: Callable[[str], None]) -> Profile:
    """Load the parts of a profile.

    Args:
        name: ``pocket``.
        warn: told of plugins that had to be left out.

    Raises:
        UsageError: there is no such profile.
        MissingError: its weights are missing or damaged.
    """
    if name != "pocket":
        raise UsageError(f"There is no profile {name!r}.", hint="Choose pocket.")
    from v2a_foley.embed.pocket import PocketEyes, pocket_words
    from v2a_foley.mapper.bridge import Bridge

    words, events = pocket_words(), vocabulary(warn)
    bridge, scorer = Bridge.over(events.captions, words, words), EventScorer(events, words)
    eyes = PocketEyes(words)
    eyes.load()
    return Profile(name, eyes, words, bridge, scorer, events)
