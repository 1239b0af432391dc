"""The program as a user meets it: one call, its exit code, what it printed, and what it left on the disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import footage
from v2a_foley.cli.main import main


@dataclass(frozen=True)
class Done:
    """What one call of the program came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output as JSON; it must be JSON alone."""
        return json.loads(self.out)


class Program:
    """Calls the program's own front door within this process, its streams caught at the level of the system."""

    def __init__(self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capfd, self._monkeypatch = capfd, monkeypatch

    def __call__(self, *words: object) -> Done:
        self._monkeypatch.setattr(sys, "argv", ["v2a-foley", *map(str, words)])
        self._capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = self._capfd.readouterr()
        return Done(left.value.code or 0, out, err)


def started(
    *words: object, cwd: Path | None = None, first: Sequence[str] = (sys.executable, "-m", "v2a_foley.cli.main"),
    **more: Any,
) -> Done:  # fmt: skip
    """Run the program as a process of its own."""
    done = subprocess.run(
        [*first, *map(str, words)], cwd=cwd, capture_output=True, text=True, errors="replace", check=False, **more
    )
    return Done(done.returncode, done.stdout, done.stderr)


def film(folder: Path, name: str = "film.mp4", **options: object) -> Path:
    """Make a film of a second, 160 by 90 pixels, or whatever the options say."""
    return footage.make_film(folder / name, **{"seconds": 1, "size": (160, 90), **options})


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Return everything below a folder, hidden files too, with sizes and times of change."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(parent, name)
            status = path.lstat()
            found[str(path.relative_to(folder))] = (status.st_size if path.is_file() else 0, status.st_mtime_ns)
    return {name: (size, 0 if (folder / name).is_dir() else changed) for name, (size, changed) in found.items()}


def assert_refused(done: Done, code: int) -> None:
    """Check how an error leaves the program: its code, one sentence, one next step, and nothing else."""
    assert done.code == code, done
    assert done.out == ""
    assert "Traceback" not in done.err
    said = done.err.splitlines()
    assert len(said) == 2, done.err
    assert said[0].startswith("v2a-foley: ")
    assert said[0].endswith(".")
    assert said[1].startswith("  "), "there is no next step"
    assert len(said[1].strip()) > 5


@dataclass(frozen=True)
class Desk:
    """A folder to work in, and a private folder for scratch files."""

    folder: Path
    scratch: Path

    def assert_clean(self, before: dict[str, tuple[int, int]]) -> None:
        """Check that nothing was left behind: neither beside the output nor in the scratch folder."""
        assert contents(self.folder) == before
        assert list(contents(self.scratch)) == []


def desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Make the folders, and send this process's scratch files to them."""
    footage._folder()  # the films' own store stays where it is
    (folder / "work").mkdir()
    (folder / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(folder / "scratch"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "scratch"))
    monkeypatch.chdir(folder / "work")
    return Desk(folder / "work", folder / "scratch")
