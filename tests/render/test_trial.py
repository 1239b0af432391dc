"""What is refused because the film's own container does not tell enough, and what is not, though it tells little."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import av
import pytest

from tests.footage import ffmpeg, make_film
from tests.render.films import packet_times
from tests.render.test_mux import muxed
from v2a_foley.errors import OutputError
from v2a_foley.render.containers import check_container
from v2a_foley.render.kinds import CONTAINERS
from v2a_foley.render.trial import keeps, refusal
from v2a_foley.video.probe import probe

REORDERED = ["-c:v", "libx264", "-bf", "2", "-pix_fmt", "yuv420p"]


@pytest.mark.parametrize("container", ["avi", "mxf"])
def test_a_film_that_hides_its_order_stays_in_its_container(container, tmp_path):
    film = tmp_path / f"film.{container}"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=1", *REORDERED, film)
    facts = probe(film)
    for suffix in (".mp4", ".mov", ".mkv", ".ts"):
        with pytest.raises(OutputError, match=f"{container} does not tell in which order") as caught:
            check_container(facts, tmp_path / f"out{suffix}")
        assert f"out.{container}" in caught.value.hint
    _, output = muxed(tmp_path, film, f".{container}")
    assert len(packet_times(output)) == facts.picture.frames


def test_an_order_that_can_be_found_out_is_written_down(tmp_path):
    """MPEG-4 in AVI has no times, but its packets tell what they are."""
    film = tmp_path / "film.avi"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=1", "-c:v", "mpeg4", "-bf", "2", "-pix_fmt", "yuv420p", film)
    _, output = muxed(tmp_path, film, ".mp4")
    with av.open(str(output)) as opened:
        coded = [packet.pts for packet in opened.demux(video=0) if packet.pts is not None]
        opened.seek(0)
        shown = [frame.pts for frame in opened.decode(video=0)]
    assert coded != sorted(coded)
    assert shown == sorted(coded)
    assert {later - one for one, later in pairwise(packet_times(output))} == {Fraction(1, 25)}


def test_a_track_that_comes_back_as_something_else_is_not_kept(tmp_path):
    """A transport stream takes PCM without complaint, and nobody reads it again."""
    facts = probe(make_film(tmp_path / "film.mkv", seconds=1, sound="tone", acodec="pcm_s16le"))
    kept = {suffix: keeps(facts, facts.sounds[0].index, CONTAINERS[suffix]) for suffix in CONTAINERS}
    assert {suffix for suffix, yes in kept.items() if not yes} == {".webm", ".ts"}
    mp3 = probe(make_film(tmp_path / "mp3.mkv", seconds=1, sound="tone", acodec="libmp3lame"))
    assert keeps(mp3, mp3.sounds[0].index, CONTAINERS[".ts"])


def test_av1_is_asked_about_by_its_own_name(tmp_path):
    """Its decoder is called otherwise, and no container holds a codec of that name."""
    codec = {"vcodec": "libaom-av1", "extra": ("-usage", "realtime", "-cpu-used", "8")}
    facts = probe(make_film(tmp_path / "film.mkv", seconds=0.4, size=(64, 64), **codec))
    assert facts.picture.codec == "av1"
    assert not any(refusal(facts, CONTAINERS[suffix]) for suffix in (".mp4", ".mkv", ".webm"))
    assert "(av1" in refusal(facts, CONTAINERS[".ts"])
