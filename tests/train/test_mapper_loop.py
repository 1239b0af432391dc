"""A step of learning: what it changes, and what must not change it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.train.toys import one_thread, quick, store
from v2a_foley.compute import Compute
from v2a_foley.errors import DependencyMissing, OutOfMemory
from v2a_foley.mapper.transformer import Linear
from v2a_foley.pairs import Split, open_pairs
from v2a_foley.train.batches import Deck
from v2a_foley.train.ema import decay_at
from v2a_foley.train.loop import Learner
from v2a_foley.train.objective import matrices_of, network_for, row_losses
from v2a_foley.train.processes import Processes

WHOLE = slice(0, 32)


@pytest.fixture(autouse=True)
def calm():
    with one_thread():
        yield


@pytest.fixture(scope="module")
def deck(tmp_path_factory) -> Deck:
    pairs = open_pairs([store(tmp_path_factory.mktemp("toys") / "store")])
    return Deck(pairs, pairs.of(Split.TRAIN), quick(), noisy=True)


def learner(deck: Deck, *, lag: int = 0, precision: str = "float32", **changes) -> Learner:
    settings = replace(deck.settings, **changes)
    network = network_for(settings, deck.pairs.source, deck.pairs.target)
    return Learner(network, settings, Processes(Compute("cpu", precision)), total=100, lag=lag)


def weights(one: Learner) -> torch.Tensor:
    return torch.cat([each.detach().flatten() for each in one.network.parameters()])


def taught(one: Learner, deck: Deck, steps: int = 6) -> list:
    return [each for step in range(steps) for each in one.step(deck.dealt(step, WHOLE))] + one.settled()


@pytest.mark.parametrize("rows", [1, 5, 16, 31])
def test_passes_over_parts_of_a_batch_change_nothing_but_rounding(deck, rows):
    whole, parted = learner(deck), learner(deck, rows_at_once=rows)
    one, other = taught(whole, deck), taught(parted, deck)
    np.testing.assert_allclose([each.loss for each in one], [each.loss for each in other], rtol=2e-4)
    torch.testing.assert_close(weights(whole), weights(parted), atol=2e-4, rtol=0)


def test_a_step_is_adamws_with_the_gradient_of_the_mean_loss(deck):
    one = learner(deck, clip=0.0)
    network = network_for(one.settings, deck.pairs.source, deck.pairs.target)
    decaying = {id(part.weight) for part in network.modules() if isinstance(part, Linear)}
    batch, rate = deck.dealt(0, WHOLE), one.settings.rate(0, 100)
    row_losses(network, batch).mean().backward()
    one.step(batch)
    for (name, plain), found in zip(network.named_parameters(), one.network.parameters(), strict=True):
        decay = one.settings.weight_decay if id(plain) in decaying else 0.0
        first = plain.grad / (plain.grad.abs() + 1e-8)  # both moments, corrected for their start, after one step
        wanted = plain.detach() * (1 - rate * decay) - rate * first
        apart = (found - wanted).abs()
        assert (apart[plain.grad.abs() > 1e-5] < 1e-6).all(), name


def test_what_is_learned_is_the_mean_squared_error_of_the_plain_forward_with_its_hidden_rows(deck):
    network = network_for(deck.settings, deck.pairs.source, deck.pairs.target)
    batch = replace(deck.dealt(0, WHOLE), dropped=torch.arange(32) % 3 == 0)
    found = network(batch.noised, batch.times, batch.seen, batch.dropped)
    torch.testing.assert_close(row_losses(network, batch), (found - batch.clean).pow(2).sum(1) / found.shape[1])


def test_steps_are_torchs_own_adamw_with_shortened_gradients_and_a_rising_rate(deck):
    one = learner(deck, clip=0.2, weight_decay=0.5, beta2=0.5)
    network = network_for(one.settings, deck.pairs.source, deck.pairs.target)
    matrices, others = matrices_of(network)
    groups = [{"params": matrices, "weight_decay": 0.5}, {"params": others, "weight_decay": 0.0}]
    plain = torch.optim.AdamW(groups, betas=(0.9, 0.5), eps=1e-8, foreach=False)
    for step in range(4):
        for group in plain.param_groups:
            group["lr"] = 3e-3 * (step + 1) / 10
        row_losses(network, deck.dealt(step, WHOLE)).mean().backward()
        assert torch.nn.utils.clip_grad_norm_(network.parameters(), 0.2) > 0.3
        plain.step()
        plain.zero_grad()
        one.step(deck.dealt(step, WHOLE))
    wanted = torch.cat([each.detach().flatten() for each in network.parameters()])
    torch.testing.assert_close(weights(one), wanted, atol=2e-5, rtol=0)


def test_a_look_measures_the_average(deck):
    one = learner(deck, lr=1e-2, warm_up=0)
    taught(one, deck)
    watched = deck.watched(deck.pairs.of(Split.VALIDATION))
    with torch.no_grad():
        average, now = (row_losses(each, watched).mean().item() for each in (one.average.network, one.network))
    assert one.watched(watched) == pytest.approx(average, rel=1e-5)
    assert abs(average - now) > 1e-3 * now


def test_only_matrices_decay(deck):
    network = learner(deck).network
    matrices, others = matrices_of(network)
    names = {id(each): name for name, each in network.named_parameters()}
    assert all(names[id(each)].endswith("weight") and each.ndim == 2 for each in matrices)
    assert {names[id(each)].rpartition(".")[2] for each in others} == {
        "text_nulls", "condition_null", "target_null", "query", "times", "bias", "gain", "null",
    }  # fmt: skip
    assert len(matrices) + len(others) == len(list(network.parameters()))


def test_long_gradients_are_shortened_and_told_as_they_were(deck):
    free, short = learner(deck, clip=0.0), learner(deck, clip=1e-6)
    assert free.step(deck.dealt(0, WHOLE))[0].norm == short.step(deck.dealt(0, WHOLE))[0].norm > 1e-2
    assert not torch.equal(weights(free), weights(short))


def test_the_average_follows_its_formula(deck):
    one = learner(deck, ema=0.6)
    average = weights(one)
    for step in range(8):
        one.step(deck.dealt(step, WHOLE))
        keep = min(0.6, (1 + step) / (10 + step))
        average = keep * average + (1 - keep) * weights(one)
    found = torch.cat([each.flatten() for each in one.average.network.parameters()])
    torch.testing.assert_close(found, average, atol=1e-6, rtol=0)
    assert decay_at(10**7, 0.9999) == 0.9999


def test_the_rate_rises_then_stays_or_falls():
    settings = quick(warm_up=10, lr=1.0)
    assert [settings.rate(step, 110) for step in (0, 4, 9, 10, 109)] == [0.1, 0.5, 1.0, 1.0, 1.0]
    falling = replace(settings, schedule="cosine")
    assert falling.rate(60, 110) == pytest.approx(0.5)
    assert falling.rate(109, 110) < 0.001
    assert quick(warm_up=0, lr=1.0).rate(0, 110) == 1.0


def test_epochs_and_looks_are_counted_in_steps():
    assert quick(steps=None, epochs=2.0, batch=32).total(300) == 19  # 600 pairs are 18.75 batches
    assert quick(steps=None, epochs=0.001).total(3) == 1
    assert quick(steps=7, epochs=2.0).total(300) == 7
    assert quick(validate_every=None, batch=32).between_looks(320) == 100
    assert quick(validate_every=None, batch=32).between_looks(32_001) == 1001


def test_reading_outcomes_later_changes_nothing(deck):
    at_once, later = learner(deck), learner(deck, lag=1)
    assert [each.loss for each in taught(at_once, deck)] == [each.loss for each in taught(later, deck)]
    assert torch.equal(weights(at_once), weights(later))


@pytest.mark.parametrize("lag", [0, 1])
def test_a_step_that_gives_no_number_changes_no_weight(deck, lag):
    one = learner(deck, lag=lag)
    one.step(deck.dealt(0, WHOLE))
    before, average = weights(one), torch.cat([each.flatten() for each in one.average.network.parameters()])
    bad = deck.dealt(1, WHOLE)
    bad.noised[3, 4] = float("nan")
    known = one.step(bad) + one.settled()
    assert [each.finite for each in known][-1] is False
    assert torch.equal(before, weights(one))
    assert bool(torch.cat([each.flatten() for each in one.average.network.parameters()]).isfinite().all())
    if not lag:
        assert torch.equal(average, torch.cat([each.flatten() for each in one.average.network.parameters()]))


def test_bfloat16_learns_like_float32_and_keeps_its_weights_exact(deck):
    exact, rough = learner(deck), learner(deck, precision="bfloat16")
    one, other = taught(exact, deck), taught(rough, deck)
    np.testing.assert_allclose([each.loss for each in one], [each.loss for each in other], rtol=0.05)
    assert all(each.dtype == torch.float32 for each in rough.network.parameters())
    assert one[0].loss != other[0].loss


def test_a_restored_learner_goes_on_to_the_bit(deck):
    straight, first, second = learner(deck), learner(deck), learner(deck, seed=5)
    taught(straight, deck)
    taught(first, deck, 3)
    second.restore({name: each.clone() for name, each in first.tensors().items()}, 3)
    for step in range(3, 6):
        second.step(deck.dealt(step, WHOLE))
    assert torch.equal(weights(straight), weights(second))
    assert all(torch.equal(each, second.tensors()[name]) for name, each in straight.tensors().items())


def test_a_lack_of_memory_names_what_to_do(deck, monkeypatch):
    one = learner(deck, rows_at_once=16)

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(one, "_losses", full)
    with pytest.raises(OutOfMemory, match="--rows-at-once 8"):
        one.step(deck.dealt(0, WHOLE))


def test_a_lack_of_memory_in_the_optimiser_or_a_look_is_told_too(deck, monkeypatch):
    one = learner(deck)

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(one._optimiser, "step", full)
    with pytest.raises(OutOfMemory, match="--rows-at-once 16"):
        one.step(deck.dealt(0, WHOLE))
    monkeypatch.setattr("v2a_foley.train.loop.in_precision", full)
    with pytest.raises(OutOfMemory, match="look"):
        one.watched(deck.watched(deck.pairs.of(Split.VALIDATION)))
    monkeypatch.setattr("v2a_foley.train.loop.Average", full)
    with pytest.raises(OutOfMemory, match="--size"):
        learner(deck)


def test_a_compiler_that_is_missing_is_a_sentence(deck):
    def broken(*_):
        raise RuntimeError("no compiler\nand a long trace")

    one = learner(deck, compile=True)
    one._losses = torch.compile(row_losses, backend=broken)
    with pytest.raises(DependencyMissing, match=r"no compiler.*Leave out --compile"):
        one.step(deck.dealt(0, WHOLE))


@pytest.mark.long
def test_the_compiled_step_is_the_same(deck):
    plain, compiled = learner(deck), learner(deck, compile=True)
    one, other = taught(plain, deck, 2), taught(compiled, deck, 2)
    np.testing.assert_allclose([each.loss for each in one], [each.loss for each in other], rtol=1e-4)
