"""``train embed``: what is seen and heard of each clip, what is left out and why, and going on. With tiny models."""

import csv
import os
import shutil
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.footage import ffmpeg, make_film, real_clip, texture
from tests.tiny.clip import write_clip
from tests.tiny.profile import EARS, EYES, write_profile
from v2a_foley.audio.read import read_sound
from v2a_foley.embed import normalised
from v2a_foley.engine.gaze import even_frames
from v2a_foley.engine.profiles import load_senses
from v2a_foley.errors import Cancelled, OutOfMemory, SourceError, SpaceMismatch, UsageError
from v2a_foley.pairs import Row, open_pairs, shard_paths
from v2a_foley.pairs.card import read_card
from v2a_foley.progress import Progress
from v2a_foley.train import clips as decoding
from v2a_foley.train import filling
from v2a_foley.train.embed_settings import EmbedSettings
from v2a_foley.train.embedding import embed
from v2a_foley.video.probe import frame_clock, probe
from v2a_foley.video.read import read_blocks


@pytest.fixture
def settings(tiny):
    def made(**more: object) -> EmbedSettings:
        return EmbedSettings(**{"profile": str(tiny), "clip_length": 2.0, "frames": 8, **more})

    return made


def film(path: Path, seconds: float = 2.0, number: int = 1, **more: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"size": (128, 72), "cuts": [3 + number % 17, 30 + number % 11], "sound": "tone", **more}
    return make_film(path, seconds=seconds, **options)


def by_key(*stores: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    pairs = open_pairs(stores)
    halves = pairs.take(np.arange(len(pairs)))
    return {row.key: (seen, heard) for row, seen, heard in zip(pairs.rows, *halves, strict=True)}


def assert_same(first: dict, second: dict) -> None:
    assert sorted(first) == sorted(second)
    for key, halves in first.items():
        for one, other in zip(halves, second[key], strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5, err_msg=key)


@cache
def everything(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return all frames of a film, and all of its sound at 48 kHz in mono."""
    media = probe(path)
    sound = read_sound(path, media.sound, origin=media.origin, samples=round(media.duration * 48_000))
    return np.concatenate([block.frames for block in read_blocks(media)]), np.concatenate(list(sound), axis=1).mean(
        axis=0
    )


def expected(tiny: Path, path: Path, start: Fraction, end: Fraction, frames: int):
    """Return a pair as it should be, by the plainest way: every frame and every sample is read."""
    senses, (pictures, sound) = load_senses(str(tiny)), everything(path)
    here = [number for number, time in enumerate(frame_clock(probe(path)).times()) if start <= time < end]
    seen = senses.eyes.encode_images(pictures[[here[0] + n for n in even_frames(0, len(here), frames)]])
    heard = sound[round(start * 48_000) : round(end * 48_000)]
    return normalised(seen.mean(axis=0)), senses.listener().encode_audio([heard])[0]


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


def a_mixed_bag(folder: Path) -> None:
    film(folder / "good.mp4")
    film(folder / "mute.mp4", sound="none")
    film(folder / "silent.mp4", sound="silence")
    film(folder / "short.mp4", seconds=0.4, cuts=[4])
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("this is no film " * 100)
    content = (folder / "good.mp4").read_bytes()
    (folder / "cut.mp4").write_bytes(content[: len(content) // 3])
    shutil.copyfile(real_clip("bikes.mp4"), folder / "bikes.mp4")


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
