"""Damage of every kind: a film either comes out, or one sentence of ours says why not; nothing else ever leaves."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest

from tests.engine.damage import MEMORY, Worker, worker
from tests.footage import make_film

FILMS: dict[str, dict] = {
    "a.mp4": {},
    "b.mkv": {},
    "c.mov": {"vcodec": "libx265"},
    "d.webm": {"vcodec": "libvpx-vp9"},
    "e.avi": {"vcodec": "mpeg4"},
    "f.ts": {},
}
"""Six containers, a second each."""
FRAGMENTED = {"g.mp4": {"extra": ("-movflags", "frag_keyframe+empty_moov", "-g", "5")}}
CUTS, FLIPS = 84, 334
"""Truncations and bit flips of each container in the long tests: 504 and 2004 in all."""
QUICK_CUTS, QUICK_FLIPS = 3, 6
"""Those among them that the quick tests take."""
HOWS = ("few", "many", "zeros", "gap", "head")


@pytest.fixture(scope="module")
def program():
    with worker() as one:
        yield one


@cache
def whole(name: str) -> bytes:
    """The undamaged film."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        make_film(path, seconds=1, size=(128, 72), sound="tone", **{**FILMS, **FRAGMENTED}[name])
        return path.read_bytes()


def truncated(name: str, number: int) -> bytes:
    """Return the film cut off: at offsets spread over it, denser at its head, where the headers lie."""
    data = whole(name)
    place = (number + 0.5) / CUTS
    return data[: int(len(data) * place**2)]


def flipped(name: str, number: int) -> bytes:
    """Return the film with one to eight bits turned, every third time within its first 4 kB."""
    rng = random.Random(f"{name} {number}")  # noqa: S311 - it only has to differ
    data = bytearray(whole(name))
    reach = min(len(data), 4096) if number % 3 == 0 else len(data)
    for _ in range(1 + number % 8):
        data[rng.randrange(reach)] ^= 1 << rng.randrange(8)
    return bytes(data)


def mangled(name: str, how: str, number: int) -> bytes:
    """Return bytes that were changed, zeroed or lost somewhere."""
    rng = random.Random(f"{name} {how} {number}")  # noqa: S311 - it only has to differ
    data = bytearray(whole(name))
    size = len(data)
    first = rng.randrange(size)
    if how == "zeros":
        last = min(size, first + rng.randint(1, 20_000))
        data[first:last] = bytes(last - first)
    elif how == "gap":
        del data[first : first + rng.randint(1, 8000)]
    else:
        reach = min(size, 3000) if how == "head" else size
        for _ in range({"few": 4, "many": 1000, "head": 8}[how]):
            data[rng.randrange(reach)] = rng.randrange(256)
    return bytes(data)


def check(program: Worker, name: str, damaged: bytes, folder: Path) -> None:
    source, output = folder / name, folder / f"out{Path(name).suffix}"
    source.write_bytes(damaged)
    found = program.run(source, output)
    assert found.kind in ("film", "refused"), found.words
    assert found.memory < MEMORY
    if found.kind == "film":
        assert output.stat().st_size > 0
    else:
        assert found.code == 3, found
        assert found.hint
        assert "\n" not in found.words
        assert "cc:" not in found.words, "a library's own source code is not the user's business"
        assert not output.exists()
    assert {each.name for each in folder.iterdir()} <= {name, output.name}


@pytest.mark.parametrize("name", [*FILMS, *FRAGMENTED])
def test_the_undamaged_film_is_used(name, program, tmp_path):
    """Otherwise the damaged ones would be refused for another reason."""
    source = tmp_path / name
    source.write_bytes(whole(name))
    found = program.run(source, tmp_path / f"out{source.suffix}")
    assert found.kind == "film", found.words


@pytest.mark.parametrize("name", FILMS)
def test_a_film_cut_off_is_used_or_refused(name, program, tmp_path):
    for number in range(0, CUTS, CUTS // QUICK_CUTS):
        check(program, name, truncated(name, number), _fresh(tmp_path, number))


@pytest.mark.parametrize("name", FILMS)
def test_a_film_with_flipped_bits_is_used_or_refused(name, program, tmp_path):
    for number in range(0, FLIPS, FLIPS // QUICK_FLIPS + 1):
        check(program, name, flipped(name, number), _fresh(tmp_path, number))


@pytest.mark.parametrize("name", [*FILMS, *FRAGMENTED])
def test_a_mangled_film_is_used_or_refused(name, program, tmp_path):
    how = HOWS[sorted([*FILMS, *FRAGMENTED]).index(name) % len(HOWS)]
    check(program, name, mangled(name, how, 0), _fresh(tmp_path, 0))


@pytest.mark.long
@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("part", range(7))
def test_a_film_cut_off_anywhere_is_used_or_refused(name, part, program, tmp_path):
    for number in range(part, CUTS, 7):
        check(program, name, truncated(name, number), _fresh(tmp_path, number))


@pytest.mark.long
@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("part", range(12))
def test_a_film_with_bits_flipped_anywhere_is_used_or_refused(name, part, program, tmp_path):
    for number in range(part, FLIPS, 12):
        check(program, name, flipped(name, number), _fresh(tmp_path, number))


@pytest.mark.long
@pytest.mark.parametrize("name", [*FILMS, *FRAGMENTED])
@pytest.mark.parametrize("how", HOWS)
def test_a_film_mangled_in_every_way_is_used_or_refused(name, how, program, tmp_path):
    for number in range(1, 6):
        check(program, name, mangled(name, how, number), _fresh(tmp_path, number))


def _fresh(folder: Path, number: int) -> Path:
    """Return an empty folder for one case, so that whatever is left behind is seen."""
    here = folder / f"{number}"
    here.mkdir()
    return here
