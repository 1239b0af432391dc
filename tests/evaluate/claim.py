"""The paper's claim on a world with known answers: regression errs less, the generative mapper draws what can be heard.

Trains both, and measures them beside no mapper, the bridge, and the truth itself. A test and a benchmark share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.train.world import Drawn, World
from v2a_foley.embed import Embeddings
from v2a_foley.mapper.checkpoint import load_mapper
from v2a_foley.metrics.figure import Better, Figure, Protocol
from v2a_foley.metrics.frechet import fd
from v2a_foley.metrics.seeds import over_seeds
from v2a_foley.metrics.variability import spread_of_takes
from v2a_foley.train.job import train_mapper
from v2a_foley.train.settings import TrainSettings

NONE, BRIDGE, REGRESSION, GENERATIVE, TRUTH = "no mapper", "bridge", "regression", "generative", "truth"
ERROR, FD, SPREAD = "squared error", "FD", "spread"
RESTS_ON, DATA = "the heard space", "a world with known answers"

SETTINGS = TrainSettings(
    size="tiny", batch=128, lr=3e-3, schedule="cosine", warm_up=20, ema=0.995, patience=0, validate_every=10_000,
    device="cpu", precision="float32", weight_decay=0.01, clip=1.0,
)  # fmt: skip


def measured(
    folder: Path, seeds: Sequence[int], *, world: int = 1, pairs: int = 4000, held: int = 1000, steps: int = 500
) -> dict[str, dict[str, list[Figure]]]:
    """Train and measure in one world, from other pairs and another start for every seed.

    Returns:
        By the mapper's name and the figure's: one figure a seed.
    """
    found: dict[str, dict[str, list[Figure]]] = {}
    for seed in seeds:
        place = World(world, draws=seed)
        learned, watched, test = place.draw(pairs), place.draw(200), place.draw(held)
        store = place.write(folder / f"store{seed}", {"train": learned, "validation": watched, "test": test})

        def trained(kind: str, store: Path = store, seed: int = seed) -> Callable[..., Embeddings]:
            settings = replace(SETTINGS, kind=kind, steps=steps, seed=seed)
            done = train_mapper([store], folder / f"{kind}{seed}", settings)
            return load_mapper(done.output).map

        mappers: dict[str, Callable[..., Embeddings]] = {
            NONE: lambda seen, _: seen,
            BRIDGE: place.bridge().map,
            REGRESSION: trained("transformer"),
            GENERATIVE: trained("diffusion"),
            TRUTH: lambda _, seeds, place=place, test=test: heard_again(place, test, seeds),
        }
        for name, mapper in mappers.items():
            takes = [mapper(test.seen, range(start, start + held)) for start in (0, held)]
            for figure in _figures(takes, test):
                found.setdefault(name, {}).setdefault(figure.protocol.metric, []).append(figure)
    return found


def heard_again(world: World, test: Drawn, seeds: Sequence[int]) -> Embeddings:
    """Return other sounds that the same things make: what a perfect mapper would draw."""
    again = world.draw(40 * len(test))
    rows = {thing: np.flatnonzero(again.thing == thing) for thing in np.unique(test.thing)}
    picked = [rows[thing][seed % len(rows[thing])] for thing, seed in zip(test.thing, seeds, strict=True)]
    return again.heard[picked]


def means(found: dict[str, dict[str, list[Figure]]]) -> dict[str, dict[str, Figure]]:
    """Return means over the seeds, with Student's intervals."""
    return {name: {metric: over_seeds(figures) for metric, figures in each.items()} for name, each in found.items()}


def _figures(takes: Sequence[Embeddings], test: Drawn) -> list[Figure]:
    error = float(np.square(takes[0] - test.heard).sum(axis=1).mean())
    rows = np.tile(np.arange(len(test)), len(takes))
    return [
        Figure(Protocol(ERROR, RESTS_ON, DATA), error, error, error, len(test), 100, Better.LOWER),
        fd(takes[0], test.heard, rests_on=RESTS_ON, data=DATA),
        spread_of_takes(np.concatenate(takes), rows, rests_on=RESTS_ON, data=DATA),
    ]
