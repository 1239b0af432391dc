from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audio.sounds import RATE, click
from tests.render.projects import bed, cue, facts, hit_at, project
from v2a_foley.project import Kind, Layer
from v2a_foley.render.programme import clips_of
from v2a_foley.timebase import to_samples

MS = RATE // 1000


@given(start=st.fractions(0, 3600, max_denominator=30_000), before=st.integers(0, 5000))
@settings(max_examples=40, deadline=None)
def test_the_sample_at_the_handle_falls_on_the_cues_start(tmp_path_factory, start, before):
    folder = tmp_path_factory.getbasetemp()
    one = cue(1, folder, click(9000, 100), start, start + Fraction(1, 10), before=before)
    (clip,) = clips_of(project(facts(4000), one))
    assert clip.at - clip.first + before == to_samples(start)


def test_gains_are_the_cues_and_buses_are_layers(tmp_path):
    one = cue(1, tmp_path, click(900, 0), 1, 2, layer=Layer.FOLEY, gain=-3.25)
    (clip,) = clips_of(project(facts(), one))
    assert (clip.bus, clip.gain_db) == ("FOLEY", -3.25)


def test_muted_cues_and_cues_without_an_active_take_are_silent(tmp_path):
    one = cue(1, tmp_path, click(900, 0), 1, 2)
    assert clips_of(project(facts(), replace(one, muted=True), replace(one, active=None))) == []


