"""Which hands carry out a batch: worker processes of this machine, or actors on a cluster."""

from __future__ import annotations

import os
import shutil
import subprocess

from v2a_foley.engine.queue.hands import Hand
from v2a_foley.errors import UsageError

LOCAL, RAY = "local", "ray"
ENGINES = (LOCAL, RAY)


def hands_for(engine: str, count: int | None, *, device: str = "auto", patience: float = 600.0) -> list[Hand]:
    """Return the hands of an engine; whoever asks closes them.

    Args:
        engine: ``local`` or ``ray``.
        count: how many; by default one a GPU, and one where there is none.
        device: where their networks run.
        patience: seconds without a report after which a hand counts as standing still.

    Raises:
        UsageError: there is no such engine.
        DependencyMissing: the engine is not installed.
    """
    if engine == RAY:
        from v2a_foley.engine.cluster import ray_hands

        return list(ray_hands(count, device=device, patience=patience))
    if engine != LOCAL:
        raise UsageError(f"--engine {engine!r} is not known.", hint=f"Choose one of {', '.join(ENGINES)}.")
    from v2a_foley.engine.worker.hand import WorkerHand

    return [
        WorkerHand(f"{place}:{number}" if place == "cpu" else place, device=place, patience=patience)
        for number, place in enumerate(_devices(count, device))
    ]


def default_threads(workers: int) -> int:
    """Return the threads of each worker's networks: this machine's cores, shared by the workers."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // workers)


def gpus() -> int:
    """Return how many GPUs this process may use, without loading what computes on them."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([each for each in visible.split(",") if each.strip() and not each.strip().startswith("-")])
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return 0
    try:
        said = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=20, check=True).stdout  # noqa: S603 - the system's own tool
    except (OSError, subprocess.SubprocessError):
        return 0
    return sum(line.startswith("GPU ") for line in said.splitlines())


def _devices(count: int | None, device: str) -> list[str]:
    """Return the device of each hand: the GPUs in turn, or the one that was named."""
    if device != "auto" and device != "cuda":
        return [device] * (count or 1)
    found = gpus()
    if not found:
        return ["cpu" if device == "auto" else device] * (count or 1)
    return [f"cuda:{number % found}" for number in range(count or found)]
