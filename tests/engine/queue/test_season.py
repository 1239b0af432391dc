"""A season in one batch: hundreds of jobs, and the memory that the queue takes does not grow with them."""

import gc
import tracemalloc
from pathlib import Path

import pytest

from tests.engine.queue.hands import TestHand, films
from v2a_foley.engine.queue import batch, engines
from v2a_foley.engine.queue.batch import BatchOptions
from v2a_foley.engine.queue.jobs import Wish, make_jobs
from v2a_foley.engine.queue.lists import read_lines
from v2a_foley.progress import Progress


class CountingHand(TestHand):
    """Forgets its orders, and notes what Python holds after a fifth of them, and after all."""

    count = 0
    looks: tuple = ()
    held: list

    def carry_out(self, order, told, stopped, log):
        self.count += 1
        if self.count in self.looks:
            gc.collect()
            self.held.append(tracemalloc.get_traced_memory()[0])
        self.orders.clear()
        return super().carry_out(order, told, stopped, log)


def check_season(folder: Path, jobs: int, monkeypatch) -> None:
    hand = CountingHand()
    hand.looks, hand.held = (jobs // 5, jobs), []
    monkeypatch.setattr(engines, "hands_for", lambda *_: [hand])
    source = films(folder / "in", *(f"{n}.mov" for n in range(jobs)))
    wanted = make_jobs(read_lines([source], folder / "out")[0], Wish(), "it")
    tracemalloc.start()
    try:
        report = batch.begin(folder / "out", wanted, BatchOptions(), Progress())
    finally:
        tracemalloc.stop()
    assert report["counts"]["done"] == jobs
    assert hand.held[1] - hand.held[0] < 25_000 + 20 * jobs, hand.held  # a row a job would be more than a thousand
    assert (folder / "out/report.csv").read_text().count("\n") == jobs + 1


def test_fifty_jobs_hold_no_memory(tmp_path, monkeypatch):
    check_season(tmp_path, 50, monkeypatch)


@pytest.mark.long
def test_five_hundred_jobs_hold_no_memory(tmp_path, monkeypatch):
    check_season(tmp_path, 500, monkeypatch)
