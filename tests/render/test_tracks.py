"""Films whose dialogue and music have tracks of their own: what sounds in the mix, and the mix without dialogue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.audio.sounds import RATE, noise, tone
from tests.footage import ffmpeg
from tests.render.projects import bed, facts, hit_at, project
from v2a_foley.audio.mix import MixSettings
from v2a_foley.errors import UsageError
from v2a_foley.media import Tracks
from v2a_foley.project import Layer, Project
from v2a_foley.render.stems import own_sounds, render_sound
from v2a_foley.video.probe import probe

SECONDS = 4
FULL, VOICE, MUSIC, WIDE = 1, 2, 3, 4


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """Four tracks: the full mix, which plays; a voice, mono; music, stereo; music, 5.1."""
    folder = tmp_path_factory.mktemp("tracks")
    speaks = np.arange(SECONDS * RATE) < 2 * RATE
    sounds = {
        "full": noise(SECONDS, 0.05, seed=1),
        "voice": tone(SECONDS, 0.2, 500, 1) * speaks,
        "music": tone(SECONDS, 0.1, 220),
        "wide": noise(SECONDS, 0.05, 6, seed=2),
    }
    inputs: list[object] = []
    for name, sound in sounds.items():
        soundfile.write(folder / f"{name}.wav", sound.T, RATE, subtype="PCM_24")
        inputs += (
            ["-channel_layout", "5.1", "-i", folder / "wide.wav"] if name == "wide" else ["-i", folder / f"{name}.wav"]
        )
    maps = [word for number in range(5) for word in ("-map", f"{number}")]
    path = folder / "film.mov"
    picture = ("-f", "lavfi", "-i", f"color=s=64x64:r=5:d={SECONDS}")
    ffmpeg(*picture, *inputs, *maps, "-c:v", "mpeg4", "-c:a", "pcm_s24le", "-disposition:a:0", "default", path)
    return path


def work_of(film: Path, folder: Path) -> Project:
    hits = [hit_at(n, folder, n, 0.8, gain=10) for n in (1, 2, 3)]
    return project(probe(film), *hits, bed(9, folder, 0, SECONDS), hit_at(8, folder, 3, layer=Layer.FOLEY))


def whole(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="int32", always_2d=True)[0].T >> 8


@pytest.mark.parametrize("loudness", [None, -12.0])
@pytest.mark.parametrize("mode", ["mix", "duck"])
def test_the_mix_without_its_dialogue_is_the_mix_less_the_dialogue(film, tmp_path, loudness, mode):
    settings = MixSettings(original=mode, loudness=loudness)
    sound = render_sound(work_of(film, tmp_path), settings, tmp_path, tracks=Tracks(VOICE, MUSIC))
    assert list(sound.stems) == ["DX", "MX", "BG", "FX", "FOLEY"]
    assert sound.reduced == {"ME": tmp_path / "film_ME_v1.wav"}
    mix, stems = whole(sound.mix), {layer: whole(path) for layer, path in sound.stems.items()}
    np.testing.assert_array_equal(mix, sum(stems.values()))
    np.testing.assert_array_equal(whole(sound.reduced["ME"]), mix - stems["DX"])
    assert np.abs(stems["DX"]).max() > 0
    assert np.abs(stems["MX"]).max() > 0
    if loudness is None:
        voice, music = (whole(film.with_name(f"{name}.wav")) for name in ("voice", "music"))
        np.testing.assert_array_equal(stems["DX"], np.repeat(voice, 2, axis=0))
        np.testing.assert_array_equal(stems["MX"], music)


@pytest.mark.parametrize("tracks", [Tracks(), Tracks(music=MUSIC)])
def test_without_the_dialogues_name_it_is_called_effects_and_holds_no_music(film, tmp_path, tracks):
    sound = render_sound(work_of(film, tmp_path), MixSettings(), tmp_path, tracks=tracks)
    assert list(sound.stems) == ["ORIG", *(["MX"] if tracks.music else []), "BG", "FX", "FOLEY"]
    assert sound.reduced == {"EFX": tmp_path / "film_EFX_v1.wav"}
    new = sum(whole(sound.stems[layer]) for layer in ("BG", "FX", "FOLEY"))
    np.testing.assert_array_equal(whole(sound.reduced["EFX"]), new)
    assert "ME" not in {path.stem.split("_")[1] for path in tmp_path.glob("film_*.wav")}


def test_foley_makes_room_for_the_dialogue_not_for_the_music(film, tmp_path):
    work = project(probe(film), bed(9, tmp_path, 0, SECONDS))
    plain = whole(render_sound(work, MixSettings(), tmp_path, tracks=Tracks(VOICE, MUSIC)).stems["BG"])
    ducked = whole(render_sound(work, MixSettings("duck"), tmp_path, tracks=Tracks(VOICE, MUSIC)).stems["BG"])
    spoken, silent = slice(RATE // 2, RATE * 3 // 2), slice(3 * RATE, SECONDS * RATE)
    assert np.abs(ducked[:, spoken]).max() < 0.5 * np.abs(plain[:, spoken]).max()
    np.testing.assert_array_equal(ducked[:, silent], plain[:, silent])


def test_a_voice_lies_in_the_centre_of_a_wide_mix(film, tmp_path):
    sound = render_sound(work_of(film, tmp_path), MixSettings(), tmp_path, tracks=Tracks(VOICE, WIDE))
    voice = whole(sound.stems["DX"])
    assert voice.any(axis=1).tolist() == [False, False, True, False, False, False]
    np.testing.assert_array_equal(voice[2], whole(film.with_name("voice.wav"))[0])
    np.testing.assert_array_equal(whole(sound.stems["MX"]), whole(film.with_name("wide.wav")))


@pytest.mark.parametrize(
    ("tracks", "buses"),
    [
        (Tracks(), {"ORIG": FULL}),
        (Tracks(FULL), {"DX": FULL}),
        (Tracks(VOICE), {"DX": VOICE}),
        (Tracks(music=MUSIC), {"ORIG": FULL, "MX": MUSIC}),
        (Tracks(music=FULL), {"MX": FULL}),
    ],
)
def test_what_of_the_film_sounds(film, tracks, buses):
    media = probe(film)
    assert own_sounds(media, tracks) == {bus: media.sounds[number - 1] for bus, number in buses.items()}


@pytest.mark.parametrize("tracks", [Tracks(5), Tracks(music=9), Tracks(2, 2), Tracks(0)])
def test_tracks_that_are_not_there_are_wrong_use(film, tmp_path, tracks):
    with pytest.raises(UsageError):
        render_sound(project(probe(film)), MixSettings(), tmp_path, tracks=tracks)
    with pytest.raises(UsageError, match=r"no sound track|both"):
        own_sounds(facts(1), tracks)
    assert list(tmp_path.iterdir()) == []
