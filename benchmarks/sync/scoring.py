"""Compares what is heard, or hit, with what is true: pure functions over times in seconds. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.stats import chi2, spearmanr

from v2a_foley.metrics import intervals


@dataclass(frozen=True)
class Window:
    """How far a sound may lie from its picture: sound minus picture, seconds, ends inclusive."""

    early: float
    late: float

    def holds(self, offset: float) -> bool:
        """Tell whether an offset is within; a nanosecond of rounding is forgiven."""
        return -self.early - 1e-9 <= offset <= self.late + 1e-9


NARROW = Window(0.015, 0.045)
"""What viewers accept: ATSC IS-191."""
WIDE = Window(0.05, 0.05)
WINDOWS = {"narrow": NARROW, "wide": WIDE}


@dataclass(frozen=True)
class Film:
    """One film's true events and found ones.

    Attributes:
        truth: seconds of the true events.
        found: seconds of the found ones, in any order.
        scores: how strong each found one is, any unit; as many as found.
        seconds: the film's length.
    """

    truth: tuple[float, ...]
    found: tuple[float, ...]
    scores: tuple[float, ...]
    seconds: float

    def __post_init__(self) -> None:
        """Refuse lists that do not belong together."""
        if len(self.found) != len(self.scores):
            raise ValueError(f"{len(self.found)} events were found and {len(self.scores)} have a score.")


def matches(truth: Sequence[float], found: Sequence[float], window: Window) -> list[tuple[int, int]]:
    """Match events one to one: as many as possible, and among those matchings the one of least total offset.

    Exact, by an assignment whose cost of a pair outside the window outweighs all offsets together.

    Returns:
        (place in ``truth``, place in ``found``) of each match, by the truth's place.
    """
    if not len(truth) or not len(found):
        return []
    offsets = np.subtract.outer(np.asarray(found, float), np.asarray(truth, float)).T
    inside = np.vectorize(window.holds)(offsets)
    dear = 10.0 * (window.early + window.late) * (len(truth) + len(found))
    rows, columns = linear_sum_assignment(np.where(inside, np.abs(offsets), dear))
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if inside[i, j]]


@dataclass(frozen=True)
class Counts:
    """How many true events there were, how many were found, how many of those matched."""

    truth: int
    found: int
    matched: int

    @property
    def precision(self) -> float:
        """Share of the found that are true; 0 where nothing was found."""
        return self.matched / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the true that were found; 0 where nothing was to be found."""
        return self.matched / self.truth if self.truth else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 0 where there is nothing on either side."""
        total = self.truth + self.found
        return 2 * self.matched / total if total else 0.0


def counts(film: Film, window: Window) -> Counts:
    """Count one film's events."""
    return Counts(len(film.truth), len(film.found), len(matches(film.truth, film.found, window)))


def pooled(films: Iterable[Counts]) -> Counts:
    """Return the sums: films are counted together, busy ones weigh more."""
    each = list(films)
    return Counts(sum(c.truth for c in each), sum(c.found for c in each), sum(c.matched for c in each))


def f1_interval(films: Sequence[Counts], seed: int = 0) -> tuple[float, float] | None:
    """Return the 95 % interval of the pooled F1, by bootstrap over films; None for fewer than two films."""
    if len(films) < 2 or not sum(c.truth + c.found for c in films):
        return None
    found = intervals.of_ratio([2 * c.matched for c in films], [c.truth + c.found for c in films], seed=seed)
    return found.low, found.high


