"""A training that was stopped, finished or damaged: it goes on bit for bit, is replaced, or says why not."""

from dataclasses import replace

import pytest
from filelock import FileLock

from tests.train.toys import Scoring, Stopping, bits, curve, quick, store
from v2a_foley.errors import Cancelled, ModelDamaged, UsageError
from v2a_foley.mapper.checkpoint import load_mapper
from v2a_foley.progress import Progress
from v2a_foley.train.job import train_mapper

pytestmark = pytest.mark.usefixtures("calm")


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


def test_where_the_rate_falls_the_end_may_not_move(toys, tmp_path):
    settings = quick(schedule="cosine")
    with pytest.raises(Cancelled):
        train_mapper([toys], tmp_path / "m", settings, Stopping(10))
    with pytest.raises(UsageError, match=r"--steps 60 \(now 61\)"):
        train_mapper([toys], tmp_path / "m", replace(settings, steps=61))


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


def test_a_finished_mapper_that_is_trained_on_is_unfinished_until_it_is_written(toys, tmp_path):
    train_mapper([toys], tmp_path / "m", quick(steps=10))
    with pytest.raises(Cancelled, match="writes the mapper"):
        train_mapper([toys], tmp_path / "m", quick(steps=15), Scoring())
    assert train_mapper([toys], tmp_path / "m", quick(steps=15)).resumed == 15


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
