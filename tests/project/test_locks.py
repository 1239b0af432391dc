"""The lock of a project: who holds it is told, and what a crash or another machine left is judged."""

import json
import os
import subprocess
import sys
import time

import pytest

from v2a_foley.errors import ProjectLocked
from v2a_foley.project.locks import Lock, break_lock, read_lock
from v2a_foley.project.places import LOCK


def written(folder, **changes):
    """A lock that somebody else left."""
    said = {"host": "elsewhere", "pid": 1, "user": "ada", "program": "v2a-foley 9", "since": time.time(), "token": "x"}
    (folder / LOCK).write_text(json.dumps({**said, **changes}))


def here():
    import socket

    return socket.gethostname()


def test_one_holds_it_until_it_is_released(tmp_path):
    lock = Lock(tmp_path)
    assert lock.ours
    assert read_lock(tmp_path) == lock.holder
    with pytest.raises(ProjectLocked, match="open in this program already"):
        Lock(tmp_path)
    lock.release()
    lock.release()
    assert list(tmp_path.iterdir()) == []
    Lock(tmp_path).release()


def test_a_living_process_of_this_machine_holds_it(tmp_path):
    code = "import sys\nfrom pathlib import Path\nfrom v2a_foley.project.locks import Lock\n"
    code += "lock = Lock(Path(sys.argv[1]))\nprint('held', flush=True)\nsys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(ProjectLocked, match=f"on this machine since .*process {process.pid}") as caught:
            Lock(tmp_path)
        assert "--break-lock" in caught.value.hint
        process.kill()
        process.wait()
        lock = Lock(tmp_path)  # the killed process left its lock
    assert lock.ours
    lock.release()


def test_the_number_of_a_dead_process_may_be_anothers_by_now(tmp_path):
    written(tmp_path, host=here(), pid=os.getppid(), since=1.0)
    Lock(tmp_path).release()


def test_another_machine_holds_it_until_it_is_broken(tmp_path):
    written(tmp_path)
    with pytest.raises(ProjectLocked, match="ada has it on elsewhere since") as caught:
        Lock(tmp_path)
    assert "stale" not in caught.value.message
    os.utime(tmp_path / LOCK, (time.time() - 660,) * 2)
    with pytest.raises(ProjectLocked, match="The lock is stale: it was not refreshed for 11 minutes"):
        Lock(tmp_path)
    assert read_lock(tmp_path).user == "ada"
    assert Lock(tmp_path, break_it=True).ours
    assert break_lock(tmp_path).pid == os.getpid()
    assert break_lock(tmp_path) is None


def test_it_is_refreshed_while_it_is_held(tmp_path, monkeypatch):
    lock = Lock(tmp_path)
    os.utime(lock.path, (1, 1))
    lock.refresh()
    assert lock.path.stat().st_mtime == 1
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 61)
    lock.refresh()
    assert lock.path.stat().st_mtime > 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"host": 5}', '{"pid": "x"}', "\x00", "9" * 5000])
def test_a_damaged_lock_blocks_for_a_moment_only(tmp_path, content):
    (tmp_path / LOCK).write_text(content)
    with pytest.raises(ProjectLocked, match="being opened"):
        Lock(tmp_path)
    os.utime(tmp_path / LOCK, (time.time() - 6,) * 2)
    Lock(tmp_path).release()


def test_a_broken_lock_is_not_released_by_who_lost_it(tmp_path):
    lost = Lock(tmp_path)
    held = Lock(tmp_path, break_it=True)
    assert not lost.ours
    lost.release()
    assert held.ours
