"""What every mapper with weights must do, run over all three kinds; then what the generative one does beside."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mapper.networks import EARS, EYES, images, tiny
from v2a_foley.compute import Compute
from v2a_foley.embed import Space
from v2a_foley.errors import Cancelled, ModelDamaged, OutOfMemory, RenderError
from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling
from v2a_foley.mapper.network import parameter_count
from v2a_foley.mapper.protocol import Mapper
from v2a_foley.mapper.regression import (
    MlpRegressor,
    MlpRegressorConfig,
    RegressionMapper,
    TransformerRegressor,
    TransformerRegressorConfig,
)


def transformer() -> TransformerRegressor:
    torch.manual_seed(1)
    shape = {"width": 16, "depth": 2, "heads": 3, "head_size": 8, "rotary": 4}
    return TransformerRegressor(TransformerRegressorConfig(**shape, source=12, target=10)).requires_grad_(False)


def mlp() -> MlpRegressor:
    torch.manual_seed(2)
    return MlpRegressor(MlpRegressorConfig(width=16, depth=2, source=12, target=10)).requires_grad_(False)


MAKERS = {
    "diffusion": lambda **more: DiffusionMapper(tiny(), EYES, EARS, sampling=Sampling(steps=5), **more),
    "ancestral": lambda **more: DiffusionMapper(
        tiny(), EYES, EARS, sampling=Sampling("ancestral", steps=6, guidance=2.0, batch=2), **more
    ),
    "regression-transformer": lambda **more: RegressionMapper(transformer(), EYES, EARS, **more),
    "regression-mlp": lambda **more: RegressionMapper(mlp(), EYES, EARS, **more),
}


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


def test_it_is_a_mapper_between_its_spaces(make):
    mapper: Mapper = make()
    assert (mapper.source, mapper.target) == (EYES, EARS)
    found = mapper.map(images(3), [5, 6, 7])
    assert found.shape == (3, 10)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_the_same_seeds_give_the_same_bits(make):
    first, second = (make().map(images(3), [5, 6, 7]) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_no_rows_are_no_work(make):
    assert make().map(images(0), []).shape == (0, 10)


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(5)), count=st.integers(1, 5), kind=st.sampled_from(sorted(MAKERS)))
def test_a_row_depends_on_itself_and_its_seed_alone(order, count, kind):
    mapper, sees, seeds = MAKERS[kind](), images(5), np.arange(5) + 2**31 - 3
    whole, chosen = mapper.map(sees, seeds), list(order[:count])
    np.testing.assert_allclose(mapper.map(sees[chosen], seeds[chosen]), whole[chosen], atol=1e-5)


def test_what_does_not_fit_is_refused(make):
    mapper = make()
    with pytest.raises(ValueError, match="2 seeds for 3"):
        mapper.map(images(3), [1, 2])
    with pytest.raises(ValueError, match="rows of 12"):
        mapper.map(images(3, size=11), [1, 2, 3])
    broken = images(3)
    broken[1, 4] = np.nan
    with pytest.raises(RenderError, match="not finite"):
        mapper.map(broken, [1, 2, 3])


def test_spaces_of_other_sizes_are_refused():
    with pytest.raises(ValueError, match="12 to 10 is not 12 to 11"):
        DiffusionMapper(tiny(), EYES, Space("ears", 11, "ears"))
    with pytest.raises(ValueError, match="12 to 10 is not 13 to 10"):
        RegressionMapper(mlp(), Space("eyes", 13, "eyes"), EARS)


def test_half_precision_stays_near(make):
    exact = make().map(images(4), range(4))
    rough = make(compute=Compute("cpu", "bfloat16")).map(images(4), range(4))
    assert exact.tobytes() != rough.tobytes()
    assert (exact * rough).sum(axis=1).mean() > 0.98  # random networks magnify what is rounded away


def test_the_networks_own_weights_stay_float32(make):
    mapper = make(compute=Compute("cpu", "bfloat16"))
    mapper.map(images(2), [1, 2])
    assert {weights.dtype for weights in mapper.network.parameters()} == {torch.float32}


LOUD = np.eye(12, dtype=np.float32)[[0, 3, 5]]
TOO_LOUD = 65_000 * (-1.0) ** torch.arange(16)[:, None]


def overflowing(make, said: list[str]):
    """A mapper whose first matrix leaves float16's range for the third row of ``LOUD`` alone."""
    mapper = make(compute=Compute("cpu", "float16"), warn=said.append)
    mapper.network.condition_in.weight[:, 5:7] = TOO_LOUD
    return mapper


