"""The sounds of a vocabulary as the procedural generator makes them, and where the listener hears them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import AudioEncoder, Embeddings
from v2a_foley.generate.procedural import Procedural
from v2a_foley.generate.protocol import SoundRequest
from v2a_foley.progress import Progress
from v2a_foley.project import Event, Kind
from v2a_foley.timebase import SAMPLE_RATE

SECONDS = 5
"""How long each sound is."""
_HITS = ((0.4, 1.0), (1.6, 0.8), (2.7, 0.9), (3.9, 0.7))
"""When an impulse sounds, in seconds, and how strongly."""


def rendered(event: Event, seed: int, progress: Progress) -> NDArray[np.float32] | None:
    """Return an event's sound, mono at 48 kHz, ``float32 (samples,)``; None where no family makes it.

    Raises:
        Cancelled: the work was asked to stop.
    """
    hits = tuple((round(at * SAMPLE_RATE), strength) for at, strength in _HITS) if event.kind is Kind.IMPULSE else ()
    request = SoundRequest(event, SECONDS * SAMPLE_RATE, seed=seed, hits=hits)
    maker = Procedural()
    if not maker.can_make(request):
        return None
    return np.asarray(np.concatenate(list(maker.make(request, progress).blocks), axis=1)[0], np.float32)


def heard_events(
    events: Iterable[Event], seeds: int, listener: AudioEncoder, progress: Progress
) -> dict[str, Embeddings]:
    """Return where the listener hears each event, ``float32 (seeds, d)`` by its name, if anything makes it.

    Args:
        events: what to render.
        seeds: how many sounds of each.
        listener: hears them.
        progress: told of the stage ``render``.

    Raises:
        Cancelled: the work was asked to stop.
        MissingError: the listener cannot be loaded.
    """
    wanted = list(events)
    found: dict[str, Embeddings] = {}
    with progress.stage("render", len(wanted)) as stage:
        for event in wanted:
            sounds = [rendered(event, seed, progress) for seed in range(seeds)]
            made = [_at(sound, listener.sample_rate) for sound in sounds if sound is not None]
            if made:
                found[event.name] = listener.encode_audio(made)
            stage.advance(1, event.caption)
    return found


def _at(sound: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    if rate == SAMPLE_RATE:
        return sound
    import soxr

    return np.asarray(soxr.resample(sound, SAMPLE_RATE, rate), np.float32)
