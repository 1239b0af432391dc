"""Noise levels and solvers: equal to the stock schedulers where they agree, and better where they should be."""

from functools import cache

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, UniPCMultistepScheduler
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.errors import UsageError
from v2a_foley.generate.audioldm.denoise import denoise
from v2a_foley.generate.audioldm.schedule import SOLVERS, Ladder, ladder
from v2a_foley.generate.audioldm.solvers import Ddim, solver

from . import tiny_voice

BETAS = {"beta_start": 0.0015, "beta_end": 0.0195, "beta_schedule": "scaled_linear"}
WEIGHTS, MEANS, SPREADS = torch.tensor([[0.3], [0.5], [0.2]]).double(), (-1.5, 0.4, 2.0), (0.2, 0.5, 0.1)


@pytest.fixture(scope="module")
def schedule():
    return tiny_voice.model().schedule


def mixture(schedule):
    """Return the exact prediction of the noise in a mixture of three Gaussians."""
    ratios, places = schedule.log_ratios, np.arange(len(schedule.log_ratios))
    means, variances = torch.tensor(MEANS).double()[:, None], torch.tensor(SPREADS).double()[:, None] ** 2

    def predict(latents, timestep):
        alpha = 1 / (1 + np.exp(2 * np.interp(timestep, places, ratios)))
        spread = alpha * variances + 1 - alpha
        away = latents - np.sqrt(alpha) * means
        logs = torch.log(WEIGHTS) - 0.5 * torch.log(spread) - away**2 / (2 * spread)
        return np.sqrt(1 - alpha) * (torch.softmax(logs, 0) * away / spread).sum(0)

    return predict


@cache
def solved(name, steps):
    schedule = tiny_voice.model().schedule
    start = torch.from_numpy(np.random.default_rng(1).standard_normal(2048))
    return denoise(start, ladder(schedule, solver=name, steps=steps), mixture(schedule), solver=name)


def error(name, steps):
    return float((solved(name, steps) - solved("unipc", 500)).square().mean().sqrt())


def run_stock(scheduler, steps, predict, start):
    scheduler.set_timesteps(steps)
    for timestep in scheduler.timesteps:
        start = scheduler.step(predict(start, float(timestep)), timestep, start).prev_sample
    return start


def wave(latents, timestep):
    """Stand in for a network: any function of the latents and the timestep."""
    return torch.sin(3 * latents) + latents * (timestep / 1000)


@pytest.mark.parametrize("steps", [1, 4, 10, 25, 200])
@pytest.mark.parametrize("prediction", ["epsilon", "sample", "v_prediction"])
@pytest.mark.parametrize("spacing", ["leading", "trailing"])
def test_ddim_gives_the_bits_of_the_stock_scheduler(tmp_path, steps, prediction, spacing):
    from v2a_foley.generate.audioldm.folder import read_schedule

    stock = DDIMScheduler(
        **BETAS,
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type=prediction,
        timestep_spacing=spacing,
    )
    stock.save_pretrained(tmp_path / "scheduler")
    start = torch.randn(2, 4, 6, 8, generator=torch.Generator().manual_seed(3))
    rungs = ladder(read_schedule(tmp_path), solver="ddim", steps=steps)
    ours = denoise(start, rungs, wave, solver="ddim")
    assert torch.equal(ours, run_stock(stock, steps, wave, start))


def test_ddim_clips_as_the_stock_scheduler_does(tmp_path):
    from v2a_foley.generate.audioldm.folder import read_schedule

    stock = DDIMScheduler(**BETAS, clip_sample=True, clip_sample_range=0.7, steps_offset=1)
    stock.save_pretrained(tmp_path / "scheduler")
    start = torch.randn(1, 4, 6, 8, generator=torch.Generator().manual_seed(3))
    ours = denoise(start, ladder(read_schedule(tmp_path), solver="ddim", steps=10), wave, solver="ddim")
    assert torch.equal(ours, run_stock(stock, 10, wave, start))
    assert float(ours.abs().max()) <= 0.7 + 0.1


