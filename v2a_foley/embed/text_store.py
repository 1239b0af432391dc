"""Keeps the embeddings of long fixed lists of texts on disk, so that a start needs no text model.

Content-addressed: a name is the hash of the model's hash and of the texts. What is damaged is made again, and a folder
that cannot be written only costs time.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from v2a_foley.embed.space import Embeddings
from v2a_foley.errors import OutputError, ResourceError
from v2a_foley.files import cache_folder, writing

_LOG = logging.getLogger(__name__)

KNOWN_LIST = 24
"""Lists of at least so many texts are fixed tables (labels, events, anchors), whose embeddings are kept on disk."""


def kept_if_long(
    model: Callable[[], str], texts: Sequence[str], size: int, embed: Callable[[], Embeddings]
) -> Embeddings:
    """Return the embeddings of texts, remembered if they are a table of ``KNOWN_LIST`` or more.

    Args:
        model: gives a hash of everything that decides what a text becomes; asked for only where it matters.
        texts: the texts, in order.
        size: the space's dimensions.
        embed: makes the embeddings, ``float32 (len(texts), size)``.
    """
    return remembered(model(), texts, size, embed) if len(texts) >= KNOWN_LIST else embed()


def remembered(model: str, texts: Sequence[str], size: int, embed: Callable[[], Embeddings]) -> Embeddings:
    """Return the embeddings of texts, from the cache folder where they lie there, else made and put there.

    Args:
        model: a hash of everything that decides what a text becomes.
        texts: the texts, in order.
        size: the space's dimensions.
        embed: makes the embeddings, ``float32 (len(texts), size)``.
    """
    key = hashlib.sha256(json.dumps([model, *texts]).encode()).hexdigest()
    path = cache_folder() / "texts" / f"{key[:40]}.npy"
    found = _read(path, (len(texts), size))
    if found is not None:
        return found
    made = embed()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing(path) as part, part.open("wb") as opened:
            np.save(opened, made, allow_pickle=False)
    except (OSError, OutputError, ResourceError) as error:
        _LOG.info("the embeddings of %d texts are not kept: %s", len(texts), error)
    return made


def _read(path: Path, shape: tuple[int, int]) -> Embeddings | None:
    try:
        found = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        _LOG.info("%s is damaged and made again: %s", path.name, error)
        return None
    good = (
        isinstance(found, np.ndarray)
        and found.shape == shape
        and found.dtype == np.float32
        and bool(np.all(np.abs(np.linalg.norm(found.astype(np.float64), axis=1) - 1.0) < 1e-3))
    )
    return found if good else None
