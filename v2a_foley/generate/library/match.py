"""Finds the sounds of a library that fit a request. Reads the index alone, never a sound.

The score of a sound is a sum, documented in ``docs/library.md``:

* what it means: the cosine of its description with the event's caption, with the user's prompt (which then counts
  most), and with the request's embedding;
* what it is called: the share of the request's own words that stand in its description, and its UCS CatID, which
  speaks for a sound of the same name or category and against one of another;
* what it must not be: the cosine with the negative prompt beyond what unrelated texts share, and its words;
* what it is like: attacks for impulses; length and evenness for what lasts.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import Embeddings, TextEncoder
from v2a_foley.errors import SpaceMismatch
from v2a_foley.generate.library.index import Entry, Index
from v2a_foley.generate.library.names import category_of, category_words, split_words
from v2a_foley.generate.protocol import SoundRequest
from v2a_foley.project import Kind

NEAR = 0.06
"""Sounds whose score is within this of the best are as good as the best; the seed chooses among them."""
FITS = 0.6
"""The meaning (names included) from which a sound counts as what was asked for."""
CATID = 0.25
SHARED_CATID = 0.1
SAME_CATEGORY = 0.05
OTHER_CATEGORY = 0.1
NAMED = 0.2
NEGATIVE = 0.6
UNRELATED = 0.25
_LITTLE_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a an the and or of in on at to with by from for into over under as is are it its some being while someone
        something sound sounds noise noises very near far away no not without""",
    )
)


@dataclass(frozen=True)
class Match:
    """One sound and how well it fits.

    Attributes:
        entry: the sound.
        row: its row in the index.
        score: by which sounds are ranked.
        meaning: the part of the score that says whether it is what was asked for; ``FITS`` is the threshold.
    """

    entry: Entry
    row: int
    score: float
    meaning: float


class Matcher:
    """Ranks the sounds of one index; texts are embedded once."""

    def __init__(self, index: Index, words: TextEncoder, events: Mapping[str, int] | None = None) -> None:
        """Prepare the words of every description.

        Args:
            index: the sounds.
            words: embeds texts into the index's space.
            events: how many events of the vocabulary have a CatID.
        """
        self._events = events or {}
        self._lock = threading.Lock()
        self._index = index
        self._words = words
        self._stems = [stems(entry.description) | stems(category_words(entry.name.catid)) for entry in index.entries]
        self._embed = lru_cache(maxsize=1024)(self._embed_one)

    def _embed_one(self, text: str) -> NDArray[np.float32]:
        with self._lock:  # takes are made side by side
            vector: NDArray[np.float32] = self._words.encode_texts([text])[0]
        return vector

    def ranked(self, request: SoundRequest) -> list[Match]:
        """Return every sound, best first (by path where scores are equal).

        Raises:
            SpaceMismatch: the request's embedding is of another size than the library's words.
        """
        meaning = self._meaning(request)
        scores = meaning + self._shape(request)
        order = sorted(range(len(scores)), key=lambda row: (-scores[row], row))
        entries = self._index.entries
        return [Match(entries[row], row, float(scores[row]), float(meaning[row])) for row in order]

    def _meaning(self, request: SoundRequest) -> NDArray[np.float64]:
        table: Embeddings = self._index.embeddings
        caption = table @ self._embed(request.event.caption)
        weights, parts = (
            ([0.85, 0.15], [table @ self._embed(request.prompt), caption]) if request.prompt else ([1.0], [caption])
        )
        meaning = np.average(parts, axis=0, weights=weights).astype(np.float64)
        if request.embedding is not None:
            if request.embedding.shape != (table.shape[1],):
                raise SpaceMismatch(
                    f"The library's words lie in {self._words.space.name} ({table.shape[1]} dimensions), "
                    f"the request's embedding has {request.embedding.size}.",
                    hint="Give the library the words of the space that the mapper writes.",
                )
            meaning = 0.8 * meaning + 0.2 * (table @ request.embedding)
        asked = stems(request.prompt or request.event.caption)
        event = request.event
        trust = 0.4 if request.prompt else 1.0
        for row, entry in enumerate(self._index.entries):
            meaning[row] += NAMED * len(asked & self._stems[row]) / max(1, len(asked))
            meaning[row] += trust * self._kinship(entry.name.catid, event.catid)
        if request.negative:
            unwanted = stems(request.negative)
            meaning -= NEGATIVE * np.maximum(0, table @ self._embed(request.negative) - UNRELATED)
            meaning -= [NEGATIVE * bool(unwanted & heard) / 2 for heard in self._stems]
        return meaning

    def _kinship(self, catid: str, wanted: str) -> float:
        """Return what two CatIDs say of each other; one that several events share (all footsteps) tells less."""
        if not catid or not wanted:
            return 0.0
        if catid == wanted:
            return SHARED_CATID if self._events.get(wanted, 1) > 1 else CATID
        category, other = category_of(wanted), category_of(catid)
        if category == other:
            return SAME_CATEGORY
        return 0.0 if "ambience" in (category, other) or not category or not other else -OTHER_CATEGORY

    def _shape(self, request: SoundRequest) -> NDArray[np.float64]:
        needed = request.samples / request.sample_rate
        heard = [entry.analysis for entry in self._index.entries]
        if request.event.kind is Kind.IMPULSE:
            return np.array([-0.2 if not a.onsets else -0.05 * (a.spread < 3 and a.sounding > 5) for a in heard])
        length = np.array([a.sounding for a in heard])
        short = np.clip(1 - length / max(needed, 1e-3), 0, 1)
        tiny = np.clip((2.0 - length) / 2.0, 0, 1) * (length < needed)
        uneven = np.clip(np.array([a.spread for a in heard]) - 6, 0, 12) / 12
        shape: NDArray[np.float64] = -(0.05 * short + 0.2 * tiny + 0.1 * uneven)
        return shape


def near_best(matches: list[Match]) -> list[Match]:
    """Return the matches as good as the best one, itself first; at most eight."""
    return [match for match in matches[:8] if match.score >= matches[0].score - NEAR]


def stems(text: str) -> frozenset[str]:
    """Return a text's telling words, cut to what inflections share (``barking``, ``barks`` and ``bark`` are one)."""
    return frozenset(_stem(word) for word in split_words(text) if word not in _LITTLE_WORDS and len(word) > 1)


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ies", "ers", "ed", "es", "er", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word[: -len(ending)]
            return base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "ls" else base
    return word