def test_a_row_that_overflows_goes_through_again_in_float32(make):
    said: list[str] = []
    sees = LOUD.copy()
    sees[2, [5, 6]] = np.sqrt(0.5)
    found = overflowing(make, said).map(sees, [1, 2, 3])
    assert said == ["The mapper left the range of float16; 1 of 3 shots went through it again in float32."]
    exact = make()
    exact.network.condition_in.weight[:, 5:7] = TOO_LOUD
    expected = exact.map(sees, [1, 2, 3])
    np.testing.assert_allclose(found[2], expected[2], atol=1e-5)
    assert np.abs(found[:2] - expected[:2]).max() > 1e-6  # these stayed in float16
    assert (found[:2] * expected[:2]).sum(axis=1).min() > 0.98


def test_rows_in_range_say_nothing(make):
    said: list[str] = []
    overflowing(make, said).map(LOUD[:2], [1, 2])
    assert said == []


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_weights_that_give_no_numbers_are_damaged(make, precision):
    said: list[str] = []
    mapper = make(compute=Compute("cpu", precision), warn=said.append)
    mapper.network.out.weight[3] = torch.nan
    with pytest.raises(ModelDamaged, match="no usable embedding for 2 of 2 shots") as caught:
        mapper.map(images(2), [1, 2])
    assert caught.value.hint
    assert len(said) == (precision != "float32")


def test_a_lack_of_memory_is_told(make, monkeypatch):
    def none_left(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(torch.nn.functional, "layer_norm", none_left)
    with pytest.raises(OutOfMemory, match="Translating 2 shots"):
        make().map(images(2), [1, 2])


def test_regressions_pay_no_heed_to_seeds():
    for kind in ("regression-transformer", "regression-mlp"):
        mapper = MAKERS[kind]()
        assert mapper.map(images(3), [1, 2, 3]).tobytes() == mapper.map(images(3), [4, 5, 6]).tobytes()


def test_other_seeds_give_other_takes():
    mapper = MAKERS["diffusion"]()
    one, other = mapper.map(images(3), [1, 2, 3]), mapper.map(images(3), [4, 2, 6])
    np.testing.assert_array_equal(one[1], other[1])
    assert np.abs(one[[0, 2]] - other[[0, 2]]).max(axis=1).min() > 1e-3


def test_ancestral_and_deterministic_start_from_the_same_noise_and_part():
    found = [
        DiffusionMapper(tiny(), EYES, EARS, sampling=Sampling(name, steps=8)).map(images(2), [1, 2])
        for name in ("ancestral", "deterministic")
    ]
    assert np.abs(found[0] - found[1]).max() > 1e-3
    single = [
        DiffusionMapper(tiny(), EYES, EARS, sampling=Sampling(name, steps=1)).map(images(2), [1, 2])
        for name in ("ancestral", "deterministic")
    ]
    np.testing.assert_allclose(*single, atol=1e-6)


def test_every_step_is_told():
    told: list[tuple[int, int]] = []
    mapper = DiffusionMapper(tiny(), EYES, EARS, sampling=Sampling(steps=4, batch=2))
    mapper.map(images(6), range(6), step_done=lambda *step: told.append(step))
    total = told[-1][1]
    assert total >= 3 * 4
    assert told == [(done, total) for done in range(1, total + 1)]


def test_cancelling_stops_every_part():
    told: list[int] = []

    def cancel(done: int, _: int) -> None:
        told.append(done)
        if done == 3:
            raise Cancelled

    mapper = DiffusionMapper(tiny(), EYES, EARS, sampling=Sampling(steps=40, batch=2))
    with pytest.raises(Cancelled):
        mapper.map(images(6), range(6), step_done=cancel)
    assert mapper.map(images(1), [3]).shape == (
        1,
        10,
    )  # runs in the same threads, after all that was left of the others
    assert told == [1, 2, 3]


def test_more_steps_than_the_schedule_has_are_all_of_them():
    found = [
        DiffusionMapper(tiny(), EYES, EARS, sampling=Sampling(steps=steps)).map(images(2), [1, 2])
        for steps in (40, 1000)
    ]
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize(
    "wrong", [{"sampler": "euler"}, {"steps": 0}, {"steps": 1001}, {"batch": 0}, {"guidance": -1}, {"guidance": np.nan}]
)
def test_sampling_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Sampling(**wrong)


def test_the_regressions_have_the_sizes_that_the_page_prints():
    with torch.device("meta"):
        assert parameter_count(TransformerRegressor()) == 48_280_448
        assert parameter_count(MlpRegressor()) == 38_304_256


def test_the_regressions_learn():
    sees, hears = images(8), images(8, size=10, seed=9)
    for network, kind in ((transformer(), "transformer"), (mlp(), "mlp")):
        network.requires_grad_(True)
        optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
        for _ in range(150):
            found = torch.nn.functional.normalize(network(torch.from_numpy(sees)), dim=-1)
            loss = (found - torch.from_numpy(hears)).square().sum(dim=1).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        mapped = RegressionMapper(network, EYES, EARS).map(sees, range(8))
        assert (mapped * hears).sum(axis=1).min() > 0.95, kind
