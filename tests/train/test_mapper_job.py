"""A toy store becomes a mapper: what it learns, what it leaves, how it stops, goes on, and refuses."""

import csv
import json
import resource
import signal
import sys
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import torch
from filelock import FileLock

from tests.train.toys import one_thread, quick, store
from tests.train.world import World
from v2a_foley.embed import normalised
from v2a_foley.errors import (
    Cancelled,
    DiskFull,
    ModelDamaged,
    OutputError,
    SpaceMismatch,
    StoreError,
    TrainingDiverged,
    UsageError,
)
from v2a_foley.mapper.card import read_card
from v2a_foley.mapper.checkpoint import load_mapper
from v2a_foley.pairs import Row, Split, StoreCard, open_pairs, write_shard
from v2a_foley.pairs.card import write_card
from v2a_foley.progress import Progress
from v2a_foley.train import job, loop
from v2a_foley.train.batches import Deck
from v2a_foley.train.curve import Curve
from v2a_foley.train.job import train_mapper
from v2a_foley.train.loop import Outcome
from v2a_foley.train.scores import scores
from v2a_foley.train.settings import KINDS


@pytest.fixture(autouse=True)
def calm():
    with one_thread():
        yield


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    return store(tmp_path_factory.mktemp("toys") / "store")


@pytest.fixture(scope="module")
def whole(toys, tmp_path_factory):
    """The mapper of an undisturbed run."""
    output = tmp_path_factory.mktemp("whole") / "mapper"
    with one_thread():
        train_mapper([toys], output, quick())
    return output


