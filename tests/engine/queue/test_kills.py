"""Batches of real films under ``kill -9``: every film is there in the end, to the bit, and nothing else is."""

import os
import random
import time
from pathlib import Path

import pytest

from tests.cli.test_no_room import tiny_disk
from tests.engine.queue.killing import Killer, hashes, kill_batches, write_list
from tests.engine.queue.test_room import read_only, wait_for_note


def seed() -> int:
    """The seed of the random moments: ``V2A_FOLEY_KILLS=SEED`` replays those that a failed run printed."""
    return int(os.environ.get("V2A_FOLEY_KILLS", random.SystemRandom().randrange(10**6)))


@pytest.mark.long
def test_twenty_kills_cost_no_film_and_no_bit(tmp_path):
    kill_batches(tmp_path, 20, seed())


@pytest.mark.long
def test_two_hundred_kills_cost_no_film_and_no_bit(tmp_path):
    kill_batches(tmp_path, 200, seed(), workers=2)


def whole_and_other(folder: Path, other: Path) -> tuple[dict[str, str], Killer]:
    """Run the twelve films undisturbed, and return what they hash to, and who runs them in another folder."""
    (folder / "scratch").mkdir()
    jobs = write_list(folder)
    whole = Killer(jobs, folder / "whole", folder / "scratch")
    assert whole.finish() == 0
    return hashes(whole.folder), Killer(jobs, other, folder / "scratch")


@pytest.mark.long
def test_a_disk_that_fills_up_costs_no_film_and_no_bit(tmp_path):
    disk = tmp_path / "disk"
    wanted, other = whole_and_other(tmp_path, disk / "out")
    with tiny_disk(disk, "20m") as mounted:
        if not mounted:
            pytest.skip("this machine lets nobody mount a disk")
        (disk / "ballast").write_bytes(b"x" * 19_000_000)
        queue = other.start()
        wait_for_note(other.folder, "waiting for room", [])
        (disk / "ballast").unlink()
        assert queue.wait(300) == 0
        other.check(wanted)


@pytest.mark.long
def test_a_folder_that_is_read_only_for_a_while_costs_no_film_and_no_bit(tmp_path):
    wanted, other = whole_and_other(tmp_path, tmp_path / "out")
    queue = other.start()
    while not list(other.folder.glob("0*.mov")) and queue.poll() is None:
        time.sleep(0.02)
    with read_only(other.folder) as worked:
        if not worked:
            pytest.skip("this disk does not know files that nobody may change")
        wait_for_note(other.folder, "waiting for room", [])
    assert queue.wait(300) == 0
    other.check(wanted)
