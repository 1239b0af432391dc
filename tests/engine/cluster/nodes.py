"""A real Ray cluster of several nodes on this machine, on its loopback, that leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

LOOPBACK = "127.0.0.2"
"""Ray takes 127.0.0.1 for a word for the machine's own address, which is none on the loopback."""
_STORE = 80 << 20


@dataclass
class Nodes:
    """The cluster; its head takes no work where it shall outlive all the other nodes."""

    cluster: Any
    folder: Path

    @property
    def address(self) -> str:
        return self.cluster.address

    def add(self) -> Any:
        return self.cluster.add_node(num_cpus=1, object_store_memory=_STORE, node_ip_address=LOOPBACK)

    def kill(self, node: Any) -> None:
        self.cluster.remove_node(node, allow_graceful=False)


@contextmanager
def nodes(*, head: int, more: int) -> Iterator[Nodes]:
    """Start a cluster; at the end nothing of it runs, and its folder is gone.

    Args:
        head: cores of the head.
        more: how many nodes of one core there are beside it.
    """
    folder = Path(tempfile.mkdtemp(prefix="ray", dir=tempfile.gettempdir()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", str(folder))  # a short one: sockets lie in it
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("OMP_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
        import ray
        from ray.cluster_utils import Cluster

        options = {"num_cpus": head, "include_dashboard": False, "object_store_memory": _STORE}
        cluster = Cluster(initialize_head=True, head_node_args={**options, "node_ip_address": LOOPBACK})
        try:
            found = Nodes(cluster, folder)
            for _ in range(more):
                found.add()
            yield found
        finally:
            ray.shutdown()
            cluster.shutdown()
            left = _running(folder)
            shutil.rmtree(folder, ignore_errors=True)
    assert not left, f"still running: {left}"


def _running(folder: Path, seconds: float = 15.0) -> list[str]:
    """Return the command lines of processes that belong to a cluster, given some seconds to end."""
    until = time.monotonic() + seconds
    while True:
        left = []
        for each in psutil.process_iter():
            with suppress(psutil.Error):
                if each.pid != os.getpid() and each.environ().get("RAY_TMPDIR") == str(folder):
                    left.append(" ".join(each.cmdline())[:200])
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.2)
