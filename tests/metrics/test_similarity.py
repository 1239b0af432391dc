"""Cosines of what belongs together: against scipy and torch, and what lengths, order and takes change."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cosine

from v2a_foley.errors import RenderError, UsageError
from v2a_foley.metrics.figure import Better
from v2a_foley.metrics.similarity import clap_score, image_sound_score, paired_cosine


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 30))
@settings(max_examples=50, deadline=None)
def test_it_agrees_with_torch_and_scipy(seed, count, size):
    rng = np.random.default_rng(seed)
    one, other = rng.standard_normal((2, count, size)).astype(np.float32)
    found = paired_cosine(one, other)
    expected = torch.nn.functional.cosine_similarity(torch.from_numpy(one), torch.from_numpy(other)).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert found[0] == pytest.approx(1 - cosine(one[0], other[0]), abs=1e-5)
    assert np.all(np.abs(found) <= 1)
    assert clap_score(one, other, rests_on="noise").value == pytest.approx(expected.mean(), abs=1e-5)
    assert image_sound_score(one, other, rests_on="noise").value == pytest.approx(100 * expected.mean(), abs=1e-3)


def test_lengths_do_not_matter_however_small_or_large():
    one, other = np.random.default_rng(1).standard_normal((2, 10, 5))
    lengths = 10.0 ** np.linspace(-200, 200, 10)[:, None]
    np.testing.assert_allclose(paired_cosine(one * lengths, other / lengths), paired_cosine(one, other), rtol=1e-9)
    np.testing.assert_allclose(paired_cosine(one, one), 1)
    np.testing.assert_allclose(paired_cosine(one, -one), -1)


def test_both_towers_are_named_and_the_unit_is_said():
    one, other = np.random.default_rng(2).standard_normal((2, 50, 5))
    figure = image_sound_score(one, other, rests_on="CLIP with Wav2CLIP", data="made")
    assert figure.unit == "cosine × 100"
    assert figure.better is Better.HIGHER
    assert "× 100" in figure.protocol.details
    assert image_sound_score(one, other, rests_on="ImageBind", metric="IB").protocol.metric == "IB"
    text, sound = (clap_score(one, other, rests_on="CLAP", against=each) for each in ("text", "sound"))
    assert text.protocol != sound.protocol
    assert text.value == sound.value
    assert figure.low == pytest.approx(100 * text.low)


def test_takes_of_one_clip_are_no_new_clips():
    rng = np.random.default_rng(3)
    one, other = rng.standard_normal((2, 40, 5)).repeat(6, axis=1)
    of = np.repeat(np.arange(40), 6)
    together, apart = clap_score(one, other, rests_on="CLAP", of=of), clap_score(one, other, rests_on="CLAP")
    assert (together.samples, apart.samples) == (40, 240)
    assert together.value == pytest.approx(apart.value)
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_the_need_is_what_makes_the_interval_as_narrow_as_it_says():
    rng = np.random.default_rng(4)
    one = rng.standard_normal((300, 4))
    need = clap_score(one, one + rng.standard_normal((300, 4)), rests_on="CLAP").needs
    many = rng.standard_normal((need, 4))
    found = clap_score(many, many + rng.standard_normal((need, 4)), rests_on="CLAP")
    assert (found.high - found.low) / 2 == pytest.approx(0.01, rel=0.15)


def test_bad_input_is_refused_in_a_sentence():
    good = np.random.default_rng(5).standard_normal((4, 3))
    zero = good.copy()
    zero[2] = 0
    with pytest.raises(RenderError, match="Row 2 of the sounds is zero"):
        clap_score(zero, good, rests_on="CLAP")
    with pytest.raises(UsageError, match="at least 2"):
        clap_score(good[:1], good[:1], rests_on="CLAP")
    with pytest.raises(UsageError, match="row by row"):
        clap_score(good, good[:2], rests_on="CLAP")
    with pytest.raises(UsageError, match="dimensions"):
        image_sound_score(good, good[:, :2], rests_on="CLIP")
    with pytest.raises(RenderError, match="Row 0 of the images"):
        image_sound_score(np.full((3, 3), np.nan), good[:3], rests_on="CLIP")
