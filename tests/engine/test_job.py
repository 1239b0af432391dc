"""The whole program on films of every kind: what was there before is there after, bit by bit and in its place."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest

from tests.footage import ffmpeg, make_film, stream_hash
from v2a_foley import add_foley
from v2a_foley.errors import OutputError, UsageError
from v2a_foley.ffmpeg import command, file_url

CODECS = {"h264": "libx264", "hevc": "libx265", "vp9": "libvpx-vp9"}
SOUNDS = {"none": ("none", None), "equal": ("tone", 2.0), "longer": ("tone", 2.7), "shorter": ("tone", 1.2)}
RATES = ("24000/1001", "25", "30000/1001", "variable")
TINY = {"seconds": 2, "size": (160, 90)}

EVERYTHING = [
    case
    for case in product((".mp4", ".mov", ".mkv"), CODECS, RATES, SOUNDS)
    if case[:2] != (".mov", "vp9")  # QuickTime has no VP9
]
SOME = [
    (".mp4", "h264", "24000/1001", "none"),
    (".mp4", "h264", "25", "longer"),
    (".mp4", "hevc", "30000/1001", "shorter"),
    (".mp4", "vp9", "variable", "equal"),
    (".mov", "h264", "30000/1001", "equal"),
    (".mov", "h264", "variable", "longer"),
    (".mov", "hevc", "variable", "none"),
    (".mov", "hevc", "24000/1001", "shorter"),
    (".mkv", "h264", "variable", "shorter"),
    (".mkv", "hevc", "25", "equal"),
    (".mkv", "vp9", "24000/1001", "longer"),
    (".mkv", "vp9", "30000/1001", "none"),
]


def film_of(folder: Path, suffix: str, codec: str, rate: str, track: str, **more: object) -> Path:
    kind, length = SOUNDS[track]
    steady = "25" if rate == "variable" else rate
    chosen = {"sound": kind, "sound_seconds": length, **TINY, **more}
    return make_film(folder / f"in{suffix}", rate=steady, variable=rate == "variable", vcodec=CODECS[codec], **chosen)


def shown(path: Path) -> tuple[list[str], list[Fraction]]:
    """Return what a player shows: hashes of the decoded pictures, and when, from the first moment of the film."""
    line = command(["-i", file_url(path), "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"])
    rows = subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()
    with av.open(str(path), metadata_errors="replace") as opened:
        start = Fraction(opened.start_time or 0, 1_000_000)
    base = Fraction(next(row.split(" ")[-1] for row in rows if row.startswith("#tb")))
    cells = [[cell.strip() for cell in row.split(",")] for row in rows if not row.startswith("#")]
    return [cell[-1] for cell in cells], [int(cell[2]) * base - start for cell in cells]


def heard(path: Path, rate: int = 48_000) -> np.ndarray:
    """Return what a player plays from the film's first moment on, ``float32 (channels, samples)``."""
    line = command(["-i", file_url(path), "-map", "0:a:0", "-af", "aresample=async=1:first_pts=0", "-ar", rate,
                    "-f", "f32le", "-"])  # fmt: skip
    raw = subprocess.run([str(word) for word in line], capture_output=True, check=True).stdout
    with av.open(str(path)) as opened:
        channels = opened.streams.audio[0].codec_context.layout.nb_channels
    return np.frombuffer(raw, np.float32).reshape(-1, channels).T


def check_picture(source: Path, output: Path) -> None:
    assert stream_hash(output) == stream_hash(source)
    before, after = shown(source), shown(output)
    assert after[0] == before[0]
    assert max(abs(one - other) for one, other in zip(before[1], after[1], strict=True)) <= Fraction(1, 1000)


