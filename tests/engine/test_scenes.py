"""Scenes: shots of one place share one ambience that does not change at cuts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.worlds import EVENTS, NamedWords, film, heard, motion, scorer
from v2a_foley.engine.scenes import REACH, scene_ambiences, scene_of, with_scenes
from v2a_foley.engine.settings import parse_prompts
from v2a_foley.engine.spot import Words, spot
from v2a_foley.project import Kind, Shot, Vocabulary

SEA = replace(EVENTS["rain"], name="sea", caption="waves break", place="open")
HALL = replace(EVENTS["rain"], name="hall", caption="a hall", place="hall")
WORLD = Vocabulary((*EVENTS, SEA, HALL))
NAMES = {event.name: event for event in WORLD}
LOOKS = np.eye(8, dtype=np.float32)


def seen(*shots: tuple[str, int, dict[str, float]], length: int = 4) -> tuple[Shot, ...]:
    """Shots by what they look like: (a letter for people, the number of a look, what is heard)."""
    project = film(seconds=length * len(shots), cuts=range(length, length * len(shots), length))
    made = []
    for shot, (_, look, scores) in zip(project.shots, shots, strict=True):
        found = tuple(replace(each, event=NAMES[each.event.name]) for each in _heard(scores))
        made.append(replace(shot, heard=found, embedding=tuple(LOOKS[look])))
    return tuple(made)


def _heard(scores: dict[str, float]):
    known = {name: value for name, value in scores.items() if name not in ("sea", "hall")}
    rest = [replace(heard(rain=value)[0], event=NAMES[name]) for name, value in scores.items() if name not in known]
    return tuple(sorted([*heard(**known), *rest], key=lambda each: -each.score))


def scenes(*shots) -> list[int]:
    return [shot.scene for shot in with_scenes(seen(*shots), scorer())]


def test_alike_neighbours_are_one_scene_and_others_are_not():
    assert scenes(("A", 0, {}), ("A", 0, {}), ("B", 1, {}), ("C", 2, {})) == [1, 1, 2, 3]


def test_shots_that_alternate_are_one_scene():
    shots = [("A", 0, {"sea": 0.7}), ("face", 1, {}), ("A", 0, {"sea": 0.6}), ("face", 1, {}), ("B", 2, {})]
    assert scenes(*shots) == [1, 1, 1, 1, 2]


def test_two_places_cut_against_each_other_stay_two():
    sea, hall = ("sea", 0, {"sea": 0.9}), ("hall", 1, {"hall": 0.9})
    assert scenes(sea, hall, sea, hall) == [1, 2, 1, 2]


def test_what_is_seen_again_much_later_is_another_scene():
    far = [("A", 0, {}), *[(f"{n}", n, {}) for n in range(1, REACH + 1)], ("A", 0, {})]
    assert len(set(scenes(*far))) == REACH + 2
    early, late = seen(("A", 0, {}), ("A", 0, {}))
    late = replace(late, range=replace(late.range, start=Fraction(100), end=Fraction(104)))
    assert [shot.scene for shot in with_scenes((early, late), scorer())] == [1, 2]


def test_one_wide_shot_speaks_for_its_close_ups():
    shots = with_scenes(seen(("wide", 0, {"sea": 0.9}), ("face", 1, {"room_tone": 0.9}), ("wide", 0, {})), scorer())
    assert [event.name for event in scene_ambiences(shots, scorer()).values()] == ["sea"]


def test_what_is_forbidden_has_no_vote():
    shots = with_scenes(seen(("wide", 0, {"sea": 0.9, "rain": 0.3}), ("wide", 0, {"sea": 0.9})), scorer())
    assert [event.name for event in scene_ambiences(shots, scorer(), {"sea"}).values()] == ["rain"]


def spotted(*shots, prompts=(), chosen=None):
    project = film(seconds=4 * len(shots), cuts=range(4, 4 * len(shots), 4))
    project = project.with_shots(with_scenes(seen(*shots), scorer()))
    words = Words(parse_prompts(prompts), "", NamedWords(), scorer(), EVENTS)
    everything = frozenset(shot.index for shot in project.shots)
    return spot(project, motion(seconds=4 * len(shots)), chosen or everything, words)


def test_a_scene_has_one_ambience_that_does_not_change_at_its_cuts():
    project = spotted(
        ("wide", 0, {"sea": 0.9}), ("dog", 1, {"dog": 0.9}), ("wide", 0, {"rain": 0.4}), ("hall", 2, {"hall": 0.9})
    )
    beds = [cue for cue in project.cues if cue.event.kind is Kind.AMBIENCE]
    assert [(cue.event.name, cue.shots) for cue in beds] == [("sea", (1, 2, 3)), ("hall", (4,))]
    dog = next(cue for cue in project.cues if cue.event.name == "dog")
    assert (dog.shots, dog.place) == ((2,), "open")


def test_a_prompt_for_a_background_holds_for_its_own_shot():
    project = spotted(("A", 0, {"sea": 0.9}), ("A", 0, {}), ("A", 0, {}), prompts=("2=rain",))
    beds = [(cue.event.name, cue.shots) for cue in project.cues if cue.event.kind is Kind.AMBIENCE]
    assert beds == [("sea", (1,)), ("rain", (2,)), ("sea", (3,))]


def test_shots_without_a_scene_are_on_their_own():
    shots = tuple(replace(shot, scene=0) for shot in seen(("A", 0, {"sea": 0.9}), ("A", 0, {})))
    assert len({scene_of(shot) for shot in shots}) == 2
    assert list(scene_ambiences(shots, scorer())) == [-1]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", "sea", "hall"])), min_size=1, max_size=14))
def test_no_scene_is_sure_of_two_kinds_of_place(shots):
    found = with_scenes(seen(*[("x", look, {name: 0.9} if name else {}) for look, name in shots]), scorer())
    numbers = [shot.scene for shot in found]
    assert list(dict.fromkeys(numbers)) == sorted(set(numbers))
    assert set(numbers) == set(range(1, max(numbers) + 1))
    for number in set(numbers):
        sure = {name for (_, name), shot in zip(shots, found, strict=True) if shot.scene == number and name}
        assert len(sure) <= 1


@pytest.mark.parametrize("count", [1, 2, 30])
def test_any_number_of_shots(count):
    found = with_scenes(seen(*[("A", 0, {"sea": 0.5})] * count, length=1), scorer())
    assert {shot.scene for shot in found} == {1}
