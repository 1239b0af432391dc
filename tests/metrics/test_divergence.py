"""KL in its three forms and the Inception Score: against torch, torchmetrics, scipy and known answers."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from torchmetrics import KLDivergence
from torchmetrics.image.inception import InceptionScore

from v2a_foley.errors import RenderError, UsageError
from v2a_foley.metrics.divergence import inception_score, kl, kl_by_clip, sigmoid, softmax


def logits(seed, count=40, classes=7, scale=2.0):
    return scale * np.random.default_rng(seed).standard_normal((count, classes))


@pytest.mark.parametrize("seed", range(5))
def test_softmax_and_sigmoid_are_those_of_scipy(seed):
    raw = 100 * logits(seed)
    np.testing.assert_allclose(softmax(raw), special.softmax(raw, axis=1), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(sigmoid(raw), special.expit(raw), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(softmax(raw).sum(axis=1), 1)
    np.testing.assert_allclose(softmax(raw + 1e4), softmax(raw), atol=1e-9)


@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(2, 30))
@settings(max_examples=40, deadline=None)
def test_the_softmax_form_agrees_with_torchmetrics_and_scipy(seed, count, classes):
    new, old = softmax(logits(seed, count, classes)), softmax(logits(seed + 1, count, classes))
    value = kl(new, old, rests_on="noise", epsilon=0, resamples=10).value
    assert value == pytest.approx(float(KLDivergence()(torch.from_numpy(old), torch.from_numpy(new))), rel=1e-4)
    assert value == pytest.approx(stats.entropy(old, new, axis=1).mean(), rel=1e-9)
    assert value >= 0


@pytest.mark.parametrize("seed", range(5))
def test_with_an_epsilon_it_agrees_with_torchs_kl_div_as_audioldm_eval_calls_it(seed):
    one, two = torch.from_numpy(logits(seed)), torch.from_numpy(logits(seed + 50))
    for form, chances in (("softmax", lambda raw: raw.softmax(1)), ("sigmoid", torch.sigmoid)):
        logs = (chances(one) + 1e-6).log()
        expected = torch.nn.functional.kl_div(logs, chances(two), reduction="sum") / len(one)
        found = kl(chances(one).numpy(), chances(two).numpy(), rests_on="noise", form=form, resamples=10)
        assert found.value == pytest.approx(float(expected), rel=1e-9)
        assert found.protocol.details.startswith(form)


@pytest.mark.parametrize("seed", range(3))
def test_the_bernoulli_form_is_the_divergence_of_independent_labels(seed):
    new, old = sigmoid(logits(seed)), sigmoid(logits(seed + 9))
    both = [torch.distributions.Bernoulli(torch.from_numpy(each)) for each in (old, new)]
    expected = torch.distributions.kl_divergence(*both).sum(1).numpy()
    np.testing.assert_allclose(kl_by_clip(new, old, form="bernoulli", epsilon=0), expected, rtol=1e-9)
    assert np.all(kl_by_clip(old, old, form="bernoulli", epsilon=0) == 0)


def test_the_sigmoid_form_can_be_negative_and_the_forms_are_no_one_protocol():
    little, much = np.full((4, 3), 0.1), np.full((4, 3), 0.9)
    figures = [kl(much, little, rests_on="noise", form=form, resamples=10) for form in ("sigmoid", "bernoulli")]
    assert figures[0].value == pytest.approx(3 * 0.1 * math.log(1 / 9), rel=1e-4)
    assert figures[1].value > 0
    assert figures[0].protocol != figures[1].protocol


def test_equal_answers_have_no_divergence_and_certain_ones_a_finite_one():
    same = softmax(logits(1))
    assert kl(same, same, rests_on="noise").value == pytest.approx(0, abs=1e-5)
    certain = np.eye(4)
    apart = kl(certain[::-1], certain, rests_on="noise")
    assert apart.value == pytest.approx(-math.log(1e-6), rel=1e-6)
    with pytest.raises(UsageError, match="infinite"):
        kl(certain[::-1], certain, rests_on="noise", epsilon=0)
    assert kl(certain, certain, rests_on="noise", epsilon=0).value == 0


def test_order_does_not_matter_but_pairs_do():
    new, old = softmax(logits(1)), softmax(logits(2))
    order = np.random.default_rng(0).permutation(len(new))
    value = kl(new, old, rests_on="noise").value
    assert kl(new[order], old[order], rests_on="noise").value == pytest.approx(value, rel=1e-12)
    assert kl(new[order], old, rests_on="noise").value != pytest.approx(value, rel=1e-3)


def test_takes_of_one_clip_are_drawn_together():
    old = np.repeat(softmax(logits(1, 30)), 8, axis=0)
    new = np.repeat(softmax(logits(2, 30)), 8, axis=0)
    of = np.repeat(np.arange(30), 8)
    together, apart = kl(new, old, rests_on="noise", of=of), kl(new, old, rests_on="noise")
    assert (together.samples, apart.samples) == (30, 240)
    assert together.high - together.low > 2 * (apart.high - apart.low)


class Identity(torch.nn.Module):
    """Torchmetrics' classifier, which here gets logits for images."""

    def forward(self, images):
        return images


