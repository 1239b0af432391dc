"""A film that is damaged itself is told from one that we failed to copy."""

import pytest

from tests.engine.test_job_damage import flipped
from tests.footage import make_film
from v2a_foley.errors import MediaUnreadable
from v2a_foley.render.flaws import flaw
from v2a_foley.video.probe import probe


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi"])
def test_a_sound_film_has_no_flaw(name, tmp_path):
    assert flaw(probe(make_film(tmp_path / name, seconds=1, size=(128, 72), sound="tone"))) == ""


def test_a_frame_with_an_impossible_time_is_one(tmp_path):
    film = tmp_path / "f.ts"
    film.write_bytes(flipped("f.ts", 21))
    assert flaw(probe(film)) == "a packet of its picture has an impossible time"


def test_a_film_that_lost_its_middle_is_damaged(tmp_path):
    film = make_film(tmp_path / "f.ts", seconds=1, size=(128, 72), sound="tone")
    data = film.read_bytes()
    film.write_bytes(data[: len(data) // 2] + data[len(data) // 2 + 188 * 40 + 3 :])
    try:
        assert flaw(probe(film))
    except MediaUnreadable:
        pytest.fail("what can still be read of it is enough to probe it")
