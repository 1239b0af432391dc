"""The vocabulary of sounds: what an event is, and the table of them that ships with the program.

The table is data (the folder ``vocabulary`` beside this file, one TOML a subject); nothing here knows how an event is
recognised or made.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from importlib.resources import files
from math import isfinite
from types import MappingProxyType

from v2a_foley.errors import UsageError


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


class Follows(StrEnum):
    """What of the picture's motion an event follows."""

    NOTHING = ""
    """It sounds when and as it likes: a dog barks."""
    HITS = "hits"
    """It is struck by what moves: its impulses fall on the sharp peaks of motion."""
    MOTION = "motion"
    """It lasts, and is driven by how fast things move: an engine."""


FOLEY_LAYERS = (Layer.BG, Layer.FX, Layer.FOLEY)
"""The layers that this program makes, in the order of the timeline."""

DISTANCE = {Layer.ORIG: 0.0, Layer.BG: 0.0, Layer.FX: 6.0, Layer.FOLEY: 2.0}
"""Metres from which the sounds of a layer are heard, where an event says nothing else."""


@dataclass(frozen=True)
class Ear:
    """How the sound itself measures: what a made sound must show to pass for the event.

    Attributes:
        ranges: lowest and highest value by the descriptor's name, in the units of ``audio/descriptors.py``.
        source: where the ranges come from: a publication, a standard, or what was measured.
    """

    ranges: Mapping[str, tuple[float, float]]
    source: str


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
        follows: what of the picture's motion it follows.
        place: for an ambience, the kind of place that it sounds in (a name of ``audio/room.py``); empty: unknown.
        distance: metres from which it is usually heard; 0 for a background, which is all around.
        rare: what is seen usually sounds otherwise, or not at all (a coffee grinder where coffee is seen): the eyes
            need to be surer of it than of others. Words that ask for it find it as easily.
        ear: how the sound itself measures; None where nothing is known of it.
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
    follows: Follows = Follows.NOTHING
    place: str = ""
    distance: float = 0.0
    rare: bool = False
    ear: Ear | None = None


@dataclass(frozen=True)
class Vocabulary:
    """An ordered table of events with unique names."""

    events: tuple[Event, ...]

    def __post_init__(self) -> None:
        """Refuse two events of one name.

        Raises:
            UsageError: two events have one name.
        """
        names = [event.name for event in self.events]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(f"Events are named twice: {', '.join(twice)}.")

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

    An event's ``[event.ear]`` holds a lowest and a highest value a descriptor, and ``source``: a key of the text's own
    table ``[sources]``, or several parted by spaces.

    Raises:
        UsageError: the text is no TOML, or an entry misses a key, has an unknown one, or an impossible value.
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # tomllib lets numbers of 5000 digits through
        raise UsageError(f"The table of events is no TOML: {error}.") from error
    entries, sources = table.get("event", []), table.get("sources", {})
    strangers = set(table) - {"event", "sources"}
    if strangers or not isinstance(entries, list) or not isinstance(sources, dict):
        raise UsageError("A table of events has [[event]] entries and, at most, [sources].")
    return Vocabulary(tuple(_event(entry, sources) for entry in entries))


def _event(entry: object, sources: Mapping[str, object]) -> Event:
    """Read one entry; what is missing, unknown or of the wrong type is an error that names the event."""
    if not isinstance(entry, dict):
        raise UsageError("An [[event]] is a table of keys and values.")
    name = str(entry.get("name", "?"))
    strangers = set(entry) - {each.name for each in fields(Event)}
    if strangers:
        raise UsageError(f"The event {name!r} has a key that is not known: {min(strangers)!r}.")
    try:
        event = Event(
            **{
                **entry,
                "kind": Kind(entry["kind"]),
                "layer": Layer(entry["layer"]),
                "level": _number(entry["level"]),
                "sees": _texts(entry.get("sees", [])),
                "params": MappingProxyType(dict(entry.get("params", {}))),
                "follows": Follows(entry.get("follows", "")),
                "distance": _number(entry.get("distance", DISTANCE[Layer(entry["layer"])])),
                "rare": _truth(entry.get("rare", False)),
                "ear": _ear(entry["ear"], sources) if "ear" in entry else None,
            }
        )
        _texts([event.name, event.caption, event.catid, event.category, event.subcategory, event.family])
        _texts([event.bed, event.place])
    except KeyError as error:
        raise UsageError(f"The event {name!r} lacks {error.args[0]!r}.") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"The event {name!r} cannot be read: {error}.") from error
    if event.distance < 0 or (event.kind is Kind.AMBIENCE and event.distance):
        raise UsageError(f"The event {name!r} cannot be {event.distance:g} m away.")
    return event


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{values!r} is no list of texts")
    return tuple(values)


def _ear(entry: object, sources: Mapping[str, object]) -> Ear:
    if not isinstance(entry, dict):
        raise TypeError("its ear is no table")
    told, ranges = entry.get("source"), {}
    if not isinstance(told, str) or not told:
        raise ValueError("its ear names no source")
    for name, value in entry.items():
        if name == "source":
            continue
        if not isinstance(value, list) or len(value) != 2:
            raise ValueError(f"{name} needs a lowest and a highest value")
        low, high = _number(value[0]), _number(value[1])
        if low > high:
            raise ValueError(f"{name} runs from {low:g} down to {high:g}")
        ranges[name] = (low, high)
    missing = [key for key in told.split() if not isinstance(sources.get(key), str)]
    if missing:
        raise ValueError(f"its ear's source {missing[0]!r} is not in [sources]")
    return Ear(MappingProxyType(ranges), "; ".join(str(sources[key]) for key in told.split()))


@cache
def default_vocabulary() -> Vocabulary:
    """Return the events that ship with the program."""
    folder = files(__package__).joinpath("vocabulary")
    tables = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return Vocabulary(tuple(event for file in tables for event in parse_vocabulary(file.read_text(encoding="utf-8"))))
