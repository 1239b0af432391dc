"""What a finished mapper's card says of it: measured on the pairs that were held out while it learned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from v2a_foley.mapper.checkpoint import Trained
from v2a_foley.mapper.protocol import StepDone
from v2a_foley.metrics.frechet import frechet_distance
from v2a_foley.metrics.retrieval import ranks
from v2a_foley.pairs import Pairs

_MOST = 512
"""Pairs that are mapped: sampling takes time, and a card is no evaluation."""


def scores(
    mapper: Trained, pairs: Pairs, rows: NDArray[np.intp], *, seed: int, step_done: StepDone | None = None
) -> dict[str, float]:
    """Return figures of a mapper on pairs that it did not learn from, at most 512 of them; ``evaluate`` does it well.

    ``cosine`` of the mapped with their own targets, ``frechet_distance`` of all mapped from all targets, and how often
    the own target is among the nearest, ``recall_at_1`` and ``recall_at_5``, of ``measured_on`` targets. What so few
    targets cannot tell is left out.
    """
    chosen = np.random.default_rng(seed).permutation(rows)[:_MOST]
    seen, heard = pairs.take(chosen)
    mapped = mapper.map(seen, [seed + number for number in range(len(chosen))], step_done=step_done)
    found = {"measured_on": float(len(chosen)), "cosine": float((mapped * heard).sum(axis=1).mean())}
    if len(chosen) > 1:
        found["frechet_distance"] = frechet_distance(mapped, heard)
        places = ranks(mapped, heard)
        found |= {f"recall_at_{k}": float(np.mean(places.within(k))) for k in (1, 5) if k < len(chosen)}
    return found
