"""A coverage-guided search for bytes that a reader cannot take; see ``hostile.py``."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

TARGETS = ("document", "message", "edit", "jobs")
LINUX = pytest.mark.skipif(
    find_spec("atheris") is None and sys.platform != "linux", reason="atheris is made for Linux; CI has it"
)


def search(target: str, runs: int, folder) -> None:
    words = [sys.executable, "-m", "tests.fuzzing.hostile", target, str(runs)]
    done = subprocess.run(
        words, capture_output=True, text=True, errors="replace", env={"TMPDIR": str(folder), "PATH": ""}, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"number_of_executed_units: {runs}" in done.stderr, done.stderr[-500:]


@LINUX
@pytest.mark.parametrize("target", TARGETS)
def test_a_short_search_finds_nothing(target, tmp_path):
    search(target, 500, tmp_path)


@LINUX
@pytest.mark.long
@pytest.mark.parametrize("target", TARGETS)
def test_a_long_search_finds_nothing(target, tmp_path):
    search(target, 10_000, tmp_path)
