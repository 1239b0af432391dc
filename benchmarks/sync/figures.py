"""From what was measured, line by line, to figures: F1 and the rest by kind and by system. Nothing is run here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.sync import scoring
from benchmarks.sync.kinds import HELD_OUT
from benchmarks.sync.scoring import NARROW, WIDE, Film

SHUFFLES = 100
CHANCE = "chance"
AMBIENCE = "ambience"
Line = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """The figures of some films under one system.

    Attributes:
        system: its name.
        films: how many.
        events: true ones in all.
        f1: within −15…+45 ms.
        interval: of it, 95 % by bootstrap over films; None where there are too few.
        precision: within the same.
        recall: within the same.
        ap: average precision within the same.
        wide: F1 within ±50 ms.
        offset: median in seconds of the matches within ±50 ms; None without one.
    """

    system: str
    films: int
    events: int
    f1: float
    interval: tuple[float, float] | None
    precision: float
    recall: float
    ap: float
    wide: float
    offset: float | None


@dataclass(frozen=True)
class Calm:
    """What goes on in films in which nothing happens: events a minute, and what was measured."""

    system: str
    what: str
    films: int
    minutes: float
    events: int
    rate: scoring.Rate


@dataclass(frozen=True)
class Following:
    """How a continuous sound follows the speed, film by film."""

    system: str
    kind: str
    films: int
    median: float
    least: float


def film_of(line: Line, *, heard: bool) -> Film:
    """Return the events of a line: what is heard, or the hits."""
    found = line["heard"] if heard else line["hits"]
    return Film(tuple(line["truth"]), tuple(t for t, _ in found), tuple(s for _, s in found), line["seconds"])


def whole(lines: Iterable[Line]) -> list[Line]:
    """Return the lines of films that could be measured."""
    return [line for line in lines if "error" not in line]


def row(system: str, films: Sequence[Film]) -> Row:
    """Return the figures of films that hold true events."""
    narrow = [scoring.counts(film, NARROW) for film in films]
    total = scoring.pooled(narrow)
    return Row(
        system,
        len(films),
        total.truth,
        total.f1,
        scoring.f1_interval(narrow),
        total.precision,
        total.recall,
        scoring.average_precision(films, NARROW),
        scoring.pooled(scoring.counts(film, WIDE) for film in films).f1,
        scoring.median_offset(films),
    )


def chance(films: Sequence[Film], shuffles: int = SHUFFLES, seed: int = 0) -> Row:
    """Return what as many events as there are bring at random moments: the mean over shuffles."""
    rng = np.random.default_rng(seed)
    drawn = [row(CHANCE, [scoring.by_chance(film, rng) for film in films]) for _ in range(shuffles)]

    def mean(of: Callable[[Row], float]) -> float:
        return float(np.mean([of(each) for each in drawn]))

    f1 = np.array([each.f1 for each in drawn])
    spread = (float(np.quantile(f1, 0.025)), float(np.quantile(f1, 0.975)))
    return Row(
        CHANCE, len(films), sum(len(film.truth) for film in films), mean(lambda r: r.f1), spread,
        mean(lambda r: r.precision), mean(lambda r: r.recall), mean(lambda r: r.ap), mean(lambda r: r.wide), None,
    )  # fmt: skip


def groups(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Return the lines with true events by group: held-out kinds, training kinds, then every kind."""
    eventful = [line for line in whole(lines) if line["truth"] and line["system"] != AMBIENCE]
    found = {
        "held-out kinds": [line for line in eventful if line["kind"] in HELD_OUT],
        "training kinds": [line for line in eventful if line["kind"] not in HELD_OUT],
    }
    for kind in sorted({line["kind"] for line in eventful}):
        found[kind] = [line for line in eventful if line["kind"] == kind]
    return {name: those for name, those in found.items() if those}


def rows(lines: Sequence[Line], *, heard: bool) -> list[Row]:
    """Return one row a system in the order in which they were measured, after that of chance."""
    films: dict[str, Film] = {}
    systems: dict[str, list[Film]] = {}
    for line in lines:
        film = film_of(line, heard=heard)
        films.setdefault(line["film"], film)
        systems.setdefault(line["system"], []).append(film)
    return [chance(list(films.values())), *(row(name, those) for name, those in systems.items())]


def calm(lines: Sequence[Line], *, heard: bool) -> list[Calm]:
    """Return how many events a minute each system has in films in which nothing happens, quiet kinds and cut-outs."""
    quiet = [line for line in whole(lines) if line["quiet"] and line["system"] != AMBIENCE]
    result = []
    for system in dict.fromkeys(line["system"] for line in quiet):
        those = [line for line in quiet if line["system"] == system]
        events = sum(len(line["heard"] if heard else line["hits"]) for line in those)
        seconds = sum(line["seconds"] for line in those)
        what = "heard" if heard else "hits"
        result.append(Calm(system, what, len(those), seconds / 60, events, scoring.a_minute(events, seconds)))
    return result


def following(lines: Sequence[Line]) -> list[Following]:
    """Return how the level of continuous sounds follows the speed, by system and kind; films with sound alone."""
    found: dict[tuple[str, str], list[float]] = {}
    for line in whole(lines):
        if line["speed"] and line["levels"] and not line["truth"] and line["system"] != AMBIENCE:
            levels = _momentary(np.array(line["levels"]))
            times = (np.arange(len(levels)) + 0.5) * 0.05
            follows = scoring.rank_correlation(times, levels, [(t, v) for t, v in line["speed"]])
            found.setdefault((line["system"], line["kind"]), []).append(follows)
    return [
        Following(system, kind, len(each), float(np.median(each)), min(each))
        for (system, kind), each in sorted(found.items())
    ]


def ambience(lines: Sequence[Line]) -> list[tuple[str, float]]:
    """Return by how many decibels a background alone differs between fast and slow, film by film with a speed."""
    return [
        (line["film"], scoring.varies((np.arange(len(line["levels"])) + 0.5) * 0.05, np.array(line["levels"]),
                                      [(t, v) for t, v in line["speed"]]))
        for line in whole(lines)
        if line["system"] == AMBIENCE and line["speed"] and line["levels"]
    ]  # fmt: skip


def _momentary(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return levels, decibels every 50 ms, over 400 ms around each: the window of momentary loudness (BS.1770)."""
    power = 10 ** (np.pad(levels, (4, 3), mode="edge") / 10)
    return np.asarray(10 * np.log10(np.convolve(power, np.full(8, 1 / 8), mode="valid")))
