from __future__ import annotations

from fractions import Fraction

import pytest

from tests.footage import ffmpeg, make_film
from v2a_foley.errors import Cancelled, RenderError
from v2a_foley.progress import Progress
from v2a_foley.render.verify import verify
from v2a_foley.video.probe import probe


@pytest.fixture
def film(tmp_path):
    return make_film(tmp_path / "film.mp4", sound="tone")


def copied(film, name, *options):
    output = film.with_name(name)
    ffmpeg("-i", film, *options, output)
    return output


def test_an_honest_copy_passes(film):
    facts = probe(film)
    verify(facts, copied(film, "copy.mp4", "-c", "copy"), sound=facts.duration)


@pytest.mark.parametrize(
    ("what", "options"),
    [
        ("not what it was", ["-c:a", "copy", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "40", "-bf", "2"]),
        ("as many frames", ["-c", "copy", "-frames:v", "40"]),
        ("no sound", ["-c", "copy", "-an"]),
        ("no picture", ["-c", "copy", "-vn"]),
        ("sound lasts", ["-c:v", "copy", "-af", "atrim=end=1.5"]),
        ("sound starts", ["-c:v", "copy", "-af", "asetpts=PTS+0.1/TB"]),
        ("picture starts", ["-c", "copy", "-bsf:v", "setts=pts=PTS+1280:dts=DTS+1280"]),
        ("another time", ["-c", "copy", "-bsf:v", "setts=pts=PTS+2*N:dts=DTS"]),
    ],
)
def test_each_way_to_be_wrong_is_found(film, what, options):
    facts = probe(film)
    with pytest.raises(RenderError, match=what):
        verify(facts, copied(film, "copy.mp4", *options), sound=facts.duration)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_another_form_of_the_same_picture_passes_and_another_picture_does_not(codec, tmp_path):
    film = make_film(tmp_path / "film.mp4", sound="tone", vcodec=codec, size=(96, 64))
    stream = copied(film, "copy.ts", "-c", "copy", "-copyts", "-bsf:a", r"noise=drop=lt(pts\,0)")
    facts = probe(film)
    verify(facts, stream, sound=facts.duration, at_zero=False)
    data = bytearray(stream.read_bytes())
    place = len(data) // 2 // 188 * 188 + 100
    while data[place - 100 + 1] & 0x1F != 1:  # the picture's packets, not those of the sound or the tables
        place += 188
    data[place] ^= 1
    stream.write_bytes(data)
    with pytest.raises(RenderError, match=r"is not what it was|frames as before"):
        verify(facts, stream, sound=facts.duration, at_zero=False)


def test_a_file_that_cannot_be_read_back(film, tmp_path):
    (tmp_path / "rubbish.mp4").write_bytes(b"rubbish")
    with pytest.raises(RenderError, match="read back"):
        verify(probe(film), tmp_path / "rubbish.mp4", sound=Fraction(2))


def test_can_be_stopped(film):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        verify(probe(film), film, sound=Fraction(2), progress=progress)
