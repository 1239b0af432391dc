"""Stores while they are filled: going on, two at once, damage, full disks."""

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pairs.halves import CARD, OTHER, SEEN, fill, halves, rows
from v2a_foley.errors import Cancelled, DiskFull, OutputError, SpaceMismatch, StoreError, UsageError
from v2a_foley.pairs import Closing, GrowingStore, Part, Row, open_pairs, shard_paths
from v2a_foley.pairs.card import read_card


def quiet(_: str) -> None: ...


def test_a_store_is_gone_on_with(tmp_path):
    fill(tmp_path, 5, closing=Closing(2))
    assert len(shard_paths(tmp_path)) == 3
    before = {path: path.stat().st_mtime_ns for path in shard_paths(tmp_path)}
    store = fill(tmp_path, 4, first=3, closing=Closing(2))
    assert (store.pairs, store.shards) == (7, 4)
    assert all(path.stat().st_mtime_ns == changed for path, changed in before.items()), "a finished shard was touched"
    pairs = open_pairs([tmp_path])
    assert [row.key for row in pairs.rows] == [f"film {number}" for number in range(7)]
    np.testing.assert_array_equal(pairs.take(np.array([5]))[0], halves(1, 5)[0])


def test_an_old_shard_is_closed(tmp_path):
    with GrowingStore(tmp_path, CARD, quiet, closing=Closing(100, seconds=0.0)) as store:
        store.add(rows(1)[0], *(half[0] for half in halves(1)))
        assert len(shard_paths(tmp_path)) == 1


def test_whatever_stops_the_work_the_shard_in_flight_is_closed(tmp_path):
    for number, reason in enumerate((Cancelled(), RuntimeError("a defect"), KeyboardInterrupt())):

        def stopped(number=number, reason=reason) -> None:
            with GrowingStore(tmp_path, CARD, quiet) as store:
                store.add(rows(1, number)[0], *(half[0] for half in halves(1, number)))
                raise reason

        with pytest.raises(type(reason)):
            stopped()
        assert len(open_pairs([tmp_path])) == number + 1


def test_other_spaces_and_other_ways_are_refused_before_anything_is_done(tmp_path):
    fill(tmp_path, 2)
    for card, expected in (
        (replace(CARD, source=OTHER), SpaceMismatch),
        (replace(CARD, target=OTHER), SpaceMismatch),
        (replace(CARD, kind="captions"), UsageError),
        (replace(CARD, details={"frames": 9}), UsageError),
    ):
        with pytest.raises(expected), GrowingStore(tmp_path, card, quiet, same=("frames",)):
            pytest.fail("it was entered")
    assert fill(tmp_path, 3).pairs == 3, "the lock was kept"


def test_a_damaged_shard_is_moved_aside_and_made_again(tmp_path):
    fill(tmp_path, 6, closing=Closing(2))
    whole = {path.name: path.read_bytes() for path in shard_paths(tmp_path)}
    victim = shard_paths(tmp_path)[1]
    victim.write_bytes(victim.read_bytes()[:-3])
    said = []
    with GrowingStore(tmp_path, CARD, said.append) as store:
        assert [store.knows(f"film {number}") for number in range(6)] == [True, True, False, False, True, True]
        assert store.moved == (tmp_path / "damaged" / victim.name,)
        for number in range(6):
            store.add(rows(1, number)[0], *(half[0] for half in halves(1, number)))
    assert "damaged" in said[0]
    assert len(said) == 1
    pairs = open_pairs([tmp_path])
    assert sorted(row.key for row in pairs.rows) == [f"film {number}" for number in range(6)]
    for path in shard_paths(tmp_path):
        if path.name in whole:
            assert path.read_bytes() == whole[path.name], "a finished shard was touched"


def test_wrong_bits_and_a_number_that_was_taken_before_lose_nothing(tmp_path):
    """A shard of the right length and of other bits; then once more, when the place for it is taken."""
    for _ in range(2):
        fill(tmp_path, 6, closing=Closing(2))
        victim = tmp_path / "shards" / "000001.safetensors"
        content = bytearray(victim.read_bytes())
        content[-2] ^= 1
        victim.write_bytes(content)
        with GrowingStore(tmp_path, CARD, quiet) as store:
            assert store.pairs == 4
        (tmp_path / "shards" / "000003.safetensors").unlink(missing_ok=True)
        content[-2] ^= 1
        victim.write_bytes(content)
    assert len(list((tmp_path / "damaged").iterdir())) == 2, "the second was not written over the first"
    fill(tmp_path, 8, closing=Closing(2))
    shard_paths(tmp_path)[0].unlink()
    before = [path.read_bytes() for path in shard_paths(tmp_path)]
    fill(tmp_path, 8, closing=Closing(2))
    assert [path.read_bytes() for path in shard_paths(tmp_path)][: len(before)] == before, "one was written over"
    assert len(open_pairs([tmp_path])) == 8


