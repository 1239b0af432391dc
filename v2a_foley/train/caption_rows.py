"""Reads pairs of texts into both halves of pairs of embeddings, a few at a time. Where texts come from is not here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np

from v2a_foley.embed import Embeddings, TextEncoder
from v2a_foley.engine.profiles import Senses
from v2a_foley.errors import SourceError
from v2a_foley.pairs import Row
from v2a_foley.progress import Progress
from v2a_foley.train.side import Side
from v2a_foley.train.texts import TextPair

STAGE = "captions"
"""The name of the stage under which the work reports its progress, in pairs."""
_AT_ONCE = 23
"""Texts that are read together: fewer than the encoders take for a table that is worth keeping on disk."""


def read_pairs(
    texts: Iterator[TextPair],
    senses: Senses,
    sides: tuple[Side, Side],
    heard: Mapping[str, Embeddings] | None,
    total: int,
    progress: Progress,
) -> list[Row]:
    """Read all texts, and return what is known of each pair.

    Args:
        texts: what to read.
        senses: read it.
        sides: take the embeddings.
        heard: where the sounds of the events lie, which then stand in for captions; None: captions are read.
        total: how many texts there are.
        progress: told of the stage ``captions``.

    Raises:
        SourceError: nothing makes the sound of any of these events.
        DiskFull: the disk is full.
        Cancelled: the work was asked to stop.
    """
    rows: list[Row] = []
    with progress.stage(STAGE, total) as stage:
        try:
            while chunk := list(islice(texts, _AT_ONCE)):
                seen = _embedded(senses.words, [pair.seen for pair in chunk])
                if heard is None:
                    sides[0].add(seen)
                    sides[1].add(_embedded(senses.ears, [pair.heard for pair in chunk]))
                    rows += [Row(pair.key, pair.group, pair.label, pair.split) for pair in chunk]
                else:
                    rows += _with_sounds(chunk, seen, heard, sides)
                stage.advance(len(chunk))
        finally:
            for side in sides:
                side.close()
    if not rows:
        raise SourceError("Nothing can make the sound of any of these events.", hint="Leave out --heard.")
    return rows


def _with_sounds(
    chunk: list[TextPair], seen: Embeddings, heard: Mapping[str, Embeddings], sides: tuple[Side, Side]
) -> list[Row]:
    """Pair each text with every sound of its event."""
    rows = []
    for pair, embedding in zip(chunk, seen, strict=True):
        sounds = heard.get(pair.event)
        if sounds is not None:
            sides[0].add(np.repeat(embedding[None], len(sounds), axis=0))
            sides[1].add(sounds)
            rows += [Row(f"{pair.key}#{number}", pair.group, pair.label, pair.split) for number in range(len(sounds))]
    return rows


def _embedded(encoder: TextEncoder, texts: list[str]) -> Embeddings:
    """Return the embeddings of texts, reading each only once."""
    once = list(dict.fromkeys(texts))
    found = encoder.encode_texts(once)
    place = {text: number for number, text in enumerate(once)}
    return found[[place[text] for text in texts]]
