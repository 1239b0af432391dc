"""No room on the disk or in memory, and packages that cannot be loaded: told in a sentence, and nothing left behind."""

import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.program import assert_refused, contents, film


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes: writing fails as on a full disk, on every machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("most", [4_000, 500_000, 1_500_000])
def test_a_full_disk_leaves_nothing(most, cli, place):
    """Too full for any sound, for the take (768 kB), for the film (some 2 MB)."""
    source = film(place.folder, "film.mov", seconds=2, size=(960, 540), vcodec="mjpeg", pix_fmt="yuvj420p")
    assert source.stat().st_size > 1_500_000
    before = contents(place.folder)
    with small_files(most):
        done = cli("run", source, "-o", "out.mov", "--stems", "stems", "--handles", "0", "--timeline", "t.otio")
    assert_refused(done, 5)
    assert "space" in done.err
    place.assert_clean(before)


@contextmanager
def tiny_disk(at: Path, size: str) -> Iterator[bool]:
    """Mount a disk of a size; False where this machine does not let us."""
    at.mkdir(exist_ok=True)
    line = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)]
    mounted = (
        shutil.which("mount") is not None and subprocess.run(line, check=False, capture_output=True).returncode == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(at)], check=True)


@pytest.mark.parametrize("size", ["16k", "64k", "300k"])
def test_a_disk_that_is_full_indeed_leaves_nothing(size, cli, place):
    """The same on a real disk, where this machine lets us mount one; else files may not grow."""
    source = film(place.folder, seconds=2, size=(320, 180), sound="tone")
    disk = place.folder / "disk"
    with tiny_disk(disk, size) as mounted:
        before = contents(place.folder)
        with small_files(1 << 40 if mounted else int(size[:-1]) * 1000):
            done = cli("run", source, "-o", disk / "out.mp4", "--stems", disk / "stems")
        assert_refused(done, 5)
        place.assert_clean(before)


@pytest.mark.parametrize(
    "stage", ["open_film", "load_profile", "describe", "spot", "make_takes", "mix_down", "write_film"]
)
def test_exhausted_memory_is_told_and_leaves_nothing(stage, cli, place, monkeypatch):
    from v2a_foley.engine import stages

    said = {"describe": RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")}

    def exhausted(*_: object, **__: object) -> None:
        raise said.get(stage, MemoryError())

    monkeypatch.setattr(stages, stage, exhausted)
    source = film(place.folder)
    before = contents(place.folder)
    assert_refused(cli("run", source, "-o", "out.mp4", "--stems", "stems"), 5)
    place.assert_clean(before)


def test_a_package_that_cannot_be_loaded_is_named(cli, place, monkeypatch):
    from v2a_foley.engine import stages

    def broken(*_: object, **__: object) -> None:
        raise ImportError("libpicture.so: undefined symbol: nothing")

    monkeypatch.setattr(stages, "describe", broken)
    source = film(place.folder)
    before = contents(place.folder)
    done = cli("run", source, "-o", "out.mp4")
    assert_refused(done, 4)
    assert "libpicture.so" in done.err
    place.assert_clean(before)
