"""What a step of training a mapper costs at the paper's size, against what the processor could do at best.

For every kind and precision: seconds a step of 448 pairs, and the share of its floor: the time of the same arithmetic
in large matrices of the same precision, plus the optimiser's traffic at the measured bandwidth. Then the plain forward
that the shared prefix replaces (scaled from fewer rows), the reading of rows from a store of 200,000 pairs, the drawing
of a batch, the writing of a state, and what 200,000 pairs x 100 epochs take here, and on an H100 as computed. Run it
from the repository's root with nothing else running: ``python -m benchmarks.training``; ``--device cuda`` measures a
GPU, and ``--quick`` shows that it works.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from v2a_foley.compute import Compute, native_bfloat16, peak_memory
from v2a_foley.embed import Space, normalised
from v2a_foley.mapper.network import DiffusionNetwork, parameter_count
from v2a_foley.pairs import Row, Split, StoreCard, open_pairs, shard_paths, write_shard
from v2a_foley.pairs.card import write_card
from v2a_foley.train.batches import Batch, Deck
from v2a_foley.train.loop import Learner
from v2a_foley.train.objective import network_for, row_losses
from v2a_foley.train.processes import Processes
from v2a_foley.train.settings import KINDS, TrainSettings
from v2a_foley.train.state import State, read_state, write_state

SPACE = Space("space", 512, "512-" + "0" * 64)
PAIRS, EPOCHS, SHARD = 200_000, 100, 1024
TRAFFIC = 4 * (7 + 3 + 3)
"""Bytes a weight that a step moves: AdamW reads four numbers and writes three, the average 2 + 1, clipping 2 + 1."""
H100_RATE, H100_USED, H100_BANDWIDTH, H100_LAUNCH = 989e12, 0.4, 3.35e12 * 0.7, 10e-6
"""bfloat16 without sparsity and the share that matrices of this size reach; HBM3's bandwidth and the share that simple
kernels reach; seconds that the host needs for a kernel, forward and backward. From the data sheet, and assumed."""


@dataclass
class Work:
    """What a step is made of."""

    operations: float = 0.0
    kernels: int = 0
    moved: int = 0


def seconds(work: Callable[[], object], runs: int, device: str = "cpu") -> list[float]:
    """Time some work after one run that does not count."""
    found = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        work()
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        found.append(time.perf_counter() - started)
    return found[1:]


def spread(found: list[float]) -> str:
    return f"{statistics.median(found):8.3f} s ({min(found):.3f} to {max(found):.3f}, {len(found)} runs)"


def busy() -> str:
    return "load average " + ", ".join(f"{each:.2f}" for each in os.getloadavg()) if hasattr(os, "getloadavg") else ""


def batch_of(rows: int, *, noisy: bool) -> Batch:
    rng = np.random.default_rng(0)
    seen, heard = (torch.from_numpy(normalised(rng.standard_normal((rows, 512)))) for _ in range(2))
    if not noisy:
        return Batch(seen, heard * 512**0.5)
    noised = torch.from_numpy(rng.standard_normal((rows, 512), np.float32))
    times, hidden = torch.from_numpy(rng.integers(1000, size=rows)), torch.from_numpy(rng.random(rows) < 0.1)
    return Batch(seen, heard * 512**0.5, noised, times, hidden)


def rate_of(compute: Compute, runs: int, size: int) -> float:
    """Return multiply-adds, counted as two, that large matrices reach a second: the best of three shapes."""
    best = 0.0
    for rows, inner, columns in ((size, size, size), (2048, 512, size), (2048, 2048, 2048)):
        one, other = (
            torch.randn(shape, device=compute.device, dtype=compute.dtype)
            for shape in ((rows, inner), (columns, inner))
        )
        took = min(seconds(lambda: torch.nn.functional.linear(one, other), runs, compute.device))  # noqa: B023 - called at once
        best = max(best, 2 * rows * inner * columns / took)
    return best


def bandwidth_of(compute: Compute, runs: int) -> float:
    """Return bytes a second that adding one large array to another moves."""
    one, other = (torch.zeros(50_000_000, device=compute.device) for _ in range(2))
    return 3 * 4 * len(one) / min(seconds(lambda: one.add_(other), runs, compute.device))


class _Counting(TorchDispatchMode):
    """Counts kernels and the bytes that they read and write; views cost nothing."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.work = work

    def __torch_dispatch__(self, func: object, types: object, args: object = (), kwargs: object = None) -> object:
        found = func(*args, **(kwargs or {}))
        read, written = _tensors((args, kwargs)), _tensors(found)
        places = {each.untyped_storage().data_ptr() for each in read}
        if any(each.untyped_storage().data_ptr() not in places for each in written) or "_." in str(func):
            self.work.kernels += 1
            self.work.moved += sum(each.numel() * each.element_size() for each in (*read, *written))
        return found


