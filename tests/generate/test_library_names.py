from pathlib import PurePath

import pytest

from v2a_foley.generate.library.names import category_of, category_words, catid_of, describe, parse_name, split_words
from v2a_foley.project import default_vocabulary


@pytest.mark.parametrize(
    ("name", "catid", "words"),
    [
        ("ANMLDog_Large Dog Bark Aggressive_JB_MyLib.wav", "ANMLDog", "large dog bark aggressive"),
        ("AMBUrbn-CITY_City Morning_XY_S01.flac", "AMBUrbn", "city morning"),
        ("WATRFlow_StreamSmall_XY_S01_extra.wav", "WATRFlow", "stream small"),
        ("UIClick_Button_XY_S01.wav", "UIClick", "button"),
        ("Dogs/Bark 01.wav", "", "bark dogs"),
        ("DoorSlam_02.wav", "", "door slam"),
        ("RAIN_heavy.wav", "", "rain heavy"),
        ("WINDOW_slam.wav", "", "window slam"),
        ("SFX/Recordings/Take 3.wav", "", ""),
        ("Türen/Öffnen knarrt.wav", "", "öffnen knarrt türen"),
        ("水/雨.wav", "", ""),
    ],
)
def test_a_name_says_its_catid_and_words(name: str, catid: str, words: str):
    parsed = parse_name(PurePath(name))

    assert (parsed.catid, parsed.words) == (catid, words)


def test_takes_of_one_thing_are_a_series_and_others_are_not():
    def series(name: str) -> str:
        return parse_name(PurePath(name)).series

    assert (
        series("Steps/Footstep_Wood_01.wav")
        == series("Steps/Footstep_Wood_12.wav")
        == series("Steps/Footstep Wood B.wav")
    )
    assert series("Steps/Footstep_Wood_01.wav") != series("Steps/Footstep_Gravel_01.wav")
    assert series("Steps/Footstep_Wood_01.wav") != series("Other/Footstep_Wood_01.wav")


def test_a_catid_is_told_from_a_word_that_begins_alike():
    assert catid_of("DOORWood") == "DOORWood"
    assert catid_of("DOORS") == catid_of("Door") == catid_of("WOODEN") == catid_of("") == catid_of("RAIN_heavy") == ""
    assert catid_of("RAIN_Roof Tin_JB_Lib") == "RAIN"


def test_every_catid_of_the_vocabulary_is_known_and_has_its_category():
    for event in default_vocabulary():
        assert catid_of(f"{event.catid}_Name_Creator_Source") == event.catid
        assert category_of(event.catid)


def test_categories_of_catids_compare():
    assert category_of("LETHRCreak") == category_of("LETHCreak") == "leather"
    assert category_of("THUN") == category_of("WTHRStorm") == "weather"
    assert category_of("") == category_of("nonsense") == ""


def test_a_catid_becomes_words():
    assert category_words("ANMLDog") == "animal dog"
    assert category_words("WATRMisc") == "water"
    assert category_words("nonsense") == ""


def test_camel_case_and_digits_part_words():
    assert split_words("UIClick2Fast_don't") == ["ui", "click", "fast", "don't"]


def test_a_description_repeats_nothing():
    parsed = parse_name(PurePath("ANMLDog_Dog Bark_JB_X.wav"))

    assert describe(parsed, "animals dog", "recorded  at the farm") == "dog bark, animals, recorded at the farm"
