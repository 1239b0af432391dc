"""Cues that sound from where they are seen: in their takes, in what a take is found by, and in what makes one stale."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import soundfile

from tests.engine.test_takes import Dry, cue, made
from tests.engine.worlds import WOOD
from v2a_foley.engine.cache import take_key
from v2a_foley.engine.perspective import way_of
from v2a_foley.engine.projects.wishes import options_of_takes, why_stale, wish_of
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.takes import request_for
from v2a_foley.project import Hit, Intensity, Layer
from v2a_foley.project.model import Region

LEFT, RIGHT, SMALL = Region(0.1, 0.5, 0.25, 0.25), Region(0.9, 0.5, 0.25, 0.25), Region(0.1, 0.5, 0.06, 0.06)


def struck(*regions, layer=Layer.FX, **more):
    """A cue of blows, one a half second."""
    hits = tuple(Hit(4 + Fraction(number, 2), 1.0, region) for number, region in enumerate(regions))
    return cue(replace(WOOD, distance=4.0), layer, hits=hits, **more)


def take_of(wanted, folder, **options):
    project, _ = made([wanted], [Dry(level=0.1)], folder, handles=Fraction(0), **options)
    take = project.cues[0].take
    return take, soundfile.read(take.path, always_2d=True)[0].T


def test_off_is_what_it_was(tmp_path):
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
    _, seen = take_of(struck(LEFT, RIGHT), tmp_path / "with")
    take, unseen = take_of(struck(None, None), tmp_path / "without", perspective="full")
    assert np.array_equal(seen, unseen)
    assert (take.channels, take.details.get("perspective")) == (1, None)


@pytest.mark.parametrize("place", ["", "church"])
def test_a_take_stands_where_it_is_seen_at_its_nominal_level(tmp_path, place):
    take, sound = take_of(struck(LEFT, place=place), tmp_path, perspective="pan")
    assert (take.channels, len(sound), take.details["perspective"]) == (2, 2, "pan")
    assert np.abs(sound[0, :10]).max() > 3 * np.abs(sound[1, :10]).max() > 0
    assert take.lufs == pytest.approx(WOOD.level, abs=0.5)


def test_size_counts_with_full_alone(tmp_path):
    levels = [
        take_of(struck(region), tmp_path, perspective=mode)[0].lufs
        for mode, region in (("pan", LEFT), ("pan", SMALL), ("full", SMALL))
    ]
    assert levels[0] == levels[1]
    assert levels[2] < levels[1] - 4


def test_hits_that_sound_say_where_else_the_curve_and_backgrounds_are_all_around():
    curve = Intensity((Fraction(4), Fraction(6)), (0.5, 1.0), (LEFT, RIGHT))
    both = struck(RIGHT, None, LEFT, intensity=curve)
    assert way_of(both, "pan", 100).points == ((100, 0.8, 0.0), (48_100, -0.8, 0.0))
    assert way_of(replace(both, slip=Fraction(1, 2)), "pan", 0).points[0] == (24_000, 0.8, 0.0)
    listed = struck(Region(0.2, 0.9, 0.0, 0.0))  # a list of hits says where, and not how large
    assert way_of(listed, "full", 0).points == way_of(listed, "pan", 0).points == ((0, -0.6, 0.0),)
    silent = replace(both, hits=tuple(replace(hit, muted=True) for hit in both.hits))
    assert way_of(silent, "pan", 0).points == ((0, -0.8, 0.0), (96_000, 0.8, 0.0))
    assert (way_of(both, "pan", 0).held, way_of(silent, "pan", 0).held) == (True, False)
    assert way_of(both, "off", 0) is way_of(replace(both, layer=Layer.BG), "full", 0) is way_of(cue(), "pan", 0) is None


def test_another_place_makes_another_take_and_nothing_else_does():
    settings = RunSettings(perspective="pan")

    def asked(wanted):
        return request_for(wanted, options_of_takes(settings), 1)

    def key(wanted, mode):
        return take_key(asked(wanted), "m", "", way_of(wanted, mode, asked(wanted).before))

    left, right, small = struck(LEFT), struck(RIGHT), struck(SMALL)
    assert key(left, "off") == key(right, "off") == take_key(asked(left), "m")
    assert key(left, "pan") == key(small, "pan") != key(right, "pan")
    assert key(left, "full") != key(small, "full")


def test_a_take_is_stale_once_its_cue_is_seen_elsewhere(tmp_path):
    settings = RunSettings(perspective="full", handles=0)
    for wanted, moved in (
        (struck(LEFT, RIGHT), struck(LEFT, LEFT)),
        (
            cue(WOOD, Layer.FX, intensity=Intensity((Fraction(4), Fraction(6)), (1.0, 1.0), (LEFT, RIGHT))),
            cue(WOOD, Layer.FX, intensity=Intensity((Fraction(4), Fraction(6)), (1.0, 1.0), (LEFT, SMALL))),
        ),
    ):
        request = request_for(wanted, options_of_takes(settings), 1)
        take, _ = take_of(wanted, tmp_path, perspective="full")
        take = replace(take, details={**take.details, "wish": wish_of(wanted, request, settings)})
        assert why_stale(wanted, settings, take) == ""
        assert why_stale(moved, settings, take) == "another place on the screen"
        assert why_stale(wanted, replace(settings, perspective="off"), take) == "another place on the screen"
