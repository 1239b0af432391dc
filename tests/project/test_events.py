import re
from collections import Counter
from pathlib import Path

import pytest

from v2a_foley.errors import UsageError
from v2a_foley.generate.procedural import FAMILIES
from v2a_foley.project.events import (
    DISTANCE,
    Follows,
    Kind,
    Layer,
    Vocabulary,
    default_vocabulary,
    parse_vocabulary,
)

EVENTS = default_vocabulary()

ONE = """
[[event]]
name = "dog_bark"
caption = "a dog barks"
catid = "ANMLDog"
category = "ANIMALS"
subcategory = "DOG"
kind = "impulse"
layer = "FX"
level = -21
family = "dog"
params = { kind = "bark" }
sees = ["a dog"]
"""


def test_the_table_has_at_least_three_hundred_events_of_every_kind_and_layer():
    assert len(EVENTS) >= 300
    kinds, layers = Counter(event.kind for event in EVENTS), Counter(event.layer for event in EVENTS)
    assert min(kinds[kind] for kind in Kind) >= 20
    assert min(layers[layer] for layer in (Layer.BG, Layer.FX, Layer.FOLEY)) >= 15


def test_an_event_says_what_it_is():
    for event in EVENTS:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", event.name), event
        assert event.caption == event.caption.strip(" ."), event
        assert event.sees, event
        assert len(set(event.sees)) == len(event.sees), event
        assert event.layer is not Layer.ORIG, event


def test_its_level_fits_its_kind():
    fitting = {Kind.AMBIENCE: (-55, -30), Kind.CONTINUOUS: (-36, -20), Kind.IMPULSE: (-34, -16)}
    for event in EVENTS:
        lowest, highest = fitting[event.kind]
        assert lowest <= event.level <= highest, event
        assert event.kind is not Kind.AMBIENCE or event.layer is Layer.BG, event


def test_its_family_can_make_it():
    for event in EVENTS:
        FAMILIES[event.family].parse(event.params)


def test_a_family_refuses_what_it_does_not_know():
    with pytest.raises(UsageError):
        FAMILIES["cattle"].parse({"species": "unicorn"})


def test_catids_are_of_the_universal_category_system():
    lines = Path(__file__).with_name("ucs.tsv").read_text(encoding="utf-8").splitlines()
    known = {catid: (category, subcategory) for catid, category, subcategory in (line.split("\t") for line in lines)}
    assert len(known) > 700
    for event in EVENTS:
        assert known[event.catid] == (event.category, event.subcategory), event.name


def test_a_place_is_one_that_rooms_are_known_for():
    for event in EVENTS:
        assert bool(event.place) == (event.kind is Kind.AMBIENCE), event.name


def test_what_follows_the_picture_is_of_the_right_kind():
    for event in EVENTS:
        if event.follows is Follows.HITS:
            assert event.kind is Kind.IMPULSE
        if event.follows is Follows.MOTION:
            assert event.kind is Kind.CONTINUOUS


EAR = """
[event.ear]
centroid = [500, 2000]
source = "somebody"
[sources]
somebody = "Somebody (1999), On dogs"
"""


def test_an_ear_is_read():
    (event,) = parse_vocabulary(ONE + EAR)
    assert event.ear is not None
    assert (dict(event.ear.ranges), event.ear.source) == ({"centroid": (500, 2000)}, "Somebody (1999), On dogs")
    assert event.distance == DISTANCE[Layer.FX]


@pytest.mark.parametrize(
    "damage",
    [("[500, 2000]", "[2000, 500]"), ("[500, 2000]", "[500]"), ("[500, 2000]", "[500, nan]"), ('"somebody"', '"she"')],
    ids=["upside down", "one end", "not a number", "no such source"],
)
def test_a_damaged_ear_is_refused(damage: tuple[str, str]):
    with pytest.raises(UsageError, match="dog_bark"):
        parse_vocabulary((ONE + EAR).replace(*damage))


def test_events_are_common_unless_they_say_that_they_are_rare():
    said = ONE.replace('kind = "impulse"', 'kind = "impulse"\nrare = true')
    assert [parse_vocabulary(text)["dog_bark"].rare for text in (ONE, said)] == [False, True]
    with pytest.raises(UsageError, match="dog_bark"):
        parse_vocabulary(said.replace("rare = true", 'rare = "yes"'))


def test_a_bed_is_an_ambience_of_the_table():
    beds = [EVENTS[event.bed] for event in EVENTS if event.bed]
    assert len(beds) > 50
    assert {bed.kind for bed in beds} == {Kind.AMBIENCE}


def test_people_alone_are_no_effect():
    shown = [event.name for event in EVENTS if any("portrait" in text for text in event.sees)]
    assert shown == ["room_tone"]


def test_a_table_is_read():
    (event,) = parse_vocabulary(ONE)
    assert (event.name, event.kind, event.layer, event.level) == ("dog_bark", Kind.IMPULSE, Layer.FX, -21.0)
    assert (dict(event.params), event.sees) == ({"kind": "bark"}, ("a dog",))
    with pytest.raises(TypeError):
        event.params["species"] = "cat"


@pytest.mark.parametrize(
    "damage",
    [("kind = ", "sort = "), ('"impulse"', '"bang"'), ('name = "dog_bark"', ""), ("[[event]]", "[[event")],
    ids=["unknown key", "unknown kind", "no name", "no TOML"],
)
def test_a_damaged_table_is_refused(damage: tuple[str, str]):
    with pytest.raises(UsageError, match=r".+"):
        parse_vocabulary(ONE.replace(*damage))


def test_names_are_unique():
    with pytest.raises(UsageError, match="dog_bark"):
        parse_vocabulary(ONE + ONE)
    with pytest.raises(KeyError):
        Vocabulary(())["dog_bark"]
