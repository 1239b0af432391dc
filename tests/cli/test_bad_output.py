"""Outputs that cannot be, or must not be, through the real program: refused before any work, and nothing touched."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.program import assert_refused, contents, film
from tests.footage import stream_hash


def test_an_output_that_is_too_long_a_name_is_refused_before_work(cli, place):
    source = film(place.folder)
    before = contents(place.folder)
    assert_refused(cli("run", source, "-o", "n" * 300 + ".mp4"), 3)
    place.assert_clean(before)


def test_the_input_is_never_an_output(cli, place):
    source = film(place.folder)
    Path("link.mp4").symlink_to(source)
    os.link(source, "hard.mp4")
    before = contents(place.folder)
    for output in ("film.mp4", source, "link.mp4", "hard.mp4", "./../work/film.mp4"):
        for option in ((), ("--overwrite",)):
            assert_refused(cli("run", source, "-o", output, *option), 3)
    assert_refused(cli("run", "link.mp4", "-o", source, "--overwrite"), 3)
    assert_refused(cli("run", source, "-o", "out.mp4", "--spotting", source, "--overwrite"), 3)
    place.assert_clean(before)


def test_what_exists_is_replaced_only_if_asked(cli, place):
    source, output = film(place.folder), place.folder / "out.mp4"
    output.write_text("mine")
    assert_refused(cli("run", source, "-o", output), 2)
    assert output.read_text() == "mine"
    assert cli("run", source, "-o", output, "--overwrite").code == 0
    assert stream_hash(output) == stream_hash(source)


@pytest.mark.parametrize("option", ["--stems", "--spotting", "--timeline", "--contact-sheet"])
def test_nor_is_any_other_file_replaced_unasked(option, cli, place):
    source = film(place.folder)
    named = {"--stems": "stems", "--spotting": "a.csv", "--timeline": "a.otio", "--contact-sheet": "a.png"}[option]
    Path("stems").mkdir()
    Path("stems/film_BG_v1.wav").write_text("mine")
    if option != "--stems":
        Path(named).write_text("mine")
    before = contents(place.folder)
    assert_refused(cli("run", source, "-o", "out.mp4", option, named), 2)
    place.assert_clean(before)


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("no/such/out.mp4", 3),
        (".", 3),
        ("film.mp4/out.mp4", 3),
        ("out.avi", 3),
        ("out", 3),
        ("out.xyz", 3),
        ("", 3),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_work(output, code, cli, place):
    source = film(place.folder)
    before = contents(place.folder)
    assert_refused(cli("run", source, "-o", output), code)
    place.assert_clean(before)


def test_two_outputs_of_one_name_are_wrong_use(cli, place):
    source = film(place.folder)
    assert_refused(cli("run", source, "-o", "a.wav", "--spotting", "a.wav"), 2)
    assert_refused(cli("run", source, "-o", "film_BG_v1.wav", "--stems", "."), 2)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Give up root's right to read and write everything, where the tests run as root."""
    if os.getuid() != 0:
        yield
        return
    os.setresuid(65_534, 65_534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def shared(monkeypatch) -> Iterator[Path]:
    """A folder that everybody can reach, which pytest's own are not, with a folder for scratch files."""
    folder = Path(subprocess.run(["mktemp", "-d"], env={}, capture_output=True, text=True, check=True).stdout.strip())
    folder.chmod(0o755)
    (folder / "scratch").mkdir()
    (folder / "scratch").chmod(0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "scratch"))
    yield folder
    shutil.rmtree(folder)


def test_what_may_not_be_read_or_written_is_refused(cli, shared):
    source = film(shared)
    assert cli("run", source, "-o", shared / "warm.mp4").code == 0  # everything is imported before rights go
    secret = film(shared, "secret.mp4")
    secret.chmod(0)
    locked = shared / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    before = contents(shared)
    with without_privileges():
        unreadable = cli("run", secret, "-o", shared / "scratch" / "out.mp4")
        unwritable = cli("run", source, "-o", locked / "out.mp4")
        unmakable = cli("run", source, "-o", locked / "new.wav", "--stems", locked / "stems")
    assert_refused(unreadable, 3)
    assert "may not be read" in unreadable.err
    assert_refused(unwritable, 3)
    assert "read-only" in unwritable.err
    assert_refused(unmakable, 3)
    assert contents(shared) == before
