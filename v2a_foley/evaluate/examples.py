"""A few clips to listen to: the true sound beside what was made for the same picture."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from v2a_foley.audio.wav import WavWriter
from v2a_foley.audio.whole import read_whole
from v2a_foley.evaluate.dataset import DataSet, Item
from v2a_foley.evaluate.generate import Clip
from v2a_foley.evaluate.report.content import Player
from v2a_foley.files import translated, writing
from v2a_foley.video.probe import probe
from v2a_foley.video.read import read_frames

SHOWN = 3
"""Items of each data set that can be listened to in a report."""
RATE = 32_000
_HEIGHT = 144


def players(data: DataSet, rows: Sequence[tuple[str, Sequence[Clip]]], length: Fraction, folder: Path) -> list[Player]:
    """Return players for the first items of a data set: its true sound, where it has one, then one a row.

    Args:
        data: the items.
        rows: names, and clips in the order of the items.
        length: seconds of the true sound.
        folder: where excerpts and stills are written; made where it is missing.

    Raises:
        OutputError, DiskFull: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, folder) from error
    found = []
    for number, item in enumerate(data.items[:SHOWN]):
        picture = _still(item, folder / f"{data.short}-{item.key}.jpg")
        if data.heard:
            sound = _excerpt(item, length, folder / f"{data.short}-{item.key}.wav")
            found.append(Player(sound, f"{item.label}: true", item.key, picture))
        for name, clips in rows:
            if clips:
                clip = clips[number]
                found.append(Player(clip.path, f"{item.label}: {name}", f"{item.key}, seed {clip.seed}", picture))
    return found


def _excerpt(item: Item, length: Fraction, place: Path) -> Path:
    """Write what is heard of an item's true sound, mono."""
    sound = read_whole(item.path, sample_rate=RATE).mean(axis=0, dtype=np.float32)[None, : round(length * RATE)]
    with writing(place) as part, WavWriter(part, 1, sample_rate=RATE) as wav:
        wav.write(np.asarray(sound, np.float32))
    return place


def _still(item: Item, place: Path) -> Path:
    """Write the picture in the middle of an item, small."""
    from PIL import Image

    media = probe(item.path)
    middle = media.picture.start + (media.picture.end - media.picture.start) / 2
    frame = Image.fromarray(read_frames(media, [middle])[0])
    frame.thumbnail((4 * _HEIGHT, _HEIGHT))
    with writing(place) as part:
        frame.save(part, format="JPEG", quality=80)
    return place
