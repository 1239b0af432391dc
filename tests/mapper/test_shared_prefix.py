import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from tests.mapper.networks import tiny
from v2a_foley.mapper.network import DiffusionNetwork
from v2a_foley.mapper.regression import (
    MlpRegressor,
    MlpRegressorConfig,
    TransformerRegressor,
    TransformerRegressorConfig,
)
from v2a_foley.mapper.shared_prefix import predicted, regressed


def drawn(network: DiffusionNetwork, rows: int, seed: int = 0) -> tuple[Tensor, ...]:
    """Return noised targets, timesteps, conditions, and which are dropped."""
    config, rng = network.config, torch.Generator().manual_seed(seed)
    noised, seen = (torch.randn(rows, size, generator=rng) for size in (config.target, config.source))
    times = torch.randint(config.timesteps, (rows,), generator=rng)
    return noised, times, torch.nn.functional.normalize(seen, dim=-1), torch.rand(rows, generator=rng) < 0.3


def gaps(network: torch.nn.Module, plain: Tensor, quick: Tensor) -> tuple[float, float]:
    """How far two ways are apart: their values, and the gradients of every parameter relative to the largest."""
    weight = torch.randn(plain.shape, generator=torch.Generator().manual_seed(9), dtype=plain.dtype)
    parameters = list(network.parameters())
    wanted, found = (torch.autograd.grad((each * weight).sum(), parameters) for each in (plain, quick))
    most = max(each.abs().max().item() for each in wanted)
    apart = max((one - other).abs().max().item() for one, other in zip(wanted, found, strict=True))
    return (plain - quick).abs().max().item(), apart / most


@pytest.fixture
def doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what the networks hold in float32 be held in float64, so that only a wrong formula makes a difference."""
    monkeypatch.setattr(Tensor, "float", Tensor.double)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(1, 5),
    depth=st.integers(1, 3),
    heads=st.integers(1, 4),
    text_slots=st.integers(1, 40),
    sizes=st.tuples(st.sampled_from([12, 16]), st.sampled_from([10, 16])),
    seed=st.integers(0, 99),
)
def test_values_and_gradients_are_the_plain_forwards(rows, depth, heads, text_slots, sizes, seed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tensor, "float", Tensor.double)
        network = tiny(seed, depth=depth, heads=heads, text_slots=text_slots, source=sizes[0], target=sizes[1])
        network.double().requires_grad_(True)
        noised, times, seen, dropped = drawn(network, rows, seed)
        given = noised.double(), times, seen.double(), dropped
        values, gradients = gaps(network, network(*given), predicted(network, *given))
    assert values < 1e-10
    assert gradients < 1e-10


def test_every_parameter_learns():
    network = tiny(text_slots=3).requires_grad_(True)
    noised, times, seen, dropped = drawn(network, 40)
    predicted(network, noised, times, seen, dropped).square().sum().backward()
    idle = [name for name, each in network.named_parameters() if each.grad is None or not each.grad.abs().max() > 0]
    assert idle == []


@pytest.mark.long
def test_at_full_size_too(doubled):
    torch.manual_seed(0)
    network = DiffusionNetwork().double()
    noised, times, seen, dropped = drawn(network, 2)
    given = noised.double(), times, seen.double(), dropped
    values, gradients = gaps(network, network(*given), predicted(network, *given))
    assert values < 1e-10
    assert gradients < 1e-10


def test_in_float32_rounding_is_all_that_differs():
    network = tiny().requires_grad_(True)
    given = drawn(network, 6)
    values, gradients = gaps(network, network(*given), predicted(network, *given))
    assert values < 1e-5
    assert gradients < 1e-5


@pytest.mark.parametrize("source", [12, 16])
def test_the_regression_transformer_is_the_same_as_well(doubled, source):
    config = TransformerRegressorConfig(
        width=16, depth=3, heads=3, head_size=8, rotary=4, source=source, target=10, furthest=64
    )
    torch.manual_seed(0)
    network = TransformerRegressor(config).double()
    seen = torch.randn(5, source, dtype=torch.float64)
    values, gradients = gaps(network, network(seen), regressed(network, seen))
    assert values < 1e-10
    assert gradients < 1e-10


def test_the_mlp_has_nothing_to_share():
    network = MlpRegressor(MlpRegressorConfig(width=16, depth=2, source=12, target=10))
    seen = torch.randn(3, 12)
    assert torch.equal(network(seen), regressed(network, seen))


def test_bfloat16_is_near_and_attention_stays_float32():
    network = tiny(width=64, depth=4, heads=4, head_size=16).requires_grad_(True)
    given = drawn(network, 32)
    exact = predicted(network, *given)
    with torch.autocast("cpu", torch.bfloat16):
        rough = predicted(network, *given)
    assert rough.dtype == torch.float32
    near = torch.nn.functional.cosine_similarity(exact, rough)
    assert 0.995 < near.min() < 1.0
