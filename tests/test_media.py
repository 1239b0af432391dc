from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from v2a_foley.media import MediaFacts, PictureStream, SoundStream
from v2a_foley.timebase import Timecode

RATE = Fraction(24_000, 1001)
PICTURE = PictureStream(0, "h264", 1920, 1080, 0, RATE, False, 48, Fraction(0), 48 / RATE)
FILM = MediaFacts(Path("film.mov"), "mov", PICTURE)


def track(index: int, *, default: bool = False, seconds: int = 2) -> SoundStream:
    return SoundStream(index, "aac", 48_000, 2, "stereo", Fraction(0), Fraction(seconds), default=default)


def test_the_track_that_plays_is_the_default_one_or_the_first():
    assert FILM.sound is None
    assert replace(FILM, sounds=(track(1), track(2))).sound == track(1)
    assert replace(FILM, sounds=(track(1), track(2, default=True))).sound == track(2, default=True)


def test_a_film_ends_with_whatever_ends_last():
    assert FILM.duration == 48 / RATE
    assert replace(FILM, sounds=(track(1, seconds=5),)).duration == 5


def test_the_time_reference_is_that_of_the_films_zero_not_of_its_first_frame():
    assert FILM.time_reference == 0
    one_hour = replace(FILM, timecode=Timecode.parse("01:00:00:00", RATE))
    assert one_hour.time_reference == 172_972_800
    late = replace(PICTURE, start=Fraction(1, 2))
    assert replace(one_hour, picture=late).time_reference == 172_972_800 - 24_000
    assert replace(FILM, picture=late).time_reference == 0


def test_a_rotated_picture_is_shown_upright_and_with_square_pixels():
    assert PICTURE.display_size == (1920, 1080)
    assert replace(PICTURE, rotation=90).display_size == (1080, 1920)
    assert replace(PICTURE, width=1440, pixel_aspect=Fraction(4, 3)).display_size == (1920, 1080)
