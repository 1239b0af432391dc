"""The worker's loop over pipes of this process, with a desk that does as it is told; and raw lines to a true one."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.engine.worker.doors import until
from tests.engine.worker.test_messages import GOOD
from tests.mutations import cases
from v2a_foley.engine.worker import stdio
from v2a_foley.engine.worker.messages import Event, read_event, request_line
from v2a_foley.engine.worker.schema import LONGEST
from v2a_foley.engine.worker.stdio import Worker
from v2a_foley.errors import DiskFull, FoleyError, OutOfMemory


class Bench:
    """A worker whose work is a function, and its client's ends of the pipes."""

    def __init__(self, work: Callable[..., Any]) -> None:
        heard, self.said = os.pipe()
        self.heard, saying = os.pipe()
        self.ended: list[int] = []
        self.device, self.carry_out = "cpu", work
        self.worker = Worker(os.fdopen(heard, "rb"), saying, self, end=self.ended.append)  # the desk
        self.out = os.fdopen(self.heard, "rb")
        self.thread = threading.Thread(target=self.worker.run)
        self.thread.start()
        assert self.event().event == "ready"

    def send(self, do: str, name: str = "r1", **params: object) -> None:
        self.raw(json.dumps({"v": 1, "id": name, "do": do, "params": params}).encode() + b"\n")

    def raw(self, line: bytes) -> None:
        while line:
            line = line[os.write(self.said, line) :]

    def event(self) -> Event:
        return read_event(self.out.readline())

    def end(self, name: str | None = "r1") -> Event:
        """The next event that ends a request."""
        while True:
            event = self.event()
            if event.ends:
                assert event.id == name
                return event

    def close(self) -> None:
        os.close(self.said)
        self.thread.join(20)
        assert until(lambda: self.ended, 20)
        self.out.close()


@pytest.fixture
def bench(monkeypatch) -> Iterator[Callable[..., Bench]]:
    monkeypatch.setattr(stdio, "end_descendants", lambda: None)  # they are this test run's
    made: list[Bench] = []

    def make(work: Callable[..., Any]) -> Bench:
        made.append(Bench(work))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_whatever_goes_wrong_is_told_and_the_next_request_is_done(bench, caplog):
    full = OSError(28, "No space left")
    wrong = iter([KeyError("{x}"), FoleyError("No."), MemoryError(), full, SystemExit(3), RecursionError()])

    def work(request, progress, tell):
        error = next(wrong, None)
        if error is not None:
            raise error
        return {"done": True}

    desk = bench(work)
    kinds = []
    for _ in range(6):
        desk.send("probe", film="/f")
        kinds.append(desk.end().values["type"])
    assert kinds == ["Defect", "FoleyError", OutOfMemory.__name__, DiskFull.__name__, "Defect", "Defect"]
    desk.send("probe", film="/f")
    assert desk.end().values["value"] == {"done": True}
    assert "KeyError" in caplog.text, "no trace of the defect in the log"


def test_a_result_that_cannot_be_told_is_an_error(bench):
    results = iter([{"a": float("nan")}, {"a": object()}, {}])
    desk = bench(lambda request, progress, tell: next(results))
    for kind in ("error", "error", "result"):
        desk.send("probe", film="/f")
        assert desk.end().event == kind


def test_requests_wait_for_their_turn_and_can_be_cancelled_meanwhile(bench):
    go, begun = threading.Event(), []

    def work(request, progress, tell):
        begun.append(request.id)
        with progress.stage("work") as stage:
            while not go.wait(0.01):
                stage.tell(1)
        return {}

    desk = bench(work)
    desk.send("probe", "a", film="/f")
    assert until(lambda: begun)
    desk.send("probe", "b", film="/f")
    desk.send("probe", "b", film="/f")
    assert "'b' already" in desk.end(None).values["message"]
    desk.send("cancel", "c", target="b")
    assert desk.end("c").values["value"] == {"found": True}
    desk.send("cancel", "d", target="nobody")
    assert desk.end("d").values["value"] == {"found": False}
    desk.send("cancel", "e", target="a")
    assert desk.end("e").values["value"] == {"found": True}
    assert desk.end("a").values["type"] == "Cancelled"
    assert desk.end("b").values["type"] == "Cancelled"
    assert begun == ["a"], "work was begun that nobody wanted any more"


