import numpy as np
import pytest
import torch

from tests.sync.onsets.traits import bounces
from v2a_foley.sync.onsets.network import NetConfig, OnsetNet, weights_in
from v2a_foley.sync.onsets.reader import WINDOW, OnsetReader
from v2a_foley.video.traits import Traits


@pytest.fixture
def network() -> OnsetNet:
    torch.manual_seed(0)
    made = OnsetNet(NetConfig(8, 8))
    for each in made.modules():  # norms that have seen something
        if isinstance(each, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            each.running_mean.normal_(0, 0.3)
            each.running_var.uniform_(0.5, 2)
    return made.eval()


@pytest.mark.parametrize("shape", [(9, 16), (16, 9)])
@pytest.mark.parametrize("count", [1, 40, 3 * WINDOW + 7])
def test_in_pieces_a_film_is_answered_as_in_one_pass(network, shape, count):
    rows, columns = shape
    traits, _ = bounces(frames=count, rows=rows, columns=columns)
    with torch.inference_mode():
        whole = network(torch.from_numpy(traits.cells)[None], torch.from_numpy(traits.frame)[None])
    reader, at = OnsetReader(network), 0
    for size in (1, 3, 200, 64, 1, 500, 10_000):
        part = slice(at, at + size)
        reader.feed(Traits(traits.times[part], traits.cells[part], traits.frame[part]))
        at += size
    curve = reader.finish()
    assert curve.times == traits.times
    for found, wanted in (
        (curve.likelihood, whole.onset.sigmoid()),
        (curve.early, whole.early),
        (curve.strength, whole.strength),
        (curve.place, whole.place),
    ):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, wanted[0].numpy(), atol=1e-4)


def test_a_long_film_is_not_kept(network):
    traits, _ = bounces(frames=WINDOW, rows=3, columns=4)
    reader = OnsetReader(network)
    for _ in range(12):
        reader.feed(traits)
        assert sum(len(cells) for cells, _ in reader._held) <= 8 * WINDOW
    assert len(reader.finish().likelihood) == 12 * WINDOW


def test_without_frames_there_is_an_empty_curve(network):
    curve = OnsetReader(network).finish()
    assert curve.times == ()
    assert curve.place.shape == (0, 2)


def test_it_is_small_enough_to_ship():
    assert weights_in(OnsetNet()) * 2 < 2_000_000
