"""How long the heavier figures take on a test set the size of VGGSound's: random embeddings, nothing loaded.

Run it from the repository's root, with nothing else running: ``python -m benchmarks.metrics``. ``--sounds`` and
``--sizes`` change what is measured.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

import numpy as np

from v2a_foley.compute import Compute, peak_memory
from v2a_foley.metrics.coverage import density_and_coverage
from v2a_foley.metrics.divergence import inception_score, kl, softmax
from v2a_foley.metrics.frechet import fd, fd_infinite
from v2a_foley.metrics.retrieval import retrieval

CPU = Compute("cpu", "float32")


def show(name: str, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    print(
        f"{name:58s} {time.perf_counter() - started:7.1f} s   peak so far {peak_memory(CPU) / 2**30:.1f} GiB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sounds", type=int, default=15_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 2048])
    args = parser.parse_args()
    if hasattr(os, "getloadavg"):
        print("load average " + ", ".join(f"{each:.2f}" for each in os.getloadavg()))
    rng = np.random.default_rng(0)
    frames = rng.standard_normal((2, 10 * args.sounds, 128), dtype=np.float32)
    of = np.repeat(np.arange(args.sounds), 10)
    for name, work in (("FAD", fd), ("FAD∞", fd_infinite)):
        show(
            f"{name}, {args.sounds} sounds of 10 frames, 128 dimensions",
            lambda work=work: work(frames[0], frames[1], rests_on="noise", generated_of=of, reference_of=of),
        )
    for size in args.sizes:
        one, other = rng.standard_normal((2, args.sounds, size), dtype=np.float32)
        words = f"{args.sounds} sounds, {size} dimensions"
        show(f"FD, {words}", lambda one=one, other=other: fd(one, other, rests_on="noise"))
        show(f"FD∞, {words}", lambda one=one, other=other: fd_infinite(one, other, rests_on="noise"))
        if size == min(args.sizes):
            show(f"retrieval, {words}", lambda one=one, other=other: retrieval(one, other, rests_on="noise"))
            show(f"density and coverage, {words}", lambda a=one, b=other: density_and_coverage(a, b, rests_on="noise"))
    new, old = softmax(rng.standard_normal((args.sounds, 527))), softmax(rng.standard_normal((args.sounds, 527)))
    show(f"KL, {args.sounds} clips, 527 classes", lambda: kl(new, old, rests_on="noise"))
    show(f"IS, {args.sounds} sounds, 527 classes", lambda: inception_score(new, rests_on="noise"))


if __name__ == "__main__":
    main()
