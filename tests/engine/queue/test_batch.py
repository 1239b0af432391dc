"""A batch from its films to its report, with hands that work within this process."""

import csv
import json
import threading
import time
from pathlib import Path

import pytest

from tests.engine.queue.hands import TestHand, films
from v2a_foley.engine.queue import batch, engines
from v2a_foley.engine.queue.batch import BatchOptions
from v2a_foley.engine.queue.jobs import Wish, make_jobs
from v2a_foley.engine.queue.lists import read_lines
from v2a_foley.engine.queue.requests import ask, holding, is_held
from v2a_foley.engine.queue.rows import State
from v2a_foley.engine.queue.running import RunOptions
from v2a_foley.engine.queue.state import QueueState
from v2a_foley.errors import (
    Cancelled,
    DiskFull,
    JobsError,
    MediaUnreadable,
    OutputError,
    ProjectLocked,
    UsageError,
    WorkerDied,
)
from v2a_foley.progress import Progress


def jobs_of(folder: Path, output: Path, **wish: object) -> list:
    return make_jobs(*swapped(read_lines([folder], output, recursive=True), Wish(**wish)))


def swapped(read: tuple, wish: Wish) -> tuple:
    return read[0], wish, read[1]


def begin(folder: Path, output: Path, progress: Progress | None = None, **run: object) -> dict:
    return batch.begin(output, jobs_of(folder, output), BatchOptions(RunOptions(**run)), progress or Progress())


def states(output: Path) -> dict[str, str]:
    with QueueState.open(output) as state:
        return {row.job.output: row.state.value for row in state.rows()}


def test_a_folder_of_films_is_done_and_reported(hand, tmp_path):
    source, output = films(tmp_path / "in", "reel 10.mov", "reel 2.mov", "sub/reel.mp4"), tmp_path / "out"
    report = begin(source, output)
    assert [each["output"] for each in report["jobs"]] == ["reel 2.mov", "reel 10.mov", "sub/reel.mp4"]
    assert report["counts"]["done"] == 3
    assert {each.threads for each in hand.orders} == {engines.default_threads(engines.Crew())}
    assert (output / "sub/reel.mp4").read_bytes().startswith(b"sub/reel.mp4")
    assert json.loads((output / "report.json").read_text()) == report
    rows = list(csv.DictReader((output / "report.csv").open()))
    assert [row["state"] for row in rows] == ["done"] * 3
    assert rows[0]["warnings"] == "It is quiet."
    assert not list((output / ".v2a-foley/work").iterdir())
    assert len(list((output / "logs").iterdir())) == 3
    assert hand.closed


