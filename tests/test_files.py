import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley import files
from v2a_foley.errors import DiskFull, OutputError, UsageError


def leftovers(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    place = tmp_path / "list.csv"
    with files.writing(place) as part:
        part.write_text("whole")
        assert not place.exists()
        assert part.suffix == ".csv"
    assert place.read_text() == "whole"
    assert leftovers(tmp_path) == ["list.csv"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    place = tmp_path / "film.mp4"
    place.write_text("old")

    def fail():
        with files.writing(place) as part:
            part.write_text("half")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        fail()
    assert place.read_text() == "old"
    assert leftovers(tmp_path) == ["film.mp4"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_its_own_error(tmp_path, number):
    place = tmp_path / "film.mp4"

    def fail():
        with files.writing(place) as part:
            part.write_text("half")
            raise OSError(number, os.strerror(number))

    with pytest.raises(DiskFull, match=r"film\.mp4"):
        fail()
    assert leftovers(tmp_path) == []


def test_a_real_full_disk_is_told_as_one():
    full = Path("/dev/full")
    if not full.exists():
        pytest.fail("this system has no /dev/full to try a full disk on")

    def fill():
        try:
            with full.open("w") as device:
                device.write("x" * 100_000)
        except OSError as error:
            raise files.translated(error, full) from error

    with pytest.raises(DiskFull):
        fill()


def test_a_written_file_has_the_rights_of_any_new_file(tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    files.write_text(tmp_path / "ours", "x")
    assert (tmp_path / "ours").stat().st_mode == plain.stat().st_mode


def test_outputs_are_refused_before_work_begins(tmp_path):
    film = tmp_path / "film.mp4"
    film.touch()
    with pytest.raises(OutputError, match="does not exist"):
        files.check_output(tmp_path / "no" / "out.mp4")
    with pytest.raises(OutputError, match="is a folder"):
        files.check_output(tmp_path)
    with pytest.raises(OutputError, match="input itself"):
        files.check_output(film, inputs=[film], overwrite=True)
    with pytest.raises(UsageError, match="exists already"):
        files.check_output(film)
    with pytest.raises(OutputError):
        files.check_output(tmp_path / ("x" * 300 + ".mp4"))
    link = tmp_path / "link.mp4"
    link.symlink_to(film)
    with pytest.raises(OutputError, match="input itself"):
        files.check_output(link, inputs=[film], overwrite=True)
    files.check_output(film, overwrite=True)
    files.check_output(tmp_path / "new é 新.mp4")


@given(st.text(max_size=300))
def test_safe_names_are_names_everywhere(text):
    name = files.safe_name(text)
    assert 0 < len(name.encode()) <= 81
    assert not set(name) & set('<>:"/\\|?*\0')
    assert name.strip(" .") == name
    assert name.split(".")[0].lower() not in {"con", "nul", "aux", "prn", "com1", "lpt9"}


def test_scratch_vanishes_however_the_work_ends():
    seen = []

    def work():
        with files.scratch_folder() as folder:
            seen.append(folder)
            (folder / "big.wav").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert not seen[0].exists()


def test_the_outbox_delivers_everything_or_nothing(tmp_path):
    film, stems = tmp_path / "film.mp4", tmp_path / "new" / "stems"
    with files.Outbox() as outbox:
        outbox.path(film).write_text("film")
        (outbox.folder(stems) / "BG.wav").write_text("stem")
        assert not film.exists()
    assert leftovers(tmp_path) == []
    with files.Outbox() as outbox:
        outbox.path(film).write_text("film")
        (outbox.folder(stems) / "BG.wav").write_text("stem")
        outbox.deliver()
    assert leftovers(tmp_path) == ["film.mp4", "new"]
    assert leftovers(stems) == ["BG.wav"]


def test_two_writers_of_one_file_do_not_mix(tmp_path):
    place = tmp_path / "list.csv"
    texts = [str(number) * 1000 for number in range(8)]
    threads = [threading.Thread(target=files.write_text, args=(place, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert place.read_text() in texts
    assert leftovers(tmp_path) == ["list.csv"]
