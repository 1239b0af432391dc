import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing

import psutil
import pytest

from tests.engine.worker.contract import Contract
from tests.engine.worker.doors import HttpClient, until
from v2a_foley.engine.worker import http_door
from v2a_foley.engine.worker.addresses import Address, addresses, published, runtime_folder
from v2a_foley.engine.worker.client import WorkerProcess
from v2a_foley.engine.worker.http_door import Door
from v2a_foley.errors import OutputError, ProtocolError

pytestmark = pytest.mark.xdist_group("worker")  # they share a process and a project


@pytest.fixture(scope="module")
def door(shop) -> Iterator[HttpClient]:
    with WorkerProcess() as worker:
        serving = Door(0, "a-token", worker, threading.Event())
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield HttpClient(serving, worker)
        serving.shutdown()
        thread.join()
        serving.server_close()


class TestHttp(Contract):
    @pytest.mark.long
    def test_models_stay_loaded(self, door, shop):
        super().test_models_stay_loaded(door, shop)

    @pytest.mark.long
    def test_a_whole_film(self, door, shop):
        super().test_a_whole_film(door, shop)

    @pytest.mark.long
    def test_a_project_generates_and_renders(self, door, shop, project):
        super().test_a_project_generates_and_renders(door, shop, project)

    @pytest.mark.long
    def test_a_killed_worker_is_an_error_and_the_next_one_works(self, door, shop, project, slow):
        super().test_a_killed_worker_is_an_error_and_the_next_one_works(door, shop, project, slow)

    @pytest.mark.long
    def test_a_worker_that_stands_still_is_ended(self, door, shop, monkeypatch):
        super().test_a_worker_that_stands_still_is_ended(door, shop, monkeypatch)

    def test_a_client_that_hangs_up_cancels_its_work(self, door, shop, project, slow):
        door.request("probe", {"film": str(shop.film)})
        before = door.worker.pid
        connection, response = door.post(rendering("gone", shop, project))
        assert until(shop.writing.exists)
        response.close()
        connection.close()
        shop.assert_clean("gone")
        assert door.request("probe", {"film": str(shop.film)})
        assert door.worker.pid == before

    def test_who_waits_can_hang_up_too(self, door, shop, project, slow):
        """Two at once: the second waits for the first, and goes before its turn."""
        first = door.post(rendering("first", shop, project))
        assert until(shop.writing.exists)
        probe = json.dumps({"v": 1, "id": "second", "do": "probe", "params": {"film": str(shop.film)}}).encode()
        with closing(door.post(probe)[0]):
            assert health(door)["requests"] == 2
            with closing(door.post(probe)[0]) as again:
                assert again is not None
            status, body = answer(door, "POST", "/v1/requests", probe)
            assert (status, body["type"]) == (409, "ProtocolError")
        assert until(lambda: health(door)["requests"] == 1)
        for each in first:
            each.close()
        shop.assert_clean("first")


def rendering(name: str, shop, project) -> bytes:
    params = {**project, "output": str(shop.folder / f"{name}.mp4")}
    return json.dumps({"v": 1, "id": name, "do": "render", "params": params}).encode()


def answer(door, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict]:
    """Ask by hand; the headers take the place of the right ones."""
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
    with closing(connection):
        connection.request(method, path, body, {"Authorization": f"Bearer {door.token}", **headers})
        response = connection.getresponse()
        said = response.read()
        assert "Access-Control-Allow-Origin" not in response.headers
        return response.status, json.loads(said.splitlines()[-1])


def health(door) -> dict:
    return answer(door, "GET", "/v1/health")[1]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer a-toke", "Bearer a-token-and-more", "Basic a-token", "Bearer é"]
)
def test_nobody_is_answered_without_the_token(method, shown, door):
    for path in ("/v1/requests", "/v1/health", "/", "/../../etc/passwd"):
        status, said = answer(door, method, path, b"{}", Authorization=shown.encode("utf-8").decode("latin-1"))
        assert (status, said["type"]) == (401, "ProtocolError")
        assert "a-token" not in json.dumps(said)


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.1", "127.0.0.1:1", "localhost.example.com:{port}", "[::1]:{port}", ""]
)
def test_pages_whose_name_points_here_are_refused(host, door):
    assert answer(door, "GET", "/v1/health", Host=host.format(port=door.port))[0] == 403
    assert answer(door, "GET", "/v1/health", Host=f"localhost:{door.port}")[0] == 200


@pytest.mark.parametrize(
    ("status", "method", "path", "body", "headers"),
    [
        (404, "GET", "/v1/requests", None, {}),
        (404, "POST", "/v1/health", b"{}", {}),
        (404, "POST", "/v1/requests/../requests", b"{}", {}),
        (501, "PUT", "/v1/requests", b"{}", {}),
        (501, "OPTIONS", "/v1/requests", None, {}),
        (413, "POST", "/v1/requests", None, {"Content-Length": str(64 * 1024 * 1024 + 1)}),
        (413, "POST", "/v1/requests", None, {"Content-Length": "9" * 30}),
        (411, "POST", "/v1/requests", None, {"Content-Length": "-1"}),
        (411, "POST", "/v1/requests", None, {"Content-Length": "²"}),
        (411, "POST", "/v1/requests", None, {"Transfer-Encoding": "chunked"}),
        (400, "POST", "/v1/requests", b"", {}),
        (400, "POST", "/v1/requests", b'{"v": 1', {}),
        (400, "POST", "/v1/requests", b'{"v": 2, "id": "a", "do": "probe"}', {}),
    ],
)
def test_what_is_no_request_is_refused(status, method, path, body, headers, door):
    headers = {key: value.encode("utf-8").decode("latin-1") for key, value in headers.items()}
    found, said = answer(door, method, path, body, **headers)
    assert (found, said["event"], said["type"]) == (status, "error", "ProtocolError")


