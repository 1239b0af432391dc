"""What a sound's record holds: everything that is needed to make it again, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from v2a_foley.compute import Compute, peak_memory
from v2a_foley.generate.audioldm.card import Card
from v2a_foley.generate.audioldm.choosing import Candidates
from v2a_foley.generate.audioldm.options import VoiceOptions
from v2a_foley.generate.audioldm.orders import Order


def recorded(
    card: Card,
    made: Order,
    kept: Candidates,
    how: VoiceOptions,
    compute: Compute,
    *,
    windows: tuple[int, int] | None = None,
) -> Mapping[str, Any]:
    """Return the record of one sound: plain words, figures and lists.

    The embedding is its float32 values, little-endian, in hexadecimal: exact, and shorter than figures.

    Args:
        card: the model.
        made: what was made.
        kept: the candidate that was chosen.
        how: the voice's options.
        compute: where it was made.
        windows: of a sound that took more than one pass, how many windows ran together, and their latents.
    """
    details: dict[str, Any] = {
        "model": card.name,
        "weights": card.weights,
        "seed": kept.seed,
        "embedding": made.embedding.astype("<f4").tobytes().hex(),
        "negative": made.request.negative,
        "scheduler": how.scheduler,
        "steps": how.steps,
        "guidance": how.guidance,
        "latent_frames": made.frames,
        "batch": [kept.rows, made.frames],
        "vocoder": compute.precision if how.draft else "float32",
        "compute": dict(compute.record()),
        "peak_memory": peak_memory(compute),
    }
    if windows is not None:
        details["windows"] = list(windows)
    if how.init is not None:
        details["strength"] = how.strength
    if kept.agreements:
        details["shift"] = kept.shift
        details["agreements"] = [round(one, 6) for one in kept.agreements]
    if how.best_of > 1:
        details["likenesses"] = [round(one, 6) for one in kept.likenesses]
        details["scores"] = [round(score, 6) for score in kept.scores]
        details["seeds"] = list(made.seeds)
    return MappingProxyType(details)
