"""A program that is killed while it saves leaves a project that can be opened, with all that was saved before."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tests.project.folders import created
from v2a_foley.project.places import DOCUMENT, LOCK, TAKES
from v2a_foley.project.storage import open_project, read_project
from v2a_foley.project.take_store import load_takes

WORK = """
import itertools, sys
from dataclasses import replace
from pathlib import Path
from v2a_foley.project.storage import open_project
from v2a_foley.project.take_store import store_take

with open_project(Path(sys.argv[1])) as opened:
    print("open", flush=True)
    for number in itertools.count(int(sys.argv[2])):
        cue, *rest = opened.project.cues
        wav = opened.folder / "cache" / "new.wav"
        wav.write_bytes(b"RIFF" + str(number).encode())
        take = store_take(opened.folder, wav, replace(cue.takes[0], id=f"n{number}", key=f"{number:064x}"))
        cue = replace(cue, takes=(*cue.takes[:2], take), gain=-number / 1e6)
        opened.edited(opened.project.with_cues([cue, *rest]))
        if number % 3 == 0:
            opened.autosave()
        opened.save()
        print(number, flush=True)
"""


def killed(folder, first, delay):
    """Let a process save as fast as it can, kill it after a while, and return the number of its last save."""
    with subprocess.Popen(
        [sys.executable, "-c", WORK, folder, str(first)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=os.getcwd(),  # noqa: PTH109
    ) as process:
        assert process.stdout.readline() == "open\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read().split()
    return int(said[-1]) if said else first - 1


def rounds(folder, count):
    rng = random.Random("killed")  # noqa: S311
    with created(folder):
        pass
    number = 1000
    for _ in range(count):
        last = killed(folder, number, rng.uniform(0.0, 0.25))
        project = read_project(folder)
        done = round(-project.cues[0].gain * 1e6)
        assert done in (last, last + 1) or (last < number and done == 0)
        with open_project(folder) as opened:  # its lock blocks nobody
            assert opened.missing_takes == ()
            assert opened.project == project
            if opened.recovery is not None:
                assert round(-opened.recovery.project.cues[0].gain * 1e6) == last + 1
        names = {path.name for path in folder.iterdir()}
        assert names <= {"backups", "cache", DOCUMENT, TAKES, "project.autosave.json"}
        assert not any(path.name.startswith(".") for path in (folder / TAKES).iterdir())
        assert project.cues[0].takes[-1].key in load_takes(folder) or done == 0
        number = max(last, done) + 1
    assert not (folder / LOCK).exists()
    with open_project(folder) as opened:
        opened.edited(replace(opened.project, settings={"seed": 1}))
        opened.save()  # which thins out what kills have kept from being thinned out
    assert len(list((folder / "backups").iterdir())) <= 13


def test_killed_while_it_saves(tmp_path):
    rounds(tmp_path / "project", 3)


@pytest.mark.long
def test_killed_many_times_while_it_saves(tmp_path):
    rounds(tmp_path / "project", 60)
