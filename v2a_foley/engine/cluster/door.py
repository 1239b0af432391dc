"""The one door to Ray: connecting to a cluster, starting actors in it, calling them. What they do is not known here."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from v2a_foley.errors import DependencyMissing, FoleyError, UsageError, WorkerDied

ADDRESS = "auto"
"""The cluster of this machine: the one that ``ray start`` joined it to."""
_FORM = re.compile(r"auto|local|([\w.\-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})")
_ANSWER = 5.0
"""Seconds that a cluster's head gets to answer at its address."""


class Lost(Exception):
    """An actor, or the node that it was on, is gone, or does not answer."""


@dataclass(frozen=True)
class Places:
    """How many actors fit into a cluster, and what each takes of it.

    Attributes:
        count: how many.
        gpus: GPUs of each, 0 or 1.
        cpus: CPU cores of each.
    """

    count: int
    gpus: int
    cpus: int


_connected: list[Cluster] = []
"""Those of this process that are open: it can be in one cluster at a time."""
_turn = threading.RLock()


class Cluster:
    """A Ray cluster that this process is connected to. Its methods may be called by any thread."""

    def __init__(self, ray: ModuleType, *, ours: bool) -> None:
        """Keep it.

        Args:
            ray: the module.
            ours: whether the last ``close`` leaves the cluster; where the process was connected before, it stays so.
        """
        self._ray: Any = ray
        if ours:
            _connected.append(self)

    def cores(self) -> int:
        """Return how many CPU cores each node has that has any, the smallest of them; at least 1."""
        counts = [int(each["Resources"].get("CPU", 0)) for each in self._ray.nodes() if each["Alive"]]
        return min((each for each in counts if each), default=1)

    def places(self, threads: int) -> Places:
        """Return how many actors of so many threads the cluster has room for: one a GPU, or else one for these cores.

        Raises:
            UsageError: it has room for none.
        """
        nodes = [each["Resources"] for each in self._ray.nodes() if each["Alive"]]
        gpus = sum(int(each.get("GPU", 0)) for each in nodes)
        if gpus:
            return Places(gpus, 1, 0)
        count = sum(int(each.get("CPU", 0)) // threads for each in nodes)
        if not count:
            raise UsageError(
                f"No node of the cluster has {threads} cores for a worker of {threads} threads.",
                hint="Choose fewer threads, or add nodes: ray start --address HOST:PORT.",
            )
        return Places(count, 0, threads)

    def hire(self, kind: type, *arguments: object, places: Places) -> Any:  # noqa: ANN401 - an actor's handle has no type
        """Start an actor on some node that has room, or as soon as one has; it is not waited for."""
        options = {
            "num_gpus": places.gpus, "num_cpus": places.cpus, "max_concurrency": 8, "scheduling_strategy": "SPREAD",
            "max_restarts": 0, "max_task_retries": 0,
        }  # fmt: skip
        return self._ray.remote(kind).options(**options).remote(*arguments)

    def begin(self, actor: Any, method: str, *arguments: object) -> Any:  # noqa: ANN401 - neither has its answer
        """Call a method of an actor without waiting for its answer."""
        return getattr(actor, method).remote(*arguments)

    def put(self, data: bytes) -> Any:  # noqa: ANN401 - a reference has no type
        """Lay bytes into the cluster's store and return what stands for them in calls."""
        return self._ray.put(data)

    def answered(self, answers: Sequence[Any]) -> list[Any]:
        """Return those of some answers that are there, or will never be."""
        if not answers:
            return []
        found: list[Any] = self._ray.wait(list(answers), num_returns=len(answers), timeout=0)[0]
        return found

    def get(self, answer: Any, seconds: float) -> Any:  # noqa: ANN401 - plain values
        """Return an answer.

        Args:
            answer: what ``begin`` gave.
            seconds: how long to wait for it.

        Raises:
            Lost: the actor is gone, or does not answer.
            DependencyMissing: the actor could not be started on its node.
            FoleyError: what the method raised.
        """
        wrong = self._ray.exceptions
        try:
            return self._ray.get(answer, timeout=seconds)
        except wrong.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, FoleyError):
                raise type(cause)(cause.message, hint=cause.hint) from error
            raise WorkerDied(f"An actor failed: {type(cause).__name__}: {cause}.") from error
        except wrong.ActorDiedError as error:
            if getattr(error, "actor_init_failed", False):
                raise DependencyMissing(
                    f"A node of the cluster cannot start a worker: {_end_of(error)}",
                    hint="Install the same v2a-foley and the same Python on every node.",
                ) from error
            raise Lost(_end_of(error)) from error
        except wrong.GetTimeoutError as error:
            raise Lost(f"It did not answer for {seconds:g} s.") from error
        except wrong.RayError as error:
            raise Lost(_end_of(error)) from error

    def call(self, actor: Any, method: str, *arguments: object, seconds: float) -> Any:  # noqa: ANN401 - as ``get``
        """Call a method of an actor and return its answer; errors as ``get`` has them."""
        return self.get(self.begin(actor, method, *arguments), seconds)

    def dismiss(self, actor: Any) -> None:  # noqa: ANN401 - an actor's handle
        """End an actor's process at once."""
        self._ray.kill(actor)

    def close(self) -> None:
        """Leave the cluster, unless this process uses it elsewhere; a local one ends with it. May be called twice."""
        with _turn:
            if self in _connected:
                _connected.remove(self)
                if not _connected:
                    self._ray.shutdown()