@pytest.mark.parametrize("steps", [1, 2, 5, 12, 25])
@pytest.mark.parametrize(
    ("name", "stock"),
    [
        ("dpm++", DPMSolverMultistepScheduler(**BETAS, use_lu_lambdas=True)),
        ("unipc", UniPCMultistepScheduler(**BETAS, use_exponential_sigmas=True)),
    ],
)
def test_solvers_follow_the_stock_classes_at_the_same_levels(schedule, name, stock, steps):
    """On a function of the latents alone: the stock classes round the timestep, ours tell the network the exact one."""
    start = torch.randn(1, 4, 6, 8, generator=torch.Generator().manual_seed(3)).double()
    ours = denoise(start, ladder(schedule, solver=name, steps=steps), lambda x, _: torch.cos(x), solver=name)
    theirs = run_stock(stock, steps, lambda x, _: torch.cos(x), start)
    assert float((ours - theirs).abs().max()) < 3e-6 * float(theirs.abs().max())


@pytest.mark.parametrize(
    ("name", "at_12", "at_25"), [("ddim", 0.2, 0.1), ("dpm++", 0.04, 0.01), ("unipc", 0.03, 0.008)]
)
def test_solvers_come_close_on_a_mixture(name, at_12, at_25):
    assert error(name, 12) < at_12
    assert error(name, 25) < at_25


@pytest.mark.parametrize("name", ["dpm++", "unipc"])
def test_log_snr_spacing_beats_ddim_and_is_of_second_order(name):
    errors = [error(name, steps) for steps in (25, 50, 100)]
    assert errors[0] < error("ddim", 25) / 4
    assert np.log2(errors[0] / errors[2]) / 2 > 1.6


@given(steps=st.integers(1, 60), strength=st.floats(0.02, 1.0), name=st.sampled_from(SOLVERS))
def test_ladders_go_down_and_start_where_asked(steps, strength, name):
    schedule = tiny_voice.model().schedule
    rungs = ladder(schedule, solver=name, steps=steps, strength=strength)
    assert 1 <= len(rungs) <= steps
    assert len(rungs.signal) == len(rungs.noise) == len(rungs) + 1
    assert np.all(np.diff(rungs.timesteps) < 0)
    assert np.all(np.diff(rungs.noise) <= 0)
    assert np.allclose(np.square(rungs.signal) + np.square(rungs.noise), 1, atol=1e-6)
    if strength < 1:
        asked = np.interp(strength * 999, np.arange(1000), schedule.log_ratios)
        assert np.isclose(np.log(rungs.noise[0] / rungs.signal[0]), asked, atol=2e-3)


def test_noise_is_added_at_the_level_between_two_timesteps(schedule):
    """The stock ``add_noise`` takes the nearest trained timestep; the exact level lies between two."""
    rungs = ladder(schedule, solver="dpm++", strength=0.5)
    assert rungs.timesteps[0] == pytest.approx(499.5)
    between = schedule.alphas_cumprod[499:501].astype(float)
    assert between[1] < rungs.signal[0] ** 2 < between[0]
    clean, gaussian = torch.ones(3), torch.full((3,), 2.0)
    expected = rungs.signal[0] + 2 * rungs.noise[0]
    assert torch.allclose(rungs.noised(clean, gaussian), torch.full((3,), expected))
    assert torch.equal(rungs.noised(clean, gaussian, len(rungs)), clean)


def test_less_strength_takes_as_many_fewer_steps(schedule):
    counts = [len(ladder(schedule, steps=25, strength=strength)) for strength in (1.0, 0.7, 0.4, 0.1)]
    assert counts[0] == 25
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] < 12


@pytest.mark.parametrize(
    "wrong", [{"steps": 0}, {"steps": 1001}, {"strength": 0.0}, {"strength": 1.1}, {"solver": "euler"}]
)
def test_what_cannot_be_is_refused(schedule, wrong):
    with pytest.raises(UsageError):
        ladder(schedule, **wrong)


def test_a_run_of_one_step_gives_the_clean_latents(schedule):
    for name in SOLVERS:
        rungs = ladder(schedule, solver=name, steps=1)
        made = solver(name, rungs).step(0, torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2))
        assert torch.isfinite(made).all()


def test_clean_and_noise_agree_for_every_prediction():
    level = {"timesteps": (500.0,), "signal": (0.6, 1.0), "noise": (0.8, 0.0)}
    clean, gaussian = torch.tensor([1.0, -2.0]), torch.tensor([0.5, 3.0])
    latents = 0.6 * clean + 0.8 * gaussian
    said = {"epsilon": gaussian, "sample": clean, "v_prediction": 0.6 * gaussian - 0.8 * clean}
    for prediction, output in said.items():
        made = Ddim(Ladder(**level, prediction=prediction)).step(0, latents, output)
        assert torch.allclose(made, clean, atol=1e-6), prediction