def test_cancelling_what_is_not_there_is_no_error(door):
    assert door.request("cancel", {"target": "nothing"}) == {"found": False}


@pytest.mark.parametrize("said", [b"", b"GET /v1/health HTTP/1.1\r\n", b"POST /v1/requests HTTP/1.1\r\nHost: a\r\nX: "])
def test_who_dawdles_is_hung_up_on(said, door, monkeypatch):
    """Also who sends a byte now and then."""
    monkeypatch.setattr(http_door, "TO_ASK", 0.5)
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as slow:
        slow.sendall(said)
        over = threading.Event()

        def drip() -> None:
            while not over.wait(0.1):
                try:
                    slow.sendall(b"x")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            assert slow.recv(1000) == b""
        except ConnectionResetError:
            pass
        finally:
            over.set()
            dripping.join()
    assert health(door)["v"] == 1


def test_too_many_at_once_are_turned_away(door):
    crowd = [socket.create_connection(("127.0.0.1", door.port), timeout=20) for _ in range(http_door.MOST_AT_ONCE)]
    try:
        with socket.create_connection(("127.0.0.1", door.port), timeout=20) as late:
            try:
                late.sendall(b"GET /v1/health HTTP/1.1\r\n\r\n")
                said = late.recv(1000)
            except (ConnectionResetError, BrokenPipeError):
                said = b""
            assert said == b""
    finally:
        for each in crowd:
            each.close()
    assert until(lambda: _answers(door), 10)


def _answers(door) -> bool:
    try:
        return health(door)["v"] == 1
    except (OSError, http.client.HTTPException):
        return False


def test_a_taken_port_is_an_error(door):
    with pytest.raises(OutputError, match="cannot be listened at"):
        Door(door.port, "token", door.worker, threading.Event())


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_RUNTIME", str(tmp_path / "run" / "here"))
    return tmp_path / "run" / "here"


@pytest.fixture
def program(runtime, shop) -> Iterator[subprocess.Popen]:
    """The true program, serving."""
    process = subprocess.Popen(
        [sys.executable, "-m", "v2a_foley.cli.main", "worker", "--serve"], stdout=subprocess.PIPE, text=True
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_the_program_serves_on_loopback_alone_and_tells_its_token_to_its_user_alone(program, runtime):
    said = json.loads(program.stdout.readline())
    (address,) = addresses()
    path = runtime / f"worker-{program.pid}.json"
    assert (said["event"], said["port"], said["pid"], said["file"]) == ("serving", address.port, program.pid, str(path))
    assert address.token not in json.dumps(said)
    assert len(address.token) >= 40
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert address.token not in "".join(psutil.Process(program.pid).cmdline())

    class Here:
        port, token = address.port, address.token

    assert answer(Here, "POST", "/v1/requests", b'{"v":1,"id":"a","do":"probe","params":{"film":"/x"}}')[0] == 200
    assert health(Here)["worker"] not in (None, program.pid)
    worker = psutil.Process(health(Here)["worker"])
    for process in (psutil.Process(program.pid), worker):
        open_ports = [each for each in process.net_connections("inet") if each.status == psutil.CONN_LISTEN]
        assert {each.laddr.ip for each in open_ports} <= {"127.0.0.1"}
        assert len(open_ports) == (process.pid == program.pid)

    status, ended = answer(Here, "POST", "/v1/requests", b'{"v":1,"id":"a","do":"shutdown"}')
    assert (status, ended["event"]) == (200, "result")
    assert program.wait(20) == 0
    assert until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, 20)
    assert not path.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_that_is_ended_leaves_no_address_that_counts(number, program, runtime):
    program.stdout.readline()
    (address,) = addresses()
    os.kill(program.pid, number)
    program.wait(20)
    assert (runtime / f"worker-{address.pid}.json").exists() == (number == signal.SIGKILL)
    assert addresses() == []
    assert list(runtime.iterdir()) == []


def test_a_folder_of_somebody_else_gets_no_secret(runtime):
    runtime.parent.mkdir()
    runtime.parent.joinpath("elsewhere").mkdir()
    runtime.symlink_to("elsewhere")
    with pytest.raises(OutputError, match="not a folder of yours"), published(Address(1, os.getpid(), "secret")):
        pass
    assert list(runtime.iterdir()) == []


def test_an_open_folder_is_closed_and_rubbish_in_it_is_passed_over(runtime):
    runtime.mkdir(parents=True)
    runtime.chmod(0o777)
    for name, text in {"worker-1x.json": "{", "worker-2.json": "[]", "worker-3.json": '{"port": "x"}'}.items():
        (runtime / name).write_text(text)
    mine = Address(4711, os.getpid(), "secret")
    with published(mine) as path:
        assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
        assert addresses() == [mine]
        assert path.parent == runtime_folder()
    assert addresses() == []


def test_a_request_that_is_open_twice_is_refused(door):
    serving = Door(0, "token", door.worker, threading.Event())
    with serving, serving.opened("a") as stopped:
        with pytest.raises(ProtocolError, match="'a' already"), serving.opened("a"):
            pass
        assert serving.cancel("a")
        assert stopped.is_set()