@pytest.mark.filterwarnings("ignore:Metric `InceptionScore` will save", "ignore:std")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("splits", [1, 10])
def test_the_inception_score_agrees_with_torchmetrics(seed, splits, monkeypatch):
    raw = logits(seed, 200, 11)
    order = np.random.default_rng(seed).permutation(200)
    monkeypatch.setattr(torch, "randperm", lambda count: torch.from_numpy(order))  # both shuffle; here alike
    reference = InceptionScore(feature=Identity(), splits=splits)
    reference.update(torch.from_numpy(raw))
    expected, deviation = reference.compute()
    ours = inception_score(softmax(raw), rests_on="noise", splits=splits, seed=seed)
    assert ours.value == pytest.approx(float(expected), rel=1e-6)
    if splits > 1:
        reach = stats.t.ppf(0.975, splits - 1) * float(deviation) / math.sqrt(splits)
        assert ours.high == pytest.approx(ours.value + reach, rel=1e-6)


def test_takes_of_one_clip_are_left_out_together():
    chances, clips = softmax(logits(4, 60, 7)), np.repeat(np.arange(20), 3)
    alone = inception_score(chances, rests_on="noise")
    found = inception_score(chances, rests_on="noise", of=clips)
    assert found.value == alone.value
    assert (found.samples, alone.samples) == (20, 60)
    without = [math.log(inception_score(chances[clips != clip], rests_on="noise").value) for clip in range(20)]
    error = math.sqrt(19 / 20 * np.square(np.subtract(without, np.mean(without))).sum())
    assert math.log(found.high / found.value) == pytest.approx(stats.t.ppf(0.975, 19) * error)
    with pytest.raises(UsageError, match="takes"):
        inception_score(chances, rests_on="noise", of=clips, splits=10)


def test_two_equal_answers_are_at_most_epsilon_a_class_below_zero():
    chances = softmax(logits(3, 20, 527))
    found = kl(chances, chances, rests_on="noise")
    assert -527e-6 <= found.value < 0
    assert kl(chances, chances, rests_on="noise", epsilon=0).value == pytest.approx(0, abs=1e-12)


def test_the_inception_score_knows_its_ends():
    certain = np.eye(6)[np.arange(600) % 6]
    assert inception_score(certain, rests_on="noise").value == pytest.approx(6)
    assert inception_score(certain, rests_on="noise").high == 6
    same = np.tile(softmax(logits(1, 1, 6)), (50, 1))
    one = inception_score(same, rests_on="noise")
    assert (one.value, one.low) == (pytest.approx(1), 1)


def test_the_score_of_few_is_low_within_what_the_need_says():
    rng = np.random.default_rng(3)
    raw = 1.5 * rng.standard_normal((200_000, 20))
    truth = inception_score(softmax(raw), rests_on="noise")
    need = truth.needs
    assert need == 190
    few = np.mean(
        [inception_score(softmax(part[:need]), rests_on="noise").value for part in raw.reshape(100, 2000, 20)]
    )
    assert 0.95 * truth.value < few < truth.value


def test_the_scores_interval_holds_the_truth():
    rng = np.random.default_rng(4)
    truth = inception_score(softmax(1.5 * rng.standard_normal((200_000, 5))), rests_on="noise").value
    figures = [inception_score(softmax(1.5 * rng.standard_normal((500, 5))), rests_on="noise") for _ in range(200)]
    assert 0.9 <= np.mean([each.low <= truth <= each.high for each in figures]) <= 0.99


def test_bad_input_is_refused_in_a_sentence():
    good = softmax(logits(1))
    with pytest.raises(UsageError, match="at least 2"):
        kl(good[:1], good[:1], rests_on="noise")
    with pytest.raises(UsageError, match="sums to"):
        kl(sigmoid(logits(1)), good, rests_on="noise")
    with pytest.raises(UsageError, match="between 0 and 1"):
        inception_score(logits(1), rests_on="noise")
    with pytest.raises(UsageError, match="row by row"):
        kl(good[:5], good, rests_on="noise")
    with pytest.raises(UsageError, match="at least 20"):
        inception_score(good[:19], rests_on="noise", splits=10)
    with pytest.raises(UsageError, match="splits"):
        inception_score(good, rests_on="noise", splits=0)
    with pytest.raises(UsageError, match="epsilon"):
        kl(good, good, rests_on="noise", epsilon=-1)
    broken = good.copy()
    broken[3, 2] = np.nan
    with pytest.raises(RenderError, match="Row 3"):
        kl(good, broken, rests_on="noise")
    with pytest.raises(RenderError, match="Row 3"):
        inception_score(broken, rests_on="noise")
