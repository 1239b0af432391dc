"""Which hands carry out a batch: worker processes of this machine, or actors on a cluster."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

from v2a_foley.compute import cores
from v2a_foley.engine.queue.hands import Hand
from v2a_foley.errors import UsageError

LOCAL, RAY = "local", "ray"
ENGINES = (LOCAL, RAY)


@dataclass(frozen=True)
class Crew:
    """Who carries out a batch.

    Attributes:
        engine: ``local``, or ``ray`` for a cluster.
        workers: how many jobs are in work at a time; None for one a GPU, or one.
        device: where the networks run.
        hang: seconds without a report after which a worker counts as standing still.
        address: of the cluster.
        files: how films reach the cluster: ``shared`` paths, or Ray's ``store``.
    """

    engine: str = LOCAL
    workers: int | None = None
    device: str = "auto"
    hang: float = 600.0
    address: str = "auto"
    files: str = "shared"


def hands_for(crew: Crew, threads: int) -> list[Hand]:
    """Return the hands that carry out a batch; whoever asks closes them.

    Args:
        crew: who is asked for.
        threads: threads of each one's networks.

    Raises:
        UsageError: there is no such engine, or no cluster answers.
        DependencyMissing: the engine is not installed.
    """
    check_engine(crew.engine)
    if crew.engine == RAY:
        from v2a_foley.engine.cluster import ray_hands

        return list(
            ray_hands(
                crew.workers,
                address=crew.address,
                files=crew.files,
                threads=threads,
                device=crew.device,
                patience=crew.hang,
            )
        )
    from v2a_foley.engine.worker.hand import WorkerHand

    return [
        WorkerHand(f"{place}:{number}", device=place, threads=threads, patience=crew.hang)
        for number, place in enumerate(devices(crew))
    ]


def check_engine(engine: str) -> None:
    """Refuse an engine that is not known.

    Raises:
        UsageError: it is not.
    """
    if engine not in ENGINES:
        raise UsageError(f"--engine {engine!r} is not known.", hint=f"Choose one of {', '.join(ENGINES)}.")


def default_threads(crew: Crew) -> int:
    """Return the threads of each worker's networks: this machine's cores, shared by its workers; one on a cluster."""
    if crew.engine == RAY:
        return 1
    return max(1, cores() // len(devices(crew)))


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


def devices(crew: Crew) -> list[str]:
    """Return the device of each worker of this machine: the GPUs in turn, or the one that was named."""
    found = gpus() if crew.device in ("auto", "cuda") else 0
    if found:
        return [f"cuda:{number % found}" for number in range(crew.workers or found)]
    return ["cpu" if crew.device == "auto" else crew.device] * (crew.workers or 1)
