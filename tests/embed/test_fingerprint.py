import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.embed import Space, normalised, pocket_space, pocket_words
from v2a_foley.embed.fingerprint import ANCHORS, fingerprint, same_space
from v2a_foley.errors import SpaceMismatch


def anchors_of(seed: int, size: int = 64) -> np.ndarray:
    return normalised(np.random.default_rng(seed).standard_normal((len(ANCHORS), size)) + 0.5)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_half_precision_keeps_it_and_another_model_changes_it(seed: int, other: int):
    anchors = anchors_of(seed)
    mark = fingerprint(anchors)
    assert same_space(mark, fingerprint(anchors.astype(np.float16).astype(np.float32)))
    noise = np.random.default_rng(other).standard_normal(anchors.shape) * 0.002
    assert same_space(mark, fingerprint(normalised(anchors + noise)))
    assert seed == other or not same_space(mark, fingerprint(anchors_of(other)))


@given(st.integers(0, 2**32 - 1))
def test_turned_dimensions_are_another_space(seed: int):
    anchors = anchors_of(seed)
    assert not same_space(fingerprint(anchors), fingerprint(anchors[:, ::-1].copy()))
    assert not same_space(fingerprint(anchors), fingerprint(anchors[:, :32].copy()))


def test_the_pocket_space_is_always_the_same():
    """A change here makes every checkpoint that was trained on the pocket space unusable."""
    written = "384-b734eb52a8708d9ef9497689ee21d5b67d786520deebc1bc308e3247223ca97f"
    assert same_space(pocket_space().fingerprint, written)
    half = pocket_words().encode_texts(ANCHORS).astype(np.float16).astype(np.float32)
    assert same_space(fingerprint(half), written)


def test_the_wrong_space_names_both():
    one, other = Space("pocket", 64, fingerprint(anchors_of(1))), Space("clap", 64, fingerprint(anchors_of(2)))
    one.require(Space("pocket in half", 64, fingerprint(anchors_of(1) * 1.0001)), what="The mapper")
    with pytest.raises(SpaceMismatch, match=r"The mapper was made for clap .* but it meets pocket"):
        one.require(other, what="The mapper")


def test_marks_of_another_form_must_be_equal():
    assert same_space("abc", "abc")
    assert not same_space("abc", "abd")
    assert not same_space(fingerprint(anchors_of(1)), "abc")
