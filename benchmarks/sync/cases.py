"""The films that sync is measured on, and what is true of each: read from where the renderer left them."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """One film and the truth about it.

    Attributes:
        name: its file's name without the ending.
        film: where it lies.
        kind: of scene, or of several.
        prompt: words for what sounds.
        seconds: how long it is.
        fps: frames a second.
        quiet: whether nothing in it makes a sound: a still or a panning shot.
        truth: seconds of the contacts, in order.
        strengths: of each, 0 to 1.
        speed: (seconds, speed) of what moves; empty where it was not given.
    """

    name: str
    film: Path
    kind: str
    prompt: str
    seconds: float
    fps: float
    quiet: bool
    truth: tuple[float, ...]
    strengths: tuple[float, ...]
    speed: tuple[tuple[float, float], ...] = ()

    @property
    def continuous(self) -> bool:
        """Whether what sounds goes on, and follows the motion."""
        return not self.truth and bool(self.speed)


def read_cases(folder: Path, *, each: int | None = None, kinds: frozenset[str] = frozenset()) -> list[Case]:
    """Read the films of a folder: ``NAME.mp4``, ``NAME.hits.csv``, ``NAME.json``.

    Args:
        folder: where they lie.
        each: at most so many of each kind, the first by name.
        kinds: only these; empty for all.
    """
    chosen: list[Case] = []
    taken: dict[str, int] = {}
    for path in sorted(folder.glob("*.json")):
        film = path.with_suffix(".mp4")
        if not film.is_file():
            continue
        case = read_case(film)
        taken[case.kind] = taken.get(case.kind, 0) + 1
        if (not kinds or case.kind in kinds) and (each is None or taken[case.kind] <= each):
            chosen.append(case)
    return chosen


def read_case(film: Path) -> Case:
    """Read what is true of one film."""
    facts = json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))
    with film.with_suffix(".hits.csv").open(encoding="utf-8", newline="") as lines:
        rows = sorted((float(row["time"]), float(row["strength"] or 1)) for row in csv.DictReader(lines))
    return Case(
        name=film.stem,
        film=film,
        kind=str(facts["kind"]),
        prompt=str(facts["prompt"]),
        seconds=float(facts["seconds"]),
        fps=rate_of(str(facts["fps"])),
        quiet=not rows and not facts.get("speed"),
        truth=tuple(time for time, _ in rows),
        strengths=tuple(strength for _, strength in rows),
        speed=tuple((float(time), float(fast)) for time, fast in facts.get("speed") or ()),
    )


def rate_of(text: str) -> float:
    """Return a rate such as ``24000/1001`` or ``25`` as a number."""
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


def write_hits(path: Path, times: tuple[float, ...], strengths: tuple[float, ...]) -> None:
    """Write a list of hits as ``--cues FILE`` reads it; they sound with whatever impulse the film has."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["time", "strength", "event"])
        writer.writerows([f"{time:.6f}", f"{min(1.0, max(0.0, s)):.4f}", ""] for time, s in
                         zip(times, strengths, strict=True))  # fmt: skip