def _tensors(value: object) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [each for part in inside for each in _tensors(part)]


def learner_of(kind: str, compute: Compute, rows: int, *, compiled: bool = False) -> Learner:
    settings = TrainSettings(kind=kind, batch=rows, compile=compiled)
    return Learner(network_for(settings, SPACE, SPACE), settings, Processes(compute), total=1)


def work_of(kind: str, rows: int) -> Work:
    """Count what a step does in bfloat16, once, on the CPU."""
    one, batch, work = (
        learner_of(kind, Compute("cpu", "bfloat16"), rows),
        batch_of(rows, noisy=kind == "diffusion"),
        Work(),
    )
    with FlopCounterMode(display=False) as counter:
        one.step(batch)
    work.operations = counter.get_total_flops()
    with _Counting(work):
        one.step(batch)
    return work


def step(kind: str, compute: Compute, args: argparse.Namespace) -> float:
    """Print and return the seconds of a step, and its share of the floor."""
    one, batch = (
        learner_of(kind, compute, args.batch, compiled=args.compile),
        batch_of(args.batch, noisy=kind == "diffusion"),
    )
    found = seconds(lambda: one.step(batch), args.runs, compute.device)
    middle, weights = statistics.median(found), parameter_count(one.network)
    work = work_of(kind, args.batch)
    rate, bandwidth = rate_of(compute, 3, 1024 if args.quick else 4096), bandwidth_of(compute, 3)
    floor = work.operations / rate + TRAFFIC * weights / bandwidth
    print(f"{kind:11s} {compute.precision:8s} {spread(found)}  {args.batch / middle:7.0f} pairs/s; {busy()}")
    print(
        f"   {weights / 1e6:.1f} M weights, {work.operations / 1e12:.3f} TFLOP; floor {floor:.3f} s = arithmetic at "
        f"{rate / 1e12:.2f} TFLOP/s + {TRAFFIC * weights / 1e9:.1f} GB at {bandwidth / 1e9:.0f} GB/s; "
        f"the step reaches {floor / middle:.0%} of it; peak memory {peak_memory(compute) / 1e9:.1f} GB"
    )
    steps = PAIRS * EPOCHS / args.batch
    print(
        f"   {PAIRS:,} pairs x {EPOCHS} epochs: {steps:,.0f} steps, {steps * middle / 3600:.2f} hours here", flush=True
    )
    if compute.on_cpu and compute.precision == "bfloat16":
        h100(work, weights, steps)
    return middle


def h100(work: Work, weights: int, steps: float) -> None:
    """Print what the same step would take on an H100, in bfloat16, as computed."""
    arithmetic = work.operations / (H100_RATE * H100_USED)
    memory = (work.moved + TRAFFIC * weights) / H100_BANDWIDTH
    launches = work.kernels * H100_LAUNCH
    slowest = max(launches, arithmetic + memory)
    print(
        f"   H100, computed: {arithmetic * 1e3:.1f} ms arithmetic + {memory * 1e3:.1f} ms memory "
        f"({work.moved / 1e9:.1f} GB), {launches * 1e3:.1f} ms to launch {work.kernels} kernels: "
        f"{slowest * 1e3:.1f} ms a step, {steps * slowest / 60:.0f} minutes"
    )


def plain(compute: Compute, quick_step: float, args: argparse.Namespace) -> None:
    """Time the forward and backward that run all 81 tokens of every row, on fewer rows, and scale them up."""
    network, batch = DiffusionNetwork().to(compute.device), batch_of(args.plain_rows, noisy=True).to(compute.device)

    def whole() -> None:
        with torch.autocast(compute.device.partition(":")[0], compute.dtype, enabled=compute.precision != "float32"):
            found = network(batch.noised, batch.times, batch.seen, batch.dropped)
            loss = (found - batch.clean).square().mean()
        loss.backward()
        network.zero_grad()

    def shared() -> None:
        with torch.autocast(compute.device.partition(":")[0], compute.dtype, enabled=compute.precision != "float32"):
            loss = row_losses(network, batch).mean()
        loss.backward()
        network.zero_grad()

    slow, fast = (seconds(each, args.plain_runs, compute.device) for each in (whole, shared))
    scale = args.batch / args.plain_rows
    scaled = [scale * each for each in slow]
    print(
        f"plain       {compute.precision:8s} {spread(scaled)} scaled from {args.plain_rows} rows; the whole step is "
        f"x {statistics.median(scaled) / quick_step:.1f} faster; on those few rows the shared prefix alone x "
        f"{statistics.median(slow) / statistics.median(fast):.1f}",
        flush=True,
    )


