"""Real footage: do the program's hits agree with the strikes in a film's own soundtrack, and more so than by chance?

``python -m benchmarks.sync.real`` looks through the installed packages for films with sound; other folders may be
named. The soundtrack is no truth about the picture (music, speech, things off screen), so that only the difference to
the same hits moved in time says something.
"""

from __future__ import annotations

import argparse
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from benchmarks.sync import scoring
from benchmarks.sync.cases import Case
from benchmarks.sync.ears import listen, onsets
from benchmarks.sync.road import KNOCK, Road
from benchmarks.sync.scoring import WIDE, Film
from benchmarks.sync.systems import SYSTEMS
from v2a_foley.errors import FoleyError

ENDINGS = frozenset({".mp4", ".mov", ".webm", ".avi", ".mkv", ".m4v", ".mpg", ".mpeg", ".ogv", ".flv", ".wmv"})
_LONGEST = 240.0
_SHIFTS = 100


@dataclass(frozen=True)
class Agreement:
    """How well hits agree with a soundtrack.

    Attributes:
        film: its place among the packages.
        strikes: heard in its soundtrack.
        hits: of the program.
        f1: within ±50 ms.
        chance: the mean of the same over the hits moved in time.
        better: share of the moves that agree less than the hits as they are.
    """

    film: str
    strikes: int
    hits: int
    f1: float
    chance: float
    better: float


def films_with_sound(folders: Sequence[Path]) -> Iterator[Path]:
    """Yield the films with a sound track under folders, at most four minutes long; what cannot be opened is none."""
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*") if each.suffix.lower() in ENDINGS and each.is_file()):
            try:
                with av.open(str(path)) as container:
                    seconds = (container.duration or 0) / av.time_base
                    if container.streams.video and container.streams.audio and 0.5 <= seconds <= _LONGEST:
                        yield path
            except av.FFmpegError as error:
                print(f"not a film: {path.name} ({error})")


def agreement(film: Film, name: str, seed: int = 0) -> Agreement:
    """Compare hits with strikes, and with what chance brings: the hits moved by a random time, round the end."""
    rng = np.random.default_rng(seed)
    f1 = scoring.counts(film, WIDE).f1
    moved = [
        scoring.counts(scoring.shifted(film, float(by)), WIDE).f1
        for by in rng.uniform(min(0.3, film.seconds / 4), film.seconds - min(0.3, film.seconds / 4), _SHIFTS)
    ]
    better = float(np.mean([f1 > each for each in moved]))
    return Agreement(name, len(film.truth), len(film.found), f1, float(np.mean(moved)), better)


def compare(path: Path, road: Road, system: str) -> Agreement:
    """Return the agreement of one film under a system."""
    sound = listen(path)
    strikes = tuple(one.time for one in onsets(sound))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        fps = float(stream.average_rate or 25)
        seconds = max((container.duration or 0) / av.time_base, sound.shape[1] / 48_000)
    case = Case(path.stem, path, path.stem, KNOCK, seconds, fps, False, strikes, (1.0,) * len(strikes))
    hits = road.silent(case, SYSTEMS[system].choices(case, path.parent)).hits
    film = Film(strikes, tuple(t for t, _ in hits), tuple(s for _, s in hits), seconds)
    return agreement(film, "/".join(path.parts[-3:]))


def main(arguments: list[str] | None = None) -> None:
    """Print one row a film and system, as a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", help="by default the installed packages")
    parser.add_argument("--systems", nargs="+", default=["hand"], choices=["hand", "net"])
    chosen = parser.parse_args(arguments)
    road = Road()
    print("| film | system | strikes | hits | F1 ±50 ms | moved in time | better than |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for path in films_with_sound(chosen.folders or [Path(sysconfig.get_paths()["purelib"])]):
        for system in chosen.systems:
            try:
                one = compare(path, road, system)
            except FoleyError as error:
                print(f"| {path.name} | {system} | {error} |||||")
                continue
            print(f"| {one.film} | {system} | {one.strikes} | {one.hits} | {one.f1:.2f} | {one.chance:.2f} "
                  f"| {one.better:.0%} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
