"""Keys of takes: everything that decides the samples counts, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tests.engine.worlds import DOG, RAIN
from v2a_foley.engine.cache import identity_of, room_of, take_key
from v2a_foley.generate import SoundRequest
from v2a_foley.generate.procedural import Procedural
from v2a_foley.project import Cue, Kind, Layer
from v2a_foley.timebase import TimeRange

ASKED = SoundRequest(
    DOG, 48_000, 100, 200, seed=3, prompt="a dog", negative="wind", embedding=np.arange(4, dtype=np.float32),
    hits=((500, 0.5),), intensity=((0, 0.0), (48_000, 1.0)),
)  # fmt: skip

DECIDING = {
    "samples": 48_001, "before": 101, "after": 201, "channels": 2, "seed": 4, "sample_rate": 44_100, "prompt": "a cat",
    "negative": "", "embedding": np.array([0, 1, 2, np.nextafter(np.float32(3), np.float32(4))], np.float32),
    "hits": ((501, 0.5),), "intensity": ((0, 0.0),), "event": RAIN,
}  # fmt: skip


@pytest.mark.parametrize("name", DECIDING)
def test_whatever_decides_a_sound_changes_its_key(name):
    assert take_key(replace(ASKED, **{name: DECIDING[name]}), "m") != take_key(ASKED, "m")


@pytest.mark.parametrize(
    "change",
    [
        {"caption": "a hound barks"}, {"level": -20.0}, {"family": "cat"}, {"params": {"kind": "howl"}},
        {"distance": 9.0}, {"kind": Kind.CONTINUOUS}, {"catid": "ANMLWolf"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_so_does_what_the_event_is(change):
    assert take_key(replace(ASKED, event=replace(DOG, **change)), "m") != take_key(ASKED, "m")


def test_so_do_the_maker_and_the_room():
    keys = {take_key(ASKED, maker, room) for maker in ("m", "n") for room in ("", "church")}
    assert len(keys) == 4
    assert all(len(key) == 64 for key in keys)


def test_what_only_the_eyes_go_by_does_not_count():
    unseen = replace(DOG, sees=("a hound",), rare=True, bed="farm", place="open")
    assert take_key(replace(ASKED, event=unseen), "m") == take_key(ASKED, "m")
    copied = replace(ASKED, embedding=ASKED.embedding.copy(), event=replace(DOG, params=dict(DOG.params)))
    assert take_key(copied, "m") == take_key(ASKED, "m")


def test_the_room_is_that_of_the_cue_unless_the_setting_says_another():
    cue = Cue("c1", Layer.FX, TimeRange(Fraction(0), Fraction(1)), (), DOG, place="church")
    rooms = {room_of(cue, room) for room in ("auto", "dry", "hall")} | {room_of(replace(cue, place=""), "auto")}
    assert len(rooms) == 4
    assert room_of(replace(cue, layer=Layer.BG), "auto") == room_of(cue, "dry") == ""


def test_a_maker_that_does_not_say_who_it_is_has_no_identity():
    class Nameless:
        name = "nameless"

    assert identity_of(Nameless()) is None
    assert identity_of(Procedural()) == identity_of(Procedural())
