"""Bad input through the real program: one sentence, one next step, the right code, and nothing left behind."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import assert_refused, contents, film
from tests.footage import ffmpeg, stream_hash

TRUNCATED = {
    "moov first": ("film.mp4", ("-movflags", "+faststart")),
    "moov last": ("film.mp4", ()),
    "fragments": ("film.mp4", ("-movflags", "frag_keyframe+empty_moov", "-g", "10")),
    "quicktime": ("film.mov", ("-movflags", "+faststart")),
    "matroska": ("film.mkv", ()),
}


def noise(folder: Path) -> Path:
    path = folder / "noise.mp4"
    path.write_bytes(bytes((7 * n * n + 13 * n) % 251 for n in range(60_000)))
    return path


def text(folder: Path) -> Path:
    path = folder / "text.mp4"
    path.write_text("This is not a film, whatever its name says.\n" * 400)
    return path


def playlist(folder: Path) -> Path:
    """A text that ffmpeg would follow to another file."""
    path = folder / "list.mp4"
    film(folder, "other.mp4")
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.mp4\n#EXT-X-ENDLIST\n")
    return path


def empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def sound_only(folder: Path) -> Path:
    path = folder / "sound.mp4"
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", path)
    return path


def cover_only(folder: Path) -> Path:
    """A song with a cover: a picture, and no moving one."""
    cover, path = folder / "cover.png", folder / "song.mp3"
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1", cover)
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "-i", cover, "-map", "0:a", "-map", "1:v", "-c:v", "copy",
           "-disposition:v", "attached_pic", path)  # fmt: skip
    return path


def folder_named_film(folder: Path) -> Path:
    path = folder / "folder.mp4"
    path.mkdir()
    return path


def dangling_link(folder: Path) -> Path:
    path = folder / "link.mp4"
    path.symlink_to("gone.mp4")
    return path


def cut_header(folder: Path) -> Path:
    path = film(folder, "cut.mp4")
    path.write_bytes(path.read_bytes()[:400])
    return path


def damaged_photograph(folder: Path) -> Path:
    path = folder / "photo.png"
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=320x200", "-frames:v", "1", path)
    path.write_bytes(path.read_bytes()[:900])
    return path


UNUSABLE: dict[str, Callable[[Path], Path]] = {
    "empty": empty,
    "text": text,
    "noise": noise,
    "playlist": playlist,
    "sound only": sound_only,
    "a song with a cover": cover_only,
    "missing": lambda folder: folder / "missing.mp4",
    "missing folder": lambda folder: folder / "no" / "such" / "film.mp4",
    "folder": folder_named_film,
    "dangling link": dangling_link,
    "under a file": lambda folder: film(folder) / "film.mp4",
    "name too long": lambda folder: folder / ("n" * 300 + ".mp4"),
    "header cut off": cut_header,
    "damaged photograph": damaged_photograph,
}


@pytest.mark.parametrize("bad", UNUSABLE)
def test_what_cannot_be_used_is_refused_in_a_sentence(bad, cli, place):
    source = UNUSABLE[bad](place.folder)
    before = contents(place.folder)
    done = cli("run", source, "-o", place.folder / "out.mp4", "--stems", place.folder / "stems")
    assert_refused(done, 3)
    place.assert_clean(before)


@pytest.mark.parametrize("verb", ["describe", "shots"])
def test_the_other_verbs_refuse_it_the_same_way(verb, cli, place):
    assert_refused(cli(verb, text(place.folder)), 3)
    assert_refused(cli(verb, place.folder / "missing.mp4"), 3)


def test_an_error_as_json_is_json_alone(cli, place):
    done = cli("run", place.folder / "missing.mp4", "-o", "out.mp4", "--json")
    assert done.code == 3
    assert done.json["error"]["type"] == "MediaNotFound"
    assert "missing.mp4" in done.json["error"]["message"]
    assert done.json["error"]["hint"]
    assert "Traceback" not in done.err


def test_an_unknown_profile_is_wrong_use(cli, place):
    assert_refused(cli("describe", film(place.folder), "--profile", "huge"), 2)


@pytest.mark.parametrize("kind", TRUNCATED)
@pytest.mark.parametrize("percent", [2, 45, 93])
def test_a_film_that_is_cut_off_gives_what_still_plays(kind, percent, cli, place):
    check_truncated(kind, percent, cli, place)


@pytest.mark.long
@pytest.mark.parametrize("kind", TRUNCATED)
@pytest.mark.parametrize("percent", [*range(1, 100, 7), 99.5, 99.9])
def test_a_film_that_is_cut_off_anywhere(kind, percent, cli, place):
    check_truncated(kind, percent, cli, place)


def check_truncated(kind: str, percent: float, cli, place) -> None:
    name, options = TRUNCATED[kind]
    source = film(place.folder, name, seconds=2, sound="tone", extra=options)
    whole = source.read_bytes()
    source.write_bytes(whole[: int(len(whole) * percent / 100)])
    before, output = contents(place.folder), place.folder / f"out{source.suffix}"
    done = cli("run", source, "-o", output, "--json")
    assert "Traceback" not in done.err
    assert contents(place.scratch) == {}
    if done.code:
        assert done.code == 3
        assert done.json["error"]["hint"]
        assert contents(place.folder) == before
        # With its index first, or spread over it, a film plays as far as it goes; nothing much is lost at 93 %.
        assert percent < 15 or kind == "moov last", done.json
        return
    assert stream_hash(output) == stream_hash(source)
    played = float(ffprobe_duration(output))
    if kind == "fragments":  # it states no length: what is missing shows in the part that it breaks off in, or nowhere
        assert done.json["warnings"] or percent > 99
    elif played < 1.85:
        lost = [sentence for sentence in done.json["warnings"] if "cut" in sentence or "lost" in sentence]
        assert lost, done.json["warnings"]
    elif percent < 99:
        assert done.json["warnings"], "a part is missing, and nobody says so"


def ffprobe_duration(path: Path) -> float:
    import av

    with av.open(str(path)) as opened:
        return opened.duration / 1_000_000


def test_one_frame_is_a_film(cli, place):
    source = film(place.folder, seconds=0.04)
    done = cli("run", source, "-o", "out.mp4")
    assert (done.code, stream_hash(Path("out.mp4"))) == (0, stream_hash(source))


NAMES = {
    "non-ASCII": "Fußschritte 足音 🎬.mp4",
    "decomposed": "e\u0301tude.mp4",
    "as long as a name may be": "n" * 251 + ".mp4",
    "leading hyphen": "-i.mp4",
    "percent": "take %03d 100%.mp4",
    "hash": "#1.mp4",
    "colon": "pipe:0.mp4",
    "protocol": "http:.mp4",
    "quotes and blanks": ' it\'s "one" .mp4',
    "brackets": "[x]{y}*?.mp4",
    "backslash": "a\\b.mp4",
    "line break": "a\nb.mp4",
    "not UTF-8": os.fsdecode(b"\xff\xfe.mp4"),
    "upper case": "FILM.MP4",
}


@pytest.mark.parametrize("kind", NAMES)
def test_names_mean_files_whatever_they_look_like(kind, cli, place):
    plain = film(place.folder, "plain.mp4", sound="tone")
    source, output = place.folder / "in" / NAMES[kind], place.folder / "out" / NAMES[kind]
    source.parent.mkdir()
    output.parent.mkdir()
    plain.rename(source)
    os.chdir(source.parent)
    done = cli("run", "-o", f"../out/{NAMES[kind]}", "--json", "--stems", "../stems", "--spotting", "../list.csv",
               "--timeline", "../film.otio", "--contact-sheet", "../sheet.png", "--", NAMES[kind])  # fmt: skip
    assert done.code == 0, done.err
    assert [os.fsencode(each) for each in output.parent.iterdir()] == [os.fsencode(output)]
    assert stream_hash(output) == stream_hash(source)
    assert json.loads(done.out)["output"].endswith(NAMES[kind]) or kind == "not UTF-8"
    assert len(list(Path("../stems").iterdir())) == 5  # EFX beside the four layers


@pytest.mark.parametrize(
    "words",
    [
        ["--shots", "9"],
        ["--shots", "first"],
        ["--prompt", "9=rain"],
        ["--prompt", ""],
        ["--takes", "0"],
        ["--original", "loud"],
        ["--generator", "library"],
        ["--loudness", "3"],
        ["--detector", "magic"],
        ["--profile", "huge"],
        ["--handles", "nan"],
        ["--gain", "inf"],
        ["--duration", "0"],
        ["--seed", "-1"],
    ],
)
def test_wrong_use_is_told_from_bad_input(words, cli, place):
    source = film(place.folder)
    before = contents(place.folder)
    assert_refused(cli("run", source, "-o", "out.mp4", *words), 2)
    place.assert_clean(before)


@pytest.mark.parametrize("words", [["--nonsense"], ["--takes", "many"], ["--gain"]])
def test_words_that_are_no_options_are_wrong_use(words, cli, place):
    done = cli("run", film(place.folder), "-o", "out.mp4", *words)
    assert done.code == 2
    assert "Traceback" not in done.err


@pytest.mark.long
def test_lists_of_cuts_are_checked(cli, place):
    source = film(place.folder)
    Path("cuts.txt").write_text("00:00:00:10\nsoon\n")
    Path("late.txt").write_text("00:10:00:00\n")
    Path("none.txt").touch()
    Path("noise.txt").write_bytes(bytes(range(256)))
    before = contents(place.folder)
    for cuts in ("cuts.txt", "late.txt", "none.txt", "noise.txt", "missing.txt", "."):
        assert_refused(cli("run", source, "-o", "out.mp4", "--cuts", cuts), 3)
        assert_refused(cli("shots", source, "--cuts", cuts), 3)
    place.assert_clean(before)


def test_libraries_are_checked(cli, place):
    source = film(place.folder)
    Path("empty").mkdir()
    Path("broken").mkdir()
    Path("broken/rain.wav").write_text("no sound")
    before = contents(place.folder)
    for library in ("empty", "broken", "missing", "film.mp4"):
        done = cli("run", source, "-o", "out.mp4", "--generator", "library", "--library", library)
        assert_refused(done, 3)
        assert "rain.wav" in done.err or library != "broken", "the file is not named"
    place.assert_clean(before)
