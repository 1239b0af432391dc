import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.mapper.samplers import SAMPLERS, ancestral, deterministic
from v2a_foley.mapper.schedule import CosineSchedule

SCHEDULE = CosineSchedule()


def test_the_schedule_goes_from_clean_to_noise_along_the_cosine():
    kept = SCHEDULE.kept
    assert kept.shape == (1000,)
    assert (np.diff(kept) < 0).all()
    assert kept[0] > 0.9999
    assert 0 < kept[-1] < 1e-5
    start = math.cos(0.008 / 1.008 * math.pi / 2) ** 2
    assert kept[499] == pytest.approx(math.cos((0.5 + 0.008) / 1.008 * math.pi / 2) ** 2 / start)
    assert SCHEDULE.kept_at(-1) == 1.0
    assert SCHEDULE.kept_at(7) == kept[7]


def test_noising_keeps_the_variance():
    torch.manual_seed(0)
    clean, noise, times = torch.randn(4, 20_000), torch.randn(4, 20_000), torch.tensor([0, 300, 700, 999])
    noised = SCHEDULE.noised(clean, times, noise)
    torch.testing.assert_close(noised.var(dim=1), torch.ones(4), atol=0.05, rtol=0)
    torch.testing.assert_close(noised[0], clean[0], atol=0.05, rtol=0)
    torch.testing.assert_close(noised[3], noise[3], atol=0.01, rtol=0)


@given(st.integers(1, 1000))
def test_the_visited_timesteps_start_at_noise_and_are_even(steps):
    times = SCHEDULE.visited(steps)
    assert len(times) == steps
    assert times[0] == 999
    gaps = -np.diff([*times, -1])
    assert gaps.min() >= 1
    assert gaps.max() - gaps.min() <= 1


def test_all_timesteps_are_visited_by_as_many_steps():
    assert SCHEDULE.visited(1000) == tuple(range(999, -1, -1))
    for wrong in (0, 1001):
        with pytest.raises(ValueError, match="steps"):
            SCHEDULE.visited(wrong)


def exact(mean: float, spread: float):
    """The best possible denoiser for normal data: what a perfect network would predict."""

    def denoise(x: torch.Tensor, time: int) -> torch.Tensor:
        kept = SCHEDULE.kept_at(time)
        gain = math.sqrt(kept) * spread**2 / (kept * spread**2 + 1 - kept)
        return mean + gain * (x - math.sqrt(kept) * mean)

    return denoise


def sampled(name: str, steps: int, seed: int, mean: float, spread: float) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(1, 50_000, generator=generator)
    fresh = lambda _: torch.randn(1, 50_000, generator=generator)  # noqa: E731 - one line says it
    return SAMPLERS[name](exact(mean, spread), start, SCHEDULE.visited(steps), SCHEDULE, fresh)


@pytest.mark.parametrize("name", sorted(SAMPLERS))
@pytest.mark.parametrize(("mean", "spread"), [(2.0, 0.5), (-1.0, 1.5)])
def test_a_perfect_denoiser_gives_the_true_distribution(name, mean, spread):
    found = sampled(name, 250, 1, mean, spread)
    assert found.mean().item() == pytest.approx(mean, abs=0.02)
    assert found.std().item() == pytest.approx(spread, rel=0.03)


def test_more_steps_come_nearer_to_the_truth():
    off = [abs(sampled("deterministic", steps, 1, 2.0, 0.5).std().item() - 0.5) for steps in (5, 20, 100)]
    assert off[0] > off[1] > off[2]


def test_all_ancestral_steps_are_ddpm():
    """One step from t to t - 1 has the posterior's mean and spread, as Ho et al. write them."""
    time, x, clean, noise = 400, torch.tensor([[0.7]]), torch.tensor([[1.3]]), torch.tensor([[0.9]])
    kept, before = SCHEDULE.kept_at(time), SCHEDULE.kept_at(time - 1)
    beta = 1 - kept / before
    mean = math.sqrt(before) * beta / (1 - kept) * clean + math.sqrt(1 - beta) * (1 - before) / (1 - kept) * x
    drawn = mean + math.sqrt((1 - before) / (1 - kept) * beta) * noise
    seen = []

    def denoise(x: torch.Tensor, _: int) -> torch.Tensor:
        seen.append(x)
        return clean

    last = ancestral(denoise, x, (time, time - 1), SCHEDULE, lambda _: noise)
    torch.testing.assert_close(seen[1], drawn)
    torch.testing.assert_close(last, clean)


def test_the_last_step_is_the_prediction_itself():
    answer = torch.randn(2, 3)
    for sampler in (ancestral, deterministic):
        found = sampler(lambda x, _: answer, torch.randn(2, 3), (999, 500, 0), SCHEDULE, lambda _: torch.randn(2, 3))
        torch.testing.assert_close(found, answer)


def test_the_deterministic_sampler_asks_for_no_noise():
    def refuse(_: int) -> torch.Tensor:
        raise AssertionError

    deterministic(lambda x, _: x, torch.randn(2, 3), SCHEDULE.visited(5), SCHEDULE, refuse)
