"""Runs torch on parts of the work side by side, one thread each, rather than on one part with all threads.

With all threads on one part they wait for each other after every layer, which costs a hundredfold as soon as another
program wants the same cores.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from v2a_foley.compute import cores

Part = TypeVar("Part")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Return the results of some torch work on every part, in the parts' order."""
    with _setting.one_thread():
        return list(_pool(workers()).map(work, parts))


def workers() -> int:
    """Return how many parts run side by side."""
    return min(4, cores())


class _ThreadSetting:
    """How many threads torch uses a part: one while anything runs side by side, as before afterwards.

    A worker's own setting is not enough: a thread that torch has not met takes over the process's, and MKL knows no
    other. It is changed from a thread of its own, because changing it also changes the thread that does it.
    """

    def __init__(self) -> None:
        self._lock, self._users, self._usual = threading.Lock(), 0, 0

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        import torch

        with self._lock:
            if self._users == 0:
                self._usual = torch.get_num_threads()
                self._set(1)
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._set(self._usual)

    def _set(self, count: int) -> None:
        import torch

        _setter().submit(torch.set_num_threads, count).result()


_setting = _ThreadSetting()


@cache
def _setter() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "torch-threads")


@cache
def _pool(count: int) -> ThreadPoolExecutor:
    pool = ThreadPoolExecutor(count, "torch", initializer=_start)
    list(pool.map(_stay, range(count)))
    return pool


def _start() -> None:
    """Have torch meet this thread while the process's setting is one."""
    import torch

    torch.set_num_threads(1)
    torch.get_num_threads()


def _stay(_: int) -> None:
    """Do nothing; a first task starts a thread of the pool."""