def curve(output) -> list[dict[str, str]]:
    with (output / "training" / "curve.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def bits(output) -> tuple[bytes, bytes]:
    return (output / "weights.safetensors").read_bytes(), (output / "training" / "curve.csv").read_bytes()


class Stopping(Progress):
    """Asks the work to stop once so many steps were told."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.listener = lambda event: self.cancel() if event.stage == "train" and event.done >= after else None


class Scoring(Progress):
    """Asks the work to stop once it measures what it made."""

    def __init__(self) -> None:
        super().__init__()
        self.listener = lambda event: self.cancel() if event.stage == "score" else None


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


@pytest.mark.parametrize("after", [1, 19, 20, 60])
def test_a_stopped_run_goes_on_as_if_nothing_had_been(toys, whole, tmp_path, after):
    parted = tmp_path / "parted"
    with pytest.raises(Cancelled, match=rf"after step {min(after + 1, 60)}\b") as stopped:
        train_mapper([toys], parted, quick(), Stopping(after))
    assert "The same command" in stopped.value.hint
    assert not (parted / "card.json").exists()
    result = train_mapper([toys], parted, quick())
    assert result.resumed == min(after + 1, 60)
    assert bits(whole) == bits(parted)


def test_rows_at_once_threads_and_the_like_may_change_when_a_run_goes_on(toys, tmp_path):
    with pytest.raises(Cancelled):
        train_mapper([toys], tmp_path / "m", quick(), Stopping(30))
    result = train_mapper([toys], tmp_path / "m", quick(steps=70, rows_at_once=8, patience=3, save_steps=7))
    assert (result.resumed, result.steps) == (31, 70)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"lr": 1e-3}, r"--lr 0\.003 \(now 0\.001\)"),
        ({"batch": 16}, "--batch 32"),
        ({"kind": "mlp", "heads": None}, "--heads 2.*|--kind diffusion"),
        ({"seed": 3, "ema": 0.9}, r"--ema 0\.9999 \(now 0\.9\), --seed 0 \(now 3\)"),
        ({"schedule": "cosine"}, "--schedule constant"),
    ],
)
def test_a_run_does_not_go_on_with_other_settings(toys, tmp_path, changes, named):
    with pytest.raises(Cancelled):
        train_mapper([toys], tmp_path / "m", quick(), Stopping(10))
    with pytest.raises(UsageError, match=named):
        train_mapper([toys], tmp_path / "m", quick(**changes))
    anew = train_mapper([toys], tmp_path / "m", quick(overwrite=True, **changes))
    assert anew.resumed == 0


def test_a_run_does_not_go_on_with_other_pairs(toys, tmp_path):
    with pytest.raises(Cancelled):
        train_mapper([toys], tmp_path / "m", quick(), Stopping(10))
    more = store(tmp_path / "more", train=301)
    with pytest.raises(UsageError, match="the pairs in the store"):
        train_mapper([more], tmp_path / "m", quick())
    other = store(tmp_path / "other", seed=1)
    with pytest.raises(UsageError, match="the eyes' space, the ears' space"):
        train_mapper([other], tmp_path / "m", quick())


def test_a_finished_mapper_is_trained_on_replaced_or_left_alone(toys, tmp_path):
    output = tmp_path / "m"
    train_mapper([toys], output, quick())
    before = bits(output)
    with pytest.raises(UsageError, match=r"finished mapper.*--overwrite"):
        train_mapper([toys], output, quick())
    with pytest.raises(UsageError, match="other settings"):
        train_mapper([toys], output, quick(seed=1))
    assert bits(output) == before
    assert train_mapper([toys], output, quick(overwrite=True)).resumed == 0
    assert bits(output) == before
    longer = train_mapper([toys], output, quick(steps=90))
    assert (longer.resumed, longer.steps) == (60, 90)
    whole = tmp_path / "whole"
    train_mapper([toys], whole, quick(steps=90))
    assert bits(output) == bits(whole)


def test_an_unfinished_run_with_overwrite_goes_on_too(toys, tmp_path):
    settings = quick(overwrite=True)
    with pytest.raises(Cancelled):
        train_mapper([toys], tmp_path / "m", settings, Stopping(30))
    assert train_mapper([toys], tmp_path / "m", settings).resumed == 31


def test_two_processes_do_not_train_into_one_folder(toys, tmp_path):
    with pytest.raises(Cancelled):
        train_mapper([toys], tmp_path / "m", quick(), Stopping(10))
    states = tmp_path / "m" / "training" / "state"
    with FileLock(tmp_path / "m" / ".lock"):
        for settings in (quick(), quick(overwrite=True, seed=1)):
            with pytest.raises(UsageError, match="Another process is training"):
                train_mapper([toys], tmp_path / "m", settings)
    assert [each.name for each in states.iterdir()] == ["000000011"]
    assert train_mapper([toys], tmp_path / "m", quick()).resumed == 11


def test_a_mapper_that_is_replaced_stays_until_the_new_one_stands(toys, tmp_path):
    output = tmp_path / "m"
    train_mapper([toys], output, quick())
    before = (output / "weights.safetensors").read_bytes()
    with pytest.raises(Cancelled):
        train_mapper([toys], output, quick(seed=1, overwrite=True), Stopping(10))
    assert (output / "weights.safetensors").read_bytes() == before
    load_mapper(output)
    assert train_mapper([toys], output, quick(seed=1)).resumed == 11
    assert (output / "weights.safetensors").read_bytes() != before


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


def test_a_damaged_state_falls_back_to_the_one_before_and_ends_the_same(toys, whole, tmp_path):
    output = tmp_path / "m"
    with pytest.raises(Cancelled):
        train_mapper([toys], output, quick(save_steps=10), Stopping(34))
    newest = max((output / "training" / "state").iterdir())
    assert newest.name == "000000035"
    path = newest / "average.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    progress = Progress()
    result = train_mapper([toys], output, quick(save_steps=10), progress)
    assert result.resumed == 30
    assert any("step 35 is damaged" in each for each in progress.warnings)
    assert bits(output) == bits(whole)


def test_a_curve_that_was_lost_is_begun_again(toys, tmp_path):
    with pytest.raises(Cancelled):
        train_mapper([toys], tmp_path / "m", quick(), Stopping(30))
    (tmp_path / "m" / "training" / "curve.csv").unlink()
    progress = Progress()
    train_mapper([toys], tmp_path / "m", quick(), progress)
    assert any("curve.csv is lost" in each for each in progress.warnings)
    assert [int(row["step"]) for row in curve(tmp_path / "m")] == list(range(32, 61))


def test_a_curve_that_ends_in_the_middle_of_a_line_is_begun_again(toys, tmp_path):
    with pytest.raises(Cancelled):
        train_mapper([toys], tmp_path / "m", quick(), Stopping(30))
    path = tmp_path / "m" / "training" / "curve.csv"
    path.write_bytes(path.read_bytes()[:-30])
    train_mapper([toys], tmp_path / "m", quick())
    assert [int(row["step"]) for row in curve(tmp_path / "m")] == list(range(32, 61))


def test_where_no_state_is_whole_overwriting_begins_anew(toys, whole, tmp_path):
    with pytest.raises(Cancelled):
        train_mapper([toys], tmp_path / "m", quick(), Stopping(30))
    (weights,) = (tmp_path / "m" / "training" / "state").glob("*/weights.safetensors")
    weights.write_bytes(b"")
    with pytest.raises(ModelDamaged, match="--overwrite"):
        train_mapper([toys], tmp_path / "m", quick())
    progress = Progress()
    assert train_mapper([toys], tmp_path / "m", quick(overwrite=True), progress).resumed == 0
    assert any("began anew" in each for each in progress.warnings)
    assert bits(tmp_path / "m") == bits(whole)


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


def test_a_training_that_taught_nothing_says_so(toys, tmp_path, monkeypatch):
    progress = Progress()
    monkeypatch.setattr(job.Learner, "watched", lambda self, _: 1.0 + self.steps)
    result = train_mapper([toys], tmp_path / "m", quick(steps=5), progress)
    assert result.best_step == 0
    assert any("--warm-up" in each for each in progress.warnings)
    assert any("knows nothing" in each for each in progress.warnings)


def test_a_validation_loss_that_is_no_number_ends_the_run(toys, tmp_path, monkeypatch):
    monkeypatch.setattr(job.Learner, "watched", lambda self, _: float("nan") if self.steps == 40 else 1.0)
    with pytest.raises(TrainingDiverged, match=r"validation loss after step 40 .*state of step 30 stands"):
        train_mapper([toys], tmp_path / "m", quick(save_steps=10))


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


def test_where_the_rate_falls_the_end_may_not_move(toys, tmp_path):
    settings = quick(schedule="cosine")
    with pytest.raises(Cancelled):
        train_mapper([toys], tmp_path / "m", settings, Stopping(10))
    with pytest.raises(UsageError, match=r"--steps 60 \(now 61\)"):
        train_mapper([toys], tmp_path / "m", replace(settings, steps=61))


def test_a_finished_mapper_that_is_trained_on_is_unfinished_until_it_is_written(toys, tmp_path):
    train_mapper([toys], tmp_path / "m", quick(steps=10))
    with pytest.raises(Cancelled, match="writes the mapper"):
        train_mapper([toys], tmp_path / "m", quick(steps=15), Scoring())
    assert train_mapper([toys], tmp_path / "m", quick(steps=15)).resumed == 15


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