def test_shards_without_a_card_are_left_alone(tmp_path):
    fill(tmp_path, 2)
    (tmp_path / "store.json").unlink()
    with pytest.raises(StoreError, match="nobody knows"), GrowingStore(tmp_path, CARD, quiet):
        pytest.fail("it was entered")
    assert not (tmp_path / "store.json").exists()


def test_a_card_that_is_there_is_kept(tmp_path):
    fill(tmp_path, 1, card=replace(CARD, details={"frames": 8, "by": "another version"}))
    with GrowingStore(tmp_path, replace(CARD, origin="ours"), quiet, same=("frames",)) as store:
        assert store.card.origin == CARD.origin
        store.describe("more of it", count=3)
    assert read_card(tmp_path).details == {"frames": 8, "by": "another version", "count": 3}
    assert read_card(tmp_path).origin == "more of it"


def test_what_a_kill_left_is_swept_but_not_what_others_may_be_writing(tmp_path):
    fill(tmp_path, 1)
    old, new = (tmp_path / "shards" / f".v2a-{name}.safetensors" for name in ("old", "new"))
    for path in (old, new):
        path.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    fill(tmp_path, 1, part=Part(1, 2))
    assert (old.exists(), new.exists()) == (False, True)
    fill(tmp_path, 1)
    assert not new.exists()


def test_a_full_disk_is_not_written_to_again(tmp_path, monkeypatch):
    from v2a_foley.pairs import growing

    tried = []

    def full(*_: object, **__: object) -> None:
        tried.append(1)
        raise DiskFull("full")

    monkeypatch.setattr(growing, "write_shard", full)
    with pytest.raises(DiskFull):
        fill(tmp_path, 3, closing=Closing(3))
    assert len(tried) == 1


def test_a_copied_shard_is_moved_aside(tmp_path):
    fill(tmp_path, 2)
    (tmp_path / "shards" / "000007.safetensors").write_bytes(shard_paths(tmp_path)[0].read_bytes())
    said = []
    with GrowingStore(tmp_path, CARD, said.append) as store:
        assert store.pairs == 2
    assert len(said) == 1
    assert len(open_pairs([tmp_path])) == 2


def test_a_group_is_finished_only_while_all_its_pairs_are_there(tmp_path):
    def put(number: int, store: GrowingStore) -> None:
        store.add(Row(f"long@{number}", "long"), *(half[0] for half in halves(1, number)))

    with GrowingStore(tmp_path, CARD, quiet, closing=Closing(2)) as store:
        for number in range(3):
            put(number, store)
        store.finish("long")
    with GrowingStore(tmp_path, CARD, quiet) as store:
        assert store.knows("long")
    shard_paths(tmp_path)[0].unlink()
    with GrowingStore(tmp_path, CARD, quiet) as store:
        assert not store.knows("long")
        assert store.knows("long@2")


def test_the_broken_are_remembered_and_tried_again_on_request(tmp_path):
    odd = 'a, "b"\nc.mp4'
    with GrowingStore(tmp_path, CARD, quiet) as store:
        store.give_up(odd, 'it is\nsilent, "so"')
        store.give_up("other.mp4", "no sound")
    with (tmp_path / "broken.csv").open("a") as opened:
        opened.write("half a li")  # a kill while it was written
    with GrowingStore(tmp_path, CARD, quiet) as store:
        assert store.broken == {odd: 'it is silent, "so"', "other.mp4": "no sound"}
        assert store.knows(odd)
    listed = (tmp_path / "broken.csv").read_text()
    assert listed.endswith("no sound\n"), "the next line would be lost with the half"
    with GrowingStore(tmp_path, CARD, quiet, retry=True, part=Part(1, 2)) as store:
        assert store.knows(odd), "not this part's to try again"
        store.give_up("mine", "why")
    with GrowingStore(tmp_path, CARD, quiet, retry=True, part=Part(2, 2)) as store:
        assert store.knows("mine")
    with GrowingStore(tmp_path, CARD, quiet, retry=True, part=Part(1, 2)) as store:
        assert set(store.broken) == {odd, "other.mp4"}
    assert (tmp_path / "broken.csv").read_text() == listed
    with GrowingStore(tmp_path, CARD, quiet, retry=True) as store:
        assert store.broken == {}
        store.give_up("film 0", "no sound yet")
    fill(tmp_path, 2, first=1)
    with (tmp_path / "broken.csv").open("a") as opened:
        opened.write("film 1,as another process thought\n")
    with GrowingStore(tmp_path, CARD, quiet) as store:
        assert set(store.broken) == {"film 0"}, "what has become a pair is not broken"
    with GrowingStore(tmp_path, CARD, quiet, retry=True) as store:
        assert store.broken == {}
    assert not (tmp_path / "broken.csv").exists()


