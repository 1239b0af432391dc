"""The vocabulary of sounds: what an event is, and the table of them that ships with the program.

The table is data (``events.toml`` beside this file); nothing here knows how an event is recognised or made.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType


class Kind(StrEnum):
    """How a sound lives in time."""

    AMBIENCE = "ambience"
    """Steady under it all; may continue across the shots of a scene."""
    CONTINUOUS = "continuous"
    """Lasts while its cause is seen, and may follow its intensity."""
    IMPULSE = "impulse"
    """Short sounds at moments (hits)."""


class Layer(StrEnum):
    """The track that a sound belongs on."""

    ORIG = "ORIG"
    """The film's own sound."""
    BG = "BG"
    """Backgrounds and ambiences."""
    FX = "FX"
    """Effects."""
    FOLEY = "FOLEY"
    """People's movement: footsteps, cloth, props in hands."""


FOLEY_LAYERS = (Layer.BG, Layer.FX, Layer.FOLEY)
"""The layers that this program makes, in the order of the timeline."""


@dataclass(frozen=True)
class Event:
    """A named kind of sound.

    Attributes:
        name: a short unique key (``dog_bark``).
        caption: what it sounds like, as one would write it for a text-to-audio model ("a dog barks").
        sees: what is seen when it sounds: further descriptions for the eyes ("a dog, a hound, a puppy"); may be empty.
        catid: its Universal Category System CatID (``ANMLDog``).
        category: UCS category (``ANIMALS``).
        subcategory: UCS subcategory (``DOG``).
        kind: how it lives in time.
        layer: the track it belongs on.
        level: nominal level in LUFS: integrated for ambience and continuous sounds, maximum momentary for impulses.
        family: the procedural family that can make it.
        params: what the family should make of it (``{"material": "wood"}``).
        bed: name of the ambience that usually lies around it (``farm`` for a cow); empty where it may be anywhere.
    """

    name: str
    caption: str
    catid: str
    category: str
    subcategory: str
    kind: Kind
    layer: Layer
    level: float
    family: str
    sees: tuple[str, ...] = ()
    params: Mapping[str, float | str | bool] = field(default_factory=lambda: MappingProxyType({}))
    bed: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """An ordered table of events with unique names."""

    events: tuple[Event, ...]

    def __post_init__(self) -> None:
        """Refuse two events of one name."""
        names = [event.name for event in self.events]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"events named twice: {', '.join(twice)}")

    def __len__(self) -> int:
        """Return how many events there are."""
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        """Walk the events in the table's order."""
        return iter(self.events)

    def __getitem__(self, name: str) -> Event:
        """Return the event of a name; KeyError where there is none."""
        for event in self.events:
            if event.name == name:
                return event
        raise KeyError(name)

    @property
    def captions(self) -> tuple[str, ...]:
        """The captions, in the table's order."""
        return tuple(event.caption for event in self.events)


def parse_vocabulary(text: str) -> Vocabulary:
    """Read a vocabulary from TOML: one ``[[event]]`` table an event, keys as in ``Event``.

    Raises:
        ValueError: the text is no TOML, or an entry misses a key, has an unknown one, or an impossible value.
    """
    events = []
    for entry in tomllib.loads(text).get("event", []):
        try:
            events.append(
                Event(
                    **{
                        **entry,
                        "kind": Kind(entry["kind"]),
                        "layer": Layer(entry["layer"]),
                        "level": float(entry["level"]),
                        "sees": tuple(entry.get("sees", ())),
                        "params": MappingProxyType(dict(entry.get("params", {}))),
                    }
                )
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"event {entry.get('name', '?')!r}: {error}") from error
    return Vocabulary(tuple(events))


@cache
def default_vocabulary() -> Vocabulary:
    """Return the events that ship with the program."""
    return parse_vocabulary(files(__package__).joinpath("events.toml").read_text(encoding="utf-8"))
