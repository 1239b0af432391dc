"""Prints how many times faster than real time each procedural family streams, on one thread: the median of five runs.

Usage: ``python benchmarks/procedural.py [SECONDS]`` (30 by default). Every kind of a family is timed, the slowest is
shown; stereo at 48 kHz, with the building of the instrument and the levelling that a first request pays counted in
``first``. Seconds are those of the processor, so that a busy machine does not blur them.
"""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import sys
import time

from v2a_foley.generate import SoundRequest
from v2a_foley.generate.procedural import FAMILIES, Family, Procedural
from v2a_foley.project import Event, Kind, Layer

RATE = 48_000
TARGET = 40


def spent(family: str, params: dict[str, str], kind: Kind, seconds: float, seed: int) -> float:
    event = Event("x", "x", "X", "X", "X", kind, Layer.BG, -23.0, family, params=params)
    started = time.process_time()
    for _ in Procedural().make(SoundRequest(event, int(seconds * RATE), channels=2, seed=seed)).blocks:
        pass
    return time.process_time() - started


def kinds(family: Family) -> list[dict[str, str]]:
    for item in dataclasses.fields(family.params):
        if "choices" in item.metadata:
            return [{item.name: value} for value in item.metadata["choices"]]
    return [{}]


def main(seconds: float) -> None:
    spent("impact", {}, Kind.IMPULSE, 1, 0)
    print(f"{'family':16} {'as':11} {'slowest kind':14} {'x real time':>11} {'first, s':>9}")
    slow = []
    for family in FAMILIES.values():
        for kind in (Kind.CONTINUOUS, Kind.IMPULSE):
            rows = []
            for params in kinds(family):
                first = spent(family.name, params, kind, 1.0, 0)
                speed = seconds / statistics.median(
                    spent(family.name, params, kind, seconds, seed) for seed in range(1, 6)
                )
                rows.append((speed, first, "".join(params.values())))
            speed, first, name = min(rows)
            slow += [f"{family.name} {name}"] if speed < TARGET else []
            print(f"{family.name:16} {kind.value:11} {name:14} {speed:11.0f} {first:9.2f}", flush=True)
    print(f"below {TARGET} x: {', '.join(slow) or 'none'}")


if __name__ == "__main__":
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        sys.exit(subprocess.run([sys.executable, *sys.argv], env={**os.environ, **one}, check=False).returncode)
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
