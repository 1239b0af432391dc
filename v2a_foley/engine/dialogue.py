"""Listens to a film for speech before it is mixed, if its delivery is gated by dialogue; ``embed`` has the network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.mix import DIALOGUE, MUSIC
from v2a_foley.audio.read import read_sound
from v2a_foley.audio.stream import Samples
from v2a_foley.embed.speech import RATE, Speech, find_speech
from v2a_foley.engine.settings import RunSettings
from v2a_foley.progress import Progress
from v2a_foley.project import Project
from v2a_foley.render.stems import own_sounds
from v2a_foley.timebase import to_samples


def speech_of(project: Project, settings: RunSettings, progress: Progress) -> Speech:
    """Return where somebody speaks in the film's own sound as the mix holds it: in its dialogue, or what plays.

    Raises:
        DependencyMissing: the package that brings the network's weights is not installed.
        MediaUnreadable: the film's own sound cannot be read.
        Cancelled: the work was asked to stop.
    """
    facts = project.media
    samples = to_samples(facts.duration, RATE)
    own = own_sounds(facts, settings.tracks()) if settings.original != "replace" else {}
    sound = own.get(DIALOGUE) or next((track for bus, track in own.items() if bus != MUSIC), None)
    if sound is None:
        return Speech((), samples)
    blocks = read_sound(facts.path, sound, origin=facts.origin, samples=samples, sample_rate=RATE, progress=progress)

    def heard() -> Iterator[NDArray[np.float32]]:
        for block in blocks:
            progress.check()
            yield _folded(block, sound.layout)

    return find_speech(heard())


def _folded(block: Samples, layout: str) -> NDArray[np.float32]:
    """Return what the front loudspeakers say together, ``float32 (n,)``; voices are in the centre, or in both sides."""
    if len(block) <= 2:
        return np.asarray(block.mean(axis=0), np.float32)
    import av

    names = [channel.name for channel in av.AudioLayout(layout).channels] if layout else []
    weights = [{"FC": 1.0, "FL": 0.5, "FR": 0.5}.get(name, 0.0) for name in names]
    if len(weights) != len(block) or not any(weights):
        return np.asarray(block.mean(axis=0), np.float32)
    return np.asarray(np.array(weights, np.float32) @ block, np.float32)
