"""A toy store becomes a mapper: what it learns, what lies beside it, and what its card and its figures say."""

import json
import sys
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import torch

from tests.train.toys import Stopping, curve, quick, store
from tests.train.world import World
from v2a_foley.embed import normalised
from v2a_foley.errors import Cancelled, UsageError
from v2a_foley.mapper.card import read_card
from v2a_foley.mapper.checkpoint import load_mapper
from v2a_foley.pairs import Split, open_pairs
from v2a_foley.progress import Progress
from v2a_foley.train import job, loop
from v2a_foley.train.batches import Deck
from v2a_foley.train.job import train_mapper
from v2a_foley.train.scores import scores
from v2a_foley.train.settings import KINDS

pytestmark = pytest.mark.usefixtures("calm")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_learns_and_is_loaded_as_what_it_is(toys, tmp_path, kind):
    result = train_mapper(
        [toys], tmp_path / "mapper", quick(kind=kind, heads=None if kind == "mlp" else 2, steps=240, validate_every=40)
    )
    assert result.best_loss < 0.75 * result.first_loss
    assert result.steps == 240
    assert result.card.metrics["cosine"] > 0.35
    assert result.card.metrics["validation_loss"] == result.best_loss
    assert result.card.metrics["pairs"] == 300
    mapper = load_mapper(tmp_path / "mapper")
    pairs = open_pairs([toys])
    assert (mapper.source, mapper.target) == (pairs.source, pairs.target)
    seen, heard = pairs.take(pairs.of(Split.VALIDATION))
    mapped = mapper.map(seen, range(len(seen)))
    nobody = normalised(np.random.default_rng(0).standard_normal(heard.shape))
    assert (mapped * heard).sum(axis=1).mean() > 0.35 > (nobody * heard).sum(axis=1).mean()


def test_what_lies_beside_the_mapper(toys, tmp_path):
    output = tmp_path / "mapper"
    result = train_mapper([toys], output, quick(no_tensorboard=False, licence="CC0-1.0"))
    assert sorted(each.name for each in output.iterdir()) == [
        ".lock", "card.json", "training", "weights.safetensors",
    ]  # fmt: skip
    assert sorted(each.name for each in (output / "training").iterdir()) == [
        "curve.csv", "curve.svg", "events", "result.json", "settings.json", "state",
    ]  # fmt: skip
    rows = curve(output)
    assert [int(row["step"]) for row in rows] == list(range(61))
    assert [int(row["step"]) for row in rows if row["validation_loss"]] == [0, 20, 40, 60]
    assert float(rows[60]["epoch"]) == pytest.approx(60 * 32 / 300, abs=1e-4)
    assert all(row["loss"] and float(row["gradient_norm"]) > 0 for row in rows[1:])
    assert [float(row["lr"]) for row in rows[1:12]] == pytest.approx([3e-4 * n for n in range(1, 11)] + [3e-3])
    drawn = ET.parse(output / "training" / "curve.svg")  # noqa: S314 - written a moment ago by ourselves
    assert drawn.getroot().tag.endswith("svg")
    assert json.loads((output / "training" / "settings.json").read_text())["lr"] == 3e-3
    assert json.loads((output / "training" / "result.json").read_text())["best_loss"] == result.best_loss
    card = json.loads((output / "card.json").read_text())
    assert card["licence"] == "CC0-1.0"
    assert card["training_data"] == "300 pairs of clips: a world with known answers"