def test_the_same_command_again_does_nothing_twice(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov", "b.mov"), tmp_path / "out"
    begin(source, output)
    films(tmp_path / "in", "c.mov")
    report = begin(source, output)
    assert [each.source.name for each in hand.orders] == ["a.mov", "b.mov", "c.mov"]
    assert report["counts"]["done"] == 3


def test_a_hand_that_dies_costs_an_attempt_and_its_takes_stay(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov", "b.mov"), tmp_path / "out"
    hand.troubles["a.mov"] = [WorkerDied("It was killed. segfault at 0")] * 2
    report = begin(source, output)
    assert report["counts"]["done"] == 2
    log = next((output / "logs").glob("a-*.log")).read_text()
    assert log.count("\ntest:0 begins a.mov") == 3
    assert "segfault at 0" in log


def test_a_job_that_always_kills_its_hand_fails_with_the_end_of_its_log(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov", "b.mov"), tmp_path / "out"
    hand.troubles["a.mov"] = [WorkerDied("It was killed.")] * 100
    report = begin(source, output)
    assert report["counts"] == {**dict.fromkeys(map(str, State), 0), "failed": 1, "done": 1}
    failed = report["jobs"][0]
    assert failed["error"] == "WorkerDied"
    assert "begins a.mov" in failed["log"]
    assert len(hand.troubles["a.mov"]) == 100 - 3


def test_what_is_wrong_with_a_film_is_not_tried_twice(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov", "b.mov"), tmp_path / "out"
    hand.troubles["a.mov"] = [MediaUnreadable("'a.mov' is damaged.", hint="Export it again.")]
    report = begin(source, output)
    assert report["jobs"][0]["message"] == "'a.mov' is damaged."
    assert [each.source.name for each in hand.orders] == ["a.mov", "b.mov"]
    with QueueState.open(output) as state:
        assert ask(state, "retry") == ("One job will be tried again.", False)
    assert batch.resume(output, BatchOptions(), Progress())["counts"]["done"] == 2


@pytest.mark.parametrize("error", [DiskFull("There is no space left."), OutputError("The folder is read-only.")])
def test_a_disk_without_room_is_waited_for(error, hand, tmp_path, monkeypatch):
    source, output = films(tmp_path / "in", "a.mov"), tmp_path / "out"
    usable = iter([False, False, True, True, True])
    monkeypatch.setattr("v2a_foley.engine.queue.attempts.takes_files", lambda _: next(usable))
    monkeypatch.setattr("v2a_foley.engine.queue.room.takes_files", lambda _: False)
    hand.troubles["a.mov"] = [error]
    report = begin(source, output)
    assert report["counts"]["done"] == 1
    assert len(hand.orders) == 2


def test_patience_ends(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov", "b.mov"), tmp_path / "out"
    hand.troubles["a.mov"] = [DiskFull("There is no space left.")] * 100
    report = begin(source, output, patience=0.6)
    assert [each["state"] for each in report["jobs"]] == ["failed", "done"]
    assert report["jobs"][0]["error"] == "DiskFull"


def test_an_output_that_can_never_be_is_not_waited_for(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov"), tmp_path / "out"
    hand.troubles["a.mov"] = [OutputError("It is the input itself.")] * 2
    assert begin(source, output)["jobs"][0]["state"] == "failed"
    assert len(hand.orders) == 1


def test_what_lies_there_stops_is_skipped_or_replaced(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov", "b.mov"), tmp_path / "out"
    output.mkdir()
    (output / "a.mov").write_text("mine")
    with pytest.raises(UsageError, match=r"'a\.mov'"):
        begin(source, output)
    assert not hand.orders
    assert begin(source, output, existing="skip")["counts"]["skipped"] == 1
    assert (output / "a.mov").read_text() == "mine"
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.mov").write_text("mine")
    assert begin(source, other, existing="replace")["counts"]["done"] == 2
    assert (other / "a.mov").read_bytes().startswith(b"a.mov")


def test_nor_is_a_stem_that_lies_there_replaced_unasked(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov"), tmp_path / "out"
    (output / "stems").mkdir(parents=True)
    (output / "stems/a_BG_v1.wav").write_text("mine")
    jobs = jobs_of(source, output, values={"stems": "stems"})
    with pytest.raises(UsageError, match="a_BG_v1"):
        batch.begin(output, jobs, BatchOptions(), Progress())
    assert not hand.orders


def run_beside(source: Path, output: Path, progress: Progress) -> tuple[threading.Thread, list]:
    ended: list = []

    def work() -> None:
        try:
            ended.append(begin(source, output, progress))
        except Cancelled as error:
            ended.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread, ended


def asked(output: Path, verb: str, *jobs: str) -> str:
    with QueueState.open(output) as state:
        answer, held = ask(state, verb, jobs)
        assert held
        return answer


def test_a_batch_in_work_is_paused_reordered_cancelled_and_resumed(hand, tmp_path):
    source, output = films(tmp_path / "in", *(f"{n}.mov" for n in range(1, 7))), tmp_path / "out"
    hand.gate = threading.Event()
    thread, ended = run_beside(source, output, Progress())
    assert hand.begun.wait(10)
    assert is_held(output)
    with pytest.raises(ProjectLocked):
        batch.resume(output, BatchOptions(), Progress())
    assert asked(output, "pause").startswith("Paused")
    assert asked(output, "first", "5") == "One job put first."
    assert asked(output, "pause", "2") == "One job paused."
    assert asked(output, "cancel", "3", "1") == "2 jobs cancelled."
    wanted = {
        "1.mov": "cancelled", "2.mov": "paused", "3.mov": "cancelled", "4.mov": "waiting", "5.mov": "waiting",
        "6.mov": "waiting",
    }  # fmt: skip
    until = time.monotonic() + 10
    while states(output) != wanted and time.monotonic() < until:
        time.sleep(0.02)
    assert states(output) == wanted
    hand.gate.set()
    asked(output, "resume")
    thread.join(10)
    assert ended[0]["counts"]["done"] == 4
    assert [each.source.name for each in hand.orders] == ["1.mov", "5.mov", "2.mov", "4.mov", "6.mov"]


def test_what_is_stopped_goes_on_later(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov", "b.mov"), tmp_path / "out"
    hand.gate, progress = threading.Event(), Progress()
    thread, ended = run_beside(source, output, progress)
    assert hand.begun.wait(10)
    progress.cancel()
    thread.join(10)
    assert isinstance(ended[0], Cancelled)
    assert states(output) == {"a.mov": "waiting", "b.mov": "waiting"}
    hand.gate.set()
    assert batch.resume(output, BatchOptions(), Progress())["counts"]["done"] == 2


def test_threads_are_decided_once(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov"), tmp_path / "out"
    batch.begin(output, jobs_of(source, output), BatchOptions(threads=3), Progress())
    films(source, "b.mov")
    with pytest.raises(UsageError, match="3 threads"):
        batch.begin(output, jobs_of(source, output), BatchOptions(threads=2), Progress())
    begin(source, output)
    assert [each.threads for each in hand.orders] == [3, 3]


def test_a_damaged_state_is_told_and_rebuilt(hand, tmp_path):
    source, output = films(tmp_path / "in", "a.mov", "b.mov", "c.mov"), tmp_path / "out"
    hand.troubles["c.mov"] = [MediaUnreadable("It is damaged.")]
    begin(source, output)
    path = output / ".v2a-foley/queue.sqlite"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    (output / "b.mov").unlink()
    with pytest.raises(JobsError, match="damaged") as error:
        begin(source, output)
    assert "rebuild" in error.value.hint
    assert batch.rebuild(output) == 3
    assert states(output) == {"a.mov": "done", "b.mov": "waiting", "c.mov": "waiting"}
    assert batch.resume(output, BatchOptions(), Progress())["counts"]["done"] == 3
    assert [each.source.name for each in hand.orders] == ["a.mov", "b.mov", "c.mov", "b.mov", "c.mov"]


def test_a_newer_queue_is_refused_in_words(hand, tmp_path):
    import sqlite3

    source, output = films(tmp_path / "in", "a.mov"), tmp_path / "out"
    begin(source, output)
    connection = sqlite3.connect(output / ".v2a-foley/queue.sqlite")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(JobsError, match="newer"):
        begin(source, output)


def test_one_process_at_a_time(hand, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "_PATIENCE", 0.1)
    source, output = films(tmp_path / "in", "a.mov"), tmp_path / "out"
    with holding(output), pytest.raises(ProjectLocked):
        begin(source, output)
    assert not hand.orders


def test_two_hands_share_the_work(tmp_path, monkeypatch):
    both = [TestHand("test:0"), TestHand("test:1")]
    monkeypatch.setattr(engines, "hands_for", lambda *_, **__: both)
    for each in both:
        each.gate = threading.Event()
    source, output = films(tmp_path / "in", *(f"{n}.mov" for n in range(6))), tmp_path / "out"
    thread, ended = run_beside(source, output, Progress())
    assert all(each.begun.wait(10) for each in both)
    for each in both:
        each.gate.set()
    thread.join(10)
    assert sorted(order.source.name for each in both for order in each.orders) == [f"{n}.mov" for n in range(6)]
    assert {job["worker"] for job in ended[0]["jobs"]} == {"test:0", "test:1"}
