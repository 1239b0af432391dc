"""What decides a sound of the voice beside its request, as text. Reads files; loads no network."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from v2a_foley.compute import Compute
from v2a_foley.embed import AudioEncoder
from v2a_foley.embed.on_disk import content_hash
from v2a_foley.generate.audioldm.card import Card
from v2a_foley.generate.audioldm.options import VoiceOptions
from v2a_foley.version import VERSION as PROGRAM


def identity_of(
    folder: Path, card: Card, how: VoiceOptions, compute: Compute, listener: AudioEncoder | None = None
) -> str:
    """Return the weights and every option that decides a sound; what ran together with it is not among them.

    Args:
        folder: the model's.
        card: what is known of its weights.
        how: the voice's options.
        compute: where it runs.
        listener: what hears candidates.

    Raises:
        ModelDamaged: a file cannot be read.
    """
    words = (path for part in ("text_encoder", "tokenizer") for path in (folder / part).glob("*.*"))
    chosen = listener.space.fingerprint if listener is not None and how.best_of > 1 else ""
    start = None if how.init is None else hashlib.sha256(how.init.astype("<f4").tobytes()).hexdigest()
    decides: dict[str, object] = {
        "program": PROGRAM,
        "weights": card.weights,
        "words": content_hash(sorted(words)),
        "steps": [how.scheduler, how.steps, how.guidance],
        "best_of": [how.best_of, chosen],
        "init": [start, how.strength if start else None],
        "draft": how.draft,
        "compiled": how.compiled,
        "compute": dict(compute.record()),
    }
    return f"audioldm {json.dumps(decides, sort_keys=True)}"
