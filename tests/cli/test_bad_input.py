"""Bad input through the real program: one sentence, one next step, the right code, and nothing left behind."""

import json
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.program import assert_refused, contents
from tests.footage import ffmpeg, make_film, stream_hash

SMALL = {"seconds": 1, "size": (160, 90)}
TRUNCATED = {
    "moov first": ("film.mp4", ("-movflags", "+faststart")),
    "moov last": ("film.mp4", ()),
    "fragments": ("film.mp4", ("-movflags", "frag_keyframe+empty_moov", "-g", "10")),
    "quicktime": ("film.mov", ("-movflags", "+faststart")),
    "matroska": ("film.mkv", ()),
}


def film(folder: Path, name: str = "film.mp4", **options: object) -> Path:
    return make_film(folder / name, **{**SMALL, **options})


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
    assert len(list(Path("../stems").iterdir())) == 4


def test_an_output_that_is_too_long_a_name_is_refused_before_work(cli, place):
    source = film(place.folder)
    before = contents(place.folder)
    assert_refused(cli("run", source, "-o", "n" * 300 + ".mp4"), 3)
    place.assert_clean(before)


def test_the_input_is_never_an_output(cli, place):
    source = film(place.folder)
    Path("link.mp4").symlink_to(source)
    os.link(source, "hard.mp4")
    before = contents(place.folder)
    for output in ("film.mp4", source, "link.mp4", "hard.mp4", "./../work/film.mp4"):
        for option in ((), ("--overwrite",)):
            assert_refused(cli("run", source, "-o", output, *option), 3)
    assert_refused(cli("run", "link.mp4", "-o", source, "--overwrite"), 3)
    assert_refused(cli("run", source, "-o", "out.mp4", "--spotting", source, "--overwrite"), 3)
    place.assert_clean(before)


def test_what_exists_is_replaced_only_if_asked(cli, place):
    source, output = film(place.folder), place.folder / "out.mp4"
    output.write_text("mine")
    assert_refused(cli("run", source, "-o", output), 2)
    assert output.read_text() == "mine"
    assert cli("run", source, "-o", output, "--overwrite").code == 0
    assert stream_hash(output) == stream_hash(source)


@pytest.mark.parametrize("option", ["--stems", "--spotting", "--timeline", "--contact-sheet"])
def test_nor_is_any_other_file_replaced_unasked(option, cli, place):
    source = film(place.folder)
    named = {"--stems": "stems", "--spotting": "a.csv", "--timeline": "a.otio", "--contact-sheet": "a.png"}[option]
    Path("stems").mkdir()
    Path("stems/film_BG.wav").write_text("mine")
    if option != "--stems":
        Path(named).write_text("mine")
    before = contents(place.folder)
    assert_refused(cli("run", source, "-o", "out.mp4", option, named), 2)
    place.assert_clean(before)


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("no/such/out.mp4", 3),
        (".", 3),
        ("film.mp4/out.mp4", 3),
        ("out.avi", 3),
        ("out", 3),
        ("out.xyz", 3),
        ("", 3),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_work(output, code, cli, place):
    source = film(place.folder)
    before = contents(place.folder)
    assert_refused(cli("run", source, "-o", output), code)
    place.assert_clean(before)


def test_two_outputs_of_one_name_are_wrong_use(cli, place):
    source = film(place.folder)
    assert_refused(cli("run", source, "-o", "a.wav", "--spotting", "a.wav"), 2)
    assert_refused(cli("run", source, "-o", "film_BG.wav", "--stems", "."), 2)


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


@contextmanager
def without_privileges() -> Iterator[None]:
    """Give up root's right to read and write everything, where the tests run as root."""
    if os.getuid() != 0:
        yield
        return
    os.setresuid(65_534, 65_534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def shared(monkeypatch) -> Iterator[Path]:
    """A folder that everybody can reach, which pytest's own are not, with a folder for scratch files."""
    folder = Path(subprocess.run(["mktemp", "-d"], env={}, capture_output=True, text=True, check=True).stdout.strip())
    folder.chmod(0o755)
    (folder / "scratch").mkdir()
    (folder / "scratch").chmod(0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "scratch"))
    yield folder
    shutil.rmtree(folder)


