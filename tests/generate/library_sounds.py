"""A small library of sounds as real ones look, and words that need no model."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile

from v2a_foley.embed import Embeddings, Space, normalised
from v2a_foley.generate import SoundRequest
from v2a_foley.generate.library import Library
from v2a_foley.generate.library.match import stems
from v2a_foley.project import Event, Kind, Layer, Vocabulary

DOG = Event("dog_bark", "a dog barks", "ANMLDog", "ANIMALS", "DOG", Kind.IMPULSE, Layer.FX, -20.0, "dog")
STEP = Event("steps", "footsteps on wood", "FEETHmn", "FOOTSTEPS", "HUMAN", Kind.IMPULSE, Layer.FOLEY, -30.0, "step")
RAIN = Event("rain", "heavy rain falls", "RAINVege", "RAIN", "VEGETATION", Kind.AMBIENCE, Layer.BG, -35.0, "rain")
WIND = Event("wind", "wind howls", "WINDGen", "WIND", "GENERAL", Kind.AMBIENCE, Layer.BG, -35.0, "wind")
ENGINE = Event("engine", "a motor hums", "MOTRMisc", "MOTORS", "MISC", Kind.CONTINUOUS, Layer.FX, -25.0, "engine")
COW = Event("cow", "cattle low", "ANMLFarm", "ANIMALS", "FARM", Kind.IMPULSE, Layer.FX, -20.0, "cattle")
EVENTS = Vocabulary((DOG, STEP, RAIN, WIND, ENGINE, COW))


class WordBag:
    """Embeds a text as the sum of one fixed random direction a stem: texts are near when they share words."""

    space = Space("word bag", 128, "word-bag-128")

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        self.asked.extend(texts)
        return normalised(np.stack([self._one(text) for text in texts]))

    def _one(self, text: str) -> np.ndarray:
        total = np.zeros(self.space.size)
        for stem in sorted(stems(text)):
            seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8], "big")
            total += np.random.default_rng(seed).standard_normal(self.space.size)
        return total


def knock(rate: int, at: float, length: float, *, pitch: float = 400.0, level: float = 0.5) -> np.ndarray:
    """A struck sound whose first sample of attack is exactly at ``at`` seconds; digital silence before it."""
    time = np.arange(round(length * rate)) / rate - round(at * rate) / rate
    sound = np.where(time >= 0, np.exp(-np.maximum(time, 0) * 25) * np.cos(2 * np.pi * pitch * time), 0)
    return (level * sound).astype(np.float32)


def noise(rate: int, length: float, seed: int, *, level: float = 0.1) -> np.ndarray:
    """Steady noise, brown enough to have a colour."""
    white = np.random.default_rng(seed).standard_normal(round(length * rate) + 8)
    return (level * np.convolve(white, np.ones(8) / 8 * np.sqrt(8), "same")[: round(length * rate)]).astype(np.float32)


def write(path: Path, sound: np.ndarray, rate: int, **how: str) -> Path:
    """Write ``(samples,)`` or ``(samples, channels)``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, rate, **how)
    return path


def fill(folder: Path) -> Path:
    """Make a library: UCS names, free names, series, several formats and rates."""
    rate = 44_100
    bark = sum(knock(rate, at, 4.0, pitch=300 + 40 * i, level=0.5) for i, at in enumerate((0.25, 1.3, 2.5)))
    write(folder / "ANMLDog_Large Dog Bark Aggressive_JB_MyLib.wav", bark, rate, subtype="PCM_24")
    for number in range(1, 5):
        step = knock(48_000, 0.1 + 0.01 * number, 0.6, pitch=150 + 20 * number, level=0.4)
        write(folder / "Footsteps" / f"Footstep_Wood_{number:02d}.wav", step, 48_000)
    rain = np.stack([noise(96_000, 6, 1), noise(96_000, 6, 2)], axis=1)
    write(folder / "RAINVege_Rain Heavy On Leaves_XY_S01.flac", rain, 96_000)
    write(folder / "weather" / "Wind_Howl_Long.wav", noise(48_000, 20, 3), 48_000)
    hum = sum(np.sin(2 * np.pi * 50 * k * np.arange(3 * 32_000) / 32_000) / k for k in range(1, 6))
    write(folder / "Motor Hum é #1.ogg", (0.2 * hum).astype(np.float32), 32_000)
    return folder


def library_request(event: Event = RAIN, samples: int = 48_000, **more: object) -> SoundRequest:
    """A request for one of the events that the library holds."""
    return SoundRequest(event, samples, **more)


@cache
def filled_library() -> Library:
    """A library that every test of a session may share."""
    folder = Path(tempfile.mkdtemp(prefix="v2a-library-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Library(fill(folder / "sfx"), WordBag(), vocabulary=EVENTS, cache=folder / "cache")


def made(library: Library, request: SoundRequest) -> np.ndarray:
    return np.concatenate(list(library.make(request).blocks), axis=1)


def attacks(sound: np.ndarray, apart: int = 4000) -> list[int]:
    """Samples at which a sound jumps out of quiet."""
    loud = np.flatnonzero(np.abs(sound).max(axis=0) > 0.1 * np.abs(sound).max())
    return [int(loud[0]), *(int(b) for a, b in pairwise(loud) if b - a > apart)]
