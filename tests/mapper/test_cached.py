import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mapper.networks import EARS, EYES, images, tiny
from v2a_foley.embed import Space
from v2a_foley.mapper.cached import CachedNetwork
from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling
from v2a_foley.mapper.network import DiffusionNetwork


def widest_gap(network: DiffusionNetwork, rows: int, times: list[int], seed: int = 0) -> float:
    """How far the remembered predictions are from the plain ones, with and without the clip."""
    rng, config = np.random.default_rng(seed), network.config
    condition = torch.from_numpy(images(rows, config.source, seed))
    cached, gap = CachedNetwork(network), 0.0
    clips = cached.clips(condition)
    nobody = cached.unconditional(times)
    for row, (time, entered) in enumerate(zip(times, clips.at_times(times), strict=True)):
        noised = torch.from_numpy(rng.standard_normal((rows, config.target)).astype(np.float32))
        at = torch.full((rows,), time)
        with torch.inference_mode():
            plain = network(noised, at, condition)
            blind = network(noised, at, condition, torch.ones(rows, dtype=torch.bool))
        gap = max(gap, (clips.predict(noised, entered) - plain).abs().max().item())
        gap = max(gap, (nobody[row] - blind).abs().max().item())
    return gap


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(1, 5),
    depth=st.integers(1, 3),
    heads=st.integers(1, 4),
    text_slots=st.integers(1, 40),
    sizes=st.tuples(st.sampled_from([12, 16]), st.sampled_from([10, 16])),
    times=st.lists(st.integers(0, 39), min_size=1, max_size=6, unique=True),
    seed=st.integers(0, 99),
)
def test_what_is_remembered_changes_no_prediction(rows, depth, heads, text_slots, sizes, times, seed):
    network = tiny(seed, depth=depth, heads=heads, text_slots=text_slots, source=sizes[0], target=sizes[1])
    assert widest_gap(network, rows, times, seed) < 1e-5


def test_what_is_remembered_changes_no_prediction_at_full_size():
    torch.manual_seed(0)
    network = DiffusionNetwork().requires_grad_(False)
    assert widest_gap(network, 2, [999, 400, 0]) < 1e-5
    space = Space("space", 512, "space")
    mapper = DiffusionMapper(network, space, space, sampling=Sampling(steps=3, guidance=2.0))
    fast, plain = (way(images(2, 512), [1, 2]) for way in (mapper.map, mapper.map_plainly))
    np.testing.assert_allclose(fast, plain, atol=1e-5)


@pytest.mark.parametrize("sampler", ["ancestral", "deterministic"])
@pytest.mark.parametrize("guidance", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("steps", [1, 7, 20])
def test_the_fast_mapper_finds_what_the_plain_one_finds(sampler, guidance, steps):
    sampling = Sampling(sampler, steps=steps, guidance=guidance, batch=3)
    mapper = DiffusionMapper(tiny(), EYES, EARS, sampling=sampling)
    sees, seeds = images(7), range(7)
    np.testing.assert_allclose(mapper.map(sees, seeds), mapper.map_plainly(sees, seeds), atol=1e-5)


def test_timesteps_entered_in_groups_change_nothing(monkeypatch):
    mapper = DiffusionMapper(tiny(), EYES, EARS, sampling=Sampling(steps=10, guidance=2.0))
    whole = mapper.map(images(3), [1, 2, 3])
    monkeypatch.setattr("v2a_foley.mapper.cached._ROWS_AT_ONCE", 9)
    monkeypatch.setattr("v2a_foley.mapper.cached._TABLE_ROWS", 4)
    mapper = DiffusionMapper(tiny(), EYES, EARS, sampling=Sampling(steps=10, guidance=2.0))
    np.testing.assert_allclose(mapper.map(images(3), [1, 2, 3]), whole, atol=1e-6)


def test_the_unconditional_table_is_filled_for_what_is_asked_alone():
    cached = CachedNetwork(tiny())
    some = cached.unconditional([30, 10, 20])
    more = cached.unconditional([10, 5])
    torch.testing.assert_close(some[1], more[0], atol=0, rtol=0)
    assert sorted(cached._unconditional) == [5, 10, 20, 30]