def test_other_folders_are_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    (tmp_path / "file").write_text("x")
    for place in (tmp_path, tmp_path / "file"):
        with pytest.raises(StoreError), GrowingStore(place, CARD, quiet):
            pytest.fail("it was entered")
    with pytest.raises(OutputError), GrowingStore(tmp_path / "file" / "below", CARD, quiet):
        pytest.fail("it was entered")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "thesis.tex"]


@pytest.mark.long
def test_one_process_at_a_time_or_each_its_part(tmp_path):
    with GrowingStore(tmp_path, CARD, quiet):
        for part in (None, Part(1, 2)):
            with pytest.raises(UsageError, match="Another"), GrowingStore(tmp_path, CARD, quiet, part=part):
                pytest.fail("it was entered")
    with GrowingStore(tmp_path, CARD, quiet, part=Part(1, 2)) as first:
        with GrowingStore(tmp_path, CARD, quiet, part=Part(2, 2)) as second:
            for number, store in enumerate((first, second)):
                store.add(rows(1, number)[0], *(half[0] for half in halves(1, number)))
                store.give_up(f"broken {number}", "why")
                store.close_shard()
                assert store.count() == number + 1, "those of the other part count"
        for part in (None, Part(1, 2), Part(2, 3)):
            with pytest.raises(UsageError, match="Another"), GrowingStore(tmp_path, CARD, quiet, part=part):
                pytest.fail("it was entered")
    assert [path.name for path in shard_paths(tmp_path)] == ["000000-1of2.safetensors", "000000-2of2.safetensors"]
    with GrowingStore(tmp_path, CARD, quiet) as store:
        assert (store.pairs, set(store.broken)) == (2, {"broken 0", "broken 1"})


@given(st.text(max_size=20), st.integers(1, 20))
def test_every_key_is_exactly_one_parts(key, count):
    assert sum(Part(number, count).holds(key) for number in range(1, count + 1)) == 1


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1/99999"])
def test_what_is_no_part_is_told(text):
    with pytest.raises(UsageError):
        Part.parse(text)


def test_a_full_disk_leaves_finished_shards_and_nothing_half_written(tmp_path):
    fill(tmp_path, 4, closing=Closing(2))
    before = sorted(path.name for path in (tmp_path / "shards").iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def filled() -> None:
        with GrowingStore(tmp_path, CARD, quiet, closing=Closing(3)) as store:
            resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
            for number in range(4, 9):
                store.add(rows(1, number)[0], *(half[0] for half in halves(1, number)))

    try:
        with pytest.raises(DiskFull):
            filled()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handled)
    assert sorted(path.name for path in (tmp_path / "shards").iterdir()) == before
    assert fill(tmp_path, 9).pairs == 9


def test_a_full_disk_is_told_when_the_broken_are_listed(tmp_path, monkeypatch):
    from pathlib import Path

    with GrowingStore(tmp_path, CARD, quiet) as store:
        whole = Path.open

        def full(path, *words, **more):
            if path.name == "broken.csv":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return whole(path, *words, **more)

        monkeypatch.setattr(Path, "open", full)
        with pytest.raises(DiskFull):
            store.give_up("x", "y")


WRITER = """
import sys
from pathlib import Path
from tests.pairs.halves import CARD, halves, rows
from v2a_foley.pairs import Closing, GrowingStore
with GrowingStore(Path(sys.argv[1]), CARD, print, closing=Closing(3)) as store:
    for number in range(100_000):
        store.add(rows(1, number)[0], *(half[0] for half in halves(1, number)))
        print(number, flush=True)
"""


def test_a_kill_loses_the_shard_in_flight_at_most(tmp_path):
    reached = 0
    for round_ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "store")], stdout=subprocess.PIPE, text=True
        )
        for _ in range(20 + 7 * round_ + reached):
            reached_now = int(process.stdout.readline())
        time.sleep(0.003 * round_)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().splitlines()
        process.wait()
        reached_now = int(rest[-1]) if rest and rest[-1].isdigit() else reached_now
        pairs = open_pairs([tmp_path / "store"])
        assert reached_now + 1 - len(pairs) <= 3, "more than the shard in flight was lost"
        assert [row.key for row in pairs.rows] == [f"film {number}" for number in range(len(pairs))]
        assert len(pairs) >= reached
        reached = len(pairs)
    store = fill(tmp_path / "store", reached + 2)
    assert store.pairs == reached + 2
    assert not list((tmp_path / "store" / "shards").glob(".v2a-*")), "what was half-written is still there"
    np.testing.assert_array_equal(open_pairs([tmp_path / "store"]).take(np.array([1]))[0], halves(1, 1)[0])
    assert open_pairs([tmp_path / "store"]).source == SEEN
