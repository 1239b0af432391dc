"""What the tests of embedding share: small films, what a store holds of them, and what it should hold."""

import shutil
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

from tests.footage import make_film, real_clip
from v2a_foley.audio.read import read_sound
from v2a_foley.embed import normalised
from v2a_foley.engine.gaze import even_frames
from v2a_foley.engine.profiles import load_senses
from v2a_foley.pairs import open_pairs
from v2a_foley.video.probe import frame_clock, probe
from v2a_foley.video.read import read_blocks


def film(path: Path, seconds: float = 2.0, number: int = 1, **more: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"size": (128, 72), "cuts": [3 + number % 17, 30 + number % 11], "sound": "tone", **more}
    return make_film(path, seconds=seconds, **options)


def by_key(*stores: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    pairs = open_pairs(stores)
    halves = pairs.take(np.arange(len(pairs)))
    return {row.key: (seen, heard) for row, seen, heard in zip(pairs.rows, *halves, strict=True)}


def assert_same(first: dict, second: dict) -> None:
    assert sorted(first) == sorted(second)
    for key, halves in first.items():
        for one, other in zip(halves, second[key], strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5, err_msg=key)


@cache
def everything(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return all frames of a film, and all of its sound at 48 kHz in mono."""
    media = probe(path)
    sound = read_sound(path, media.sound, origin=media.origin, samples=round(media.duration * 48_000))
    return np.concatenate([block.frames for block in read_blocks(media)]), np.concatenate(list(sound), axis=1).mean(
        axis=0
    )


def expected(tiny: Path, path: Path, start: Fraction, end: Fraction, frames: int):
    """Return a pair as it should be, by the plainest way: every frame and every sample is read."""
    senses, (pictures, sound) = load_senses(str(tiny)), everything(path)
    here = [number for number, time in enumerate(frame_clock(probe(path)).times()) if start <= time < end]
    seen = senses.eyes.encode_images(pictures[[here[0] + n for n in even_frames(0, len(here), frames)]])
    heard = sound[round(start * 48_000) : round(end * 48_000)]
    return normalised(seen.mean(axis=0)), senses.listener().encode_audio([heard])[0]


def a_mixed_bag(folder: Path) -> None:
    film(folder / "good.mp4")
    film(folder / "mute.mp4", sound="none")
    film(folder / "silent.mp4", sound="silence")
    film(folder / "short.mp4", seconds=0.4, cuts=[4])
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("this is no film " * 100)
    content = (folder / "good.mp4").read_bytes()
    (folder / "cut.mp4").write_bytes(content[: len(content) // 3])
    shutil.copyfile(real_clip("bikes.mp4"), folder / "bikes.mp4")
