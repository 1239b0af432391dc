"""``train embed`` as a process: killed at any moment, interrupted, two at once; and what its verbs print."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.cli.program import started
from tests.footage import make_film
from v2a_foley.pairs import open_pairs, shard_paths
from v2a_foley.train.embed_settings import EmbedSettings
from v2a_foley.train.embedding import embed

FAST = {"env": {**os.environ, "OMP_NUM_THREADS": "1"}}


def films(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        seconds = 2 + number % 3
        make_film(folder / f"{number:02d}.mp4", seconds=seconds, size=(128, 72), cuts=[3 + number], sound="tone")
    (folder / "bad.mp4").write_bytes(b"no film")
    return folder


def words(source: Path, store: Path, tiny: Path) -> list[str]:
    more = ["--profile", tiny, "--clip-length", "2", "--frames", "16", "--shard-rows", "3", "--json"]
    return [str(word) for word in ("train", "embed", source, "-o", store, *more)]


def running(line: list[str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "v2a_foley.cli.main", *line], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        **FAST,
    )  # fmt: skip


def halves(store: Path) -> dict[str, np.ndarray]:
    pairs = open_pairs([store])
    both = np.concatenate(pairs.take(np.arange(len(pairs))), axis=1)
    return {row.key: one for row, one in zip(pairs.rows, both, strict=True)}


def wait_for(shards: int, store: Path, process: subprocess.Popen) -> bool:
    """Wait until there are so many shards; False where the process has ended before."""
    while process.poll() is None:
        if len(shard_paths(store)) >= shards:
            return True
        time.sleep(0.005)
    return False


def kill_again_and_again(kills: int, count: int, tiny: Path, folder: Path) -> None:
    drawn = np.random.default_rng(kills)
    source, store = films(folder / "films", count), folder / "store"
    for _ in range(kills):
        done = len(shard_paths(store))
        process = running(words(source, store, tiny))
        wait_for(done + 1, store, process)
        time.sleep(drawn.uniform(0, 0.15))
        process.kill()
        process.communicate()
        kept = halves(store)
        assert len(kept) >= done
        assert len(kept) == sum(1 for _ in open_pairs([store]).rows)
    settings = EmbedSettings(profile=str(tiny), clip_length=2.0, frames=16, shard_rows=3)
    result = embed(source, store, settings)
    embed(source, folder / "undisturbed", settings)
    got, wanted = halves(store), halves(folder / "undisturbed")
    assert sorted(got) == sorted(wanted)
    assert result.pairs == len(wanted)
    for key, one in wanted.items():
        np.testing.assert_allclose(got[key], one, atol=1e-5, err_msg=key)
    assert (store / "broken.csv").read_text() == (folder / "undisturbed" / "broken.csv").read_text()
    assert sorted(path.name for path in store.iterdir()) == [".lock", "broken.csv", "shards", "store.json"]
    assert all(path.name[0] != "." for path in (store / "shards").iterdir())


@pytest.mark.long
def test_a_killed_run_is_gone_on_with(tiny, tmp_path):
    kill_again_and_again(1, 6, tiny, tmp_path)


@pytest.mark.long
def test_a_run_that_is_killed_six_times_makes_the_same_store(tiny, tmp_path):
    kill_again_and_again(6, 20, tiny, tmp_path)


@pytest.mark.long
def test_ctrl_c_closes_the_shard_and_a_second_process_is_kept_out(tiny, tmp_path):
    source, store = films(tmp_path / "films", 12), tmp_path / "store"
    process = running(words(source, store, tiny))
    assert wait_for(1, store, process)
    process.send_signal(signal.SIGSTOP)
    try:
        second = started(*words(source, store, tiny), **FAST)
    finally:
        process.send_signal(signal.SIGCONT)
    assert second.code == 2, second
    assert json.loads(second.out)["error"]["type"] == "UsageError"
    assert "Another process" in second.err
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode in (130, 0), err  # 0: it was done before it heard
    if process.returncode:
        assert json.loads(out)["error"]["type"] == "Cancelled"
    settings = EmbedSettings(profile=str(tiny), clip_length=2.0, frames=16, shard_rows=3)
    result = embed(source, store, settings)
    assert (result.pairs, len(halves(store)), result.broken) == (20, 20, 1)
    assert json.loads(json.dumps(result.as_dict()))["pairs"] == 20


def test_the_verbs_leave_with_a_sentence(tiny, tmp_path, capfd):
    (tmp_path / "films").mkdir()
    for line, code in (
        (["train", "embed", tmp_path / "films", "-o", tmp_path / "s", "--profile", tiny], 3),
        (["train", "embed", tmp_path / "no", "-o", tmp_path / "s", "--profile", tiny], 3),
        (["train", "captions", "-o", tmp_path / "s", "--profile", tiny], 2),
    ):
        done = started(*line, **FAST)
        assert (done.code, done.out) == (code, ""), done
        assert "Traceback" not in done.err
        assert len(done.err.splitlines()) == 2, done.err
    assert not (tmp_path / "s").exists()