def test_too_many_that_wait_are_refused(bench, monkeypatch):
    monkeypatch.setattr(stdio, "MOST_WAITING", 3)
    go = threading.Event()
    desk = bench(lambda request, progress, tell: {} if go.wait(20) else None)
    for name in "abcd":
        desk.send("probe", name, film="/f")
    assert "wait already" in desk.end("d").values["message"]
    go.set()
    assert [desk.end(name).event for name in "abc"] == ["result"] * 3


def test_warnings_are_told_once_and_frequent_reports_now_and_then(bench):
    def work(request, progress, tell):
        with progress.stage("work", 10_000) as stage:
            for done in range(10_000):
                stage.tell(done)
            progress.warn("Odd.")
            progress.warn("Odd.")
        tell("take", cue="c1", take={"id": "t1"})
        return {}

    desk = bench(work)
    desk.send("probe", film="/f")
    told = []
    while not (event := desk.event()).ends:
        told.append(event)
    reports = [event.progress() for event in told if event.event == "progress"]
    assert 2 <= len(reports) < 500
    assert (reports[0].done, reports[-1].finished) == (0, True)
    assert [event.values for event in told if event.event == "warning"] == [{"text": "Odd."}]
    assert [event.values["cue"] for event in told if event.event == "take"] == ["c1"]


def test_a_line_that_is_too_long_is_passed_over_and_a_broken_off_one_never_done(bench):
    begun = []
    desk = bench(lambda request, progress, tell: begun.append(request.id) or {})
    desk.raw(b'{"v": 1, "id": "long", "x": "' + b"x" * LONGEST + b'"}\n')
    assert "longer" in desk.end(None).values["message"]
    desk.send("probe", film="/f")
    assert desk.end().event == "result"
    desk.raw(request_line(GOOD[0])[:-1])
    desk.close()
    assert begun == ["r1"]
    desk.close = lambda: None


def test_the_end_of_input_cancels_and_ends(bench):
    begun, left = threading.Event(), []

    def work(request, progress, tell):
        begun.set()
        try:
            with progress.stage("work") as stage:
                while True:
                    stage.tell(1)
        finally:
            left.append(request.id)

    desk = bench(work)
    desk.send("probe", film="/f")
    assert begun.wait(20)
    os.close(desk.said)
    desk.thread.join(20)
    assert until(lambda: desk.ended)
    assert (left, desk.ended) == (["r1"], [0])
    assert desk.end().values["type"] == "Cancelled"
    desk.close = lambda: None


def raw_lines(first: int, count: int) -> None:
    """Send mutated lines to a true worker; each gets one answer, and at last it is asked to end."""
    good = [request_line(each) for each in GOOD if each.do in ("probe", "cancel", "describe")]
    lines = [line.replace(b"\n", b" ") + b"\n" for _, line in cases(good, "lines", first, first + count)]
    lines.append(request_line(GOOD[-1]))
    process = subprocess.Popen(
        [sys.executable, "-m", "v2a_foley.cli.main", "worker", "--device", "cpu"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    said: list[bytes] = []
    ears = [threading.Thread(target=lambda: said.append(process.stdout.read()))]
    ears.append(threading.Thread(target=lambda: said.append(process.stderr.read())))
    for each in ears:
        each.start()
    for line in lines:
        process.stdin.write(line)
    process.stdin.flush()
    for each in ears:
        each.join(120)
    assert process.wait(20) == 0
    process.stdin.close()
    events = [read_event(line) for out in said if out.startswith(b"{") for line in out.splitlines(keepends=True)]
    assert len([event for event in events if event.ends]) == len(lines)
    assert not any(b"Traceback" in out for out in said)
    assert "Defect" not in {event.values.get("type") for event in events}


def test_a_true_worker_answers_whatever_it_is_sent():
    raw_lines(0, 90)


@pytest.mark.long
def test_a_true_worker_answers_whatever_it_is_sent_nine_hundred_times():
    for first in range(0, 900, 90):
        raw_lines(first, 90)
