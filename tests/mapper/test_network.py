import numpy as np
import torch

from tests.mapper.networks import EARS, EYES, images, tiny, trained_on
from v2a_foley.embed import normalised
from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling
from v2a_foley.mapper.network import DiffusionConfig, DiffusionNetwork, parameter_count


def test_it_has_the_papers_number_of_parameters():
    with torch.device("meta"):
        network = DiffusionNetwork()
    assert parameter_count(network) == 48_832_896
    assert all(weights.dtype is torch.float32 for weights in network.parameters())


def test_its_defaults_are_the_designs():
    config = DiffusionConfig()
    assert (config.width, config.depth, config.heads, config.head_size, config.rotary) == (512, 12, 12, 64, 32)
    assert (config.buckets, config.furthest, config.similarity_scale, config.expansion) == (32, 128, 16.0, 4)
    assert (config.source, config.target, config.text_slots, config.timesteps) == (512, 512, 77, 1000)


def test_every_weight_takes_part():
    network = tiny().requires_grad_(True)
    noised, times = torch.randn(6, 10), torch.arange(6)
    dropped = torch.tensor([True, False] * 3)
    network(noised, times, torch.from_numpy(images(6)), dropped).square().sum().backward()
    for name, weights in network.named_parameters():
        assert weights.grad is not None, name
        assert weights.grad.abs().max() > 0, name


def test_a_dropped_row_depends_on_the_timestep_alone():
    network, condition = tiny(), torch.from_numpy(images(4))
    times = torch.tensor([3, 3, 17, 17])
    found = network(torch.randn(4, 10), times, condition, torch.tensor([True, True, True, False]))
    torch.testing.assert_close(found[0], found[1])
    assert (found[0] - found[2]).abs().max() > 0.01
    assert (found[2] - found[3]).abs().max() > 0.01


def test_a_kept_row_depends_on_all_that_it_is_given():
    network, condition, noised = tiny(), torch.from_numpy(images(2)), torch.randn(2, 10)
    base = network(noised[:1], torch.tensor([9]), condition[:1])
    for changed in (
        network(noised[1:], torch.tensor([9]), condition[:1]),
        network(noised[:1], torch.tensor([10]), condition[:1]),
        network(noised[:1], torch.tensor([9]), condition[1:]),
    ):
        assert (base - changed).abs().max() > 0.01


def test_it_learns_a_mapping_with_two_answers():
    """Each picture has two right sounds: the mapper finds both, one a seed, and never their mean."""
    rng = np.random.default_rng(3)
    sees = images(6, seed=4)
    answers = normalised(rng.standard_normal((6, 2, 10)))
    network = tiny(1, width=32, depth=2)
    trained_on(network, sees.repeat(2, 0), answers.reshape(12, 10), steps=400)
    mapper = DiffusionMapper(network, EYES, EARS, sampling=Sampling("deterministic", steps=20))
    found = mapper.map(sees.repeat(20, 0), range(120)).reshape(6, 20, 10)
    near = np.einsum("psd,pad->psa", found, answers)
    assert np.mean(near.max(axis=2) > 0.9) > 0.9
    shares = (near.argmax(axis=2) == 0).mean(axis=1)
    assert shares.min() > 0.1
    assert shares.max() < 0.9
