"""States on the disk: whole or not there, the one before kept, damage noticed."""

import json
import resource
import shutil
import signal

import pytest
import torch

from v2a_foley.errors import DiskFull, ModelDamaged
from v2a_foley.train import state as states
from v2a_foley.train.state import State, drop_after, drop_older, needed, newest, read_state, require_room, write_state


def made(step: int, *, best_step: int | None = None, size: int = 50) -> State:
    torch.manual_seed(step)
    names = ("weights.a", "weights.b", "average.a", "exp_avg.a")
    best_step = step if best_step is None else best_step
    best = {"a": torch.full((size,), float(best_step))}
    return State(step, {name: torch.randn(size) for name in names}, best, best_step, 0.5, 1.0, 2, 100 + step, {"x": 1})


def equal(one: State, other: State) -> bool:
    pairs = [(one.now, other.now), (one.best, other.best)]
    same = all(a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a) for a, b in pairs)
    rest = [
        [each.step, each.best_step, each.best_loss, each.first_loss, each.looks, each.curve, each.run]
        for each in (one, other)
    ]
    return same and rest[0] == rest[1]


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def test_a_state_comes_back_as_it_was_and_the_one_before_stays(tmp_path):
    for step in (5, 10, 15):
        write_state(tmp_path, made(step))
    assert names(tmp_path) == ["000000010", "000000015"]
    assert equal(read_state(tmp_path, pytest.fail), made(15))
    assert newest(tmp_path)["step"] == 15
    drop_older(tmp_path)
    assert names(tmp_path) == ["000000015"]
    assert read_state(tmp_path / "nowhere", pytest.fail) is None


def test_best_weights_that_are_still_the_same_take_no_more_room(tmp_path):
    write_state(tmp_path, made(5))
    write_state(tmp_path, made(10, best_step=5))
    one, other = (tmp_path / f"{step:09d}" / "best.safetensors" for step in (5, 10))
    assert one.samefile(other)
    write_state(tmp_path, made(15))
    assert not (tmp_path / "000000015" / "best.safetensors").samefile(other)
    shutil.rmtree(tmp_path / "000000010")
    assert equal(read_state(tmp_path, pytest.fail), made(15))


@pytest.mark.parametrize("file", ["weights.safetensors", "exp_avg.safetensors", "best.safetensors", "state.json"])
@pytest.mark.parametrize("how", ["changed", "cut off", "gone"])
def test_a_damaged_state_gives_way_to_the_one_before(tmp_path, file, how):
    for step in (5, 10):
        write_state(tmp_path, made(step))
    path, said = tmp_path / "000000010" / file, []
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-9] if how == "cut off" else content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    assert equal(read_state(tmp_path, said.append), made(5))
    assert "step 10 is damaged" in said[0]
    assert "from step 5" in said[0]
    drop_after(tmp_path, 5)
    assert names(tmp_path) == ["000000005"]


def test_if_no_state_is_whole_it_is_said(tmp_path):
    for step in (5, 10):
        (write_state(tmp_path, made(step)) / "average.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelDamaged, match=r"000000010.*000000005.*--overwrite"):
        read_state(tmp_path, lambda _: None)


def test_a_state_of_a_newer_format_is_not_read_as_if_it_were_ours(tmp_path):
    path = write_state(tmp_path, made(5)) / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 99}))
    with pytest.raises(ModelDamaged, match="another format"):
        read_state(tmp_path, lambda _: None)


def test_a_full_disk_leaves_the_state_before_and_nothing_else(tmp_path):
    """A limit on the size of files stands for the full disk: the operating system refuses in the same way."""
    write_state(tmp_path, made(5))
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DiskFull):
            write_state(tmp_path, made(10, size=50_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert names(tmp_path) == ["000000005"]
    assert equal(read_state(tmp_path, pytest.fail), made(5))


def test_leftovers_of_a_kill_are_swept_away(tmp_path):
    part = tmp_path / ".part-abc"
    part.mkdir(parents=True)
    (part / "weights.safetensors").write_bytes(b"half")
    assert read_state(tmp_path, pytest.fail) is None
    write_state(tmp_path, made(5))
    assert names(tmp_path) == ["000000005"]


def test_the_room_that_is_needed_is_asked_for_before_anything_begins(tmp_path, monkeypatch):
    assert 2.1e9 < needed(48_832_896) < 2.2e9
    monkeypatch.setattr(states.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**10, 10**10, 10**9))
    require_room(tmp_path / "mapper", 10_000_000)
    replaced = tmp_path / "replaced"
    replaced.mkdir()
    with (replaced / "weights.safetensors").open("wb") as opened:
        opened.truncate(1_300_000_000)  # a hole that takes no room, and counts as if it did
    require_room(replaced, 48_832_896)
    with pytest.raises(DiskFull, match=r"2\.2 GB in 'mapper'.*1\.0 GB are free"):
        require_room(tmp_path / "mapper", 48_832_896)
