"""Files become what a backbone makes of them: read, cut to one length, heard in batches, and remembered.

What a backbone is stands in ``backbones/``, how it is remembered in ``heard_before.py``; what is made of it, in
``sounds.py``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.whole import read_whole
from v2a_foley.errors import InputError, SourceError
from v2a_foley.evaluate.backbones.protocol import Backbone, Heard
from v2a_foley.evaluate.heard_before import HeardBefore
from v2a_foley.files import readable
from v2a_foley.progress import Progress, Stage

STAGE = "listen"
_SOUNDS = {".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".aif", ".aiff", ".wma"}
_FILMS = {".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg", ".ts"}
SUFFIXES = frozenset(_SOUNDS | _FILMS)
"""What is taken for a sound, or for a film with one, in a folder."""
_BATCH = 16
_NAMED = 5

Wave = NDArray[np.float32]


@dataclass(frozen=True)
class Length:
    """How sounds are brought to one length, which decides figures as much as the network does.

    Attributes:
        seconds: what is longer is cut off at its end, what is shorter is followed by silence; None leaves each sound
            as long as it is.
    """

    seconds: Fraction | None = Fraction(10)

    def __str__(self) -> str:
        """Say it, for a protocol."""
        which = "whole sounds" if self.seconds is None else f"first {float(self.seconds):g} s"
        return f"{which}, mean of channels"

    def of(self, wave: Wave, sample_rate: int) -> Wave:
        """Return a sound ``float32 (samples,)`` at this length."""
        if self.seconds is None:
            return wave
        samples = round(self.seconds * sample_rate)
        return np.pad(wave[:samples], (0, max(0, samples - len(wave))))


@dataclass(frozen=True, eq=False)
class HeardFiles:
    """What a backbone made of some files.

    Attributes:
        paths: the files that could be heard, in their order.
        heard: what was made of them; ``heard.of`` counts in ``paths``.
        hashes: the beginnings of SHA-256 hashes over the files' bytes.
        broken: why the others could not be heard.
    """

    paths: tuple[Path, ...]
    heard: Heard
    hashes: tuple[str, ...]
    broken: dict[Path, str] = field(default_factory=dict)

    def mean_embeddings(self) -> NDArray[np.float32]:
        """Return one row a file, ``float32 (n, d)``: the mean over its frames where a backbone hears in frames."""
        sums = np.zeros((len(self.paths), self.heard.embeddings.shape[1]), dtype=np.float64)
        np.add.at(sums, self.heard.of, self.heard.embeddings)
        counts = np.bincount(self.heard.of, minlength=len(self.paths))
        return np.asarray(sums / np.maximum(counts, 1)[:, None], dtype=np.float32)


def sounds_in(source: Path) -> list[Path]:
    """Return the sounds, and the films with sound, in a folder and in those inside it, by name; or the one file.

    Raises:
        SourceError: there is no such folder, or it holds no sounds.
    """
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise SourceError(f"There is no folder {str(source)!r}.", hint="Name a folder of sounds.")
    found = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(source).parts)
    )
    if not found:
        raise SourceError(
            f"The folder {str(source)!r} holds no sounds.", hint="Sounds are wav, flac, mp3 and the like, or films."
        )
    return found


def hear(
    paths: Sequence[Path],
    backbone: Backbone,
    progress: Progress,
    *,
    length: Length | None = None,
    remember: bool = True,
) -> HeardFiles:
    """Have a backbone listen to files; what it heard before in the same bytes it remembers.

    Files are read by some threads while the network listens; a few batches of sound lie in memory at a time.

    Args:
        paths: sounds, or films with sound.
        backbone: what listens.
        progress: told of each file, in the stage ``listen``.
        length: how the sounds are brought to one length; by default the first 10 s.
        remember: whether to look into, and to write to, the cache folder.

    Raises:
        SourceError: not one of the files can be heard.
        MissingError: the backbone's weights or its package are missing or no good.
        OutOfMemory: there is no memory left.
        OutputError, DiskFull: the cache cannot be written to.
        Cancelled: the work was asked to stop; what was heard until then is remembered.
    """
    rule, kept = length or Length(), HeardBefore(backbone, str(length or Length())) if remember else None
    parts: dict[int, Heard] = {}
    hashes: dict[int, str] = {}
    broken: dict[Path, str] = {}
    with (
        progress.stage(STAGE, len(paths), backbone.key) as stage,
        closing(_read_ahead(paths, backbone.sample_rate, rule, kept, progress)) as batches,
    ):
        for batch in batches:
            fresh = []
            for number, (own_hash, found) in batch:
                if isinstance(found, str):
                    broken[paths[number]] = found
                    continue
                hashes[number] = own_hash
                if isinstance(found, Heard):
                    parts[number] = found
                else:
                    fresh.append((number, found))
            _listen(fresh, backbone, parts, hashes, kept)
            _advance(stage, backbone, [paths[number] for number, _ in batch])
    _tell(broken, len(paths), progress)
    return _joined(paths, parts, hashes, broken)


def _listen(
    fresh: Sequence[tuple[int, Wave]],
    backbone: Backbone,
    parts: dict[int, Heard],
    hashes: dict[int, str],
    kept: HeardBefore | None,
) -> None:
    """Hear what is not remembered, and remember it."""
    if not fresh:
        return
    heard = backbone.listen([wave for _, wave in fresh])
    for row, (number, _) in enumerate(fresh):
        rows = heard.embeddings[heard.of == row]
        chances = None if heard.probabilities is None else heard.probabilities[row : row + 1]
        parts[number] = Heard(rows, np.zeros(len(rows), dtype=np.int64), chances)
        if kept is not None:
            kept.write(hashes[number], parts[number])


_Found = Wave | Heard | str
"""A sound, what is remembered of it, or why it cannot be read."""


def _read_ahead(
    paths: Sequence[Path], sample_rate: int, rule: Length, kept: HeardBefore | None, progress: Progress
) -> Generator[list[tuple[int, tuple[str, _Found]]], None, None]:
    """Yield batches of what files hold, one batch read ahead."""

    def read(path: Path) -> tuple[str, _Found]:
        try:
            found = bytes_hash(path)
            remembered = kept.read(found) if kept is not None else None
            return found, remembered or _wave(path, sample_rate, rule)
        except InputError as error:
            return "", error.message
        except OSError as error:
            return "", f"{path.name!r} cannot be read: {error.strerror or type(error).__name__}."

    starts = list(range(0, len(paths), _BATCH))
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:

        def begin(start: int) -> list[Future[tuple[str, _Found]]]:
            return [pool.submit(read, path) for path in paths[start : start + _BATCH]]

        waiting = begin(0)
        try:
            for start in starts:
                jobs, waiting = waiting, begin(start + _BATCH)
                batch = []
                for number, job in enumerate(jobs, start):
                    progress.check()
                    batch.append((number, job.result()))
                yield batch
        finally:
            for job in waiting:
                job.cancel()


def _wave(path: Path, sample_rate: int, rule: Length) -> Wave | str:
    """Return a file's sound: its channels' mean, at one length."""
    sound = read_whole(path, sample_rate=sample_rate)
    if not np.all(np.isfinite(sound)):
        return f"{path.name!r} holds values that are no numbers."
    return rule.of(np.asarray(sound.mean(axis=0), dtype=np.float32), sample_rate)


def bytes_hash(path: Path) -> str:
    """Return the beginning of a SHA-256 hash over a file's bytes, 32 hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:32]


