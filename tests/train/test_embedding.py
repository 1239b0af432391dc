"""``train embed``: which windows it makes of films, lists and images, and that each holds what was there to see."""

from fractions import Fraction

import numpy as np

from tests.footage import ffmpeg, texture
from tests.tiny.profile import EARS, EYES
from tests.train.films import by_key, expected, film
from v2a_foley.engine.profiles import load_senses
from v2a_foley.pairs import open_pairs
from v2a_foley.pairs.card import read_card
from v2a_foley.train.embedding import embed
from v2a_foley.video.probe import probe


def test_a_folder_of_films_becomes_a_store(tiny, tmp_path, settings):
    films = [film(tmp_path / "films" / f"{number}.mp4", seconds=2 + number, number=number) for number in range(3)]
    result = embed(tmp_path / "films", tmp_path / "store", settings())
    assert (result.pairs, result.made, result.broken, result.shards, result.damaged) == (5, 5, 0, 1, 0)
    pairs = by_key(tmp_path / "store")
    assert list(pairs) == [
        "0.mp4@00000.000", "1.mp4@00000.000", "1.mp4@00002.000", "2.mp4@00000.000", "2.mp4@00002.000"
    ]  # fmt: skip
    for number, start, end in ((0, 0, 2), (1, 2, 3), (2, 2, 4)):
        seen, heard = expected(tiny, films[number], Fraction(start), Fraction(end), 8)
        assert (len(seen), len(heard)) == (EYES, EARS)
        got = pairs[f"{number}.mp4@{start:05d}.000"]
        np.testing.assert_allclose(got[0], seen, atol=1e-5)
        np.testing.assert_allclose(got[1], heard, atol=1e-5)
    card = read_card(tmp_path / "store")
    assert card.origin.startswith("5 pairs of films in 'films', seen and heard by the profile")
    assert str(tmp_path) not in (tmp_path / "store" / "store.json").read_text(), "a folder of this machine"
    assert (card.details["frames"], card.details["clip_length"], card.kind) == (8, 2.0, "clips")


def test_a_long_film_is_decoded_once_and_its_windows_are_its_own(tiny, tmp_path, settings):
    """750 frames: long enough that it is opened piece by piece."""
    path = film(tmp_path / "films" / "long.mp4", seconds=30, cuts=[100, 333, 600], sound="speech", extra=["-g", "50"])
    assert embed(tmp_path / "films", tmp_path / "store", settings(clip_length=9.0)).pairs == 4
    pairs = by_key(tmp_path / "store")
    for start, end in ((0, 9), (18, 27), (27, 30)):
        seen, heard = expected(tiny, path, Fraction(start), Fraction(end), 8)
        np.testing.assert_allclose(pairs[f"long.mp4@{start:05d}.000"][0], seen, atol=1e-5)
        np.testing.assert_allclose(pairs[f"long.mp4@{start:05d}.000"][1], heard, atol=1e-5)


def test_ranges_of_a_list_may_overlap_and_lie_far_in(tiny, tmp_path, settings):
    """A range 26 s into a film is leapt to; the sound is heard all the same, but for what the decoder remembers."""
    path = film(tmp_path / "long.mp4", seconds=30, cuts=[100, 333, 600], sound="speech", extra=["-g", "50"])
    rows = [("26", "2"), ("25.48", "3"), ("27.48", ""), ("29.5", "9"), ("40", "1"), ("29.99", "9")]
    text = "picture,start,duration\n" + "".join(f"long.mp4,{start},{length}\n" for start, length in rows)
    (tmp_path / "list.csv").write_text(text)
    result = embed(tmp_path / "list.csv", tmp_path / "store", settings(least_length=0.2))
    assert result.reasons == {"it lies beyond the end of the file": 1, "it is too short": 1}
    pairs = by_key(tmp_path / "store")
    assert set(pairs) == {
        "long.mp4@26.000+2.000", "long.mp4@25.480+3.000", "long.mp4@27.480", "long.mp4@29.500+9.000"
    }  # fmt: skip
    for key, start, end in (
        ("26.000+2.000", "26", "28"),
        ("25.480+3.000", "25.48", "28.48"),
        ("27.480", "27.48", "29.48"),
    ):
        seen, heard = expected(tiny, path, Fraction(start), Fraction(end), 8)
        np.testing.assert_allclose(pairs[f"long.mp4@{key}"][0], seen, atol=1e-5)
        np.testing.assert_allclose(pairs[f"long.mp4@{key}"][1], heard, atol=1e-3)
    assert len({row.group for row in open_pairs([tmp_path / "store"]).rows}) == 1


