"""Says which events an embedding stands for, and how likely each of them is right. Decides nothing about cues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import Embeddings, Space, TextEncoder
from v2a_foley.mapper.calibration import POCKET_CALIBRATION, Calibration, probabilities
from v2a_foley.project import Event, Heard, Kind, Layer, Vocabulary

ROOM_TONE = "room_tone"
"""The ambience of a place that nothing is known of."""
RARE = 0.05
"""How often an event that is rare is right where another is seen as well as it is."""


class EventScorer:
    """Compares embeddings with the events of a vocabulary.

    Args:
        vocabulary: the events.
        words: reads their descriptions, in the space of the embeddings to come.
        calibration: turns similarities into probabilities; belongs to the eyes.
    """

    def __init__(
        self, vocabulary: Vocabulary, words: TextEncoder, calibration: Calibration = POCKET_CALIBRATION
    ) -> None:
        """Embed the captions and what is seen of every event."""
        self._vocabulary, self._words, self.calibration = vocabulary, words, calibration
        texts = [(row, text) for row, event in enumerate(vocabulary) for text in (event.caption, *event.sees)]
        self._owners = np.array([row for row, _ in texts])
        self._described = words.encode_texts([text for _, text in texts])
        self._starts = np.searchsorted(self._owners, np.arange(len(vocabulary)))

    @property
    def space(self) -> Space:
        """The space of the embeddings that it reads."""
        return self._words.space

    def similarities(self, embeddings: Embeddings) -> NDArray[np.float32]:
        """Return the cosine of embeddings ``(n, d)`` and every event's nearest description: ``(n, events)``."""
        return np.maximum.reduceat(embeddings @ self._described.T, self._starts, axis=1)

    def score(self, embedding: NDArray[np.float32]) -> tuple[Heard, ...]:
        """Return all events, best first, with how likely each is right; the scores and the doubt left over sum to 1.

        Args:
            embedding: ``float32 (d,)`` of unit length, in ``space``.
        """
        similar = self.similarities(embedding[None])[0]
        return self._sorted(similar, odds_of(self._vocabulary))

    def nearest(self, text: str) -> tuple[Heard, ...]:
        """Return all events, best first, by how near they are to the user's words; see ``score``. None is rare then."""
        return self._sorted(self.similarities(self._words.encode_texts([text]))[0], None)

    def _sorted(self, similar: NDArray[np.float32], odds: NDArray[np.float64] | None) -> tuple[Heard, ...]:
        likely = probabilities(similar[None], self.calibration, odds)[0]
        order = np.argsort(-likely, kind="stable")
        events = self._vocabulary.events
        return tuple(Heard(events[row], float(likely[row]), float(similar[row])) for row in order)

    def unsure(self, heard: Sequence[Heard]) -> bool:
        """Tell whether nothing is likely enough: no effect, and no place but a mere room; never a guess then."""
        known = [one for one in heard if one.event.name != ROOM_TONE]
        return best(known, least=self.calibration.threshold) is None

    def effect(self, heard: Sequence[Heard]) -> Heard | None:
        """Return the best effect (continuous or impulse) above the threshold; None where none is sure."""
        return best(heard, kinds=(Kind.CONTINUOUS, Kind.IMPULSE), least=self.calibration.threshold)

    def ambience(self, heard: Sequence[Heard]) -> Heard | None:
        """Return the ambience that fits; None where plain room tone is the answer.

        An effect that fills the picture leaves the place around it a score of nearly nothing among all events; so the
        places are scored among themselves. Where no place is seen, or a mere room, a sure effect brings its own bed.
        """
        places = [one for one in heard if one.event.kind is Kind.AMBIENCE]
        if not places:
            return None
        similar = np.array([[one.similarity for one in places]])
        among_places = replace(self.calibration, none=self.calibration.ambience_none)
        likely = probabilities(similar, among_places, odds_of(one.event for one in places))[0]
        row = int(np.argmax(likely))
        seen = replace(places[row], score=float(likely[row])) if likely[row] > 1.0 - likely.sum() else None
        effect = self.effect(heard)
        if effect is not None and effect.event.bed and (seen is None or seen.event.name == ROOM_TONE):
            bed = next((one for one in places if one.event.name == effect.event.bed), None)
            return replace(bed, score=effect.score) if bed is not None else seen
        return seen


def odds_of(events: Iterable[Event]) -> NDArray[np.float64]:
    """Return how often each event is right, against the others, where all are seen alike: ``float64 (events,)``."""
    return np.array([RARE if event.rare else 1.0 for event in events])


def best(
    heard: Iterable[Heard],
    *,
    kinds: Iterable[Kind] = tuple(Kind),
    layers: Iterable[Layer] = tuple(Layer),
    least: float = 0.0,
) -> Heard | None:
    """Return the most likely event of some kinds on some layers with at least a score; None where there is none."""
    kinds, layers = set(kinds), set(layers)
    fitting = (one for one in heard if one.event.kind in kinds and one.event.layer in layers and one.score >= least)
    return max(fitting, key=lambda one: one.score, default=None)
