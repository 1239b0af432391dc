"""What the eyes make of a data set: one embedding an item, the mean over its frames, kept on the disk as it is found.

A second call goes on where the first one stopped. What the embeddings are used for is elsewhere.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import Embeddings, ImageEncoder, Space, pooled
from v2a_foley.engine.describe import SHORT_SIDE
from v2a_foley.engine.gaze import even_frames
from v2a_foley.errors import InputError, MediaUnreadable, OutputError, SourceError
from v2a_foley.evaluate.dataset import DataSet, Item
from v2a_foley.evaluate.listening import bytes_hash
from v2a_foley.files import translated, writing
from v2a_foley.progress import Progress
from v2a_foley.video.probe import frame_clock, probe
from v2a_foley.video.read import read_blocks

STAGE = "eyes"
_NAMED = 5
"""Items that cannot be used which are named one by one."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What was seen of a data set.

    Attributes:
        data: the data set without the items that could not be looked at.
        embeddings: ``float32 (n, d)``, one row an item.
        space: of the eyes.
        broken: the items that could not be looked at, and why, by key.
    """

    data: DataSet
    embeddings: Embeddings
    space: Space
    broken: dict[str, str] = field(default_factory=dict)


def look_at(data: DataSet, eyes: ImageEncoder, frames: int, length: Fraction, folder: Path, progress: Progress) -> Seen:
    """Look at every item that was not looked at before.

    Args:
        data: clips or photographs.
        eyes: embed the frames.
        frames: of each clip, spread evenly; a photograph is one.
        length: seconds of each clip that count, from its beginning.
        folder: where the embeddings are kept; made where it is missing.
        progress: told of the items, in the stage ``eyes``.

    Raises:
        SourceError: not one item can be looked at.
        OutputError, DiskFull: the folder cannot be written to.
        Cancelled: the work was asked to stop; what was seen until then is kept.
    """
    place = folder / f"{eyes.space.fingerprint[:16]}-{frames}f-{float(length):g}s" / data.short
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, place) from error
    found: list[NDArray[np.float32]] = []
    items, broken = [], {}
    with progress.stage(STAGE, len(data.items)) as stage:
        for item in data.items:
            try:
                found.append(_kept(item, eyes, frames, length, place))
                items.append(item)
            except OutputError:
                raise
            except InputError as error:
                broken[item.key] = error.message
            stage.advance(1, item.label)
    if not items:
        raise SourceError(
            f"Not one item of {data.name} can be looked at; the first: {next(iter(broken.values()), 'none is there')}",
            hint="Play one of the files: are they whole?",
        )
    for key, why in list(broken.items())[:_NAMED]:
        progress.warn(f"{key} is left out: {why}")
    if len(broken) > _NAMED:
        progress.warn(f"{len(broken) - _NAMED} more of {data.name} are left out: they cannot be looked at.")
    return Seen(replace(data, items=tuple(items)), np.stack(found), eyes.space, broken)


def _kept(item: Item, eyes: ImageEncoder, frames: int, length: Fraction, place: Path) -> NDArray[np.float32]:
    """Return what was seen of an item, from the disk where these very bytes were looked at before.

    Raises:
        InputError: it cannot be read.
    """
    try:
        place /= f"{item.key}-{bytes_hash(item.path)[:12]}.npy"
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise MediaUnreadable(f"{item.path.name!r} cannot be read: {why}.", hint="Look at its permissions.") from error
    kept = _read(place, eyes.space.size)
    if kept is not None:
        return kept
    vector = pooled(_frames(item, eyes, frames, length))
    content = BytesIO()
    np.save(content, vector)
    with writing(place) as part:
        part.write_bytes(content.getvalue())
    return vector


def _read(place: Path, size: int) -> NDArray[np.float32] | None:
    """Return a kept embedding, or None where there is none or it is damaged: it is found again then."""
    try:
        kept = np.load(place, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    fits = kept.shape == (size,) and kept.dtype == np.float32 and bool(np.isfinite(kept).all())
    return kept if fits else None


def _frames(item: Item, eyes: ImageEncoder, frames: int, length: Fraction) -> Embeddings:
    """Return one row a frame of the part of an item that counts.

    Raises:
        InputError: it cannot be read.
    """
    media = probe(item.path)
    times = frame_clock(media).times()
    last = sum(time < media.picture.start + length for time in times)
    wanted = even_frames(0, max(1, last), frames)
    found = []
    with closing(read_blocks(media, short_side=max(SHORT_SIDE, eyes.frame_size))) as blocks:
        for block in blocks:
            here = [number - block.first for number in wanted if 0 <= number - block.first < len(block.frames)]
            if here:
                found.append(eyes.encode_images(block.frames[here]))
            if block.first + len(block.frames) > wanted[-1]:
                break
    return np.concatenate(found)
