import time

import pytest

from v2a_foley.errors import Cancelled
from v2a_foley.progress import Progress


def test_reports_reach_the_listener_in_order():
    events = []
    progress = Progress(events.append)
    with progress.stage("look", 10) as stage:
        stage.advance(4, "frame 4")
        stage.advance(6)
    assert [(event.stage, event.done, event.finished) for event in events] == [
        ("look", 0, False),
        ("look", 4, False),
        ("look", 10, False),
        ("look", 10, True),
    ]
    assert progress.seconds["look"] > 0


def test_cancelling_stops_at_the_next_report():
    progress = Progress()
    done = []

    def work():
        with progress.stage("generate", 5) as stage:
            for number in range(5):
                if number == 2:
                    progress.cancel()
                stage.advance()
                done.append(number)

    with pytest.raises(Cancelled) as caught:
        work()
    assert done == [0, 1]
    assert caught.value.exit_code == 130


def test_a_stage_that_runs_twice_adds_up_and_one_that_fails_counts():
    progress = Progress()
    with progress.stage("mix"):
        pass
    first = progress.seconds["mix"]

    def fail():
        with progress.stage("mix"):
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert progress.seconds["mix"] > first


def test_a_stage_inside_another_is_not_counted_twice():
    progress = Progress()
    started = time.perf_counter()
    with progress.stage("generate"), progress.stage("voice"):
        time.sleep(0.05)
    spent = time.perf_counter() - started
    assert progress.seconds["voice"] >= 0.05
    assert sum(progress.seconds.values()) <= spent


def test_warnings_are_kept_once():
    progress = Progress()
    progress.warn("The last 3 s are lost.")
    progress.warn("The last 3 s are lost.")
    assert progress.warnings == ["The last 3 s are lost."]


def test_a_stage_in_a_generator_may_close_after_the_one_around_it():
    progress = Progress()

    def parts():
        with progress.stage("inner"):
            yield 1
            yield 2

    with progress.stage("outer"):
        left_open = parts()
        next(left_open)
    with progress.stage("next"):
        pass
    left_open.close()
    with progress.stage("last"):
        pass
    assert set(progress.seconds) == {"outer", "inner", "next", "last"}
    assert all(spent >= 0 for spent in progress.seconds.values())
