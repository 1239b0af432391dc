from dataclasses import replace
from fractions import Fraction

import pytest

from tests.engine.worlds import EVENTS, NamedWords, film, heard, motion, scorer
from v2a_foley.engine.settings import parse_prompts
from v2a_foley.engine.spot import Words, spot
from v2a_foley.project import Layer


def words(*prompts: str, negative: str = "") -> Words:
    return Words(parse_prompts(prompts), negative, NamedWords(), scorer(), EVENTS)


def spotted(shots, *prompts, negative="", moves=None, chosen=None, sync="auto"):
    project = film()
    project = project.with_shots(
        replace(shot, heard=heard(**scores)) for shot, scores in zip(project.shots, shots, strict=True)
    )
    everything = frozenset(shot.index for shot in project.shots)
    return spot(project, moves or motion(), chosen or everything, words(*prompts, negative=negative), sync)


def placed(project):
    return [(cue.layer.value, cue.event.name, cue.shots) for cue in project.cues]


def test_a_shot_gets_one_cue_a_layer_that_it_needs():
    project = spotted([{"dog": 0.8, "rain": 0.2}, {"engine": 0.6}, {"rain": 0.5}])
    assert placed(project) == [
        ("BG", "rain", (1,)),
        ("FX", "dog", (1,)),
        ("BG", "room_tone", (2,)),
        ("FX", "engine", (2,)),
        ("BG", "rain", (3,)),
    ]
    assert [cue.id for cue in project.cues] == ["c1", "c2", "c3", "c4", "c5"]


def test_unsure_shots_get_a_background_only_never_a_guess():
    project = spotted([{"dog": 0.25, "rain": 0.2}, {"dog": 0.29}, {"wood": 0.1}])
    assert {cue.layer for cue in project.cues} == {Layer.BG}


def test_neighbours_with_one_ambience_share_it():
    project = spotted([{"rain": 0.5}, {"rain": 0.4}, {"dog": 0.9}])
    rain = project.cues[0]
    assert (rain.shots, rain.range.start, rain.range.end) == ((1, 2), 0, 8)


def test_shots_that_are_not_chosen_are_left_alone():
    project = spotted([{"rain": 0.5}, {"rain": 0.4}, {"rain": 0.4}], chosen=frozenset({1, 3}))
    assert placed(project) == [("BG", "rain", (1,)), ("BG", "rain", (3,))]


def test_a_prompt_speaks_for_the_effects_and_keeps_the_seen_background():
    project = spotted([{"dog": 0.9, "rain": 0.3}, {"dog": 0.9}, {}], "1=an engine")
    assert placed(project)[:2] == [("BG", "rain", (1,)), ("FX", "engine", (1,))]
    assert project.cues[1].prompt == "an engine"
    assert ("FX", "dog", (2,)) in placed(project)


def test_a_prompt_may_name_several_sounds():
    project = spotted([{}, {}, {}], "rain and a dog, while an engine runs")
    assert placed(project) == [
        ("BG", "rain", (1, 2, 3)),
        *[("FX", name, (shot,)) for shot in (1, 2, 3) for name in ("dog", "engine")],
    ]


def test_what_is_forbidden_is_not_heard():
    project = spotted([{"dog": 0.9, "wood": 0.5}, {"dog": 0.9}, {"rain": 0.6}], negative="dog")
    assert ("FX", "wood", (1,)) in placed(project)
    assert not any(cue.event.name == "dog" for cue in project.cues)
    assert all(cue.negative == "dog" for cue in project.cues)


def test_words_that_nothing_is_near_to_are_told():
    said = words("1=glockenspiel")
    spot(film().with_shots(replace(shot, heard=()) for shot in film().shots), motion(), frozenset({1}), said)
    assert said.unknown == ["glockenspiel"]


def test_what_is_struck_gets_the_peaks_of_its_own_shot_as_hits():
    peaks = [(Fraction(1), 0.9), (Fraction(79, 25), 0.5), (Fraction(5), 1.0)]
    project = spotted([{"wood": 0.9}, {"dog": 0.9}, {}], moves=motion(*peaks))
    wood, dog = (next(c for c in project.cues if c.event.name == name) for name in ("wood", "dog"))
    assert [(hit.time, hit.strength) for hit in wood.hits] == peaks[:2]
    assert dog.hits == ()


@pytest.mark.parametrize(("energy", "expected"), [(1.0, 1.0), (0.2, 0.28)])
def test_what_is_driven_follows_the_motion(energy, expected):
    project = spotted([{"engine": 0.9}, {"rain": 0.9}, {}], moves=motion(energy=energy))
    engine, rain = (next(c for c in project.cues if c.event.name == name) for name in ("engine", "rain"))
    assert engine.intensity is not None
    assert engine.intensity.times[0] == 0
    assert engine.intensity.times[-1] == 4
    assert engine.intensity.values == pytest.approx([expected] * len(engine.intensity.values), abs=1e-6)
    assert rain.intensity is None
