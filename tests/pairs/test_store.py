"""Shards and stores: what is written is read back, and what is damaged is told."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from tests.pairs.halves import CARD, HEARD, OTHER, SEEN, fill, halves, rows
from v2a_foley.errors import OutputError, SpaceMismatch, StoreError
from v2a_foley.pairs import Closing, Row, Split, StoreCard, open_pairs, shard_paths, split_of, write_shard
from v2a_foley.pairs.card import CARD as CARD_NAME
from v2a_foley.pairs.card import read_card, write_card
from v2a_foley.pairs.shard import read_shard


def test_a_shard_is_a_safetensors_file_with_both_halves(tmp_path):
    seen, heard = halves(5)
    write_shard(tmp_path / "0.safetensors", (SEEN, HEARD), rows(5), seen, heard, finished={"film 4": 1})
    plain = load_file(tmp_path / "0.safetensors")
    np.testing.assert_array_equal(plain["source"], seen)
    np.testing.assert_array_equal(plain["target"], heard)
    shard = read_shard(tmp_path / "0.safetensors")
    shard.check()
    assert list(shard.rows) == rows(5)
    assert (shard.source, shard.target, shard.finished) == (SEEN, HEARD, {"film 4": 1})
    np.testing.assert_array_equal(shard.sources(), seen)


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(
        st.tuples(*[st.text(st.characters(exclude_categories=("Cs",)), max_size=12)] * 4),
        min_size=1, max_size=9, unique_by=lambda row: row[0],
    )
)  # fmt: skip
def test_any_words_come_back(words, tmp_path_factory):
    path = tmp_path_factory.mktemp("shard") / "0.safetensors"
    wanted = [Row(*each) for each in words]
    write_shard(path, (SEEN, HEARD), wanted, *halves(len(words)))
    shard = read_shard(path)
    shard.check()
    assert list(shard.rows) == wanted


@settings(max_examples=150, deadline=None)
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unseen(at, bit, tmp_path_factory):
    """Whatever bit of a shard is damaged: it is told, or what is read is what was written."""
    path = tmp_path_factory.mktemp("shard") / "0.safetensors"
    seen, heard = halves(3)
    write_shard(path, (SEEN, HEARD), rows(3), seen, heard)
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= 1 << bit
    path.write_bytes(content)
    try:
        shard = read_shard(path)
        shard.check()
    except StoreError:
        return
    assert list(shard.rows) == rows(3)
    np.testing.assert_array_equal(shard.sources(), seen)
    np.testing.assert_array_equal(shard.targets(), heard)


@pytest.mark.parametrize("kept", [0, 3, 8, 100, -1])
def test_a_cut_shard_is_told(kept, tmp_path):
    path = tmp_path / "0.safetensors"
    write_shard(path, (SEEN, HEARD), rows(3), *halves(3))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(StoreError, match=r"0\.safetensors"):
        read_shard(path)


def test_what_is_no_pair_is_not_written(tmp_path):
    path, (seen, heard) = tmp_path / "0.safetensors", halves(3)
    bad = [
        (rows(2), seen, heard),
        (rows(3), seen * 2, heard),
        (rows(3), np.full_like(seen, np.nan), heard),
        (rows(3), heard, seen),
        ([rows(1)[0]] * 3, seen, heard),
        ([], seen[:0], heard[:0]),
    ]
    for wrong in bad:
        with pytest.raises(ValueError, match=r"pairs|unit|key"):
            write_shard(path, (SEEN, HEARD), *wrong)
    with pytest.raises(OutputError):
        write_shard(tmp_path / "no" / "0.safetensors", (SEEN, HEARD), rows(3), seen, heard)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, deadline=None)
@given(which=st.lists(st.integers(0, 49), max_size=80), size=st.integers(1, 60))
def test_any_rows_are_taken_in_the_order_asked_for(which, size, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    fill(folder, 50, closing=Closing(size))
    pairs = open_pairs([folder])
    assert (len(pairs), len(shard_paths(folder))) == (50, -(-50 // size))
    seen, heard = pairs.take(np.array(which, np.intp))
    for number, first, second in zip(which, seen, heard, strict=True):
        np.testing.assert_array_equal(first, halves(1, number)[0][0])
        np.testing.assert_array_equal(second, halves(1, number)[1][0])
    for wrong in (-1, 50):
        with pytest.raises(IndexError):
            pairs.take(np.array([0, wrong]))


def test_stores_of_the_same_spaces_are_one_list(tmp_path):
    fill(tmp_path / "a", 3)
    fill(tmp_path / "b", 4, first=1, closing=Closing(2))
    pairs = open_pairs([tmp_path / "a", tmp_path / "b"])
    assert [row.key for row in pairs.rows] == [f"film {number}" for number in (0, 1, 2, 1, 2, 3, 4)]
    assert (pairs.source, pairs.target) == (SEEN, HEARD)
    held = {row.group for row, split in zip(pairs.rows, pairs.splits, strict=True) if split is Split.VALIDATION}
    kept = {row.group for row, split in zip(pairs.rows, pairs.splits, strict=True) if split is Split.TRAIN}
    assert held
    assert not held & kept, "the same file must not lie on both sides, not even from two stores"


def test_mixed_spaces_are_named(tmp_path):
    fill(tmp_path / "a", 3)
    fill(tmp_path / "b", 3, card=replace(CARD, source=OTHER))
    with pytest.raises(SpaceMismatch, match=r"f0f0.*0f0f"):
        open_pairs([tmp_path / "a", tmp_path / "b"])
    write_shard(tmp_path / "a" / "shards" / "000009.safetensors", (OTHER, HEARD), rows(1, 9), *halves(1))
    with pytest.raises(SpaceMismatch, match="000009"):
        open_pairs([tmp_path / "a"])


def test_what_is_no_store_is_told(tmp_path):
    for folder in (tmp_path, tmp_path / "no"):
        with pytest.raises(StoreError, match="store"):
            open_pairs([folder])
    write_card(tmp_path, CARD)
    with pytest.raises(StoreError, match="not a single pair"):
        open_pairs([tmp_path])


def test_a_damaged_shard_and_a_pair_twice_are_told(tmp_path):
    fill(tmp_path, 6, closing=Closing(3))
    first, second = shard_paths(tmp_path)
    second.write_bytes(first.read_bytes())
    with pytest.raises(StoreError, match="'film 0' twice"):
        open_pairs([tmp_path])
    content = bytearray(first.read_bytes())
    content[-1] ^= 1
    second.unlink()
    first.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        open_pairs([tmp_path])
    assert len(open_pairs([tmp_path], check=False)) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        "", "[]", "{", "{}", '{"format": "x"}', {"version": 99}, {"version": "x"}, {"source": {"name": "x"}},
        {"source": {"name": "x", "size": 0, "fingerprint": "x"}}, {"kind": None, "details": 3}, "[" * 100_000,
    ],
)  # fmt: skip
def test_a_card_that_is_none_is_told(wrong, tmp_path):
    write_card(tmp_path, CARD)
    path = tmp_path / CARD_NAME
    content = wrong if isinstance(wrong, str) else json.dumps({**json.loads(path.read_text()), **wrong})
    path.write_text(content)
    with pytest.raises(StoreError):
        read_card(tmp_path)


def test_a_card_comes_back_and_what_is_unknown_is_left_aside(tmp_path):
    card = StoreCard(SEEN, HEARD, "captions", "“quotes”\nand lines", {"a": [1, {"b": None}]})
    write_card(tmp_path, card)
    content = json.loads((tmp_path / CARD_NAME).read_text())
    (tmp_path / CARD_NAME).write_text(json.dumps({**content, "newer": 1}))
    assert read_card(tmp_path) == card


@given(
    groups=st.lists(st.sampled_from("abcdefgh"), max_size=40),
    named=st.lists(st.sampled_from(["", "train", "test", "nonsense"]), min_size=40, max_size=40),
    share=st.floats(0, 1),
)
def test_a_split_parts_no_group_and_never_changes(groups, named, share):
    some = [Row(str(n), group, split=name) for n, (group, name) in enumerate(zip(groups, named, strict=False))]
    parts = split_of(some, share=share)
    assert parts == split_of(some, share=share)
    assert all((part is Split.TEST) == (row.split == "test") for row, part in zip(some, parts, strict=True))
    by_part = {part: {row.group for row, own in zip(some, parts, strict=True) if own is part} for part in Split}
    assert not by_part[Split.TRAIN] & by_part[Split.VALIDATION]
    learned = by_part[Split.TRAIN] | by_part[Split.VALIDATION]
    assert len(by_part[Split.VALIDATION]) == (0 if len(learned) < 2 else max(1, round(share * len(learned))))


def test_a_source_that_names_its_validation_is_taken_at_its_word():
    some = [Row("a", "a", split="train"), Row("b", "b", split="validation"), Row("c", "c"), Row("d", "d", split="test")]
    assert split_of(some) == [Split.TRAIN, Split.VALIDATION, Split.TRAIN, Split.TEST]


def test_more_shards_than_files_may_be_open(tmp_path):
    """The limit of a usual shell is 1024, which 200,000 pairs exceed where shards were closed early."""
    resource = pytest.importorskip("resource")
    fill(tmp_path, 40, closing=Closing(rows=1))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    probe = os.dup(0)  # the highest that is in use, or nearly so
    os.close(probe)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (probe + 40, hard))
        pairs = open_pairs([tmp_path])
        assert len(shard_paths(tmp_path)) == len(pairs) == 40
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_shards_that_cannot_all_be_open_say_what_to_do(tmp_path, monkeypatch):
    resource = pytest.importorskip("resource")
    fill(tmp_path, 40, closing=Closing(rows=1))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    probe = os.dup(0)
    os.close(probe)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (probe + 40, limits[1]))
        with monkeypatch.context() as patch:
            patch.setattr(resource, "setrlimit", lambda *_: None)
            with pytest.raises(StoreError, match=r"40 shards cannot all be open.*ulimit -n"):
                open_pairs([tmp_path])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
