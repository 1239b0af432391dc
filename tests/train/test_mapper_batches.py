"""What a step sees follows from the seed and the step alone."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.train.toys import quick, store
from v2a_foley.pairs import Split, open_pairs
from v2a_foley.train.batches import Batch, Deck, dealt_ahead, rows_of, share_of


@pytest.fixture(scope="module")
def deck(tmp_path_factory) -> Deck:
    pairs = open_pairs([store(tmp_path_factory.mktemp("toys") / "store")])
    return Deck(pairs, pairs.of(Split.TRAIN), quick(condition_drop=0.3), noisy=True)


def same(one: Batch, other: Batch) -> bool:
    pairs = [(getattr(one, each.name), getattr(other, each.name)) for each in dataclasses.fields(Batch)]
    return all(torch.equal(a, b) if a is not None else b is None for a, b in pairs)


@given(count=st.integers(1, 60), batch=st.integers(1, 100), seed=st.integers(0, 5), steps=st.integers(1, 12))
def test_every_epoch_sees_every_pair_once_in_an_order_of_its_own(count, batch, seed, steps):
    seen = np.concatenate([rows_of(step, batch, count, seed) for step in range(steps)])
    assert len(seen) == steps * batch
    epochs = [seen[first : first + count] for first in range(0, len(seen) - count + 1, count)]
    assert all(sorted(epoch) == list(range(count)) for epoch in epochs)
    if count > 20 and len(epochs) > 1:
        assert not np.array_equal(epochs[0], epochs[1])


@given(batch=st.integers(1, 500), processes=st.integers(1, 16))
def test_processes_share_a_batch_evenly_and_leave_nothing_out(batch, processes):
    parts = [share_of(batch, processes, index) for index in range(processes)]
    assert [row for part in parts for row in range(part.start, part.stop)] == list(range(batch))
    sizes = [part.stop - part.start for part in parts]
    assert max(sizes) - min(sizes) <= 1


@given(step=st.integers(0, 400), cut=st.integers(1, 31))
def test_a_part_of_a_batch_is_the_same_whoever_takes_the_rest(deck, step, cut):
    whole = deck.dealt(step, slice(0, 32))
    first, second = deck.dealt(step, slice(0, cut)), deck.dealt(step, slice(cut, 32))
    assert same(whole.part(slice(0, cut)), first)
    assert same(whole.part(slice(cut, 32)), second)


def test_steps_differ_and_a_step_is_always_the_same(deck):
    everybody = slice(0, 32)
    assert same(deck.dealt(7, everybody), deck.dealt(7, everybody))
    assert not torch.equal(deck.dealt(7, everybody).noised, deck.dealt(8, everybody).noised)
    other = dataclasses.replace(deck, settings=quick(seed=1))
    assert not torch.equal(deck.dealt(7, everybody).noised, other.dealt(7, everybody).noised)


def test_batches_made_ahead_are_those_of_their_steps(deck):
    ahead = list(dealt_ahead(deck, range(5, 9), slice(0, 32), pin=False))
    assert len(ahead) == 4
    assert all(same(batch, deck.dealt(step, slice(0, 32))) for step, batch in zip(range(5, 9), ahead, strict=True))
    assert list(dealt_ahead(deck, range(5, 5), slice(0, 32), pin=False)) == []


def test_the_noise_is_as_the_schedule_says_and_the_share_of_blind_rows_as_asked(deck):
    batches = [deck.dealt(step, slice(0, 32)) for step in range(200)]
    clean, noised = (torch.cat([getattr(each, name) for each in batches]) for name in ("clean", "noised"))
    times, dropped = (torch.cat([getattr(each, name) for each in batches]) for name in ("times", "dropped"))
    assert abs(clean.square().mean().item() - 1) < 1e-5  # unit vectors x sqrt d
    late, early = noised[times > 990], noised[times < 10]
    assert abs(late.square().mean().item() - 1) < 0.05
    assert (early - clean[times < 10]).square().mean() < 0.01
    assert abs(dropped.float().mean().item() - 0.3) < 0.02
    assert times.min() == 0
    assert times.max() == 999


def test_what_is_watched_is_fixed_and_spread_over_all_timesteps(deck):
    held = deck.pairs.of(Split.VALIDATION)
    watched = deck.watched(held)
    assert same(watched, deck.watched(held))
    assert len(watched) == 256  # 40 pairs, several times each
    assert watched.dropped is None
    assert np.diff(np.sort(watched.times.numpy())).max() <= 4
    assert len(np.unique(watched.clean.numpy(), axis=0)) == 40


def test_a_network_without_noise_gets_none(deck):
    plain = dataclasses.replace(deck, noisy=False)
    batch = plain.dealt(3, slice(0, 32))
    assert batch.noised is batch.times is batch.dropped is None
    assert torch.equal(batch.seen, deck.dealt(3, slice(0, 32)).seen)
    assert len(plain.watched(deck.pairs.of(Split.VALIDATION))) == 40