def test_a_long_range_does_not_lose_the_frames_of_short_ones_inside_it(tiny, tmp_path, settings):
    path = film(tmp_path / "film.mp4", seconds=14, cuts=[50, 111, 160, 240])
    spans = [("0", "2"), ("0.52", "12"), ("1", "1"), ("1.2", "0.2"), ("1.2", "0.8")]
    text = "picture,start,duration\n" + "".join(f"film.mp4,{start},{length}\n" for start, length in spans)
    (tmp_path / "list.csv").write_text(text)
    assert embed(tmp_path / "list.csv", tmp_path / "store", settings()).reasons == {}
    pairs = by_key(tmp_path / "store")
    assert len(pairs) == len(spans), "the shortest has fewer frames than are asked for"
    for start, length in spans:
        begin, end = Fraction(start), Fraction(start) + Fraction(length)
        got = pairs[f"film.mp4@{float(start):.3f}+{float(length):.3f}"]
        for one, other in zip(got, expected(tiny, path, begin, end, 8), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)


def test_windows_begin_where_the_picture_does(tiny, tmp_path, settings):
    """In this film there is nothing to see for its first 3 s: what sounds there belongs to no picture."""
    whole = film(tmp_path / "whole.mp4", seconds=4)
    path = tmp_path / "films" / "late.mkv"
    path.parent.mkdir()
    ffmpeg("-itsoffset", "3", "-i", whole, "-i", whole, "-map", "0:v", "-map", "1:a", "-c", "copy", path)
    assert probe(path).picture.start == 3
    assert embed(tmp_path / "films", tmp_path / "store", settings()).reasons == {"it is silent": 1}
    assert list(by_key(tmp_path / "store")) == ["late.mkv@00003.000"]
    seen, heard = expected(tiny, path, Fraction(3), Fraction(5), 8)
    np.testing.assert_allclose(by_key(tmp_path / "store")["late.mkv@00003.000"][0], seen, atol=1e-5)
    np.testing.assert_allclose(by_key(tmp_path / "store")["late.mkv@00003.000"][1], heard, atol=2e-3)  # mkv: to 1 ms
    (path.parent / "list.csv").write_text("picture,start,duration\nlate.mkv,1,1\nlate.mkv,2,2\n")
    result = embed(path.parent / "list.csv", tmp_path / "listed", settings())
    assert (result.pairs, result.reasons) == (1, {"it lies before the picture begins": 1})


def test_a_sound_apart_is_heard_from_its_own_beginning(tiny, tmp_path, settings):
    """Files of sound may count from any time: a transport stream from 1.4 s, a part of a recording from anywhere."""
    import soundfile

    tone = (0.3 * np.sin(np.arange(72_000) * 0.05)).astype(np.float32)
    soundfile.write(tmp_path / "plain.wav", tone, 48_000, subtype="FLOAT")
    ffmpeg("-i", tmp_path / "plain.wav", "-c:a", "flac", "-output_ts_offset", "3", tmp_path / "late.mka")
    ffmpeg("-i", tmp_path / "plain.wav", "-c:a", "pcm_f32le", "-output_ts_offset", "2", tmp_path / "named_a_film.mkv")
    film(tmp_path / "film.mp4", seconds=3)
    names = ("plain.wav", "late.mka", "named_a_film.mkv")
    (tmp_path / "list.csv").write_text("picture,sound\n" + "".join(f"film.mp4,{name}\n" for name in names))
    assert embed(tmp_path / "list.csv", tmp_path / "store", settings()).pairs == 3
    heard = load_senses(str(tiny)).listener().encode_audio([tone])[0]
    pairs = by_key(tmp_path / "store")
    for name in names:
        np.testing.assert_allclose(pairs[f"film.mp4+{name}"][1], heard, atol=1e-3, err_msg=name)


