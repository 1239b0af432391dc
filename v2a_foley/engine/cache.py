"""What a take is found again by: a key over all that decides its samples, and the promise of whoever keeps takes.

Where takes are kept is decided elsewhere (``engine/projects/``); how they are made stands in ``making.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from v2a_foley.audio.perspective import Way
from v2a_foley.generate import Generator, Identified, SoundRequest
from v2a_foley.project import Cue, Event, Layer, Take

FORM = 1
"""Raised whenever what becomes of a sound after its maker changes: its room, its level, its file."""


class TakeCache(Protocol):
    """Keeps takes, and finds them again. Several threads may keep at once."""

    def find(self, key: str) -> Take | None:
        """Return the take of a key, whose file is there, or None."""
        ...

    def keep(self, key: str, path: Path, take: Take) -> Take:
        """Take over a finished file, which is moved, and return the take as it lies there.

        Raises:
            DiskFull: the disk is full.
            OutputError: the place cannot be written.
        """
        ...


def take_key(request: SoundRequest, maker: str, room: str = "", way: Way | None = None) -> str:
    """Return the key of a take: SHA-256, hexadecimal, over everything that decides its samples.

    Args:
        request: what is asked for, with its seed and its place in the audio space.
        maker: what decides the maker's sounds beside it (``Identified.identity``).
        room: what decides the room around it (``room_of``).
        way: where it stands over time, if anywhere but in the middle.
    """
    embedding = request.embedding
    decides: dict[str, Any] = {
        "form": FORM,
        "maker": maker,
        "room": room,
        "event": event_facts(request.event),
        "samples": [request.samples, request.before, request.after],
        "channels": request.channels,
        "rate": request.sample_rate,
        "seed": request.seed,
        "prompt": request.prompt,
        "negative": request.negative,
        "embedding": None if embedding is None else embedding.astype("<f4").tobytes().hex(),
        "hits": request.hits,
        "intensity": request.intensity,
    }
    if way is not None:
        decides["way"] = [way.held, way.points]
    if request.silent:  # said only where it is so: the keys of older takes stay
        decides["silent"] = True
    return digest_of(decides)


def identity_of(maker: Generator) -> str | None:
    """Return what decides a maker's sounds, or None where it does not say: its takes are then never found again."""
    return maker.identity if isinstance(maker, Identified) else None


def event_facts(event: Event) -> Mapping[str, Any]:
    """Return what of an event decides a sound; what only the eyes and the spotting go by is left out."""
    return {
        "name": event.name,
        "caption": event.caption,
        "catid": event.catid,
        "kind": event.kind.value,
        "level": event.level,
        "family": event.family,
        "params": dict(event.params),
        "distance": event.distance,
    }


def room_of(cue: Cue, room: str) -> str:
    """Return what decides the room around a cue's sounds: nothing, the cue's own place if the sound is dry, or a place.

    Args:
        cue: the cue.
        room: the setting: ``auto``, ``dry``, or a place.
    """
    if cue.layer is Layer.BG or room == "dry":
        return ""
    return f"if dry: {cue.place}" if room == "auto" else room


def digest_of(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of plain values, in hexadecimal; the order of names does not count."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
