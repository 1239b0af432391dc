"""Ctrl-C and SIGTERM at every stage: exit code 130, nothing beside the output, no scratch, no process left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.cli.program import contents
from tests.footage import make_film
from v2a_foley.cli import session
from v2a_foley.ffmpeg import binary
from v2a_foley.progress import Progress, ProgressEvent

STAGES = ["open", "load", "look", "understand", "spot", "generate", "mix", "mux", "report"]
EVERYTHING = ("--stems", "stems", "--spotting", "list.csv", "--timeline", "film.otio", "--contact-sheet", "sheet.png")


def interrupting(stage: str, *, end: bool, number: int) -> Callable[[Progress], AbstractContextManager[None]]:
    """Return what takes the place of the progress bar: it sends a signal when a stage begins, or when it has ended."""

    @contextmanager
    def bar(progress: Progress) -> Iterator[None]:
        sent = []

        def hear(event: ProgressEvent) -> None:
            if event.stage == stage and event.finished == end and not sent:
                sent.append(event)
                os.kill(os.getpid(), number)

        progress.listener = hear
        yield

    return bar


def check_interrupted(stage: str, end: bool, number: int, cli, place, monkeypatch) -> None:
    make_film(place.folder / "film.mp4", seconds=1, size=(160, 90), sound="tone")
    before = contents(place.folder)
    monkeypatch.setattr(session, "_bar", interrupting(stage, end=end, number=number))
    done = cli("run", "film.mp4", "-o", "out.mp4", *EVERYTHING)
    assert (done.code, done.out) == (130, "")
    assert done.err == "v2a-foley: Cancelled.\n"
    place.assert_clean(before)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, "the handlers were not given back"


@pytest.mark.parametrize("stage", STAGES)
def test_an_interrupt_at_the_beginning_of_any_stage_leaves_nothing(stage, cli, place, monkeypatch):
    check_interrupted(stage, False, signal.SIGINT, cli, place, monkeypatch)


@pytest.mark.parametrize("stage", ["look", "generate", "report"])
def test_a_termination_at_the_end_of_a_stage_leaves_nothing(stage, cli, place, monkeypatch):
    check_interrupted(stage, True, signal.SIGTERM, cli, place, monkeypatch)


def test_the_other_verbs_can_be_stopped_too(cli, place, monkeypatch):
    make_film(place.folder / "film.mp4", seconds=1, size=(160, 90))
    for verb in ("shots", "describe"):
        monkeypatch.setattr(session, "_bar", interrupting("look", end=False, number=signal.SIGINT))
        done = cli(verb, "film.mp4", "--json")
        assert done.code == 130
        assert done.json["error"]["type"] == "Cancelled"


def slow_ffmpeg(folder: Path, marker: Path) -> Path:
    """Return an ffmpeg that says so and never ends once it is asked to write the film; else it is the real one."""
    script = folder / "ffmpeg"
    script.write_text(
        '#!/bin/sh\ncase "$*" in *map_metadata*)\n'
        'for last; do :; done\necho half > "${last#file:}"\n'
        f"echo > '{marker}'\nexec sleep 60;;\nesac\nexec '{binary()}' \"$@\"\n"
    )
    script.chmod(0o755)
    return script


@pytest.mark.parametrize(
    ("number", "whom"),
    [
        (signal.SIGINT, "all"),
        pytest.param(signal.SIGINT, "one", marks=pytest.mark.long),
        pytest.param(signal.SIGTERM, "one", marks=pytest.mark.long),
    ],
)
def test_a_process_that_is_stopped_takes_its_children_with_it(number, whom, place, tmp_path):
    """While the film is written. A terminal sends Ctrl-C to the program and its ffmpeg, ``kill`` to the program."""
    make_film(place.folder / "film.mp4", seconds=1, size=(160, 90), sound="tone")
    before, marker = contents(place.folder), tmp_path / "writing"
    process = subprocess.Popen(
        [sys.executable, "-m", "v2a_foley.cli.main", "run", "film.mp4", "-o", "out.mp4", *EVERYTHING],
        env={**os.environ, "FFMPEG_BINARY": str(slow_ffmpeg(tmp_path, marker))}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=place.folder,
    )  # fmt: skip
    for _ in range(1200):
        if marker.exists() or process.poll() is not None:
            break
        time.sleep(0.1)
    assert marker.exists(), process.communicate()
    (os.killpg if whom == "all" else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "v2a-foley: Cancelled.\n")
    place.assert_clean(before)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)  # nobody is left in its group