def _advance(stage: Stage, backbone: Backbone, paths: Sequence[Path]) -> None:
    for path in paths:
        stage.advance(1, f"{backbone.key}: {readable(path.name)}")


def _tell(broken: dict[Path, str], count: int, progress: Progress) -> None:
    """Name the first files that are left out, and refuse to go on where none is left.

    Raises:
        SourceError: all are broken, or there are none.
    """
    if len(broken) == count:
        first = next(iter(broken.values()), "there is none.")
        raise SourceError(f"Not one of {count} sounds can be heard; the first: {first}", hint="Play one: is it whole?")
    for why in list(broken.values())[:_NAMED]:
        progress.warn(f"A sound is left out: {why}")
    if len(broken) > _NAMED:
        progress.warn(f"{len(broken) - _NAMED} more sounds are left out: they cannot be read.")


def _joined(
    paths: Sequence[Path], parts: dict[int, Heard], hashes: dict[int, str], broken: dict[Path, str]
) -> HeardFiles:
    numbers = sorted(parts)
    pieces = [parts[number] for number in numbers]
    chances = [piece.probabilities for piece in pieces if piece.probabilities is not None]
    heard = Heard(
        np.concatenate([piece.embeddings for piece in pieces]),
        np.repeat(np.arange(len(pieces)), [len(piece.of) for piece in pieces]),
        np.concatenate(chances) if chances else None,
    )
    return HeardFiles(
        tuple(paths[number] for number in numbers), heard, tuple(hashes[number][:16] for number in numbers), broken
    )
