"""Tiny voices, what they are asked, and how their sounds are read, for the tests of the voice."""

from __future__ import annotations

import numpy as np

from tests.generate.library_sounds import RAIN
from tests.generate.sounds import RATE
from tests.generate.tiny_voice import model
from v2a_foley.compute import Compute
from v2a_foley.generate import Sound, SoundRequest
from v2a_foley.generate.audioldm import AudioLdmVoice, VoiceOptions
from v2a_foley.progress import Progress


def voice(listener=None, *, of=None, **options) -> AudioLdmVoice:
    return AudioLdmVoice(of or model(), Compute(), VoiceOptions(**{"steps": 3, **options}), listener=listener)


def wish(seconds: float = 1.5, event=RAIN, **how) -> SoundRequest:
    return SoundRequest(event, round(seconds * RATE), **{"seed": 7, **how})


def read(sound: Sound) -> np.ndarray:
    return np.concatenate(list(sound.blocks), axis=1)


def together(maker: AudioLdmVoice, requests: list[SoundRequest], progress: Progress | None = None) -> list[Sound]:
    made = dict(maker.make_all(requests, progress))
    assert sorted(made) == list(range(len(requests)))
    return [made[place] for place in range(len(requests))]


class Wrapped:
    """The tiny model with one of its abilities replaced."""

    def __init__(self, **abilities) -> None:
        self.__dict__.update(abilities)

    def __getattr__(self, name: str) -> object:
        return getattr(model(), name)