@pytest.mark.parametrize("case", SOME, ids="-".join)
def test_the_picture_is_untouched(case, tmp_path):
    source = film_of(tmp_path, *case)
    output = tmp_path / f"out{source.suffix}"
    result = add_foley(source, output)
    check_picture(source, output)
    media = result.project.media
    if case[3] in ("longer", "shorter"):
        assert (media.sound.duration > media.picture.duration) == (case[3] == "longer")
    tail = Fraction(heard(output).shape[1], 48_000) - media.duration
    assert abs(tail) < Fraction(1, 20), "the new sound is not as long as the film"


@pytest.mark.long
@pytest.mark.parametrize("case", [case for case in EVERYTHING if case not in SOME], ids="-".join)
def test_the_picture_is_untouched_whatever_the_film(case, tmp_path):
    test_the_picture_is_untouched(case, tmp_path)


@pytest.mark.parametrize(("kind", "other"), [(".mp4", ".mkv"), (".mkv", ".mov"), (".mov", ".mp4")])
def test_the_picture_moves_to_another_container_as_it_is(kind, other, tmp_path):
    source = film_of(tmp_path, kind, "h264", "24000/1001", "equal")
    add_foley(source, tmp_path / f"out{other}")
    check_picture(source, tmp_path / f"out{other}")


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_all_else_in_the_film_is_kept(suffix, tmp_path):
    notes = ["-metadata", "title=Over the hills", "-metadata", "comment=naïve", "-metadata:s:a:0", "language=eng"]
    turned = 0 if suffix == ".mov" else 90  # a turned .mov with chapters is beyond what the footage can be made with
    source = film_of(tmp_path, suffix, "h264", "25", "equal", subtitles=True, chapters=3, rotation=turned, extra=notes)
    output = tmp_path / f"out{suffix}"
    add_foley(source, output)
    check_picture(source, output)
    assert stream_hash(output, "s") == stream_hash(source, "s")
    with av.open(str(source)) as before, av.open(str(output)) as after:
        assert [(c["metadata"], c["start"] * c["time_base"], c["end"] * c["time_base"]) for c in after.chapters()] == [
            (c["metadata"], c["start"] * c["time_base"], c["end"] * c["time_base"]) for c in before.chapters()
        ]
        assert len(after.chapters()) == 3
        assert [s.type for s in after.streams].count("subtitle") == 1
        for key in ("title", "comment"):
            found = {name.lower(): value for name, value in after.metadata.items()}
            assert found[key] == {name.lower(): value for name, value in before.metadata.items()}[key]
        assert after.streams.audio[0].language == before.streams.audio[0].language == "eng"
        assert next(after.decode(video=0)).rotation == next(before.decode(video=0)).rotation == -turned


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_metadata_of_another_encoding_is_no_hindrance(suffix, tmp_path):
    source = film_of(tmp_path, suffix, "h264", "25", "equal", extra=["-metadata", "title=Stra@e", "-metadata:s:v",
                                                                      "title=Stra@e"])  # fmt: skip
    assert b"Stra@e" in source.read_bytes()
    source.write_bytes(source.read_bytes().replace(b"Stra@e", "Straße".encode("latin-1")))
    add_foley(source, tmp_path / f"out{suffix}")
    check_picture(source, tmp_path / f"out{suffix}")


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("late", ["picture", "sound"])
def test_what_starts_late_starts_as_late_after(suffix, late, tmp_path):
    """One click a second: it falls on the same picture before and after."""
    offset = {f"{late}_offset": 0.48}
    source = film_of(tmp_path, suffix, "h264", "25", "none", sound="clicks", sound_seconds=2.0, **offset)
    output = tmp_path / f"out{suffix}"
    result = add_foley(source, output, gain=-60)
    check_picture(source, output)
    assert getattr(result.project.media, late).start == pytest.approx(0.48, abs=0.03)  # AAC runs in
    before, after = heard(source), heard(output)
    click = int(np.abs(before[0, :24_000]).argmax())
    assert click == pytest.approx(0 if late == "picture" else 0.48 * 48_000, abs=48 * 3)
    assert int(np.abs(after[0, :24_000]).argmax()) == pytest.approx(click, abs=48)


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_edit_lists_are_respected(suffix, tmp_path):
    """A film trimmed without encoding keeps pictures that are not shown; they stay there, and stay unseen."""
    whole = film_of(tmp_path, suffix, "h264", "25", "none", sound="clicks", seconds=3, sound_seconds=3.0)
    source, output = tmp_path / f"trimmed{suffix}", tmp_path / f"out{suffix}"
    ffmpeg("-ss", "0.6", "-i", whole, "-map", "0", "-c", "copy", source)
    seen = len(shown(source)[0])
    assert seen < 75, "the film was not trimmed"
    result = add_foley(source, output, gain=-60)
    check_picture(source, output)
    assert result.project.media.picture.frames == seen
    before, after = (int(np.abs(heard(each)[0, :48_000]).argmax()) for each in (source, output))
    assert after == pytest.approx(before, abs=48)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_surround_stays_surround(suffix, tmp_path):
    source = film_of(tmp_path, suffix, "h264", "25", "equal", channels=6)
    result = add_foley(source, tmp_path / f"out{suffix}", prompt="a dog barks", stems=tmp_path / "stems")
    with av.open(str(tmp_path / f"out{suffix}")) as opened:
        layout = opened.streams.audio[0].codec_context.layout
    assert (layout.nb_channels, layout.name.replace("(side)", "")) == (6, "5.1")
    sound = heard(tmp_path / f"out{suffix}")
    for channel in (0, 1, 2, 4, 5):  # each plays a tone of its own; AAC cuts the fourth, the LFE, at 120 Hz
        spectrum = np.abs(np.fft.rfft(sound[channel, 12_000:60_000] * np.hanning(48_000)))
        assert abs(int(spectrum[200:].argmax()) + 200 - (440 + 110 * channel)) <= 1
    assert result.stems
    assert all(path.exists() for path in result.stems.values())