def test_the_sound_of_another_film_lies_on_that_films_clock(tiny, tmp_path, settings):
    other = film(tmp_path / "other.mkv", seconds=4, sound="speech", sound_offset=0.5)
    film(tmp_path / "film.mp4", seconds=3)
    (tmp_path / "list.csv").write_text("picture,sound,start\nfilm.mp4,other.mkv,0\nfilm.mp4,other.mkv,1\n")
    assert embed(tmp_path / "list.csv", tmp_path / "store", settings()).pairs == 2
    heard = expected(tiny, other, Fraction(1), Fraction(3), 8)[1]
    np.testing.assert_allclose(by_key(tmp_path / "store")["film.mp4+other.mkv@1.000"][1], heard, atol=1e-3)


def test_vggsound_in_both_its_forms(tiny, tmp_path, settings):
    short = film(tmp_path / "cutclip_001_000030.mp4", seconds=2)
    whole = film(tmp_path / "wholefilm_1.mp4", seconds=6, number=5)
    (tmp_path / "vggsound.csv").write_text(
        "cutclip_001,30,dog barking,train\nwholefilm_1,3,rain,test\nnot_here_ye,1,x,train\nwholefilm_1,99,x,train\n"
    )
    result = embed(tmp_path, tmp_path / "store", settings())
    assert result.missing == {"there is no file for it": 1}
    assert result.reasons == {"it lies beyond the end of the file": 1}
    pairs = by_key(tmp_path / "store")
    seen, heard = expected(tiny, whole, Fraction(3), Fraction(5), 8)
    np.testing.assert_allclose(pairs["wholefilm_1_000003"][0], seen, atol=1e-5)
    np.testing.assert_allclose(pairs["wholefilm_1_000003"][1], heard, atol=1e-4)
    seen, heard = expected(tiny, short, Fraction(0), Fraction(2), 8)
    np.testing.assert_allclose(pairs["cutclip_001_000030"][0], seen, atol=1e-5)
    rows = {row.key: row for row in open_pairs([tmp_path / "store"]).rows}
    assert rows["wholefilm_1_000003"].split == "test"
    assert rows["cutclip_001_000030"].label == "dog barking"
    film(tmp_path / "not_here_ye_000001.mp4", seconds=2, number=9)
    again = embed(tmp_path, tmp_path / "store", settings())
    assert (again.made, again.pairs, again.missing) == (1, 3, {}), "a clip that has come meanwhile is made"


def test_images_with_sounds_hear_the_sound_and_no_silence_after_it(tiny, tmp_path, settings):
    import soundfile
    from PIL import Image

    tone = 0.3 * np.sin(np.arange(44_100) * 0.05).astype(np.float32)
    for folder in ("images", "sounds"):
        (tmp_path / "set" / folder).mkdir(parents=True)
    for number in range(3):
        Image.fromarray(texture(number, (90 + 32 * number, 64))).save(tmp_path / "set" / "images" / f"{number}.png")
        soundfile.write(tmp_path / "set" / "sounds" / f"{number}.wav", tone * (1, 0.5, 0)[number], 44_100)
    Image.fromarray(texture(5, (90, 64))).save(tmp_path / "set" / "images" / "loud.png")
    soundfile.write(tmp_path / "set" / "sounds" / "loud.wav", tone * 1000, 44_100, subtype="FLOAT")
    result = embed(tmp_path / "set", tmp_path / "store", settings())
    assert (result.pairs, result.reasons) == (2, {"it is silent": 1, "its sound is louder than any sound can be": 1})
    heard = by_key(tmp_path / "store")["0.png"][1]
    import soxr

    sound = soxr.resample(tone, 44_100, 48_000).astype(np.float32)
    listener = load_senses(str(tiny)).listener()
    alone, padded = listener.encode_audio([sound, np.concatenate([sound, np.zeros(48_000, np.float32)])])
    np.testing.assert_allclose(heard, alone, atol=5e-3)
    assert np.abs(alone - padded).max() > 0.05
