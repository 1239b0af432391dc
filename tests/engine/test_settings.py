from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.engine.settings import RunSettings, parse_prompts
from v2a_foley.errors import UsageError
from v2a_foley.options import options_of


def test_every_field_can_be_shown_by_a_form():
    assert list(options_of(RunSettings)) == [field.name for field in fields(RunSettings)]
    for name, option in options_of(RunSettings).items():
        assert option.help.endswith("."), name
        assert option.group in {"What", "Sound", "Neural", "Mix", "Files"}, name


@pytest.mark.parametrize(
    "wrong",
    [
        {"detector": "magic"},
        {"original": "gone"},
        {"generator": "loud"},
        {"scheduler": "magic"},
        {"cues": " "},
        {"cues": "hits.csv", "spot_from": Path("a.csv")},
        {"sync": "magic"},
        {"precision": "int4"},
        {"steps": 0},
        {"guidance": 0.5},
        {"strength": 1.5},
        {"prompt_weight": -0.1},
        {"best_of": 0},
        {"takes": 0},
        {"takes": 17},
        {"gain": float("nan")},
        {"gain": 30.0},
        {"seed": -1},
        {"handles": -1.0},
        {"duration": 0.0},
        {"loudness": "loud"},
        {"loudness": "3"},
        {"loudness": "nan"},
        {"generator": "library"},
        {"deliver": "moon"},
        {"deliver": "ebu", "loudness": "-23"},
        {"deliver": "ebu", "loudness": "off"},
        {"dialogue_track": 0},
        {"dialogue_track": 1, "music_track": 1},
        {"music_track": 1, "original": "replace"},
        {"foley_to": "lfe"},
        {"name": "{film}"},
        {"stem_name": "{layer"},
        {"version": ""},
        {"spot_from": Path("a.csv"), "prompt": ("rain",)},
    ],
)
def test_impossible_values_are_wrong_use_with_a_next_step(wrong):
    with pytest.raises(UsageError) as caught:
        RunSettings(**wrong)
    assert caught.value.hint


def test_loudness_goes_by_what_becomes_of_the_original():
    assert RunSettings().loudness_target() is None
    assert RunSettings(original="duck").loudness_target() is None
    assert RunSettings(original="replace").loudness_target() == -23
    assert RunSettings(original="replace", loudness="off").loudness_target() is None
    assert RunSettings(loudness="-16").loudness_target() == -16
    assert RunSettings(deliver="web").loudness_target() == RunSettings(deliver="web").delivery().loudness == -14
    assert RunSettings().delivery() is None


def test_shots_are_numbers_and_ranges():
    assert RunSettings().chosen_shots(3) == {1, 2, 3}
    assert RunSettings(shots="1, 3-5").chosen_shots(6) == {1, 3, 4, 5}
    for wrong in ("0", "7", "5-3", "3-9", "one", "", "1,,2", "-1"):
        with pytest.raises(UsageError):
            RunSettings(shots=wrong).chosen_shots(6)


@given(st.sets(st.integers(1, 40), min_size=1))
def test_any_list_of_shots_is_read_as_written(numbers):
    text = ",".join(str(number) for number in numbers)
    assert RunSettings(shots=text).chosen_shots(40) == numbers


def test_prompts_are_for_all_or_for_one_shot():
    assert dict(parse_prompts(["rain", "2=a dog barks = loud"])) == {None: "rain", 2: "a dog barks = loud"}
    for wrong in (["rain", "wind"], ["1=a", "1=b"], ["  "], ["3="]):
        with pytest.raises(UsageError):
            parse_prompts(wrong)