def test_what_may_not_be_read_or_written_is_refused(cli, shared):
    source = film(shared)
    assert cli("run", source, "-o", shared / "warm.mp4").code == 0  # everything is imported before rights go
    secret = film(shared, "secret.mp4")
    secret.chmod(0)
    locked = shared / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    before = contents(shared)
    with without_privileges():
        unreadable = cli("run", secret, "-o", shared / "scratch" / "out.mp4")
        unwritable = cli("run", source, "-o", locked / "out.mp4")
        unmakable = cli("run", source, "-o", locked / "new.wav", "--stems", locked / "stems")
    assert_refused(unreadable, 3)
    assert "may not be read" in unreadable.err
    assert_refused(unwritable, 3)
    assert "read-only" in unwritable.err
    assert_refused(unmakable, 3)
    assert contents(shared) == before


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes: writing fails as on a full disk, on every machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("most", [4_000, 500_000, 1_500_000])
def test_a_full_disk_leaves_nothing(most, cli, place):
    """Too full for any sound, for the take (768 kB), for the film (some 2 MB)."""
    source = film(place.folder, "film.mov", seconds=2, size=(960, 540), vcodec="mjpeg", pix_fmt="yuvj420p")
    assert source.stat().st_size > 1_500_000
    before = contents(place.folder)
    with small_files(most):
        done = cli("run", source, "-o", "out.mov", "--stems", "stems", "--handles", "0", "--timeline", "t.otio")
    assert_refused(done, 5)
    assert "space" in done.err
    place.assert_clean(before)


@contextmanager
def tiny_disk(at: Path, size: str) -> Iterator[bool]:
    """Mount a disk of a size; False where this machine does not let us."""
    at.mkdir(exist_ok=True)
    line = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)]
    mounted = (
        shutil.which("mount") is not None and subprocess.run(line, check=False, capture_output=True).returncode == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(at)], check=True)


@pytest.mark.parametrize("size", ["16k", "64k", "300k"])
def test_a_disk_that_is_full_indeed_leaves_nothing(size, cli, place):
    """The same on a real disk, where this machine lets us mount one; else files may not grow."""
    source = film(place.folder, seconds=2, size=(320, 180), sound="tone")
    disk = place.folder / "disk"
    with tiny_disk(disk, size) as mounted:
        before = contents(place.folder)
        with small_files(1 << 40 if mounted else int(size[:-1]) * 1000):
            done = cli("run", source, "-o", disk / "out.mp4", "--stems", disk / "stems")
        assert_refused(done, 5)
        place.assert_clean(before)


@pytest.mark.parametrize(
    "stage", ["open_film", "load_profile", "describe", "spot", "make_takes", "mix_down", "write_film"]
)
def test_exhausted_memory_is_told_and_leaves_nothing(stage, cli, place, monkeypatch):
    from v2a_foley.engine import stages

    said = {"describe": RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")}

    def exhausted(*_: object, **__: object) -> None:
        raise said.get(stage, MemoryError())

    monkeypatch.setattr(stages, stage, exhausted)
    source = film(place.folder)
    before = contents(place.folder)
    assert_refused(cli("run", source, "-o", "out.mp4", "--stems", "stems"), 5)
    place.assert_clean(before)


def test_a_package_that_cannot_be_loaded_is_named(cli, place, monkeypatch):
    from v2a_foley.engine import stages

    def broken(*_: object, **__: object) -> None:
        raise ImportError("libpicture.so: undefined symbol: nothing")

    monkeypatch.setattr(stages, "describe", broken)
    source = film(place.folder)
    before = contents(place.folder)
    done = cli("run", source, "-o", "out.mp4")
    assert_refused(done, 4)
    assert "libpicture.so" in done.err
    place.assert_clean(before)
