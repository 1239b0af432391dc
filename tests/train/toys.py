"""What the tests of training share: a run that takes a second, what it leaves, and the program as a user calls it."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from tests.train.world import World
from v2a_foley.progress import Progress
from v2a_foley.train.settings import TrainSettings

QUICK = TrainSettings(
    size="tiny", batch=32, steps=60, lr=3e-3, warm_up=10, validate_every=20, device="cpu", precision="float32",
    no_tensorboard=True, width=32, depth=1, heads=2,
)  # fmt: skip
ALONE = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""An environment in which the same work gives the same bits."""


def store(folder: Path, *, train: int = 300, validation: int = 40, seed: int = 0) -> Path:
    world = World(seed)
    return world.write(folder, {"train": world.draw(train), "validation": world.draw(validation)})


def quick(**changes) -> TrainSettings:
    return replace(QUICK, **changes)


def words(settings: TrainSettings) -> list[str]:
    """The options on the command line that give these settings."""
    plain = TrainSettings()
    found = []
    for name, value in vars(settings).items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            found += [flag] if value else []
        elif value is not None and value != getattr(plain, name):
            found += [flag, str(value)]
    return found


def command(folder: Path, output: Path, settings: TrainSettings) -> list[str]:
    return [sys.executable, "-m", "v2a_foley.cli.main", "train", "mapper", str(folder), "-o", str(output),
            *words(settings), "--json"]  # fmt: skip


def program(folder: Path, output: Path, settings: TrainSettings) -> dict:
    """Train in a process of its own, and return what it printed."""
    done = subprocess.run(command(folder, output, settings), env=ALONE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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
