"""Who a model's weights are from and whose they are: its name, the hash of its files, its licence. Loads nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from v2a_foley.embed.on_disk import content_hash
from v2a_foley.errors import ModelDamaged
from v2a_foley.models.record import read_record
from v2a_foley.models.table import MANIFEST

UNKNOWN = "decided by the weights' licence (AudioLDM's public weights: CC BY-NC-SA 4.0, not for commercial work)"
"""What is said of sounds whose model carries no licence of its own."""
_FRONT = re.compile(r"\A---\s*\n(.*?)\n---", re.DOTALL)
_LICENCE = re.compile(r"^licen[sc]e:[ \t]*[\"']?([\w.+-]+)", re.MULTILINE | re.IGNORECASE)
_SPDX = {"cc-by-nc-sa-4.0": "CC-BY-NC-SA-4.0", "cc0-1.0": "CC0-1.0", "apache-2.0": "Apache-2.0", "mit": "MIT"}


@dataclass(frozen=True)
class Card:
    """A model in words.

    Attributes:
        name: its folder's name.
        weights: SHA-256 over its configs' and weights' names and bytes, hexadecimal.
        licence: SPDX identifier, or a sentence.
    """

    name: str
    weights: str
    licence: str


def read_card(folder: Path) -> Card:
    """Read what is known of the model in a folder; hashing its weights takes a second or so.

    Raises:
        ModelDamaged: a file cannot be read.
    """
    files = sorted(path for part in ("unet", "vae", "vocoder", "scheduler") for path in (folder / part).glob("*.*"))
    return Card(folder.resolve().name, content_hash(files), licence_of(folder))


def licence_of(folder: Path) -> str:
    """Return the licence that the model's record names, else its card's (``README.md``), else a sentence.

    Raises:
        ModelDamaged: the record or the card cannot be read.
    """
    if (folder / MANIFEST).is_file():
        return read_record(folder).licence
    readme = folder / "README.md"
    if not readme.is_file():
        return UNKNOWN
    try:
        front = _FRONT.match(readme.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise ModelDamaged(f"{str(readme)!r} cannot be read: {error.strerror}.") from error
    found = _LICENCE.search(front[1]) if front else None
    return _SPDX.get(found[1].lower(), found[1]) if found else UNKNOWN
