"""Renders films with known contacts into a folder: each is NAME.mp4, NAME.hits.csv and NAME.json.

    python -m benchmarks.sync.render --out FOLDER --count 100 --kinds train,quiet --seed 1

A film depends on the seed, its number and the kinds asked for, and on nothing else. Films that are complete are
skipped, so a run that was stopped goes on where it stood.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import cv2

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.sync import kinds  # noqa: E402 - found through ROOT
from benchmarks.sync.film import Film, SeenHit, truth, write  # noqa: E402 - found through ROOT
from benchmarks.sync.machines import MACHINES, QUIET_MACHINES  # noqa: E402 - found through ROOT
from benchmarks.sync.plan import plan  # noqa: E402 - found through ROOT
from benchmarks.sync.quiet import QUIET, SILENCE  # noqa: E402 - found through ROOT
from benchmarks.sync.scene import Kind  # noqa: E402 - found through ROOT
from v2a_foley.files import write_text  # noqa: E402 - found through ROOT
from v2a_foley.interchange.hit_list import ListedHit, write_hits  # noqa: E402 - found through ROOT
from v2a_foley.project import Region  # noqa: E402 - found through ROOT

_QUIET_EVERY = 4
"""Where quiet films are asked for beside others, each fourth is quiet."""
_SPEED_RATE = 20
"""Points a second of the speed that is written."""


def chosen(words: str) -> tuple[dict[str, Kind], dict[str, Kind]]:
    """Return the kinds with contacts, and the quiet kinds, that a list of words with commas names.

    Args:
        words: ``all`` (every kind that is measured), ``train``, ``held-out``, ``quiet``, ``machines``, or names.

    Raises:
        ValueError: a word is none of these.
    """
    groups = {
        "train": {name: kind for name, kind in kinds.KINDS.items() if name not in kinds.HELD_OUT},
        "held-out": {name: kind for name, kind in kinds.KINDS.items() if name in kinds.HELD_OUT},
    }
    loud: dict[str, Kind] = {}
    quiet: dict[str, Kind] = {}
    for word in words.split(","):
        if word in groups:
            loud |= groups[word]
        elif word == "all":
            loud |= kinds.KINDS
            quiet |= QUIET
        elif word == "quiet":
            quiet |= QUIET
        elif word == "machines":
            loud |= MACHINES
            quiet |= QUIET_MACHINES
        elif word in kinds.KINDS:
            loud[word] = kinds.KINDS[word]
        elif word in QUIET:
            quiet[word] = QUIET[word]
        else:
            known = ", ".join(["all", "quiet", "machines", *groups, *kinds.KINDS, *QUIET])
            raise ValueError(f"There is no kind {word!r}; there are {known}.")
    return loud, quiet


def planned(number: int, loud: dict[str, Kind], quiet: dict[str, Kind], seed: int, seconds: float) -> tuple[str, Film]:
    """Return a film's name and plan by its number: the kinds take turns."""
    is_quiet = not loud or (bool(quiet) and number % _QUIET_EVERY == _QUIET_EVERY - 1)
    turn = number if not (loud and quiet) else number // _QUIET_EVERY if is_quiet else number - number // _QUIET_EVERY
    names = sorted(quiet if is_quiet else loud)
    name = names[turn % len(names)]
    kind = (quiet if is_quiet else loud)[name]
    others = [QUIET[n] for n in sorted(QUIET)] + ([] if is_quiet else [loud[n] for n in sorted(loud)])
    film = plan(kind, others, seconds, (seed, number))
    return f"{'quiet-' if is_quiet else ''}{name.replace(' ', '_')}-{seed}-{number:05d}", film


def render(film: Film, folder: Path, name: str) -> None:
    """Write a film and its truth; the JSON file comes last and says that the film is complete."""
    hits, dropped = truth(film)
    write(film, folder / f"{name}.mp4")
    write_hits(folder / f"{name}.hits.csv", map(_listed, hits))
    first = film.shots[0].scene
    about = {
        "kind": first.kind,
        "prompt": first.prompt,
        "fps": film.look.rate,
        "seconds": film.seconds,
        "quiet": all(shot.scene.prompt == SILENCE for shot in film.shots),
        "speed": _speed(film),
        "done": asdict(film.look),
        "shots": [
            {"start": shot.start, "seconds": shot.seconds, "kind": shot.scene.kind, "prompt": shot.scene.prompt,
             "camera": shot.camera.sort, "dissolve": shot.dissolve}
            for shot in film.shots
        ],
        "dropped": dropped,
        "seed": film.seed,
    }  # fmt: skip
    write_text(folder / f"{name}.json", json.dumps(about, indent=1) + "\n")


def _listed(hit: SeenHit) -> ListedHit:
    """Return a contact as a list of hits holds it; its time to the microsecond, so that it is written as a decimal."""
    time = Fraction(round(hit.time * 10**6), 10**6)
    return ListedHit(time, hit.strength, hit.event, Region(hit.x, hit.y, 0.0, 0.0))


def _speed(film: Film) -> list[tuple[float, float]] | None:
    """Return (second, speed) of a film's one shot, or None where nothing sounds on and on."""
    speed = film.shots[0].scene.speed
    if speed is None or len(film.shots) > 1:
        return None
    times = [number / _SPEED_RATE for number in range(int(film.seconds * _SPEED_RATE) + 1)]
    return [(at, round(float(speed(at)), 5)) for at in times]


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--out", type=Path, required=True, help="a folder; made if it is missing")
    reader.add_argument("--count", type=int, default=12, help="films in all, those that are there included")
    reader.add_argument("--kinds", default="all", help="all, train, held-out, quiet, machines, or names, with commas")
    reader.add_argument("--seed", type=int, default=0)
    reader.add_argument("--seconds", type=float, default=6.0, help="length of each film")
    given = reader.parse_args()
    try:
        loud, quiet = chosen(given.kinds)
    except ValueError as error:
        reader.error(str(error))
    if not loud and not quiet:
        reader.error("No such kind is registered.")
    cv2.setNumThreads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    began, made = time.perf_counter(), 0
    for number in range(given.count):
        name, film = planned(number, loud, quiet, given.seed, given.seconds)
        if (given.out / f"{name}.json").exists():
            continue
        render(film, given.out, name)
        made += 1
        if made % 20 == 0 or number + 1 == given.count:
            pace = made / (time.perf_counter() - began) * 60
            print(f"{number + 1} of {given.count} films, {pace:.0f} a minute", flush=True)


if __name__ == "__main__":
    main()
