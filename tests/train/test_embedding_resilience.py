"""``train embed`` where files are broken, missing or oddly named, and where it was stopped, damaged or given more."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from tests.tiny.clip import write_clip
from tests.tiny.profile import EYES, write_profile
from tests.train.films import a_mixed_bag, assert_same, by_key, film
from v2a_foley.errors import Cancelled, OutOfMemory, SourceError, SpaceMismatch, UsageError
from v2a_foley.pairs import Row, open_pairs, shard_paths
from v2a_foley.pairs.card import read_card
from v2a_foley.progress import Progress
from v2a_foley.train import clips as decoding
from v2a_foley.train import filling
from v2a_foley.train.embedding import embed
from v2a_foley.video.probe import probe


def test_files_that_are_not_there_are_looked_for_again(tmp_path, settings, monkeypatch):
    film(tmp_path / "films" / "a.mp4")
    (tmp_path / "films" / "list.csv").write_text("picture,sound\na.mp4,\nlater.mp4,\na.mp4,later.wav\n")
    result = embed(tmp_path / "films" / "list.csv", tmp_path / "store", settings())
    assert (result.pairs, result.broken, result.missing) == (1, 0, {"there is no file for it": 2})
    film(tmp_path / "films" / "later.mp4", number=3)
    assert embed(tmp_path / "films" / "list.csv", tmp_path / "store", settings()).made == 1
    (tmp_path / "films" / "list.csv").unlink()

    def gone(path: Path):
        return probe(path if path.name == "a.mp4" else path.with_name("unmounted"))

    with monkeypatch.context() as while_the_disk_is_away:
        while_the_disk_is_away.setattr(decoding, "probe", gone)
        result = embed(tmp_path / "films", tmp_path / "windows", settings())
    assert (result.pairs, result.broken, sum(result.missing.values())) == (1, 0, 1)
    assert embed(tmp_path / "films", tmp_path / "windows", settings()).made == 1


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_folders_may_have_names_that_are_no_utf8(tmp_path, settings):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    try:
        film(odd / "films\n" / 'é # % "x".mp4')
    except OSError:
        pytest.skip("this disk takes UTF-8 alone")
    (odd / "films\n" / "bad, \n.mp4").write_bytes(b"no film")
    (odd / "store").mkdir()
    for made in (1, 0):
        result = embed(odd, odd / "store", settings())
        assert (result.made, result.pairs, result.broken) == (made, 1, 1)
    assert read_card(odd / "store").details["source"] == "caf\\xe9"


def test_long_sounds_do_not_gather():
    """Clips of ten minutes are encoded two by two rather than 32 at a time."""
    second = np.zeros(48_000, np.float32)
    clip = decoding.Clip(Row("a", "a"), np.zeros((1, 2, 2, 3), np.uint8), np.tile(second, 200))
    assert [len(batch) for batch in filling._batches([([], clip)] * 5)] == [2, 2, 1]
    broken = decoding.Failure("a", "it is silent")
    assert [len(batch) for batch in filling._batches([([], broken)] * 300)] == [128, 128, 44]


def test_only_the_windows_that_are_missing_are_decoded(tmp_path, settings, monkeypatch):
    film(tmp_path / "films" / "a.mp4", seconds=6)
    embed(tmp_path / "films", tmp_path / "store", settings(shard_rows=1))
    shard_paths(tmp_path / "store")[1].unlink()
    picked, whole = [], decoding.read_picked

    def watched(facts, numbers, **more):
        picked.extend(numbers)
        return whole(facts, numbers, **more)

    monkeypatch.setattr(decoding, "read_picked", watched)
    assert embed(tmp_path / "films", tmp_path / "store", settings()).made == 1
    assert (len(picked), min(picked) // 50, max(picked) // 50) == (8, 1, 1)


def test_broken_files_are_listed_and_stop_nothing(tmp_path, settings):
    a_mixed_bag(tmp_path / "films")
    result = embed(tmp_path / "films", tmp_path / "store", settings(clip_length=1.0))
    with (tmp_path / "store" / "broken.csv").open(newline="") as opened:
        listed = dict(csv.reader(opened))
    assert set(listed) == {
        "mute.mp4", "silent.mp4@00000.000", "silent.mp4@00001.000", "short.mp4", "empty.mp4", "text.mp4", "cut.mp4",
        "bikes.mp4",
    }  # fmt: skip
    assert str(tmp_path) not in "".join(listed.values())
    assert result.reasons["it is silent"] == 2
    assert result.reasons["the film has no sound"] == 2
    assert sum(result.reasons.values()) == result.broken == 8
    assert (result.pairs, result.made) == (2, 2)
    again = embed(tmp_path / "films", tmp_path / "store", settings(clip_length=1.0))
    assert (again.pairs, again.made, again.broken, again.reasons) == (2, 0, 8, {})
    film(tmp_path / "films" / "text.mp4", number=4)
    assert embed(tmp_path / "films", tmp_path / "store", settings(clip_length=1.0)).made == 0
    retried = embed(tmp_path / "films", tmp_path / "store", settings(clip_length=1.0, retry=True))
    assert (retried.pairs, retried.made, retried.broken) == (4, 2, 7)


def test_where_nothing_can_be_used_it_is_an_error(tmp_path, settings):
    film(tmp_path / "films" / "mute.mp4", sound="none")
    (tmp_path / "films" / "bad.mp4").write_bytes(b"no film")
    with pytest.raises(SourceError, match="the film has no sound"):
        embed(tmp_path / "films", tmp_path / "store", settings())
    with pytest.raises(SourceError):
        embed(tmp_path / "films", tmp_path / "store", settings())


def test_what_is_finished_is_not_opened_again(tmp_path, settings, monkeypatch):
    for number in range(4):
        film(tmp_path / "films" / f"{number}.mp4", seconds=3, number=number)
    embed(tmp_path / "films", tmp_path / "store", settings(limit=2))
    opened = []
    monkeypatch.setattr(decoding, "probe", lambda path: opened.append(path.name) or probe(path))
    result = embed(tmp_path / "films", tmp_path / "store", settings())
    assert (result.made, result.pairs) == (4, 8)
    assert sorted(opened) == ["2.mp4", "3.mp4"]


def test_a_stop_keeps_what_is_done(tmp_path, settings):
    for number in range(8):
        film(tmp_path / "films" / f"{number:02d}.mp4", number=number)
    progress = Progress()
    progress.listener = lambda event: progress.cancel() if event.stage == "embed" and event.done >= 2 else None
    with pytest.raises(Cancelled):
        embed(tmp_path / "films", tmp_path / "store", settings(frames=16, threads=1), progress)
    kept = len(open_pairs([tmp_path / "store"]))
    assert 1 <= kept < 8
    assert embed(tmp_path / "films", tmp_path / "store", settings(frames=16, threads=1)).made == 8 - kept
    embed(tmp_path / "films", tmp_path / "whole", settings(frames=16, threads=1))
    assert_same(by_key(tmp_path / "store"), by_key(tmp_path / "whole"))


def test_a_damaged_shard_is_made_again(tmp_path, settings):
    for number in range(4):
        film(tmp_path / "films" / f"{number}.mp4", seconds=3, number=number)
    embed(tmp_path / "films", tmp_path / "store", settings(shard_rows=3))
    before = by_key(tmp_path / "store")
    victim = shard_paths(tmp_path / "store")[1]
    victim.write_bytes(victim.read_bytes()[:-9])
    progress = Progress()
    result = embed(tmp_path / "films", tmp_path / "store", settings(shard_rows=3), progress)
    assert (result.damaged, result.made, result.pairs) == (1, 3, 8)
    assert (tmp_path / "store" / "damaged" / victim.name).is_file()
    assert any(victim.name in sentence for sentence in progress.warnings)
    assert_same(before, by_key(tmp_path / "store"))


def test_parts_make_the_whole(tmp_path, settings):
    for number in range(6):
        film(tmp_path / "films" / f"{number}.mp4", seconds=1, number=number)
    made = [embed(tmp_path / "films", tmp_path / "parts", settings(part=f"{n}/3")).made for n in (1, 2, 3)]
    assert sum(made) == 6
    assert max(made) < 6
    embed(tmp_path / "films", tmp_path / "whole", settings())
    assert_same(by_key(tmp_path / "parts"), by_key(tmp_path / "whole"))
    assert embed(tmp_path / "films", tmp_path / "parts", settings()).made == 0


def test_another_store_is_refused_before_any_work(tiny, tmp_path, settings, monkeypatch):
    film(tmp_path / "films" / "a.mp4")
    film(tmp_path / "more" / "a.mp4")
    embed(tmp_path / "films", tmp_path / "store", settings())
    monkeypatch.setattr(decoding, "probe", lambda path: pytest.fail(f"{path} was opened"))
    for source, wrong in (
        ("films", settings(frames=9)), ("films", settings(clip_length=3.0)), ("more", settings()),
        ("films", settings(least_length=0.5)), ("films", settings(profile="pocket")), ("films", settings(part="3/2")),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            embed(tmp_path / source, tmp_path / "store", wrong)
    other = write_profile(tmp_path / "other", mapper="bridge")
    write_clip(other / "clip", EYES, seed=7)
    with pytest.raises(SpaceMismatch, match="store"):
        embed(tmp_path / "films", tmp_path / "store", settings(profile=str(other)))


def test_a_defect_in_a_decoder_costs_its_film_alone(tmp_path, settings, monkeypatch, caplog):
    for number in range(3):
        film(tmp_path / "films" / f"{number}.mp4", number=number)

    def odd(path: Path):
        if path.name == "1.mp4":
            raise ZeroDivisionError("who knows")
        return probe(path)

    monkeypatch.setattr(decoding, "probe", odd)
    result = embed(tmp_path / "films", tmp_path / "store", settings())
    assert (result.pairs, result.reasons) == (2, {"ZeroDivisionError: who knows": 1})
    assert "1.mp4" in caplog.text


def test_a_lack_of_memory_is_no_broken_file(tmp_path, settings, monkeypatch):
    film(tmp_path / "films" / "a.mp4")

    def exhausted(_: Path):
        raise MemoryError

    monkeypatch.setattr(decoding, "probe", exhausted)
    with pytest.raises(OutOfMemory):
        embed(tmp_path / "films", tmp_path / "store", settings())
    assert not (tmp_path / "store" / "broken.csv").exists()


def test_a_profile_may_name_a_mapper_that_is_not_trained_yet(tmp_path, settings):
    film(tmp_path / "films" / "a.mp4")
    other = write_profile(tmp_path / "other", mapper="bridge")
    text = (other / "profile.toml").read_text().replace('model = "bridge"', 'model = "to-be-trained"')
    (other / "profile.toml").write_text(text)
    assert embed(tmp_path / "films", tmp_path / "store", settings(profile=str(other))).pairs == 1
