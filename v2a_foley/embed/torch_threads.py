"""Runs torch on parts of the work side by side, one thread each, rather than on one part with all threads.

With all threads on one part they wait for each other after every layer, which costs a hundredfold as soon as another
program wants the same cores.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Return the results of some torch work on every part, in the parts' order."""
    return list(_pool().map(work, parts))


def workers() -> int:
    """Return how many parts run side by side."""
    return min(4, os.cpu_count() or 1)


@cache
def _pool() -> ThreadPoolExecutor:
    import torch

    before = torch.get_num_threads()
    pool = ThreadPoolExecutor(workers(), "torch", initializer=torch.set_num_threads, initargs=(1,))
    list(pool.map(_start, range(workers())))
    torch.set_num_threads(before)
    return pool


def _start(_: int) -> None:
    """Do nothing; a first task starts a thread of the pool."""
