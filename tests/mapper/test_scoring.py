from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from v2a_foley.embed import Space, normalised, pocket_words
from v2a_foley.mapper import Calibration, EventScorer, best
from v2a_foley.mapper.scoring import RARE
from v2a_foley.project.events import Event, Kind, Layer, Vocabulary, default_vocabulary


class Dictionary:
    """A text encoder that knows a few words: each is a direction, and a text is the mean of its words."""

    words = ("dog", "bark", "sea", "wave", "room")
    space = Space("dictionary", 5, "dictionary")

    def encode_texts(self, texts):
        return normalised(np.array([[text.split().count(word) for word in self.words] for text in texts], np.float32))


def event(name: str, kind: Kind, layer: Layer, caption: str, *sees: str) -> Event:
    return Event(name, caption, "X", "X", "X", kind, layer, -20, "impact", sees)


BARK = event("bark", Kind.IMPULSE, Layer.FX, "bark", "dog")
SEA = event("sea", Kind.AMBIENCE, Layer.BG, "wave", "sea", "sea wave")
ROOM = event("room", Kind.AMBIENCE, Layer.BG, "room")
CALIBRATION = Calibration(scale=20.0, none=0.5, threshold=0.4, ambience_none=0.3)


@pytest.fixture
def scorer() -> EventScorer:
    return EventScorer(Vocabulary((BARK, SEA, ROOM)), Dictionary(), CALIBRATION)


def seen(**weights: float) -> np.ndarray:
    return normalised(np.array([weights.get(word, 0.0) for word in Dictionary.words], np.float32))


def test_the_nearest_description_counts(scorer):
    similar = scorer.similarities(np.stack([seen(dog=1), seen(sea=1, wave=1), seen(dog=1, room=1)]))
    np.testing.assert_allclose(similar, [[1, 0, 0], [0, 1, 0], [0.7071, 0, 0.7071]], atol=1e-4)
    assert scorer.space == Dictionary.space


def test_scores_are_sorted_and_leave_doubt(scorer):
    heard = scorer.score(seen(dog=1, sea=0.5))
    assert [each.event.name for each in heard] == ["bark", "sea", "room"]
    assert all(one.score >= other.score for one, other in pairwise(heard))
    assert 0.99 < sum(each.score for each in heard) < 1
    assert heard[0].similarity == pytest.approx(0.894, abs=1e-3)


def test_words_find_their_event(scorer):
    assert scorer.nearest("dog bark")[0].event is BARK
    assert scorer.nearest("wave")[0].event is SEA


def test_an_effect_that_is_sure_is_used(scorer):
    heard = scorer.score(seen(dog=1, room=0.2))
    assert not scorer.unsure(heard)
    assert scorer.effect(heard).event is BARK


def test_what_is_like_nothing_is_unsure_and_has_no_ambience(scorer):
    heard = scorer.score(seen())
    assert scorer.unsure(heard)
    assert (scorer.effect(heard), scorer.ambience(heard)) == (None, None)


def test_a_place_alone_is_sure_and_has_no_effect(scorer):
    heard = scorer.score(seen(sea=1))
    assert not scorer.unsure(heard)
    assert scorer.effect(heard) is None
    assert scorer.ambience(heard).event is SEA


def test_the_ambience_behind_an_effect_is_found(scorer):
    heard = scorer.score(seen(dog=1, sea=0.6))
    assert scorer.effect(heard).event is BARK
    behind = scorer.ambience(heard)
    assert behind.event is SEA
    assert behind.score > next(each.score for each in heard if each.event is SEA)


def test_a_sure_effect_brings_its_bed_where_no_place_is_seen():
    bark = replace(BARK, bed="sea")
    room = replace(ROOM, name="room_tone")
    scorer = EventScorer(Vocabulary((bark, SEA, room)), Dictionary(), CALIBRATION)
    assert scorer.ambience(scorer.score(seen(dog=1))).event is SEA
    assert scorer.ambience(scorer.score(seen(dog=1, room=0.7))).event is SEA
    assert scorer.ambience(scorer.score(seen(dog=1, room=2))).event is room
    there = EventScorer(Vocabulary((replace(BARK, bed="room_tone"), SEA, room)), Dictionary(), CALIBRATION)
    assert there.ambience(there.score(seen(dog=1, sea=0.7))).event is SEA
    alone = EventScorer(Vocabulary((bark, room)), Dictionary(), CALIBRATION)
    assert alone.ambience(alone.score(seen(dog=1))) is None


def test_a_rare_event_must_be_seen_better_but_is_found_by_words():
    whine = replace(BARK, name="whine", rare=True)
    scorer = EventScorer(Vocabulary((whine, BARK)), Dictionary(), CALIBRATION)
    scores = {each.event.name: each.score for each in scorer.score(seen(dog=1))}
    assert scores["whine"] / scores["bark"] == pytest.approx(RARE)
    assert [each.event.name for each in scorer.nearest("dog")] == ["whine", "bark"]
    assert scorer.nearest("dog")[0].score == pytest.approx(scorer.nearest("dog")[1].score)


def test_a_rare_place_must_be_seen_better():
    wreck = replace(SEA, name="wreck", rare=True)
    scorer = EventScorer(Vocabulary((wreck, SEA, ROOM)), Dictionary(), CALIBRATION)
    assert scorer.ambience(scorer.score(seen(sea=1))).event is SEA


def test_without_ambiences_there_is_none():
    scorer = EventScorer(Vocabulary((BARK,)), Dictionary(), CALIBRATION)
    assert scorer.ambience(scorer.score(seen(dog=1))) is None


def test_best_looks_at_kinds_layers_and_scores(scorer):
    heard = scorer.score(seen(dog=1, sea=0.9, room=0.8))
    assert best(heard).event is BARK
    assert best(heard, kinds=[Kind.AMBIENCE]).event is SEA
    assert best(heard, layers=[Layer.BG]).event is SEA
    assert best(heard, layers=[Layer.FOLEY]) is None
    assert best(heard, least=0.99) is None


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a dog barking in the distance", "dog_bark"),
        ("heavy rain", "rain"),
        ("footsteps in the snow", "footsteps_snow"),
        ("thunder", "thunder"),
        ("someone typing on a keyboard", "typing"),
        ("ocean waves", "seaside"),
        ("glass shattering", "glass_break"),
        ("police siren", "siren"),
        ("church bells", "church_bell"),
        ("door slam", "door_wood"),
        ("electric guitar", "guitar"),
        ("crackling campfire", "fire"),
        ("helicopter", "helicopter"),
        ("applause", "applause"),
        ("a busy restaurant", "restaurant"),
        ("wind howling in the mountains", "alpine_wind"),
    ],
)
def test_prompts_find_their_event(prompt, name):
    scorer = EventScorer(default_vocabulary(), pocket_words())
    assert name in [heard.event.name for heard in scorer.nearest(prompt)[:3]]
