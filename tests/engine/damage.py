"""A process that runs the program on one damaged film after another: a decoder that crashes, hangs or leaks is then a
finding, not the end of the tests. ``Worker`` is the tests' side; run as a module, this file is the process."""

from __future__ import annotations

import contextlib
import json
import resource
import select
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LIMIT = 90.0
"""Seconds in which a film of one second must be used or refused, on a busy machine; the usual is under one."""
MEMORY = 3 * 2**30
"""Bytes that the whole process may have held at any time, all films before counted."""


@dataclass(frozen=True)
class Outcome:
    """What became of a film: ``film``, ``refused`` (our error), ``traceback`` (any other), ``crash`` or ``hang``."""

    kind: str
    words: str = ""
    hint: str = ""
    code: int = 0
    memory: int = 0


class Worker:
    """Keeps the process, and starts another where one dies."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def run(self, source: Path, output: Path) -> Outcome:
        """Give one film to the process and wait for the outcome."""
        process = self._alive()
        process.stdin.write(json.dumps([str(source), str(output)]) + "\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], LIMIT)
        line = process.stdout.readline() if ready else ""
        if line:
            return Outcome(**json.loads(line))
        self.close()
        return Outcome("crash" if ready else "hang", f"exit status {process.returncode}")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    def _alive(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.engine.damage"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
            )
        return self._process


@contextlib.contextmanager
def worker() -> Iterator[Worker]:
    """Give a worker and end it."""
    one = Worker()
    try:
        yield one
    finally:
        one.close()


def _outcome(source: str, output: str) -> Outcome:
    from v2a_foley import FoleyError, add_foley

    try:
        add_foley(source, output, handles=0.5)
    except FoleyError as error:
        return Outcome("refused", error.message, error.hint or "", error.exit_code)
    except BaseException:  # whatever it is, it is what the test is looking for
        return Outcome("traceback", traceback.format_exc())
    return Outcome("film")


def _serve() -> None:
    import dataclasses

    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        found = dataclasses.replace(
            _outcome(*json.loads(line)), memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        )
        answers.write(json.dumps(dataclasses.asdict(found)) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
