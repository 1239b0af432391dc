"""From folders of films to stretches on the disk: every film is looked at once, and found again by size and date."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from v2a_foley.engine.border import border
from v2a_foley.errors import Cancelled, FoleyError, MissingError, ResourceError, SourceError, StoreError
from v2a_foley.progress import Progress
from v2a_foley.train.clips import Unheard
from v2a_foley.train.onsets.labels import kind_of, list_of, truths_of
from v2a_foley.train.onsets.stretches import LONGEST, Stretch, hits_in, rows_of, write_stretch
from v2a_foley.train.sources.item import PICTURE_SUFFIXES
from v2a_foley.train.sources.walk import walk
from v2a_foley.video.look import look
from v2a_foley.video.probe import probe
from v2a_foley.video.traits import CELLS, FRAME, Traits

STAGE = "traits"
TRAITS = 2
"""Raise this when what is written for a film changes, and all films are looked at again."""
FEWEST = 16
"""Frames of a film, at least."""
_MUTE = "nobody can tell when it sounds: it has no sound, and no list of hits beside it"


@dataclass(frozen=True)
class Film:
    """A film that is ready to be learned from.

    Attributes:
        key: of its file's place, size and date, and of its list's.
        kind: of scene; empty where nobody said.
        stretches: the files of its traits and truths, in order.
        frames: of each.
        shape: rows and columns of its cells.
        hits: how often it sounds.
    """

    key: str
    kind: str
    stretches: tuple[Path, ...]
    frames: tuple[int, ...]
    shape: tuple[int, int]
    hits: int = 0


def films_in(
    sources: Sequence[Path], folder: Path, exclude: frozenset[str], progress: Progress, *, threads: int = 1
) -> list[Film]:
    """Return the films below some folders, looked at where that was not done before.

    What cannot be used is left out with a warning.

    Args:
        sources: folders of films, or films.
        folder: where their traits lie, or will.
        exclude: kinds of scene that are left out unseen.
        progress: told of each film, in the stage ``traits``.
        threads: films at once.

    Raises:
        SourceError: there is no film, or none that can be used.
        ResourceError: no memory or no room is left.
        Cancelled: the work was asked to stop.
    """
    paths = [path for path in _paths(sources) if kind_of(path) not in exclude]
    if not paths:
        named = ", ".join(repr(str(each)) for each in sources)
        raise SourceError(f"There is no film to learn from in {named}.", hint="Name folders that hold films.")
    folder.mkdir(parents=True, exist_ok=True)
    quiet = Unheard()
    found: list[Film] = []
    left: list[tuple[Path, str]] = []

    def one(path: Path) -> Film | str:
        if progress.cancelled:
            quiet.cancel()
        return _film(path, folder, quiet)

    with progress.stage(STAGE, len(paths)) as stage, ThreadPoolExecutor(threads) as pool:
        try:
            for path, made in zip(paths, pool.map(one, paths), strict=True):
                if isinstance(made, Film):
                    found.append(made)
                else:
                    left.append((path, made))
                stage.advance(1, path.name)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            quiet.cancel()
            raise
    for path, why in left[:20]:
        progress.warn(f"{path.name!r} is left out: {why.rstrip('.')}.")
    if len(left) > 20:
        progress.warn(f"{len(left) - 20} more films are left out.")
    if not found:
        raise SourceError("None of the films can be learned from.", hint="See the warnings; give films with sound.")
    return found


def _paths(sources: Sequence[Path]) -> Iterator[Path]:
    for source in sources:
        if source.is_dir():
            yield from walk(source, PICTURE_SUFFIXES)
        elif source.is_file():
            yield source
        else:
            raise SourceError(f"There is nothing at {str(source)!r}.", hint="Check the name and the folder.")


def _film(path: Path, folder: Path, progress: Progress) -> Film | str:
    """Return a film, or why it is left out."""
    key = _key(path)
    try:
        with border():
            known = _known(folder, key)
            if known is None:
                made = _looked_at(path, progress)
                if isinstance(made, str):
                    return made
                for number, stretch in enumerate(made):
                    write_stretch(folder / _name(key, number, len(made), stretch), stretch)
                known = _known(folder, key)
            if known is None:
                return "its traits could not be written"
            return Film(key, kind_of(path), *known)
    except (ResourceError, MissingError, Cancelled):
        raise
    except FoleyError as error:
        return error.message


def _key(path: Path) -> str:
    """Return what a film's traits are found by: where it is, how long, of when, and the same of its list."""
    digest = hashlib.sha256(f"{TRAITS} {CELLS} {FRAME} {path.resolve()}".encode("utf-8", "surrogateescape"))
    for each in (path, list_of(path)):
        if each.exists():
            status = each.stat()
            digest.update(f" {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()[:24]


def _name(key: str, number: int, count: int, stretch: Stretch) -> str:
    """Return the name of a stretch's file, which says all that is needed to choose it without opening it."""
    frames, _, rows, columns = stretch.traits.cells.shape
    return f"{key}-{number:04d}-{count:04d}-{frames}-{rows}x{columns}.npz"


def _known(folder: Path, key: str) -> tuple[tuple[Path, ...], tuple[int, ...], tuple[int, int], int] | None:
    """Return the files of a film, their frames, its shape and its hits, if all of them are there and can be read."""
    paths = sorted(folder.glob(f"{key}-*.npz"))
    if not paths:
        return None
    said = [path.stem.split("-") for path in paths]
    if len(paths) != int(said[0][2]):
        return None
    rows, _, columns = said[0][4].partition("x")
    try:
        hits = sum(hits_in(path) for path in paths)
    except StoreError:
        return None
    return tuple(paths), tuple(int(each[3]) for each in said), (int(rows), int(columns)), hits


class _Keeper:
    """Keeps a film's traits in float16."""

    def __init__(self) -> None:
        self.pieces: list[Traits] = []

    def feed(self, traits: Traits) -> None:
        self.pieces.append(Traits(traits.times, traits.cells.astype(np.float16), traits.frame.astype(np.float16)))


def _looked_at(path: Path, progress: Progress) -> list[Stretch] | str:
    """Return the stretches of a film, or why there are none."""
    facts = probe(path)
    if facts.still:
        return "it is a photograph"
    truths = truths_of(facts, progress)
    if truths is None:
        return _MUTE
    keeper = _Keeper()
    seen = look(facts, readers=[keeper], progress=progress)
    cuts = {shot.range.start for shot in seen.shots[1:]}
    return _parted(keeper.pieces, cuts, rows_of(truths)) or "it is too short"


def _parted(pieces: Sequence[Traits], cuts: set[Fraction], truths: np.ndarray) -> list[Stretch]:
    """Return the traits of a film as stretches that are neither long nor too short, with the truths in each."""
    times = [time for piece in pieces for time in piece.times]
    if len(times) < FEWEST:
        return []
    cells = np.concatenate([piece.cells for piece in pieces])
    frame = np.concatenate([piece.frame for piece in pieces])
    count = -(-len(times) // LONGEST)
    edges = [round(len(times) * number / count) for number in range(count + 1)]
    found = []
    for low, high in pairwise(edges):
        # Contacts lie after the frame before, up to the frame itself; the last stretch ends with the film.
        first = float(times[low - 1]) if low else -np.inf
        inside = truths[(truths[:, 0] > first) & (truths[:, 0] <= float(times[high - 1]))]
        at_cut = np.array([time in cuts for time in times[low:high]])
        found.append(Stretch(Traits(tuple(times[low:high]), cells[low:high], frame[low:high]), at_cut, inside))
    return found
