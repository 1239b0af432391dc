"""Where sounds land in the finished film: to the sample in the stems, to the millisecond in what a player plays."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests import scenes
from tests.engine.test_job import heard
from tests.footage import ffmpeg, make_film
from v2a_foley import RunSettings, add_foley, load_profile, make_takes, mix_down, open_film, write_film
from v2a_foley.project import Cue, Hit, Kind, Layer, Shot
from v2a_foley.timebase import TimeRange, to_samples

PROMPT = "a cardboard box is set down"
ONE_HOUR = 172_972_800
"""Samples at 48 kHz from 00:00:00:00 to 01:00:00:00 at 23.976: 86,400 frames of 1001/24000 s."""


@pytest.fixture(scope="module")
def landing(tmp_path_factory) -> tuple[Path, scenes.Scene]:
    """Two boxes land at known moments; timecode starts at one hour."""
    scene = scenes.drop("24000/1001", seconds=3)
    path = tmp_path_factory.mktemp("landing") / "landing.mov"
    return make_film(
        path, seconds=3, rate="24000/1001", size=scenes.SIZE, frames=scene.frames, timecode="01:00:00:00"
    ), scene


def struck(result) -> Cue:
    return next(cue for cue in result.project.cues if cue.event.kind is Kind.IMPULSE)


def bits(wav: Path) -> bytes:
    """Return the samples alone: a Broadcast WAV's head also says when it was written."""
    return soundfile.read(wav, dtype="float64")[0].tobytes()


def time_reference(wav: Path) -> int:
    """Read the bext chunk as EBU Tech 3285 lays it out: 64 bits after 338 bytes."""
    data = wav.read_bytes()[:4096]
    chunk = data.index(b"bext") + 8
    return int.from_bytes(data[chunk + 338 : chunk + 346], "little")


def delay(reference: np.ndarray, played: np.ndarray) -> int:
    """Return how many samples later than in the reference a sound is in what is played, by their correlation."""
    size = 2 * len(reference)
    product = np.fft.irfft(np.conj(np.fft.rfft(reference, size)) * np.fft.rfft(played, size))
    lag = int(np.abs(product).argmax())
    return lag if lag < size // 2 else lag - size


@pytest.mark.parametrize("suffix", [".mov", ".mp4", ".mkv"])
def test_a_hit_lands_on_its_sample_in_the_stem_and_on_its_millisecond_in_the_film(suffix, landing, tmp_path):
    source, scene = landing
    output = tmp_path / f"out{suffix}"
    result = add_foley(source, output, prompt=PROMPT, stems=tmp_path / "stems")
    cue = struck(result)
    frame = 1001 / 24_000
    assert len(cue.hits) == len(scene.contacts)
    assert all(abs(float(hit.time) - c) <= frame for hit, c in zip(cue.hits, scene.contacts, strict=True))
    stem = soundfile.read(result.stems[cue.layer], always_2d=True)[0]
    played = heard(output)
    mix = sum(soundfile.read(path, always_2d=True)[0] for path in result.stems.values())
    for hit in cue.hits:
        place = to_samples(hit.time)
        around = np.flatnonzero(np.abs(stem[place - 4800 : place + 4800]).max(axis=1) > 1e-4)
        assert abs(int(around[0]) - 4800) <= 1
        span = slice(place - 2400, place + 9600)
        assert abs(delay(mix[span, 0], played[0, span].astype(np.float64))) <= 48
    assert {time_reference(path) for path in result.stems.values()} == {ONE_HOUR}


def test_the_users_own_click_lands_on_every_hit(landing, tmp_path):
    source, _ = landing
    click = np.zeros(9600, np.float32)
    click[3000] = 0.9  # the library trims to the transient
    (tmp_path / "sounds").mkdir()
    soundfile.write(tmp_path / "sounds" / "Cardboard box is set down.wav", click, 48_000, subtype="FLOAT")
    result = add_foley(
        source, tmp_path / "out.mov", prompt=PROMPT, generator="library", library=tmp_path / "sounds",
        stems=tmp_path / "stems", gain=6,
    )  # fmt: skip
    cue = struck(result)
    stem = soundfile.read(result.stems[cue.layer], always_2d=True)[0]
    for hit in cue.hits:
        place = to_samples(hit.time)
        assert abs(int(np.abs(stem[place - 480 : place + 480, 0]).argmax()) - 480) <= 1
    assert [each.take for each in result.project.cues if each.layer is Layer.BG] == [None]
    assert any("room" in sentence for sentence in result.warnings), "nobody said that the background stays empty"


