"""Spotting: from what each shot may sound like to cues, what should sound where. Nothing is generated here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import TextEncoder
from v2a_foley.engine.scenes import scene_ambiences, scene_of
from v2a_foley.mapper.scoring import EventScorer
from v2a_foley.project import FOLEY_LAYERS, Cue, Event, Kind, Layer, Project, Shot, Vocabulary
from v2a_foley.sync import followed
from v2a_foley.timebase import TimeRange
from v2a_foley.video.motion import Motion

ROOM_TONE = "room_tone"
"""The event that a shot gets when nothing better is known."""
WHOLE_SHOT = Event(
    name="whole_shot",
    caption="the sound of what is seen",
    catid="AMBMisc",
    category="AMBIENCE",
    subcategory="MISC",
    kind=Kind.CONTINUOUS,
    layer=Layer.FX,
    level=-28.0,
    family="",
)
"""What sounds where a shot is heard as a whole: the picture's own embedding says what it is."""
SAME_WORDS = 0.5
"""Cosine of two texts from which one forbids the other (``--negative``)."""
KNOWN_WORDS = 0.45
"""Cosine from which a prompt counts as known; below it the nearest event is taken with a warning."""

_CLAUSES = re.compile(r"\s*(?:[,;+]|\band\b|\bwith\b|\bwhile\b)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Wish:
    """What should sound in a shot: an event, and the user's words where they asked for it."""

    event: Event
    words: str = ""


@dataclass(frozen=True)
class Words:
    """What the user said: prompts by shot number (None: every other shot), and what should not be heard.

    Attributes:
        prompts: texts by shot number.
        negative: what should not be heard, or empty.
        encoder: reads the texts.
        scorer: knows how near they are to the events.
        vocabulary: the events that they may mean.
        unknown: prompts that no event is near to, filled as they are met.
    """

    prompts: Mapping[int | None, str]
    negative: str
    encoder: TextEncoder
    scorer: EventScorer
    vocabulary: Vocabulary
    unknown: list[str] = field(default_factory=list)

    def asked(self, shot: int) -> str:
        """Return the prompt for a shot, or an empty text."""
        return self.prompts.get(shot, self.prompts.get(None, ""))

    def wishes(self, prompt: str) -> list[Wish]:
        """Return one wish a clause of the prompt: "rain on a roof and a dog" are two sounds."""
        clauses = [clause for clause in _CLAUSES.split(prompt) if clause.strip()] or [prompt]
        wishes: list[Wish] = []
        for clause, row in zip(clauses, self._near(clauses), strict=True):
            best = int(np.argmax(row))
            if row[best] < KNOWN_WORDS and clause not in self.unknown:
                self.unknown.append(clause)
            wishes.append(Wish(self.vocabulary.events[best], clause))
        return wishes

    def named(self, text: str) -> Wish:
        """Return the one event that a text names, by its name or its caption, or in words that mean it."""
        folded = text.strip().lower()
        for event in self.vocabulary:
            if folded == event.caption.lower() or folded.replace(" ", "_").replace("-", "_") == event.name:
                return Wish(event)
        row = self._near([text])[0]
        best = int(np.argmax(row))
        if row[best] < KNOWN_WORDS and text not in self.unknown:
            self.unknown.append(text)
        return Wish(self.vocabulary.events[best], text)

    def forbidden(self) -> frozenset[str]:
        """Return the names of the events that the negative prompt names."""
        if not self.negative.strip():
            return frozenset()
        clauses = [clause for clause in _CLAUSES.split(self.negative) if clause.strip()]
        near = self._near(clauses)
        names = {event.name for i, event in enumerate(self.vocabulary) if float(near[:, i].max()) >= SAME_WORDS}
        return frozenset(names | {self.vocabulary.events[int(np.argmax(row))].name for row in near})

    def _near(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.scorer.similarities(self.encoder.encode_texts(texts))


def spot(project: Project, motion: Motion, chosen: frozenset[int], words: Words, sync: str = "auto") -> Project:
    """Return the project with its cues: one a layer that a shot needs; neighbours with one ambience share it.

    Args:
        project: with its shots described.
        motion: what moved, for hits and curves.
        chosen: numbers of the shots that get sound.
        words: what the user asked for and forbade.
        sync: what follows the motion, see ``followed``.
    """
    forbidden = words.forbidden()
    ambiences = scene_ambiences(project.shots, words.scorer, forbidden)
    lengths = Counter(scene_of(shot) for shot in project.shots)
    placed: list[tuple[Shot, Wish]] = []
    for shot in project.shots:
        if shot.index not in chosen:
            continue
        asked = words.asked(shot.index)
        wishes = words.wishes(asked) if asked else []
        scene = scene_of(shot)
        ambience, goes_on = ambiences.get(scene), lengths[scene] > 1
        placed += [(shot, wish) for wish in completed(shot, wishes, forbidden, words, ambience, goes_on=goes_on)]
    cues: list[Cue] = []
    for layer in FOLEY_LAYERS:
        pairs = [pair for pair in placed if pair[1].event.layer is layer]
        cues += _cues_of(pairs, layer, words.negative, motion, sync)
    return numbered(project, cues)


def numbered(project: Project, cues: Sequence[Cue]) -> Project:
    """Return the project with these cues by time and layer, in the rooms of their backgrounds, with ids in order."""
    cues = sorted(_in_places(cues), key=lambda cue: (cue.range.start, FOLEY_LAYERS.index(cue.layer)))
    return project.with_cues(replace(cue, id=f"c{number}") for number, cue in enumerate(cues, start=1))


def spot_shots(project: Project, chosen: frozenset[int], words: Words) -> Project:
    """Return the project with one cue a shot that stands for all that it shows, as in the paper.

    Args:
        project: with its shots described.
        chosen: numbers of the shots that get sound.
        words: what the user asked for and forbade.
    """
    cues = [
        Cue("", Layer.FX, shot.range, (shot.index,), WHOLE_SHOT, words.asked(shot.index), words.negative)
        for shot in project.shots
        if shot.index in chosen
    ]
    return project.with_cues(replace(cue, id=f"c{number}") for number, cue in enumerate(cues, start=1))


def completed(
    shot: Shot,
    wishes: list[Wish],
    forbidden: frozenset[str],
    words: Words,
    ambience: Event | None,
    *,
    goes_on: bool = False,
) -> list[Wish]:
    """Return what sounds in a shot: the user's wishes, then what was seen for what they leave open.

    A shot that the eyes are unsure of gets an ambience or room tone, never a guessed effect. A prompt speaks for the
    effects of its shot: what was seen then adds a background only.

    Args:
        shot: described.
        wishes: what the user asked for here.
        forbidden: names of events that are not to be heard.
        words: how the user's words are understood.
        ambience: of the shot's scene; None where no place is known.
        goes_on: whether the scene has further shots, whose ambience must not break off at the cut.
    """
    heard = [each for each in shot.heard if each.event.name not in forbidden]
    result = list(wishes)
    effect = words.scorer.effect(heard)
    if effect is not None and not wishes:
        result.append(Wish(effect.event))
    asked = any(wish.event.layer is Layer.BG for wish in wishes)
    if not asked and (goes_on or not any(wish.event.layer is Layer.BG for wish in result)):
        if ambience is not None:
            result.append(Wish(ambience))
        elif ROOM_TONE not in forbidden:
            result.append(Wish(words.vocabulary[ROOM_TONE]))
    return result


def _cues_of(pairs: Sequence[tuple[Shot, Wish]], layer: Layer, negative: str, motion: Motion, sync: str) -> list[Cue]:
    """Return the cues of one layer; an ambience that goes on in the next shot is one cue over both."""
    cues: list[Cue] = []
    for shot, wish in pairs:
        before = next((i for i, cue in enumerate(cues) if _goes_on(cue, shot, wish)), None)
        if before is None:
            cue = Cue("", layer, shot.range, (shot.index,), wish.event, prompt=wish.words, negative=negative)
            hits, curve = followed(motion, shot.range, wish.event, sync)
            cues.append(replace(cue, hits=hits, intensity=curve))
        else:
            span = TimeRange(cues[before].range.start, shot.range.end)
            cues[before] = replace(cues[before], range=span, shots=(*cues[before].shots, shot.index))
    return cues


def _in_places(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues with the place of the background that lies under each effect, or under most of it."""

    def shared(cue: Cue, bed: Cue) -> Fraction:
        return min(cue.range.end, bed.range.end) - max(cue.range.start, bed.range.start)

    beds = [cue for cue in cues if cue.layer is Layer.BG and cue.event.place]
    placed = []
    for cue in cues:
        under = max((bed for bed in beds if shared(cue, bed) > 0), key=lambda bed: shared(cue, bed), default=None)
        placed.append(cue if cue.layer is Layer.BG or under is None else replace(cue, place=under.event.place))
    return placed


def _goes_on(cue: Cue, shot: Shot, wish: Wish) -> bool:
    """Tell whether an ambience that ends where a shot starts is the one wished for there."""
    same = (cue.event, cue.prompt) == (wish.event, wish.words)
    return same and wish.event.kind is Kind.AMBIENCE and cue.range.end == shot.range.start