@contextmanager
def store(pairs: int) -> Iterator[Path]:
    """Write a store of random pairs, and remove it afterwards."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory(prefix="v2a-foley-benchmark-") as scratch:
        folder = Path(scratch)
        (folder / "shards").mkdir()
        write_card(folder, StoreCard(SPACE, SPACE, "clips", "random numbers"))
        for number, first in enumerate(range(0, pairs, SHARD)):
            count = min(SHARD, pairs - first)
            halves = [normalised(rng.standard_normal((count, 512), np.float32)) for _ in range(2)]
            rows = [Row(str(first + each), str(first + each)) for each in range(count)]
            write_shard(folder / "shards" / f"{number:06d}.safetensors", (SPACE, SPACE), rows, *halves)
        yield folder


def forget(folder: Path) -> None:
    """Ask the system to drop a store from its cache, where it can be asked."""
    if not hasattr(os, "posix_fadvise"):
        print("   this system cannot be asked to forget: the next line is warm as well")
        return
    for path in shard_paths(folder):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def reading(used: float, args: argparse.Namespace) -> None:
    """Print how fast rows come from a store, against how many a second training uses."""
    with store(args.pairs) as folder:
        opened = seconds(lambda: open_pairs([folder], check=False), args.plain_runs)
        checked = seconds(lambda: open_pairs([folder]), args.plain_runs)
        print(f"store       {args.pairs:,} pairs opened in {spread(opened)}, every number checked {spread(checked)}")
        settings = TrainSettings(batch=args.batch)
        for name, cold in (("cold", True), ("warm", False)):
            rates = []
            for run in range(args.plain_runs):
                pairs = open_pairs([folder], check=False)
                deck = Deck(pairs, pairs.of(Split.TRAIN), settings, noisy=True)
                if cold:
                    forget(folder)
                rng, count = np.random.default_rng(run), 4 if args.quick else 40
                chosen = [rng.choice(deck.rows, args.batch) for _ in range(count)]
                started = time.perf_counter()
                for which in chosen:
                    pairs.take(which)
                rates.append(count * args.batch / (time.perf_counter() - started))
                del pairs
            middle = statistics.median(rates)
            print(f"   {name}: {middle:,.0f} rows/s at random, {middle / used:.0f} times the {used:,.0f} that are used")
        drawn = seconds(lambda: deck.dealt(3, slice(0, args.batch)), 3 * args.runs)
        print(f"   rows, noise, timesteps of a batch: {spread(drawn)}, beside the step before", flush=True)


def states(args: argparse.Namespace) -> None:
    """Print what saving and reading a state costs."""
    one = learner_of("diffusion", Compute(), 1)
    one.step(batch_of(1, noisy=True))
    best = {name: each.detach() for name, each in one.average.network.named_parameters()}
    with tempfile.TemporaryDirectory(prefix="v2a-foley-benchmark-") as scratch:
        folder = Path(scratch)
        saved = []
        for number in range(args.plain_runs + 1):
            started = time.perf_counter()
            write_state(folder, State(number, one.tensors(), best, number, 1.0, 1.0, 0, 0))
            saved.append(time.perf_counter() - started)
        read = seconds(lambda: read_state(folder, print), args.plain_runs)
        size = sum(each.stat().st_size for each in next(iter(sorted(folder.iterdir()))).iterdir())
        print(f"state       {size / 1e6:.0f} MB saved in {spread(saved[1:])}, read and checked in {spread(read)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--batch", type=int, default=448)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--pairs", type=int, default=PAIRS, help="of the store that is read")
    parser.add_argument("--plain-rows", type=int, default=28, help="the plain forward is timed on so many rows")
    parser.add_argument("--plain-runs", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precisions", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small numbers that say nothing: does it work?")
    args = parser.parse_args()
    if args.quick:
        args.batch, args.runs, args.pairs, args.plain_rows, args.plain_runs = 16, 1, 3000, 4, 1
    native = "native" if native_bfloat16() else "not native"
    print(f"batch {args.batch}, {torch.get_num_threads()} threads, bfloat16 {native}; {busy()}")
    fastest = float("inf")
    for precision in args.precisions:
        compute = Compute(args.device, precision)
        for kind in args.kinds:
            took = step(kind, compute, args)
            fastest = min(fastest, took)
            if kind == "diffusion":
                plain(compute, took, args)
    reading(args.batch / fastest, args)
    states(args)


if __name__ == "__main__":
    main()