def test_tensorboard_reads_the_scalars_and_a_resumed_run_adds_to_them(toys, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    output, settings = tmp_path / "mapper", quick(no_tensorboard=False, save_steps=10)
    with pytest.raises(Cancelled):
        train_mapper([toys], output, settings, Stopping(30))
    train_mapper([toys], output, settings)
    events = EventAccumulator(str(output / "training" / "events"))
    events.Reload()
    assert [each.step for each in events.Scalars("loss/validation")] == [20, 40, 60]
    assert [each.step for each in events.Scalars("loss/train")] == [10, 20, 30, 40, 50, 60]
    assert set(events.Tags()["scalars"]) == {"loss/train", "loss/validation", "gradient norm", "learning rate"}


@pytest.mark.parametrize(("package", "gone"), [("tensorboard", "events"), ("matplotlib", "curve.svg")])
def test_what_is_not_installed_is_said_once_and_left_out(toys, tmp_path, monkeypatch, package, gone):
    for name in [
        each for each in sys.modules if each.partition(".")[0] == package or each.startswith("torch.utils.tensorboard")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    progress = Progress()
    train_mapper([toys], tmp_path / "mapper", quick(no_tensorboard=False, steps=5, warm_up=0), progress)
    assert [each for each in progress.warnings if "[train]" in each] == progress.warnings
    assert len(progress.warnings) == 1
    assert not (tmp_path / "mapper" / "training" / gone).exists()
    assert len(curve(tmp_path / "mapper")) == 6


def test_it_stops_when_the_validation_loss_gets_no_better(toys, tmp_path):
    settings = quick(lr=1.0, ema=0.0, warm_up=0, validate_every=1, patience=4, steps=500, clip=0.0)
    result = train_mapper([toys], tmp_path / "m", settings)
    assert result.ended == "patience"
    assert result.steps == result.best_step + 4 < 500
    assert load_mapper(tmp_path / "m").network is not None
    with pytest.raises(UsageError, match="finished"):
        train_mapper([toys], tmp_path / "m", replace(settings, steps=501))
    longer = train_mapper([toys], tmp_path / "m", replace(settings, patience=6))
    assert longer.resumed == result.steps
    assert longer.steps == longer.best_step + 6, "the looks before count"


def test_the_mapper_is_the_best_average_and_not_the_last(toys, tmp_path):
    settings = quick(lr=0.3, ema=0.0, warm_up=0, validate_every=1, patience=0, steps=8, clip=0.0)
    result = train_mapper([toys], tmp_path / "long", settings)
    assert result.best_step < 8
    losses = [float(row["validation_loss"]) for row in curve(tmp_path / "long")]
    assert result.best_loss == min(losses) == losses[result.best_step]
    if result.best_step:
        short = train_mapper([toys], tmp_path / "short", replace(settings, steps=result.best_step))
        assert short.card.sha256 == result.card.sha256


def test_a_training_that_taught_nothing_says_so(toys, tmp_path, monkeypatch):
    progress = Progress()
    monkeypatch.setattr(job.Learner, "watched", lambda self, _: 1.0 + self.steps)
    result = train_mapper([toys], tmp_path / "m", quick(steps=5), progress)
    assert result.best_step == 0
    assert any("--warm-up" in each for each in progress.warnings)
    assert any("knows nothing" in each for each in progress.warnings)


def test_what_so_few_targets_cannot_tell_is_left_out_of_the_card(tmp_path):
    few = store(tmp_path / "few", train=20, validation=3)
    metrics = train_mapper([few], tmp_path / "m", quick(steps=2)).card.metrics
    assert {"measured_on", "cosine", "frechet_distance", "recall_at_1"} < set(metrics)
    assert "recall_at_5" not in metrics
    assert metrics["measured_on"] == 3


def test_several_stores_are_one(tmp_path):
    world = World(0)
    one = world.write(tmp_path / "one", {"train": world.draw(100), "validation": world.draw(20)})
    two = world.write(tmp_path / "two", {"train": world.draw(50)})
    result = train_mapper([one, two], tmp_path / "m", quick(steps=5))
    assert result.pairs == 150
    assert result.best_step == 5, "the last step is looked at, whatever --validate-every says"


def test_figures_are_those_of_what_was_mapped(toys):
    pairs = open_pairs([toys])
    rows = pairs.of(Split.VALIDATION)
    _, heard = pairs.take(np.random.default_rng(3).permutation(rows))
    own = SimpleNamespace(map=lambda *_, **__: heard)
    assert scores(own, pairs, rows, seed=3) == pytest.approx(
        {"measured_on": 40, "cosine": 1, "frechet_distance": 0, "recall_at_1": 1, "recall_at_5": 1}, abs=1e-4
    )
    others = scores(SimpleNamespace(map=lambda *_, **__: np.roll(heard, 1, axis=0)), pairs, rows, seed=3)
    assert others["frechet_distance"] == pytest.approx(0, abs=1e-4)
    assert others["cosine"] == pytest.approx((np.roll(heard, 1, axis=0) * heard).sum(1).mean(), abs=1e-6)
    assert others["recall_at_1"] == 0 <= others["recall_at_5"] < 0.5
    far = scores(SimpleNamespace(map=lambda *_, **__: -heard), pairs, rows, seed=3)
    assert far["frechet_distance"] > 0.1


def test_the_mapper_has_the_validation_loss_that_its_card_says(toys, whole):
    pairs = open_pairs([toys])
    deck = Deck(pairs, pairs.of(Split.TRAIN), quick(), noisy=True)
    mapper = load_mapper(whole)
    with torch.no_grad():
        found = loop.row_losses(mapper.network, deck.watched(pairs.of(Split.VALIDATION))).mean().item()
    assert found == pytest.approx(read_card(whole).metrics["validation_loss"], rel=1e-5)


def test_the_defaults_are_the_papers():
    from v2a_foley.mapper.network import parameter_count
    from v2a_foley.train.objective import network_for
    from v2a_foley.train.settings import TrainSettings

    plain, space = TrainSettings(), type("Fake", (), {"size": 512})
    assert (plain.batch, plain.lr, plain.weight_decay, plain.ema) == (448, 1.1e-4, 6.02e-2, 0.9999)
    assert (plain.timesteps, plain.condition_drop) == (1000, 0.1)
    assert parameter_count(network_for(plain, space, space)) == 48_832_896
    one, other = (network_for(replace(plain, size="tiny", seed=seed), space, space) for seed in (0, 1))
    assert not torch.equal(one.query, other.query)


def test_too_few_held_out_pairs_are_said(toys, tmp_path):
    said = {}
    for name, pairs in (("few", store(tmp_path / "few", train=60, validation=29)), ("many", toys)):
        progress = Progress()
        train_mapper([pairs], tmp_path / f"{name} mapper", quick(steps=2, warm_up=0), progress)
        said[name] = any("Only 29 of 89 pairs are held out" in each for each in progress.warnings)
    assert said == {"few": True, "many": False}
