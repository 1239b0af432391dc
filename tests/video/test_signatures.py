from __future__ import annotations

import io
import zipfile
from fractions import Fraction

import numpy as np
import pytest

from tests.footage import make_film
from v2a_foley.errors import ProjectError
from v2a_foley.video.clock import FrameClock
from v2a_foley.video.look import look
from v2a_foley.video.probe import frame_clock, probe
from v2a_foley.video.read import FrameBlock
from v2a_foley.video.signatures import (
    FILE,
    SIZE,
    Signatures,
    SignatureTaker,
    read_signatures,
    write_signatures,
)


def some(frames: int = 40, seed: int = 0) -> Signatures:
    rng = np.random.default_rng(seed)
    clock = FrameClock(np.arange(frames, dtype=np.int64) * 1001, Fraction(1, 24_000), Fraction(1, 7), Fraction(50))
    return Signatures(clock, rng.integers(0, 256, (frames, *SIZE), dtype=np.uint8))


def test_a_film_is_watched_in_the_one_pass(tmp_path):
    facts = probe(make_film(tmp_path / "film.mkv", seconds=1, rate="30000/1001", variable=True))
    taker = SignatureTaker()
    look(facts, watchers=[taker])
    found, clock = taker.finish(facts.picture.end), frame_clock(facts)
    assert found.tiny.shape == (len(clock), *SIZE)
    assert found.clock.times() == clock.times()
    assert found.clock.end == clock.end


def test_a_tiny_picture_is_the_mean_grey_of_its_cells():
    frame = np.zeros((90, 160, 3), np.uint8)
    frame[:10, 10:20] = 200
    taker = SignatureTaker()
    taker.feed(FrameBlock(0, (Fraction(0),), frame[None]))
    tiny = taker.finish(Fraction(1, 24)).tiny[0]
    assert tiny[0, 1] == 200
    assert np.count_nonzero(tiny) == 1


def test_what_is_written_is_read(tmp_path):
    film, parked = some(), {"c3": some(5, 1), "c4-2": some(7, 2).part(2, 6)}
    write_signatures(tmp_path, film, parked, known_as="ab" * 32)
    kept = read_signatures(tmp_path)
    assert kept.known_as == "ab" * 32
    assert list(kept.shelf) == ["c3", "c4-2"]
    for one, other in ((kept.film, film), (kept.shelf["c3"], parked["c3"]), (kept.shelf["c4-2"], parked["c4-2"])):
        assert (one.tiny == other.tiny).all()
        assert one.clock.times() == other.clock.times()
        assert one.clock.end == other.clock.end
    assert read_signatures(tmp_path / "elsewhere") is None


def test_a_part_keeps_its_times():
    whole = some()
    part = whole.part(3, 9)
    assert part.clock.times() == whole.clock.times(3, 9)
    assert part.clock.end == whole.clock.time(9)


def _rewritten(path, **arrays):
    with np.load(path) as old:
        everything = {**{name: old[name] for name in old.files}, **arrays}
    np.savez(path, **{name: value for name, value in everything.items() if value is not None})


@pytest.mark.parametrize(
    "arrays",
    [
        {"tiny": None},
        {"format": np.array([2])},
        {"tiny": np.zeros((40, 9, 17), np.uint8)},
        {"tiny": np.zeros((39, *SIZE), np.uint8)},
        {"tiny": np.zeros((40, *SIZE), np.float32)},
        {"ticks": np.arange(40)[::-1]},
        {"ticks": np.arange(40) + 2**62},
        {"counts": np.array([-1])},
        {"counts": np.array([41])},
        {"counts": np.array([20, 20])},
        {"names": np.array([b"c1"])},
        {"clocks": np.array([b"0 0 1"])},
        {"clocks": np.array([b"1/0 0 1"])},
        {"clocks": np.array([b"1 2"])},
        {"clocks": np.array([b"1e400000000 0 1"])},
        {"clocks": np.array([b"\xff 0 1"])},
        {"film": np.array([b"a", b"b"])},
        {"names": np.array([object()], dtype=object)},
    ],
)
def test_arrays_that_are_not_ours_are_refused(tmp_path, arrays):
    write_signatures(tmp_path, some())
    _rewritten(tmp_path / FILE, **arrays)
    with pytest.raises(ProjectError, match="does not hold the frames"):
        read_signatures(tmp_path)


def test_a_length_that_is_only_claimed_takes_no_memory(tmp_path):
    write_signatures(tmp_path, some())
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": (7_000_000, *SIZE)})
    with zipfile.ZipFile(tmp_path / FILE) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / FILE, "w") as archive:
        for name, content in (members | {"tiny.npy": head.getvalue()}).items():
            archive.writestr(name, content)
    with pytest.raises(ProjectError):
        read_signatures(tmp_path)


def _damaged(tmp_path, seeds):
    write_signatures(tmp_path, some())
    whole = (tmp_path / FILE).read_bytes()
    for seed in seeds:
        rng = np.random.default_rng(seed)
        content = bytearray(whole[: rng.integers(len(whole) + 1)] if rng.random() < 0.3 else whole)
        for _ in range(rng.integers(1, 30)):
            if content:
                content[rng.integers(len(content))] = rng.integers(256)
        (tmp_path / FILE).write_bytes(content)
        try:
            read_signatures(tmp_path)
        except ProjectError:
            continue


def test_damage_is_told_and_nothing_else_happens(tmp_path):
    _damaged(tmp_path, range(300))


@pytest.mark.long
def test_damage_is_told_and_nothing_else_happens_long(tmp_path):
    _damaged(tmp_path, range(300, 10_000))