def connect(address: str = ADDRESS) -> Cluster:
    """Connect to a Ray cluster.

    Args:
        address: ``auto`` for the one that this machine has joined, ``local`` for one of this process alone, or
            ``HOST:PORT`` of its head.

    Raises:
        UsageError: the address is none, nobody answers there, or it runs other versions of Ray or Python.
        DependencyMissing: Ray is not installed.
    """
    found = _FORM.fullmatch(address)
    if found is None:
        raise UsageError(f"--address {address!r} is no address.", hint="Choose auto, local or HOST:PORT.")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise DependencyMissing(
            "--engine ray needs Ray, which is not installed.", hint='Run: pip install "v2a-foley[ray]".'
        ) from error
    if found[1]:
        _require_answer(found[1].strip("[]"), int(found[2]))
    with _turn:
        if ray.is_initialized():
            return Cluster(ray, ours=bool(_connected))
        _quiet()
        more: Mapping[str, Any] = {"include_dashboard": False} if address == "local" else {}
        try:
            with _signals_kept():
                ray.init(address=address, log_to_driver=False, configure_logging=False, **more)
        except ConnectionError as error:
            raise _nobody(address) from error
        except (RuntimeError, ValueError) as error:
            raise UsageError(
                f"The Ray cluster at {address!r} cannot be joined: {error}.",
                hint="Use the same versions of Ray and Python on every machine.",
            ) from error
        return Cluster(ray, ours=True)


def _quiet() -> None:
    """Let Ray keep its news to itself: it prints what happens to nodes among a command's own output."""
    from ray._private import worker

    logging.getLogger("ray").setLevel(logging.ERROR)
    worker._worker_logs_enabled = False  # noqa: SLF001 - there is no public way; where it is gone, nothing breaks


def _require_answer(host: str, port: int) -> None:
    """Ask first: Ray itself waits for minutes."""
    try:
        with socket.create_connection((host, port), _ANSWER):
            pass
    except (OSError, OverflowError) as error:
        raise _nobody(f"{host}:{port}") from error


def _nobody(address: str) -> UsageError:
    return UsageError(
        f"No Ray cluster answers at {address!r}.", hint="Start one with: ray start --head; see docs/cluster.md."
    )


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Put the handlers of signals back that Ray replaces: they are the program's own."""
    here = threading.current_thread() is threading.main_thread()
    kept = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)} if here else {}
    try:
        yield
    finally:
        for each, handler in kept.items():
            signal.signal(each, handler)


def _end_of(error: Exception) -> str:
    """Return the sentences of one of Ray's errors without its table of numbers."""
    lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith(("\t", " "))]
    return " ".join(lines) or type(error).__name__
