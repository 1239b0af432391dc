"""A store's card: the JSON that says between which spaces its pairs lie, and how they were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from v2a_foley.embed import Space
from v2a_foley.errors import StoreError
from v2a_foley.files import readable, write_text

CARD = "store.json"
FORMAT = "v2a-foley pairs"
VERSION = 1
"""The newest version of the format that this program reads, and the one it writes."""
MADE_AGAIN = "Name the folder that 'v2a-foley train embed' or 'v2a-foley train captions' wrote."
"""What to do about something that is no store."""


@dataclass(frozen=True)
class StoreCard:
    """What is known of a store of pairs.

    Attributes:
        source: the eyes' space, that of the first half of each pair.
        target: the ears' space, that of the second half.
        kind: ``clips`` (pictures and the sounds that go with them) or ``captions`` (texts in both spaces).
        origin: what the pairs were made of, in words, for the card of what is trained on them.
        details: how they were made: frames a clip, seconds a clip, measured means …
    """

    source: Space
    target: Space
    kind: str
    origin: str
    details: Mapping[str, Any] = field(default_factory=dict)


def write_card(folder: Path, card: StoreCard) -> None:
    """Write a store's card in one step.

    Raises:
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """
    content = {"format": FORMAT, "version": VERSION, **asdict(card), "details": dict(card.details)}
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    write_text(folder / CARD, readable(text) + "\n")


def read_card(folder: Path) -> StoreCard:
    """Read a store's card. Fields that this version does not know are left aside.

    Raises:
        StoreError: there is no store, its card cannot be read, or it is of a newer format.
    """
    path = folder / CARD
    if not path.is_file():
        what = f"holds no {CARD}" if folder.is_dir() else "is not there"
        raise StoreError(f"The store {str(folder)!r} {what}.", hint=MADE_AGAIN)
    try:
        content = json.loads(path.read_text("utf-8"))
        if content.get("format") != FORMAT:
            raise StoreError(f"{str(path)!r} is not a store's card.", hint=MADE_AGAIN)
        if int(content["version"]) > VERSION:
            raise StoreError(
                f"The store {str(folder)!r} is of version {content['version']}; this program reads up to {VERSION}.",
                hint="Use a newer version of v2a-foley.",
            )
        return StoreCard(
            source=space_of(content["source"]),
            target=space_of(content["target"]),
            kind=str(content["kind"]),
            origin=str(content["origin"]),
            details=dict(content.get("details", {})),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StoreError(f"{str(path)!r} cannot be read: {error}.", hint="Make the store again.") from error


def space_of(content: Mapping[str, Any]) -> Space:
    """Return a space from JSON.

    Raises:
        KeyError, TypeError, ValueError: it is no space.
    """
    space = Space(str(content["name"]), int(content["size"]), str(content["fingerprint"]))
    if space.size < 1:
        raise ValueError(f"a space of {space.size} dimensions")
    return space
