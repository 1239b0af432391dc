"""Onsets: against mir_eval's own F-measure, delays that were put in, and clips in which nothing happens."""

import sys
from fractions import Fraction

import mir_eval
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2a_foley.errors import DependencyMissing, RenderError, UsageError
from v2a_foley.metrics.onsets import match_onsets, onset_agreement

TIMES = st.lists(st.floats(0, 10), max_size=20)


@given(TIMES, TIMES, st.sampled_from([0.05, 0.1, 0.5]))
@settings(max_examples=80, deadline=None)
@pytest.mark.filterwarnings("ignore:(Reference|Estimated) onsets are empty")
def test_it_agrees_with_mir_eval(reference, found, tolerance):
    matches = match_onsets(reference, found, tolerance)
    f, precision, recall = mir_eval.onset.f_measure(np.sort(reference), np.sort(found), window=tolerance)
    assert matches.f_measure == pytest.approx(f)
    if found:
        assert len(matches.offsets) / matches.found == pytest.approx(precision)
    if reference:
        assert len(matches.offsets) / matches.reference == pytest.approx(recall)
    assert np.all(np.abs(matches.offsets) <= tolerance + 1e-12)


def by_name(figures):
    return {each.protocol.metric: each for each in figures}


def test_a_delay_that_was_put_in_comes_out():
    rng = np.random.default_rng(1)
    clips = [np.cumsum(rng.uniform(0.5, 1.5, 8)) for _ in range(30)]
    late = [clip + 0.08 for clip in clips]
    found = by_name(onset_agreement(clips, late, rests_on="made"))
    assert found["onset F ±50 ms"].value == 0
    assert found["onset F ±100 ms"].value == 1
    assert found["onset delay"].value == pytest.approx(0.08)
    assert found["onset offset"].unit == "s"
    early = by_name(onset_agreement(late, clips, rests_on="made"))
    assert early["onset delay"].value == pytest.approx(-0.08)
    assert early["onset offset"].value == pytest.approx(0.08)


def test_all_clips_are_counted_together_and_silent_ones_weigh_nothing():
    reference = [[1, 2, 3], [1], [], []]
    heard = [[1, 2], [5], [], [4, 6, 7]]
    found = by_name(onset_agreement(reference, heard, rests_on="made", tolerances=[Fraction(1, 20)]))
    assert found["onset precision ±50 ms"].value == pytest.approx(2 / 6)
    assert found["onset recall ±50 ms"].value == pytest.approx(2 / 4)
    assert found["onset F ±50 ms"].value == pytest.approx(2 * 2 / (4 + 6))
    assert "onset offset" not in found, "only one clip has a match: there is no interval over clips"
    assert found["onset F ±50 ms"].samples == 4


def test_takes_of_one_clip_are_no_samples_of_their_own():
    reference, heard = [[1.0], [1.0], [2.0], [2.0]], [[1.02], [1.04], [2.0], [5.0]]
    alone = by_name(onset_agreement(reference, heard, rests_on="made"))
    found = by_name(onset_agreement(reference, heard, rests_on="made", of=["a", "a", "b", "b"]))
    assert {name: each.value for name, each in found.items()} == {name: each.value for name, each in alone.items()}
    assert {each.samples for each in alone.values()} == {3, 4}  # one sound matches nothing, and has no offset
    assert {each.samples for each in found.values()} == {2}
    assert "over groups" in found["onset offset"].interval
    same = by_name(onset_agreement(reference[:2], heard[:2], rests_on="made"))
    assert "onset offset" in same
    with pytest.raises(UsageError, match="groups of clips"):
        onset_agreement(reference[:2], heard[:2], rests_on="made", of=["a", "a"])


def test_exact_times_are_taken_and_the_order_does_not_matter():
    matches = match_onsets([Fraction(7, 2), Fraction(1, 3)], [Fraction(1, 3), Fraction(7, 2)], Fraction(1, 1000))
    assert len(matches.offsets) == 2
    assert matches.f_measure == 1


def test_without_mir_eval_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "mir_eval.util", None)
    with pytest.raises(DependencyMissing, match=r"v2a-foley\[train\]"):
        match_onsets([1.0], [1.0], 0.05)


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(UsageError, match="1 reference clips"):
        onset_agreement([[1.0]], [[1.0], [2.0]], rests_on="made")
    with pytest.raises(UsageError, match="at least 2"):
        onset_agreement([[1.0]], [[1.0]], rests_on="made")
    with pytest.raises(UsageError, match="no onsets at all"):
        onset_agreement([[], []], [[1.0], []], rests_on="made")
    with pytest.raises(UsageError, match="tolerance"):
        onset_agreement([[1.0], [1.0]], [[1.0], []], rests_on="made", tolerances=[])
    with pytest.raises(UsageError, match="tolerance"):
        match_onsets([1.0], [1.0], -1)
    with pytest.raises(UsageError, match="begin at"):
        match_onsets([-1.0], [1.0], 0.05)
    with pytest.raises(RenderError, match="finite"):
        match_onsets([1.0], [np.nan], 0.05)
