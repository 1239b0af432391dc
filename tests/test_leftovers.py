"""What a killed process left behind is removed; what a living one works on is not."""

import os
import subprocess
import sys
from pathlib import Path

from v2a_foley.leftovers import alive, own_prefix, owner, sweep

MAKE = """
import os, signal, sys
from pathlib import Path
from v2a_foley.files import scratch_folder, writing
with scratch_folder(Path(sys.argv[1])) as folder, writing(Path(sys.argv[1]) / "film.wav") as part:
    (folder / "take.wav").write_bytes(b"x" * 1000)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_removed(tmp_path):
    subprocess.run([sys.executable, "-c", MAKE, str(tmp_path)], check=False)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == 2, left
    assert {path.name for path in sweep(tmp_path)} == set(left)
    assert list(tmp_path.iterdir()) == []


def test_what_is_at_work_and_what_is_others_stays(tmp_path):
    stay = [
        f"{own_prefix()}abc",
        f"{own_prefix(hidden=True)}abc.wav",
        "v2a-foley-00000000-1-abc",  # another machine's, on a shared disk
        "film.wav",
        "v2a-foley-notes.txt",
    ]
    for name in stay:
        (tmp_path / name).write_bytes(b"")
    assert sweep(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(stay)


def test_a_number_that_was_given_to_a_younger_process_is_not_the_owner(tmp_path):
    assert alive(os.getpid())
    assert not alive(os.getpid(), since=1.0)
    path = tmp_path / f"{own_prefix()}old"
    path.mkdir()
    os.utime(path, (1, 1))
    assert sweep(tmp_path) == [path]


def test_a_link_is_removed_and_not_followed(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "film.wav").write_bytes(b"x")
    link = tmp_path / f"{own_prefix()}link"
    link.symlink_to(kept)
    os.utime(link, (1, 1), follow_symlinks=False)
    assert sweep(tmp_path) == [link]
    assert (kept / "film.wav").exists()


def test_names_tell_their_owner():
    assert owner(own_prefix() + "x") == os.getpid()
    assert owner("v2a-foley-zzzz") is None
    assert owner("film.mp4") is None


def test_a_folder_that_is_not_there_has_nothing_to_sweep(tmp_path):
    assert sweep(tmp_path / "missing") == []
    assert sweep(Path(__file__)) == []
