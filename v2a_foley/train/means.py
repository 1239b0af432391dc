"""The modality gap, and its correction by measured means.

In a space that texts share with images (or with sounds) the two lie in cones of their own, a constant apart (Liang et
al. 2022, arXiv 2203.02053). A text's embedding is carried over by the difference of the cones' means (as in C3, arXiv
2401.08567, and earlier in DrML): ``x' = normalised(x - mean(texts) + mean(measured))``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.ranges import read_ranges
from v2a_foley.audio.track import placed_track
from v2a_foley.embed import AudioEncoder, Embeddings, ImageEncoder, normalised
from v2a_foley.errors import InputError, MediaUnreadable, ModelDamaged, SourceError, StoreError
from v2a_foley.files import writing
from v2a_foley.pairs import Pairs, Split
from v2a_foley.progress import Progress
from v2a_foley.timebase import TimeRange
from v2a_foley.train.clips import fault_of
from v2a_foley.train.sources.item import IMAGE_SUFFIXES, PICTURE_SUFFIXES, SOUND_SUFFIXES, name_of
from v2a_foley.train.sources.walk import walk
from v2a_foley.video.probe import probe
from v2a_foley.video.read import read_frames

FILE = "means.safetensors"
"""What the means of a store of captions are kept in, beside its card."""
FEW = 100
"""Fewer images or sounds than this give a mean that the user is told to doubt."""
_SECONDS = Fraction(10)

Mean = NDArray[np.float64]
"""``float64 (d,)``: the mean of vectors of unit length, itself shorter than that."""


@dataclass
class Averaging:
    """A mean while it is taken, a few vectors at a time.

    Attributes:
        count: how many vectors there were.
    """

    count: int = 0
    _sum: Mean | None = field(default=None, repr=False)

    def add(self, embeddings: Embeddings) -> None:
        """Take vectors ``float32 (n, d)``."""
        total = embeddings.sum(axis=0, dtype=np.float64)
        self._sum = total if self._sum is None else self._sum + total
        self.count += len(embeddings)

    @property
    def mean(self) -> Mean:
        """The mean, ``float64 (d,)``; ValueError where there was no vector."""
        if self._sum is None or not self.count:
            raise ValueError("a mean of nothing")
        return self._sum / self.count


@dataclass(frozen=True, eq=False)
class Measured:
    """The mean of one modality.

    Attributes:
        mean: of its embeddings.
        count: over how many.
        what: of what, in words: ``images in 'photos'``.
    """

    mean: Mean
    count: int
    what: str


def corrected(texts: Embeddings, mean: Mean, measured: Mean) -> Embeddings:
    """Return texts' embeddings carried over into another modality's cone, ``float32 (n, d)`` of unit length.

    Args:
        texts: ``float32 (n, d)`` of unit length.
        mean: of all texts.
        measured: of the other modality.

    Raises:
        ModelDamaged: a text has no direction any more, which no two cones of one sound model can bring about.
    """
    moved = texts.astype(np.float64) - mean + measured
    if np.any(np.linalg.norm(moved, axis=1) < 1e-6):
        raise ModelDamaged(
            "A text lies exactly between the means of texts and of what was measured.", hint="Measure other things."
        )
    return normalised(moved)


def mean_of_images(folder: Path, eyes: ImageEncoder, progress: Progress) -> Measured:
    """Return the mean of what the eyes make of the photographs, and of the middle of the films, below a folder.

    Args:
        folder: what cannot be read in it is left out, with a warning.
        eyes: look.
        progress: told of the stage ``means``.

    Raises:
        SourceError: there is nothing to look at.
    """

    def looked_at(path: Path) -> Embeddings:
        facts = probe(path)
        middle = facts.picture.start + facts.picture.duration / 2
        return eyes.encode_images(read_frames(facts, [middle], short_side=max(256, eyes.frame_size)))

    return _mean_over(folder, IMAGE_SUFFIXES | PICTURE_SUFFIXES, "images", looked_at, progress)


def mean_of_sounds(folder: Path, listener: AudioEncoder, progress: Progress) -> Measured:
    """Return the mean of what the listener makes of the sounds, and of the films' sounds, below a folder.

    Of each the first 10 s are heard; see ``mean_of_images``.
    """

    def heard(path: Path) -> Embeddings:
        track = placed_track(path)
        span = TimeRange(Fraction(0), min(track.duration, _SECONDS))
        sound = next(read_ranges(path, track, [span], origin=track.start, sample_rate=listener.sample_rate))
        fault = fault_of(sound)
        if fault:
            raise MediaUnreadable(fault)
        return listener.encode_audio([sound])

    return _mean_over(folder, SOUND_SUFFIXES | PICTURE_SUFFIXES, "sounds", heard, progress)


def _mean_over(
    folder: Path, suffixes: frozenset[str], what: str, embedded: Callable[[Path], Embeddings], progress: Progress
) -> Measured:
    """Return the mean of all files of a kind in a folder; those that cannot be read are named and left out."""
    averaging = Averaging()
    with progress.stage("means", message=what) as stage:
        for path in _readable(folder, suffixes):
            try:
                averaging.add(embedded(path))
            except InputError as error:
                progress.warn(f"{path.name} is left out of the mean: {error.message}")
            stage.advance(1, path.name)
    return _measured(averaging, f"{what} in {name_of(folder)!r}", folder, progress)


def means_of_store(pairs: Pairs, name: str) -> tuple[Measured, Measured]:
    """Return the means of both halves of a store of clips, over what may be learned from.

    Args:
        pairs: of one store.
        name: what it is called.

    Raises:
        StoreError: it is a store of captions, whose means are those of texts.
    """
    if any(card.kind != "clips" for card in pairs.cards):
        raise StoreError(
            f"The store {name!r} is of texts: there is nothing to measure in it.",
            hint="Name one that 'v2a-foley train embed' made.",
        )
    chosen = pairs.of(Split.TRAIN)
    seen, heard = Averaging(), Averaging()
    for start in range(0, len(chosen), 4096):
        first, second = pairs.take(chosen[start : start + 4096])
        seen.add(first)
        heard.add(second)
    return (
        Measured(seen.mean, seen.count, f"clips of {name!r}"),
        Measured(heard.mean, heard.count, f"clips of {name!r}"),
    )


def write_means(folder: Path, means: dict[str, Mean]) -> None:
    """Write means beside a store's card, ``float64 (d,)`` each.

    Raises:
        OutputError: the folder cannot be written to.
        DiskFull: the disk is full.
    """
    from safetensors.numpy import save

    content = save(dict(means))
    with writing(folder / FILE) as part:
        part.write_bytes(content)


def read_means(folder: Path) -> dict[str, Mean]:
    """Read the means of a store of captions.

    Raises:
        StoreError: there are none, or they cannot be read.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return dict(load((folder / FILE).read_bytes()))
    except (OSError, SafetensorError) as error:
        raise StoreError(f"{str(folder / FILE)!r} cannot be read.", hint="Make the store again.") from error


def _readable(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    if not folder.is_dir():
        raise SourceError(f"There is no folder {str(folder)!r}.", hint="Name a folder with files to measure.")
    yield from walk(folder, suffixes)


def _measured(averaging: Averaging, what: str, folder: Path, progress: Progress) -> Measured:
    if not averaging.count:
        raise SourceError(f"Nothing in {str(folder)!r} could be measured.", hint="Name a folder that holds some.")
    if averaging.count < FEW:
        progress.warn(
            f"The mean of only {averaging.count} {what} may be far from that of all; {FEW} or more are better."
        )
    return Measured(averaging.mean, averaging.count, what)