def average_precision(films: Sequence[Film], window: Window) -> float:
    """Return the mean over all true events of the precision at the rank where each is found; 0 for those never found.

    Found events of all films are ranked together by score, ties counted as one step; each takes the nearest true event
    that is still free.
    """
    total = sum(len(film.truth) for film in films)
    if not total:
        return 0.0
    ranked = sorted(
        ((score, number, time) for number, film in enumerate(films)
         for time, score in zip(film.found, film.scores, strict=True)),
        key=lambda one: (-one[0], one[1], one[2]),
    )  # fmt: skip
    free = [list(film.truth) for film in films]
    summed, right = 0.0, 0
    step = 0
    for place, (score, number, time) in enumerate(ranked, start=1):
        near = [true for true in free[number] if window.holds(time - true)]
        if near:
            free[number].remove(min(near, key=lambda true: abs(time - true)))
            right, step = right + 1, step + 1
        if place == len(ranked) or ranked[place][0] != score:
            summed += step * right / place
            step = 0
    return summed / total


def offsets(films: Iterable[Film], window: Window = WIDE) -> list[float]:
    """Return how late each matched event is, seconds; negative: early."""
    return [film.found[j] - film.truth[i] for film in films for i, j in matches(film.truth, film.found, window)]


def median_offset(films: Iterable[Film], window: Window = WIDE) -> float | None:
    """Return the median of the offsets, or None without a match."""
    late = offsets(films, window)
    return float(np.median(late)) if late else None


@dataclass(frozen=True)
class Rate:
    """Events a minute, with the 95 % interval (Garwood's, exact for a Poisson count)."""

    value: float
    low: float
    high: float


def a_minute(events: int, seconds: float) -> Rate:
    """Return how often something happens, from how often it happened in so many seconds."""
    if seconds <= 0:
        raise ValueError("Nothing happens in no time.")
    low = chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = chi2.ppf(0.975, 2 * events + 2) / 2
    scale = 60 / seconds
    return Rate(events * scale, float(low) * scale, float(high) * scale)


def rank_correlation(
    times: NDArray[np.float64], levels: NDArray[np.float64], speed: Sequence[tuple[float, float]]
) -> float:
    """Return Spearman's rank correlation of levels with speed, at the times of the levels within those of the speed.

    Args:
        times: ``(n,)`` seconds.
        levels: ``(n,)`` decibels.
        speed: (seconds, speed), rising in time; joined by straight lines.

    Returns:
        -1 to 1; 0 where either does not vary.
    """
    at, fast = np.array([t for t, _ in speed]), np.array([v for _, v in speed])
    inside = (times >= at[0]) & (times <= at[-1])
    heard, moved = levels[inside], np.interp(times[inside], at, fast)
    if len(heard) < 3 or np.ptp(heard) == 0 or np.ptp(moved) == 0:
        return 0.0
    return float(spearmanr(heard, moved).statistic)


def varies(times: NDArray[np.float64], levels: NDArray[np.float64], speed: Sequence[tuple[float, float]]) -> float:
    """Return by how many decibels the level differs between the faster and the slower half of the time.

    For an ambience, which should stay as it is whatever moves. Power means; the sign says which half is louder.
    """
    moved = np.interp(times, [t for t, _ in speed], [v for _, v in speed])
    fast = moved > np.median(moved)
    if fast.all() or not fast.any():
        return 0.0
    power = 10 ** (levels / 10)
    return float(10 * np.log10((power[fast].mean() + 1e-12) / (power[~fast].mean() + 1e-12)))


def by_chance(film: Film, rng: np.random.Generator, events: int | None = None) -> Film:
    """Return the film with as many events as it truly has (or another number), at random moments.

    Args:
        film: whose truth stays.
        rng: draws the moments and scores.
        events: how many; by default as many as are true.
    """
    count = len(film.truth) if events is None else events
    times = np.sort(rng.uniform(0, film.seconds, count))
    return Film(film.truth, tuple(times.tolist()), tuple(rng.uniform(0, 1, count).tolist()), film.seconds)


def shifted(film: Film, by: float) -> Film:
    """Return the film with what was found moved in time, round its end: the rhythm stays, the agreement goes."""
    return Film(film.truth, tuple((time + by) % film.seconds for time in film.found), film.scores, film.seconds)
