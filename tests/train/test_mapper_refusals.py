"""What no mapper can be trained from, into or with, and losses that are no number."""

import resource
import signal

import pytest

from tests.train.toys import bits, quick, store
from tests.train.world import World
from v2a_foley.errors import (
    DiskFull,
    OutputError,
    SpaceMismatch,
    StoreError,
    TrainingDiverged,
    UsageError,
)
from v2a_foley.pairs import Row, StoreCard, write_shard
from v2a_foley.pairs.card import write_card
from v2a_foley.train import job, loop
from v2a_foley.train.curve import Curve
from v2a_foley.train.job import train_mapper
from v2a_foley.train.loop import Outcome

pytestmark = pytest.mark.usefixtures("calm")


def test_stores_that_cannot_be_learned_from(tmp_path):
    with pytest.raises(StoreError, match="not there"):
        train_mapper([tmp_path / "none"], tmp_path / "m", quick())
    world = World(0)
    empty = world.write(tmp_path / "empty", {})
    with pytest.raises(StoreError, match="single pair"):
        train_mapper([empty], tmp_path / "m", quick())
    lonely = tmp_path / "lonely"
    (lonely / "shards").mkdir(parents=True)
    write_card(lonely, StoreCard(world.source, world.target, "clips", "one clip"))
    drawn = world.draw(3)
    rows = [Row(f"a@{n}", "a") for n in range(3)]
    write_shard(lonely / "shards" / "00000.safetensors", (world.source, world.target), rows, drawn.seen, drawn.heard)
    with pytest.raises(StoreError, match=r"too few pairs in 'lonely': 3 .* 0 to watch on"):
        train_mapper([lonely], tmp_path / "m", quick())
    with pytest.raises(SpaceMismatch, match=r"heard 1|seen 1"):
        train_mapper([store(tmp_path / "a"), store(tmp_path / "b", seed=1)], tmp_path / "m", quick())
    assert not (tmp_path / "m").exists()


def test_places_that_cannot_hold_a_mapper(toys, tmp_path, monkeypatch):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "me.jpg").write_bytes(b"")
    with pytest.raises(OutputError, match=r"me\.jpg"):
        train_mapper([toys], tmp_path / "photos", quick())
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="no folder"):
        train_mapper([toys], tmp_path / "file", quick())
    with pytest.raises(OutputError):
        train_mapper([toys], tmp_path / "file" / "inside", quick())
    monkeypatch.setattr("v2a_foley.train.state.needed", lambda _: 10**18)
    with pytest.raises(DiskFull, match="GB"):
        train_mapper([toys], tmp_path / "m", quick())
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"kind": "gan"}, "--kind 'gan'"),
        ({"batch": 0}, "--batch 0"),
        ({"lr": float("nan")}, "--lr nan"),
        ({"rows_at_once": 64}, "--rows-at-once 64 is more than --batch 32"),
        ({"precision": "float16"}, "--precision 'float16'"),
        ({"kind": "mlp", "heads": 4}, "--heads"),
        ({"ema": 1.0}, "--ema 1.0"),
    ],
)
def test_settings_that_mean_nothing(wrong, named):
    with pytest.raises(UsageError, match=named):
        quick(**wrong)


@pytest.mark.parametrize("lines", [1, 2000])
def test_a_full_disk_under_the_curve_names_it(tmp_path, lines):
    """One line waits in memory until the file is closed, many do not."""

    def written():
        with Curve(tmp_path, per_epoch=1, resumed=None, tensorboard=False, warn=pytest.fail) as curve:
            for step in range(lines):
                curve.add(Outcome(step, 1 / 3, 2 / 3, 1e-4 / 3), None)

    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60 * lines, before[1]))
    try:
        with pytest.raises(DiskFull, match=r"curve\.csv"):
            written()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_loss_that_is_no_number_says_at_which_step_and_what_stands(toys, whole, tmp_path, monkeypatch):
    def spoilt(network, batch, plain=loop.row_losses):
        spoilt.calls += 1
        return plain(network, batch) * (float("nan") if spoilt.calls == 31 else 1)

    spoilt.calls = 0
    with monkeypatch.context() as patch:
        patch.setattr(job.Learner, "__init__", _with_losses(job.Learner.__init__, spoilt))
        with pytest.raises(TrainingDiverged, match=r"loss of step 31 .*state of step 30 stands.*--lr"):
            train_mapper([toys], tmp_path / "m", quick(save_steps=10))
    result = train_mapper([toys], tmp_path / "m", quick(save_steps=10))
    assert result.resumed == 30
    assert bits(tmp_path / "m") == bits(whole)


def test_bfloat16_is_named_where_it_is_to_blame(toys, tmp_path, monkeypatch):
    def spoilt(network, batch, plain=loop.row_losses):
        return plain(network, batch) * float("inf")

    monkeypatch.setattr(job.Learner, "__init__", _with_losses(job.Learner.__init__, spoilt))
    with pytest.raises(TrainingDiverged, match=r"nothing was saved.*In float32 .*--precision float32"):
        train_mapper([toys], tmp_path / "m", quick(precision="bfloat16"))


def _with_losses(start, losses):
    def begun(self, *given, **named):
        start(self, *given, **named)
        self._losses = losses

    return begun


def test_a_truly_reckless_rate_is_refused_a_result(toys, tmp_path):
    with pytest.raises(TrainingDiverged, match=r"step \d+ is no number.*smaller --lr"):
        train_mapper([toys], tmp_path / "m", quick(lr=10.0, weight_decay=10.0, clip=0.0, warm_up=0, steps=400))


def test_a_validation_loss_that_is_no_number_ends_the_run(toys, tmp_path, monkeypatch):
    monkeypatch.setattr(job.Learner, "watched", lambda self, _: float("nan") if self.steps == 40 else 1.0)
    with pytest.raises(TrainingDiverged, match=r"validation loss after step 40 .*state of step 30 stands"):
        train_mapper([toys], tmp_path / "m", quick(save_steps=10))