def test_an_impulse_rings_over_the_cut_to_the_end_of_its_file(tmp_path):
    one = cue(1, tmp_path, click(2 * RATE, 10), 1, Fraction(5, 4), after=2 * RATE - RATE // 4)
    (clip,) = clips_of(project(facts(), one))
    assert (clip.at, clip.first, clip.length) == (RATE, 0, 2 * RATE)
    assert (clip.fade_in, clip.fade_out) == (0, 5 * MS)


def test_neighbouring_backgrounds_cross_over_centred_on_the_cut(tmp_path):
    clips = clips_of(project(facts(), bed(1, tmp_path, 0, 4), bed(2, tmp_path, 4, 10, seed=2)))
    earlier, later = clips
    assert earlier.end == 4 * RATE + RATE // 2
    assert later.at == 4 * RATE - RATE // 2
    assert earlier.fade_out == later.fade_in == RATE
    assert later.first == 2 * RATE - RATE // 2
    assert earlier.at == 0
    assert earlier.fade_in == 30 * MS


@pytest.mark.parametrize(
    ("handles", "first_end", "half"), [(4800, 4, 4800), (0, 4, 0), (2 * RATE, Fraction(1, 2), RATE // 4)]
)
def test_crossfades_go_no_further_than_handles_and_cues_allow(tmp_path, handles, first_end, half):
    one = bed(1, tmp_path, 0, first_end, handles=handles)
    two = bed(2, tmp_path, first_end, 10, handles=handles)
    earlier, later = clips_of(project(facts(), one, two))
    cut = to_samples(Fraction(first_end))
    if half:
        assert (earlier.end - cut, cut - later.at, earlier.fade_out, later.fade_in) == (half, half, 2 * half, 2 * half)
    else:
        assert (earlier.end, later.at) == (cut, cut)
        assert earlier.fade_out == later.fade_in == 30 * MS
    for clip in (earlier, later):
        assert clip.first >= 0
        assert clip.first + clip.length <= to_samples(Fraction(first_end if clip is earlier else 10)) + 2 * handles


def test_a_muted_neighbour_is_no_neighbour(tmp_path):
    one, two = bed(1, tmp_path, 0, 4), bed(2, tmp_path, 4, 10)
    (clip,) = clips_of(project(facts(), replace(one, muted=True), two))
    assert clip.at == 4 * RATE - 30 * MS
    assert clip.fade_in == 60 * MS


def test_effects_beside_each_other_do_not_cross_over(tmp_path):
    one = bed(1, tmp_path, 0, 4, layer=Layer.FX, kind=Kind.CONTINUOUS)
    two = bed(2, tmp_path, 4, 10, layer=Layer.FX, kind=Kind.CONTINUOUS)
    earlier, later = clips_of(project(facts(), one, two))
    assert earlier.end == 4 * RATE + 30 * MS
    assert later.at == 4 * RATE - 30 * MS
    assert (earlier.fade_out, later.fade_in) == (60 * MS, 60 * MS)


def test_everything_ends_with_the_film(tmp_path):
    one = cue(1, tmp_path, click(2 * RATE, 10), Fraction(19, 2), 10, after=RATE)
    (clip,) = clips_of(
        project(
            facts(),
            one,
        )
    )
    assert clip.end == 10 * RATE
    assert clip.fade_out == 5 * MS


def test_handles_count_from_the_file_not_from_the_promise(tmp_path):
    """A take whose cue was made longer afterwards has less beyond its end than it says."""
    one = bed(1, tmp_path, 0, 4)
    longer = replace(one, range=replace(one.range, end=Fraction(11, 2)))
    earlier, _ = clips_of(project(facts(), longer, bed(2, tmp_path, Fraction(11, 2), 10)))
    assert earlier.end == to_samples(Fraction(11, 2)) + RATE // 2
    assert earlier.first + earlier.length <= earlier.first + one.take.samples


def test_a_hit_is_where_it_was_asked_for(tmp_path):
    one = hit_at(1, tmp_path, Fraction(1001, 400))
    (clip,) = clips_of(project(facts(), one))
    from v2a_foley.audio.wav import read_wav

    peak = int(np.argmax(read_wav(clip.path)[0][0]))
    assert clip.at + peak - clip.first == to_samples(Fraction(1001, 400))


def heard(clip):
    """The samples of the file that a clip plays, and where its first falls."""
    return clip.first, clip.first + clip.length, clip.at


@pytest.mark.parametrize("kind", [Kind.AMBIENCE, Kind.CONTINUOUS, Kind.IMPULSE])
@given(slip=st.fractions(-1, 1, max_denominator=48_000), start=st.fractions(2, 5, max_denominator=1001))
@settings(max_examples=15, deadline=None)
def test_slip_moves_the_take_under_the_cue_to_the_sample(tmp_path_factory, kind, slip, start):
    layer = Layer.BG if kind is Kind.AMBIENCE else Layer.FX
    one = bed(1, tmp_path_factory.getbasetemp(), start, start + 2, kind=kind, layer=layer)
    (before,), (after,) = clips_of(project(facts(), one)), clips_of(project(facts(), replace(one, slip=slip)))
    assert (after.at - after.first) - (before.at - before.first) == -to_samples(slip)


def test_a_trim_at_the_start_plays_the_later_part_of_the_take(tmp_path):
    one = bed(1, tmp_path, 2, 6, layer=Layer.FX, kind=Kind.CONTINUOUS)
    trimmed = replace(one, range=replace(one.range, start=Fraction(3)), slip=Fraction(1))
    (before,), (after,) = clips_of(project(facts(), one)), clips_of(project(facts(), trimmed))
    assert heard(after) == (before.first + RATE, before.first + before.length, before.at + RATE)
    struck = cue(1, tmp_path, click(4 * RATE, RATE // 2), 2, 6)
    trimmed = replace(struck, range=replace(struck.range, start=Fraction(3)), slip=Fraction(1))
    (clip,) = clips_of(project(facts(), trimmed))
    assert heard(clip) == (RATE, 4 * RATE, 3 * RATE)  # what was struck before the trim is not heard
    assert clip.fade_in == 5 * MS


def test_an_impulse_that_was_trimmed_at_its_end_ends_there(tmp_path):
    struck = cue(1, tmp_path, click(4 * RATE, 3 * RATE), 2, 5, after=RATE)
    (rings,) = clips_of(project(facts(), struck))
    (ends,) = clips_of(project(facts(), replace(struck, range=replace(struck.range, end=Fraction(4)))))
    assert (rings.end, ends.end, ends.fade_out) == (6 * RATE, 4 * RATE, 5 * MS)


@pytest.mark.parametrize("kind", [Kind.AMBIENCE, Kind.CONTINUOUS, Kind.IMPULSE])
def test_fades_of_its_own_lie_within_the_cue(tmp_path, kind):
    layer = Layer.BG if kind is Kind.AMBIENCE else Layer.FX
    one = bed(1, tmp_path, 2, 6, kind=kind, layer=layer, fade_in=Fraction(1, 2), fade_out=Fraction(0))
    (clip,) = clips_of(project(facts(), one))
    assert heard(clip) == (2 * RATE, 6 * RATE, 2 * RATE)
    assert (clip.fade_in, clip.fade_out) == (RATE // 2, 0)
    (clip,) = clips_of(project(facts(), replace(one, fade_in=Fraction(60), fade_out=Fraction(60))))
    assert (clip.fade_in, clip.fade_out) == (4 * RATE, 4 * RATE)


def test_a_fade_of_its_own_is_no_crossfade(tmp_path):
    one, two = bed(1, tmp_path, 0, 4, fade_out=Fraction(0)), bed(2, tmp_path, 4, 10, seed=2)
    earlier, later = clips_of(project(facts(), one, two))
    assert (earlier.end, earlier.fade_out) == (4 * RATE, 0)
    assert (later.at, later.fade_in) == (4 * RATE - 30 * MS, 60 * MS)


def test_a_cue_cut_in_two_sounds_as_the_whole_did(tmp_path):
    whole = bed(1, tmp_path, 2, 8)
    first = replace(whole, range=replace(whole.range, end=Fraction(5)), fade_out=Fraction(0))
    second = replace(
        whole, id="c2", range=replace(whole.range, start=Fraction(5)), slip=Fraction(3), fade_in=Fraction(0)
    )
    (one,), (left, right) = clips_of(project(facts(), whole)), clips_of(project(facts(), first, second))
    assert (left.at, left.first, left.fade_in) == (one.at, one.first, one.fade_in)
    assert (left.end, left.first + left.length) == (right.at, right.first)
    assert (right.end, right.fade_out) == (one.end, one.fade_out)
    assert (left.fade_out, right.fade_in) == (0, 0)


def test_where_a_take_does_not_reach_there_is_silence(tmp_path):
    one = bed(1, tmp_path, 2, 4, handles=0, layer=Layer.FX, kind=Kind.CONTINUOUS)
    early = replace(one, range=replace(one.range, start=Fraction(1)), slip=Fraction(-1))
    (clip,) = clips_of(project(facts(), early))
    assert heard(clip) == (0, 2 * RATE, 2 * RATE)
    assert clip.fade_in > 0
    late = replace(one, range=replace(one.range, end=Fraction(7)))
    (clip,) = clips_of(project(facts(), late))
    assert heard(clip) == (0, 2 * RATE, 2 * RATE)
    assert clip.fade_out > 0
    assert clips_of(project(facts(), replace(one, slip=Fraction(9)))) == []