@pytest.mark.long
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_an_hour_long_film_shows_no_growth(suffix, tmp_path):
    """Hits in the first and in the last second of an hour: as exact at the end as at the beginning."""
    source, output = tmp_path / f"hour{suffix}", tmp_path / f"out{suffix}"
    ffmpeg("-f", "lavfi", "-i", "color=gray:size=32x32:rate=24000/1001:duration=3600", "-c:v", "libx264",
           "-preset", "ultrafast", *(["-timecode", "01:00:00:00"] if suffix == ".mp4" else []), source)  # fmt: skip
    project, profile = open_film(source), load_profile()
    end = project.media.duration
    assert end > 3599
    event = profile.vocabulary["cardboard_box"]
    bounds = [Fraction(0), Fraction(2), end - 2, end]
    shots = [Shot(n, TimeRange(a, b)) for n, (a, b) in enumerate(pairwise(bounds), 1)]
    times = [Fraction(3, 4), end - Fraction(1)]
    cues = [
        Cue(f"c{n}", event.layer, shot.range, (shot.index,), event, prompt=PROMPT, hits=(Hit(time),))
        for n, (shot, time) in enumerate(zip((shots[0], shots[2]), times, strict=True), 1)
    ]
    settings = RunSettings(handles=0)
    project = make_takes(project.with_shots(shots).with_cues(cues), profile, tmp_path, settings)
    sound = mix_down(project, tmp_path, settings)
    write_film(project, sound, output)
    for path in sound.stems.values():
        assert time_reference(path) == (ONE_HOUR if suffix == ".mp4" else 0)
    for time in times:
        place = to_samples(time)
        stem = soundfile.read(sound.stems[event.layer], start=place - 480, stop=place + 9600, always_2d=True)[0][:, 0]
        assert abs(int(np.flatnonzero(np.abs(stem) > 1e-4)[0]) - 480) <= 1
        excerpt = tmp_path / "excerpt.wav"
        ffmpeg("-i", output, "-map", "0:a:0", "-af", f"atrim=start_sample={place - 480}:end_sample={place + 9600}",
               "-c:a", "pcm_f32le", excerpt)  # fmt: skip
        played = soundfile.read(excerpt, always_2d=True)[0][:, 0]
        assert abs(delay(stem, played)) <= 48


def test_a_take_does_not_depend_on_what_else_is_chosen(tmp_path):
    source = make_film(tmp_path / "in.mp4", seconds=3, size=(160, 90), cuts=(25, 50))
    chosen = {"prompt": ["1=a dog barks", "2=an engine runs", "3=a bell rings"], "handles": 1}
    every = add_foley(source, tmp_path / "a.mp4", **chosen)
    again = add_foley(source, tmp_path / "b.mp4", **chosen)
    second = add_foley(source, tmp_path / "c.mp4", shots="2", **chosen)
    other = add_foley(source, tmp_path / "d.mp4", seed=1, **chosen)

    def sounds(result) -> dict[tuple, np.ndarray]:
        return {
            (cue.shots, cue.event.name): soundfile.read(cue.take.path, always_2d=True)[0]
            for cue in result.project.cues
            if cue.prompt
        }

    first = sounds(every)
    assert [shots for shots, _ in first] == [(1,), (2,), (3,)]
    for key, sound in sounds(again).items():
        np.testing.assert_array_equal(sound, first[key])
    for key, sound in sounds(other).items():
        assert not np.array_equal(sound, first[key])
    ((key, sound),) = sounds(second).items()
    assert key[0] == (2,)
    np.testing.assert_array_equal(sound, first[key])


def test_the_same_seed_gives_the_same_bits(tmp_path):
    source = make_film(tmp_path / "in.mov", seconds=1, size=(160, 90), sound="speech")
    stems = {}
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        result = add_foley(
            source, tmp_path / f"{name}.mov", seed=seed, prompt="rain and a dog barks", stems=tmp_path / name
        )
        stems[name] = {layer: bits(path) for layer, path in result.stems.items()}
    assert stems["a"] == stems["b"]
    assert stems["a"][Layer.BG] != stems["c"][Layer.BG]
    assert stems["a"][Layer.FX] != stems["c"][Layer.FX]
    assert stems["a"][Layer.ORIG] == stems["c"][Layer.ORIG]


def test_takes_of_one_cue_are_distinct_and_the_first_sounds(tmp_path):
    source = make_film(tmp_path / "in.mp4", seconds=1, size=(160, 90))
    three = add_foley(source, tmp_path / "a.mp4", takes=3, prompt="a dog barks", stems=tmp_path / "three")
    one = add_foley(source, tmp_path / "b.mp4", prompt="a dog barks", stems=tmp_path / "one")
    for cue in three.project.cues:
        assert len({take.seed for take in cue.takes}) == len({bits(take.path) for take in cue.takes}) == 3
        assert cue.active == cue.takes[0].id
    for layer, stem in one.stems.items():
        assert bits(stem) == bits(three.stems[layer])
