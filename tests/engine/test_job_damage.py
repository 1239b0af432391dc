"""Damage of every kind: a film either comes out, or an error of ours says why not; nothing else ever leaves."""

import random
from pathlib import Path

import pytest

from tests.footage import make_film
from v2a_foley import FoleyError, add_foley

FILMS = {
    "a.mp4": {},
    "b.mkv": {},
    "c.mov": {"vcodec": "libx265"},
    "d.mkv": {"vcodec": "libvpx-vp9"},
    "e.mp4": {"extra": ("-movflags", "frag_keyframe+empty_moov", "-g", "5")},
}


def damaged(whole: bytes, rng: random.Random) -> bytes:
    """Return bytes that were changed, zeroed or lost somewhere."""
    data, size = bytearray(whole), len(whole)
    how = rng.choice(["few", "many", "zeros", "gap", "head"])
    if how == "zeros":
        first = rng.randrange(size)
        last = min(size, first + rng.randint(1, 20_000))
        data[first:last] = bytes(last - first)
    elif how == "gap":
        first = rng.randrange(size)
        del data[first : first + rng.randint(1, 8000)]
    else:
        reach = min(size, 3000) if how == "head" else size
        for _ in range({"few": 4, "many": 1000, "head": 8}[how]):
            data[rng.randrange(reach)] = rng.randrange(256)
    return bytes(data)


def check(name: str, seed: int, folder: Path) -> None:
    source, output = folder / name, folder / f"out{Path(name).suffix}"
    make_film(source, seconds=1, size=(160, 90), sound="tone", **FILMS[name])
    source.write_bytes(damaged(source.read_bytes(), random.Random(f"{name} {seed}")))  # noqa: S311 - it only has to differ
    refused: FoleyError | None = None
    try:
        add_foley(source, output)
    except FoleyError as error:
        refused = error
    if refused is None:
        assert output.stat().st_size > 0
    else:
        assert refused.exit_code == 3, refused
        assert refused.hint
        assert "\n" not in refused.message
        assert "cc:" not in refused.message, "a library's own source code is not the user's business"
        assert not output.exists()
    assert {each.name for each in folder.iterdir()} <= {name, output.name}


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_film_is_used_or_refused(name, seed, tmp_path):
    check(name, seed, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("seed", range(3, 60))
def test_a_damaged_film_is_used_or_refused_whatever_the_damage(name, seed, tmp_path):
    check(name, seed, tmp_path)
