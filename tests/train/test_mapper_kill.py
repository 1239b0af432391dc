"""The program killed at any moment: the same command goes on, and ends with the same bits."""

import itertools
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.train.toys import ALONE, command, one_thread, program, quick, store, words
from v2a_foley.train.job import TrainResult, train_mapper
from v2a_foley.train.settings import TrainSettings

WATCHED = ("weights.safetensors", "training/curve.csv", "training/curve.svg", "card.json")


def same(one: Path, other: Path) -> list[bool]:
    return [(one / name).read_bytes() == (other / name).read_bytes() for name in WATCHED]


def here(store: Path, output: Path, settings: TrainSettings) -> TrainResult:
    """Train in this process, which spares the start of another."""
    with one_thread():
        return train_mapper([store], output, settings)


def killed(store: Path, output: Path, settings: TrainSettings, steps: int, wait: float) -> int:
    """Start the program, kill it some time after it saved that many steps; return the step of its newest state."""
    running = subprocess.Popen(
        command(store, output, settings), env=ALONE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    while saved(output) < steps:
        time.sleep(0.002)
        assert running.poll() is None, running.stderr.read()
    time.sleep(wait)
    assert running.poll() is None, "it was over before it could be killed"
    running.send_signal(signal.SIGKILL)
    running.communicate()
    return saved(output)


def saved(output: Path) -> int:
    states = output / "training" / "state"
    return max((int(each.name) for each in states.glob("[0-9]*")), default=0) if states.is_dir() else 0


@pytest.mark.parametrize("kills", [1, pytest.param(8, marks=pytest.mark.long)])
def test_killed_at_random_moments_it_ends_with_the_same_bits(tmp_path, kills):
    """A state a step, so that most kills meet one that is being written."""
    toys, settings = store(tmp_path / "store"), quick(steps=60 * kills, save_steps=1, validate_every=25)
    chance = random.Random()  # noqa: S311 - the moments shall be others every time
    here(toys, tmp_path / "whole", settings)
    reached = [0]
    for _ in range(kills):
        steps = reached[-1] + chance.randint(1, 20)
        reached.append(killed(toys, tmp_path / "parted", settings, steps, chance.uniform(0, 0.1)))
    assert all(later > earlier for earlier, later in itertools.pairwise(reached))
    assert not (tmp_path / "parted" / "card.json").exists()
    assert here(toys, tmp_path / "parted", settings).resumed == reached[-1]
    assert same(tmp_path / "whole", tmp_path / "parted") == [True] * len(WATCHED)


@pytest.mark.long
def test_killed_before_anything_was_saved_it_begins_anew(tmp_path):
    toys, settings = store(tmp_path / "store"), quick(steps=100_000, validate_every=100_000)
    running = subprocess.Popen(command(toys, tmp_path / "m", settings), env=ALONE, stdout=subprocess.DEVNULL)
    curve = tmp_path / "m" / "training" / "settings.json"
    while not curve.exists():
        time.sleep(0.01)
        assert running.poll() is None
    running.kill()
    running.wait()
    assert program(toys, tmp_path / "m", quick(steps=3))["resumed"] == 0


@pytest.mark.long
def test_ctrl_c_saves_says_so_and_goes_on(tmp_path):
    toys, settings = store(tmp_path / "store"), quick(steps=100_000, save_minutes=1000, schedule="constant")
    running = subprocess.Popen(
        command(toys, tmp_path / "m", settings), env=ALONE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    curve = tmp_path / "m" / "training" / "curve.csv"
    while not curve.exists() or curve.stat().st_size < 100:  # lines wait in memory until there are many
        time.sleep(0.05)
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "the state is saved" in said
    steps = saved(tmp_path / "m")
    assert f"Stopped after step {steps:,} of 100,000" in said
    result = here(toys, tmp_path / "m", quick(steps=steps + 5, save_minutes=1000))
    assert (result.resumed, result.steps) == (steps, steps + 5)


@pytest.mark.long
def test_two_processes_learn_what_one_learns(tmp_path):
    """accelerate's own launcher; on this machine the two meet over gloo on the loopback."""
    toys, settings = store(tmp_path / "store"), quick(batch=33, validate_every=20, save_steps=20)
    launch = ["accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1",
              "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]  # fmt: skip
    verb = ["-m", "v2a_foley.cli.main", "train", "mapper", str(toys), "-o", str(tmp_path / "two"), *words(settings)]
    done = subprocess.run(
        [sys.executable, "-m", *launch, *verb], env=ALONE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("60 steps over 300 pairs") == 1
    program(toys, tmp_path / "one", settings)
    one, two = (
        [row.split(",") for row in (tmp_path / name / "training" / "curve.csv").read_text().splitlines()[1:]]
        for name in ("one", "two")
    )
    assert len(one) == len(two) == 61
    losses = [(float(a[2]), float(b[2])) for a, b in zip(one, two, strict=True) if a[2]]
    assert all(abs(a - b) < 1e-3 * a for a, b in losses)
    assert any(a != b for a, b in losses), "the sums were taken in another order, so some bits differ"
    assert [float(row[5]) for row in one if row[5]] == pytest.approx([float(row[5]) for row in two if row[5]], rel=1e-3)
