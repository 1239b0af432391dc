"""Retrieval: against torchmetrics where nothing ties, against all orders of the ties where something does."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchmetrics.functional.retrieval import retrieval_hit_rate, retrieval_reciprocal_rank

from v2a_foley.errors import RenderError, UsageError
from v2a_foley.metrics.retrieval import Ranks, ranks, retrieval


def unit(table):
    return table / np.linalg.norm(table, axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("labelled", [False, True])
def test_it_agrees_with_torchmetrics(seed, labelled, monkeypatch):
    monkeypatch.setattr("v2a_foley.metrics.retrieval._BLOCK_VALUES", 700)  # many blocks
    rng = np.random.default_rng(seed)
    pictures = rng.standard_normal((60, 8))
    sounds = pictures + 1.5 * rng.standard_normal((60, 8))
    labels = rng.integers(0, 12, 60) if labelled else np.arange(60)
    figures = retrieval(pictures, sounds, rests_on="noise", labels=labels if labelled else None)
    assert len(figures) == 8
    similar = torch.from_numpy(unit(pictures) @ unit(sounds).T) + 2  # torchmetrics leaves out what is not above 0
    right = torch.from_numpy(labels[:, None] == labels[None, :])
    for way, (table, target) in enumerate(((similar, right), (similar.T, right.T))):
        for number, k in enumerate((1, 5, 10)):
            hits = [float(retrieval_hit_rate(row, t, top_k=k)) for row, t in zip(table, target, strict=True)]
            assert figures[4 * way + number].value == pytest.approx(100 * np.mean(hits), abs=1e-9)
        reciprocal = np.array([float(retrieval_reciprocal_rank(row, t)) for row, t in zip(table, target, strict=True)])
        firsts = 1 / reciprocal
        assert figures[4 * way + 3].value == pytest.approx(np.median(firsts), rel=1e-5)
        ours = ranks(*((pictures, sounds) if way == 0 else (sounds, pictures)), labels)
        np.testing.assert_allclose(ours.expected, firsts, rtol=1e-5)


@given(st.integers(0, 2), st.integers(0, 3), st.integers(1, 3), st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_ties_are_shared_out_as_over_all_their_orders(better, wrong, right, k):
    found = Ranks(np.array([better]), np.array([wrong]), np.array([right]), 20)
    orders = set(itertools.permutations([0] * wrong + [1] * right))
    firsts = [better + 1 + order.index(1) for order in orders]
    assert found.expected[0] == pytest.approx(np.mean(firsts))
    assert found.within(k)[0] == pytest.approx(np.mean([first <= k for first in firsts]))


def test_embeddings_that_are_all_alike_find_as_a_blind_guess_does():
    same = np.tile(np.random.default_rng(1).standard_normal((1, 40)), (50, 1))
    figures = retrieval(same, same, rests_on="noise")
    assert [each.value for each in figures[:4]] == pytest.approx([2, 10, 20, 25.5])
    exact = retrieval(np.eye(20), np.eye(20), rests_on="noise")
    assert [each.value for each in exact[:4]] == [100, 100, 100, 1]


def test_copies_of_a_row_tie_wherever_they_stand():
    rng = np.random.default_rng(2)
    targets = rng.standard_normal((3000, 33))
    targets[2999] = targets[1501] = targets[0]
    found = ranks(targets, targets)
    assert found.tied_wrong[[0, 1501, 2999]].tolist() == [2, 2, 2]
    assert found.expected[0] == 2


def test_order_and_lengths_do_not_matter():
    rng = np.random.default_rng(3)
    pictures, sounds = rng.standard_normal((2, 30, 6))
    order = rng.permutation(30)
    values = [each.value for each in retrieval(pictures, sounds, rests_on="noise")]
    turned = retrieval(7 * pictures[order], sounds[order] / 9, rests_on="noise")
    assert [each.value for each in turned] == pytest.approx(values)


def test_the_number_of_candidates_is_part_of_the_protocol():
    rng = np.random.default_rng(4)
    few = retrieval(*rng.standard_normal((2, 10, 4)), rests_on="noise", ks=(1, 50))
    many = retrieval(*rng.standard_normal((2, 20, 4)), rests_on="noise", ks=(1, 50))
    assert few[0].protocol != many[0].protocol
    assert few[1].value == 100
    assert few[0].protocol.metric == "R@1 picture → sound"
    assert few[3].protocol.metric == "R@1 sound → picture"
    assert few[0].needs == 385


def test_bad_input_is_refused_in_a_sentence():
    good = np.random.default_rng(5).standard_normal((6, 3))
    with pytest.raises(UsageError, match="at least 2"):
        retrieval(good[:1], good[:1], rests_on="noise")
    with pytest.raises(UsageError, match="row by row"):
        retrieval(good, good[:4], rests_on="noise")
    with pytest.raises(UsageError, match="answers"):
        retrieval(good, good, rests_on="noise", ks=(0,))
    with pytest.raises(UsageError, match="labels"):
        retrieval(good, good, rests_on="noise", labels=[1, 2])
    with pytest.raises(RenderError, match="Row 3"):
        retrieval(good, np.where(np.arange(6)[:, None] == 3, np.inf, good), rests_on="noise")
