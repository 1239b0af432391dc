"""What the generative mapper's fast path saves: the paper's network at full size with random weights, guided.

Plain runs the whole network over all 81 tokens, twice a step; fast is what the program does. The plain path is so slow
that it is timed on fewer clips and steps and scaled; the lines say so. Run it from the repository's root, with nothing
else running: ``python -m benchmarks.mapper``. ``--clips 1 64 256`` adds a film of 256 shots, ``--help`` shows the rest.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from v2a_foley.compute import Compute, native_bfloat16, peak_memory
from v2a_foley.embed import Embeddings, Space, normalised
from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling
from v2a_foley.mapper.network import DiffusionNetwork, parameter_count

SPACE = Space("space", 512, "space")


def seconds(work: Callable[[], object], runs: int) -> list[float]:
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return found


def spread(found: list[float]) -> str:
    return f"{statistics.median(found):7.2f} s  ({min(found):.2f} to {max(found):.2f}, {len(found)} runs)"


def busy() -> str:
    return "load average " + ", ".join(f"{each:.2f}" for each in os.getloadavg()) if hasattr(os, "getloadavg") else ""


def images(count: int) -> Embeddings:
    return normalised(np.random.default_rng(0).standard_normal((count, SPACE.size)))


def compare(network: DiffusionNetwork, precision: str, args: argparse.Namespace) -> None:
    sampling = Sampling("deterministic", steps=args.steps, guidance=2.0)
    fast = DiffusionMapper(network, SPACE, SPACE, sampling=sampling, compute=Compute(args.device, precision))
    first = seconds(lambda: fast.map(images(1), [0]), 1)[0]
    print(f"\n{precision}: the first call, with all that is remembered for good, one clip: {first:.2f} s")
    short = replace(sampling, steps=args.plain_steps)
    plain = DiffusionMapper(network, SPACE, SPACE, sampling=short, compute=fast.compute)
    for clips in args.clips:
        started = time.process_time()
        quick = seconds(lambda: fast.map(images(clips), range(clips)), args.runs)  # noqa: B023 - called at once
        worked = (time.process_time() - started) / args.runs
        took = f"{spread(quick)}  {worked:.2f} s of processor a run"
        print(f"  fast   {clips:4d} clips x {args.steps} steps  {took}, {busy()}", flush=True)
        if not args.plain_clips:
            continue
        some = min(clips, args.plain_clips)
        scale = clips / some * args.steps / args.plain_steps
        slow = [scale * each for each in seconds(lambda: plain.map_plainly(images(some), range(some)), args.plain_runs)]  # noqa: B023
        how = f"scaled from {some} x {args.plain_steps}" if scale > 1 else "measured whole"
        saved = statistics.median(slow) / statistics.median(quick)
        print(f"  plain  {clips:4d} clips x {args.steps} steps  {spread(slow)}  {how}; fast saves x {saved:.0f}")
    print(f"  peak memory of the process so far: {peak_memory(fast.compute) / 1e6:.0f} MB", flush=True)


def agreement(network: DiffusionNetwork, device: str) -> None:
    few, seeds = images(4), range(4)
    exact = DiffusionMapper(network, SPACE, SPACE, sampling=Sampling(steps=3, guidance=2.0), compute=Compute(device))
    gap = np.abs(exact.map(few, seeds) - exact.map_plainly(few, seeds)).max()
    print(f"fast against plain, float32, 4 clips x 3 steps, unit vectors: differs by at most {gap:.1e}")
    for guidance in (1.0, 2.0):
        sampling = Sampling(steps=50, guidance=guidance)
        exact, rough = (
            DiffusionMapper(network, SPACE, SPACE, sampling=sampling, compute=Compute(device, precision))
            for precision in ("float32", "bfloat16")
        )
        near = (exact.map(few, seeds) * rough.map(few, seeds)).sum(axis=1)
        print(f"bfloat16 against float32, 50 steps, guidance {guidance:.0f}: cosine at least {near.min():.5f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clips", type=int, nargs="+", default=[1, 64], help="how many clips to map at once")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--plain-clips", type=int, default=8, help="the plain path is timed on so many; 0 leaves it out"
    )
    parser.add_argument("--plain-steps", type=int, default=2, help="and on so many steps")
    parser.add_argument("--plain-runs", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precisions", nargs="+", default=["float32", "bfloat16"])
    args = parser.parse_args()
    torch.manual_seed(0)
    network = DiffusionNetwork().requires_grad_(False)
    native = "native" if native_bfloat16() else "not native"
    print(f"{parameter_count(network):,} parameters, {torch.get_num_threads()} threads, bfloat16 {native}; {busy()}")
    agreement(network, args.device)
    for precision in args.precisions:
        compare(network, precision, args)


if __name__ == "__main__":
    main()