def test_a_photograph_gets_a_sound_of_the_length_asked_for(tmp_path):
    photo = tmp_path / "photo.png"
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=320x200", "-frames:v", "1", photo)
    result = add_foley(photo, tmp_path / "out.wav", duration=1.5, prompt="rain on a roof")
    with av.open(str(tmp_path / "out.wav")) as opened:
        stream = opened.streams.audio[0]
        assert (stream.rate, stream.duration * stream.time_base) == (48_000, Fraction(3, 2))
    assert [shot.range.end for shot in result.project.shots] == [Fraction(3, 2)]
    assert result.integrated > -70
    with pytest.raises(UsageError, match="WAV"):
        add_foley(photo, tmp_path / "out.mp4")


def test_the_sound_alone_is_what_the_film_would_sound_like(tmp_path):
    source = film_of(tmp_path, ".mov", "h264", "25", "equal")
    add_foley(source, tmp_path / "out.wav", prompt="rain")
    add_foley(source, tmp_path / "out.mov", prompt="rain")
    np.testing.assert_array_equal(heard(tmp_path / "out.wav"), heard(tmp_path / "out.mov"))


def test_a_codec_that_the_container_refuses_is_refused_at_once(tmp_path):
    source = film_of(tmp_path, ".mkv", "vp9", "25", "none")
    with pytest.raises(OutputError, match=r"\.mov cannot hold") as caught:
        add_foley(source, tmp_path / "out.mov")
    assert ".mkv" in caught.value.hint
    assert not (tmp_path / "out.mov").exists()


def test_takes_stay_where_they_are_asked_for(tmp_path):
    source = film_of(tmp_path, ".mp4", "h264", "25", "none")
    kept = add_foley(source, tmp_path / "a.mp4", takes_folder=tmp_path / "takes")
    passing = add_foley(source, tmp_path / "b.mp4")
    here, there = kept.project.cues[0].take.path, passing.project.cues[0].take.path
    assert here.parent == tmp_path / "takes"
    assert there.exists()
    del passing
    assert here.exists()
    assert not there.exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.mp4", "b.mp4", "in.mp4", "takes"]
