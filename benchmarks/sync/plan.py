"""What to film: the dice that choose scenes, cameras and a look for a film of a kind. No pictures are made here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.sync.camera import camera
from benchmarks.sync.film import Film, Shot
from benchmarks.sync.look import Look, look
from benchmarks.sync.scene import Kind

_SHORTEST = 1.2
"""Seconds of a shot."""


def plan(kind: Kind, others: Sequence[Kind], seconds: float, seed: tuple[int, ...], given: Look | None = None) -> Film:
    """Return a film of a kind: mostly one shot, sometimes several, whose others are of that kind or of ``others``.

    Args:
        kind: what the first shot shows.
        others: what further shots may show besides.
        seconds: the film's length.
        seed: the same numbers give the same film.
        given: the look; chosen where there is none.
    """
    rng = np.random.default_rng(seed)
    chosen = look(rng, seconds) if given is None else given
    first = _shot(rng, kind, chosen, 0.0, seconds)
    if seconds < 2 * _SHORTEST or first.scene.speed is not None or rng.uniform() >= 0.25:
        return Film(seconds, (first,), chosen, (*seed, 1))
    count = int(rng.integers(2, min(4, int(seconds / _SHORTEST)) + 1))
    spare = rng.dirichlet(np.ones(count)) * (seconds - count * _SHORTEST)
    starts = np.concatenate([[0.0], np.cumsum(spare + _SHORTEST)[:-1]])
    dissolves = [0.0, *(float(rng.uniform(0.2, 0.8)) if rng.uniform() < 0.2 else 0.0 for _ in range(count - 1)), 0.0]
    shots = []
    for number, start in enumerate(starts):
        end = float(starts[number + 1]) + dissolves[number + 1] if number + 1 < count else seconds
        shown = kind if number == 0 or not others or rng.uniform() < 0.5 else others[int(rng.integers(len(others)))]
        shots.append(_shot(rng, shown, chosen, float(start), end - float(start), dissolves[number]))
    return Film(seconds, tuple(shots), chosen, (*seed, 1))


def _shot(
    rng: np.random.Generator, kind: Kind, chosen: Look, start: float, seconds: float, dissolve: float = 0.0
) -> Shot:
    """Return a scene on a canvas somewhat larger than the picture, before a camera that keeps its contacts in view."""
    window = chosen.window
    larger = float(rng.uniform(1.0, 1.4))
    canvas = (round(window[0] * larger / 2) * 2, round(window[1] * larger / 2) * 2)
    scene = kind(rng, canvas, seconds)
    contacts = [(hit.time, hit.x, hit.y) for hit in scene.hits if 0 <= hit.time < seconds]
    sort = "still" if chosen.clean and rng.uniform() < 0.5 else None
    return Shot(start, seconds, scene, camera(rng, canvas, window, seconds, contacts, sort), dissolve)
