import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from tests.engine.worker.contract import Contract, in_mid_work
from tests.engine.worker.doors import until
from tests.test_public import loaded_after
from v2a_foley.engine.queue.hands import Hand
from v2a_foley.engine.worker import client
from v2a_foley.engine.worker.client import WorkerProcess
from v2a_foley.engine.worker.hand import WorkerHand, order_of, order_params
from v2a_foley.errors import Cancelled, WorkerDied

pytestmark = pytest.mark.xdist_group("worker")  # they share a process and a project

CLIENT = """
import json, sys
from v2a_foley.engine.worker.client import WorkerProcess
worker = WorkerProcess()
worker.request("probe", {"film": sys.argv[1]})
print(worker.pid, flush=True)
worker.request("render", json.load(open(sys.argv[2])))
"""


@pytest.fixture(scope="module")
def door(hand, shop) -> WorkerProcess:
    hand._worker.worker = hand._worker
    return hand._worker


def test_probing_needs_no_networks(shop):
    with WorkerProcess() as worker:
        worker.request("probe", {"film": str(shop.film)})
        loaded = {Path(each.path).name for each in psutil.Process(worker.pid).memory_maps()}
    assert not [name for name in loaded if name.startswith("libtorch")]


def test_an_order_that_is_done_is_not_done_again(hand, shop, project, tmp_path):
    order, stages, stopped = order_of(shop.order("session")), [], threading.Event()
    assert order_of(order_params(order)) == order
    done = hand.carry_out(order, lambda event: stages.append(event.stage), stopped, tmp_path / "log")
    assert done["output"] == str(order.output)
    assert "mux" not in stages
    stopped.set()
    with pytest.raises(Cancelled):
        hand.carry_out(order, lambda event: None, stopped, tmp_path / "log")
    assert (tmp_path / "log").read_text().count("begins.") == 1


class TestClient(Contract):
    def test_iterating_ends_with_the_result_and_leaving_early_cancels(self, door, shop):
        events = list(door.events("probe", {"film": str(shop.film)}))
        assert [event.event for event in events if event.ends] == ["result"]
        assert events[-1].event == "result"
        early = door.events("shots", {"film": str(shop.film)})
        assert next(early).event == "progress"
        early.close()
        assert door.request("probe", {"film": str(shop.film)})

    def test_the_log_of_a_request_may_be_its_own(self, door, shop, tmp_path):
        door.request("probe", {"film": str(shop.film)}, log=tmp_path / "log")
        door.request("probe", {"film": str(shop.film)})
        said = (tmp_path / "log").read_text()
        assert said.count("begins.") == said.count("ends after") == 1

    def test_sigterm_ends_it_with_all_that_it_started(self, door, shop, project, slow):
        door.request("probe", {"film": str(shop.film)})
        params = {**project, "output": str(shop.folder / "termed.mp4")}
        ended = in_mid_work(door, shop, params, lambda _: os.kill(door.pid, signal.SIGTERM))
        assert type(ended) is Cancelled
        shop.assert_clean("termed")


def test_a_hand_that_did_nothing_can_be_closed_twice():
    hand: Hand = WorkerHand("cpu:0", device="cpu")
    hand.close()
    hand.close()
    assert hand.name == "cpu:0"


def test_a_client_that_is_killed_takes_its_worker_along(shop, project, slow):
    params = {**project, "output": str(shop.folder / "orphan.mp4")}
    said = shop.folder / "params.json"
    said.write_text(json.dumps(params))
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(shop.film), str(said)],
        stdout=subprocess.PIPE,
        text=True,
    )
    worker = psutil.Process(int(process.stdout.readline()))
    assert until(lambda: shop.writing.exists() or process.poll() is not None)
    assert shop.sleepers()
    process.kill()
    process.communicate()
    assert until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, 20)
    shop.assert_clean("orphan")


def stand_in(folder, monkeypatch, script: str) -> WorkerProcess:
    """A client whose worker is a script."""
    worker = WorkerProcess(patience=5)
    path = folder / "worker.py"
    path.write_text(script)
    monkeypatch.setattr(worker, "_command", [sys.executable, str(path)])
    return worker


READY = 'print(\'{"v":1,"event":"ready","pid":1,"program":"x","device":"cpu"}\', flush=True)\n'


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("import sys; sys.exit('no such thing: libfoo')", "ended unasked (exit code 1). Its log ends: no such thing"),
        (f"{READY}import os; input(); os.abort()", "was killed (signal 6)"),
        (f"{READY}input(); print('Loading 100%')", "talked nonsense"),
        (f'{READY}input(); print(\'{{"v": 2, "event": "result"}}\')', "version 2"),
        (f'{READY}input(); print(\'{{"v": 1, "id": "r1", "event": "result"}}\')', "lacks 'value'"),
    ],
)
def test_a_worker_that_is_none_is_found_out(script, says, tmp_path, monkeypatch):
    with stand_in(tmp_path, monkeypatch, script) as worker:
        for _ in range(2):  # each time in a process of its own
            with pytest.raises(WorkerDied) as caught:
                worker.request("probe", {"film": "/film.mp4"})
            assert says in caught.value.message
        assert worker.pid is None


def test_what_a_newer_worker_adds_is_passed_over(tmp_path, monkeypatch):
    script = f"""{READY}import json
id = json.loads(input())["id"]
print(json.dumps({{"v": 1, "id": id, "event": "weather", "rain": True}}))
print(json.dumps({{"v": 1, "id": id, "event": "warning", "text": "so so", "colour": "red"}}))
print(json.dumps({{"v": 1, "id": id, "event": "result", "value": {{"a": 1}}, "more": 1}}), flush=True)
input()
"""
    told = []
    with stand_in(tmp_path, monkeypatch, script) as worker:
        assert worker.request("probe", {"film": "/film.mp4"}, told=told.append) == {"a": 1}
    assert [(event.event, dict(event.values)) for event in told] == [("weather", {}), ("warning", {"text": "so so"})]


def test_a_worker_that_does_not_stop_when_asked_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "GRACE", 0.5)
    stopped = threading.Event()
    with stand_in(tmp_path, monkeypatch, f"{READY}import time; time.sleep(60)") as worker:
        threading.Timer(0.3, stopped.set).start()
        with pytest.raises(Cancelled):
            worker.request("probe", {"film": "/film.mp4"}, stopped=stopped)
        assert worker.pid is None


def test_a_closed_client_does_nothing_more():
    worker = WorkerProcess()
    worker.close()
    worker.close()
    with pytest.raises(Cancelled):
        worker.request("probe", {"film": "/film.mp4"})
    assert worker.pid is None


def test_the_client_is_light():
    assert loaded_after("import v2a_foley.engine.worker.client, v2a_foley.engine.worker.hand") == set()
