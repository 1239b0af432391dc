"""Work side by side: in order, bounded, without deadlocks, and without threads that stay behind."""

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2a_foley.train.ahead import side_by_side


def ours() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "v2a-foley-clips"]


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 12), max_size=12), threads=st.integers(1, 4), depth=st.integers(1, 3),
    slow=st.integers(0, 12),
)  # fmt: skip
def test_everything_comes_in_order_whatever_is_slow(sizes, threads, depth, slow):
    def make(work):
        number, size = work
        for part in range(size):
            if number == slow and part == 0:
                time.sleep(0.01)
            yield number, part

    got = list(side_by_side(enumerate(sizes), make, threads=threads, depth=depth))
    wanted = []
    for number, size in enumerate(sizes):
        wanted += [((number, size), (number, part)) for part in range(size)] + [((number, size), None)]
    assert got == wanted
    assert not ours()


def test_no_more_than_a_few_pieces_wait():
    made, most = [], 0

    def make(number):
        for part in range(50):
            made.append(part)
            yield number, part

    taken = 0
    for _, one in side_by_side(range(20), make, threads=2, depth=2):
        taken += one is not None
        time.sleep(0.0002)
        most = max(most, len(made) - taken)
    assert most <= 4 * (2 + 2), most


def test_an_error_comes_in_its_turn_and_ends_all():
    def make(number):
        yield number
        if number == 3:
            raise OSError("three")

    got = []
    with pytest.raises(OSError, match="three"):
        got.extend(one for _, one in side_by_side(range(100), make, threads=3))
    assert got == [0, None, 1, None, 2, None, 3]
    assert not ours()


def test_who_leaves_early_leaves_no_thread():
    ended = []

    def make(number):
        try:
            yield from range(1000)
        finally:
            ended.append(number)

    pieces = side_by_side(range(100), make, threads=2)
    next(pieces)
    pieces.close()
    assert not ours()
    assert len(ended) <= 4


def test_while_it_waits_it_asks():
    gate = threading.Event()

    def make(_):
        gate.wait(5)
        yield 1

    class Enough(Exception):
        pass

    def ask():
        gate.set()
        raise Enough

    with pytest.raises(Enough):
        list(side_by_side([0], make, threads=1, waiting=ask))
    assert not ours()
