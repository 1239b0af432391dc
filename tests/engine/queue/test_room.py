"""A disk that fills up, and a folder that turns read-only for a while: real disks, real permissions, real waiting."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.test_no_room import tiny_disk
from tests.engine.queue.hands import TestHand, films
from v2a_foley.engine.queue import batch, engines
from v2a_foley.engine.queue.batch import BatchOptions
from v2a_foley.engine.queue.jobs import Wish, make_jobs
from v2a_foley.engine.queue.lists import read_lines
from v2a_foley.engine.queue.room import takes_files
from v2a_foley.engine.queue.running import RunOptions
from v2a_foley.engine.queue.state import QueueState
from v2a_foley.errors import FoleyError
from v2a_foley.files import check_output, translated
from v2a_foley.progress import Progress


class WritingHand(TestHand):
    """Writes 200 kB a film, as the real work does: checked first, beside its place, renamed."""

    def carry_out(self, order, told, stopped, log) -> Mapping:
        check_output(order.output, overwrite=True)
        result = super().carry_out(order, told, stopped, log)
        part = order.output.with_name(f".part-{order.output.name}")
        try:
            part.write_bytes(b"x" * 200_000)
            part.replace(order.output)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise translated(error, order.output) from error
        return result


@contextmanager
def beside(source: Path, output: Path) -> Iterator[list]:
    """Run a batch in a thread; its report, or what it raised, is in the list that is given."""
    ended: list = []
    jobs = make_jobs(read_lines([source], output)[0], Wish(), "it")

    def work() -> None:
        try:
            ended.append(batch.begin(output, jobs, BatchOptions(RunOptions(patience=60)), Progress()))
        except FoleyError as error:
            ended.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield ended
    thread.join(90)
    assert ended, "the batch hangs"


def wait_for_note(output: Path, words: str, ended: list) -> None:
    """Wait until a job says that it is held up."""
    until = time.monotonic() + 20
    while time.monotonic() < until and not ended:
        if (output / ".v2a-foley/queue.sqlite").is_file():
            with QueueState.open(output) as state:
                if any(words in row.note for row in state.rows()):
                    return
        time.sleep(0.05)
    raise AssertionError(f"no job waits for room: {ended}")


@pytest.fixture
def writing(monkeypatch) -> None:
    monkeypatch.setattr(engines, "hands_for", lambda *_: [WritingHand()])


def test_a_batch_waits_on_a_full_disk_until_there_is_room(writing, tmp_path):
    source, disk = films(tmp_path / "in", *(f"{n}.mov" for n in range(4))), tmp_path / "disk"
    with tiny_disk(disk, "3m") as mounted:
        if not mounted:
            pytest.skip("this machine lets nobody mount a disk")
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * 2_500_000)
        with beside(source, disk / "out") as ended:
            wait_for_note(disk / "out", "no space left", ended)
            ballast.unlink()
        assert ended[0]["counts"]["done"] == 4, ended[0]
        assert [path.name for path in (disk / "out").glob(".part*")] == []


@contextmanager
def read_only(folder: Path) -> Iterator[bool]:
    """Let nobody make files in a folder, root neither, where the disk knows how; False where it does not."""
    tool = shutil.which("chattr")
    worked = tool is not None and subprocess.run([tool, "+i", folder], check=False, capture_output=True).returncode == 0
    if not worked and os.getuid() != 0:
        folder.chmod(0o555)
        worked = True
    try:
        yield worked
    finally:
        if tool is not None:
            subprocess.run([tool, "-i", folder], check=False, capture_output=True)
        folder.chmod(0o755)


def test_a_batch_waits_while_its_folder_is_read_only(writing, tmp_path):
    source, output = films(tmp_path / "in", "a.mov", "b.mov"), tmp_path / "out"
    batch.begin(output, [], BatchOptions(), Progress())
    (output / "logs").mkdir()
    with read_only(output) as worked:
        if not worked:
            pytest.skip("this disk does not know files that nobody may change")
        assert not takes_files([output])
        with beside(source, output) as ended:
            wait_for_note(output, "waiting for room", ended)
            assert not (output / "a.mov").exists()
            subprocess.run(["chattr", "-i", output], check=False)
            output.chmod(0o755)
    assert ended[0]["counts"]["done"] == 2, ended[0]
