"""Each delivery on six kinds of programme, measured on the written file by ffmpeg's program, no code of ours."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.audio.sounds import RATE, noise, tone
from tests.audio.voices import voice_at_48k
from tests.footage import ffmpeg
from tests.render.projects import bed, cue, facts, hit_at, project
from v2a_foley import ffmpeg as door
from v2a_foley.audio.delivery import DELIVERIES
from v2a_foley.audio.wav import read_wav
from v2a_foley.embed.speech import RATE as SPEECH_RATE
from v2a_foley.engine import stages
from v2a_foley.engine.dialogue import speech_of
from v2a_foley.engine.settings import RunSettings
from v2a_foley.progress import Progress
from v2a_foley.project import Kind, Layer, Project
from v2a_foley.video.probe import probe

SECONDS, NIGHT = 12, 20
SIX = "5.1"


def film(path: Path, sound: np.ndarray | None) -> Path:
    """A film with a track of its own, ``float32 (channels, n)``."""
    seconds = SECONDS if sound is None else sound.shape[1] / RATE
    picture = ("-f", "lavfi", "-i", f"color=s=64x64:r=5:d={seconds}", "-c:v", "mpeg4")
    if sound is None:
        ffmpeg(*picture, path)
        return path
    own = path.with_suffix(".wav")
    soundfile.write(own, sound.T, RATE, subtype="PCM_24")
    layout = SIX if len(sound) == 6 else "stereo"
    ffmpeg(
        *picture[:4], "-i", own, "-af", f"aformat=channel_layouts={layout}", "-c:v", "mpeg4", "-c:a", "pcm_s24le", path
    )
    return path


def speech(folder: Path) -> Project:
    voice = np.tile(voice_at_48k(SECONDS, 3)[: SECONDS * RATE], (2, 1))
    return project(probe(film(folder / "film.mov", voice)), bed(1, folder, 0, SECONDS, level=0.01))


def music(folder: Path) -> Project:
    beats = np.exp(-(np.arange(SECONDS * RATE) % (RATE // 2)) / 6000)
    chord = sum(tone(SECONDS, 0.2, each) for each in (110, 220, 277, 330, 1320)) * beats
    steps = [hit_at(n, folder, n, layer=Layer.FOLEY) for n in range(1, SECONDS)]
    return project(probe(film(folder / "film.mov", chord.astype(np.float32))), *steps)


def effects(folder: Path) -> Project:
    hits = [hit_at(n, folder, at, 0.8) for n, at in enumerate((1, 2, 7, 7.5), 1)]
    roar = cue(9, folder, noise(2, 0.2, 1, seed=4), 8, 10, kind=Kind.CONTINUOUS)
    return project(probe(film(folder / "film.mov", None)), *hits, roar)


def ambience(folder: Path) -> Project:
    return project(probe(film(folder / "film.mov", None)), bed(1, folder, 0, 6), bed(2, folder, 6, SECONDS, seed=7))


def peaks(folder: Path) -> Project:
    """A street at night, shots, and an explosion that is far too loud for a short-term limit."""
    shots = [cue(n, folder, bang(n), at, at + 2, gain=6) for n, at in enumerate((1, 2, 10), 1)]
    blast = cue(8, folder, noise(2, 0.35, 1, seed=8), 5, 7, kind=Kind.CONTINUOUS)
    own = noise(NIGHT, 0.03)
    return project(probe(film(folder / "film.mov", own)), *shots, blast, bed(9, folder, 0, NIGHT, level=0.02))


def quiet(folder: Path) -> Project:
    return project(probe(film(folder / "film.mov", noise(SECONDS, 0.0008))), bed(1, folder, 0, SECONDS, level=0.0004))


def bang(seed: int) -> np.ndarray:
    return noise(1, 0.6, 1, seed) * np.exp(-np.arange(RATE) / 3000).astype(np.float32)


PROGRAMMES = {each.__name__: each for each in (speech, music, effects, ambience, peaks, quiet)}
DIAGONAL = [
    ("ebu", "effects"),
    ("ebu-s1", "peaks"),
    ("atsc", "music"),
    ("netflix", "speech"),
    ("netflix", "ambience"),
    ("web", "quiet"),
]


def measured(path: Path) -> dict[str, float]:
    """What ffmpeg's program says of a file: its summary, and the loudest of the short-term values that it logs."""
    said = door.run(
        ["-loglevel", "verbose", "-i", path, "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"],
        what="measuring",
    )
    summary = said[said.rindex("Summary") :]
    short = [float(value) for value in re.findall(r"\bS:\s*(-?[\d.]+)", said[: said.rindex("Summary")])]
    return {
        "integrated": float(re.search(r"I:\s+(\S+) LUFS", summary)[1]),
        "true peak": float(re.search(r"Peak:\s+(\S+) dBFS", summary)[1]),
        "short-term": max(short),
    }


def delivered(work: Project, folder: Path, name: str, **more):
    progress, out = Progress(), folder / "out"
    out.mkdir()
    sound = stages.mix_down(work, out, RunSettings(deliver=name, **more), progress)
    return sound, progress.warnings


def assert_met(sound, name: str, warnings) -> None:
    wanted, said = DELIVERIES[name], measured(sound.mix)
    report = sound.delivery
    assert report.passed, report.sentence()
    assert not warnings
    if report.gate == "programme":
        assert said["integrated"] == pytest.approx(wanted.loudness, abs=wanted.tolerance)
        assert said["integrated"] == pytest.approx(wanted.loudness, abs=0.2)  # tolerances are not used up
    assert said["true peak"] <= wanted.ceiling
    if wanted.short_term is not None:
        assert said["short-term"] <= wanted.short_term
    mix = read_wav(sound.mix)[0].astype(np.float64)
    stems = sum(read_wav(path)[0].astype(np.float64) for path in sound.stems.values())
    assert np.abs(mix - stems).max() < 10 ** (-90 / 20)


@pytest.mark.parametrize(("name", "kind"), DIAGONAL)
def test_a_delivery_is_met(tmp_path, name, kind):
    sound, warnings = delivered(PROGRAMMES[kind](tmp_path), tmp_path, name)
    assert_met(sound, name, warnings)


@pytest.mark.long
@pytest.mark.parametrize("name", DELIVERIES)
@pytest.mark.parametrize("kind", PROGRAMMES)
def test_every_delivery_is_met_by_every_programme(tmp_path, name, kind):
    sound, warnings = delivered(PROGRAMMES[kind](tmp_path), tmp_path, name)
    assert_met(sound, name, warnings)


def test_the_short_term_limit_is_kept_by_riding_the_gain_not_by_turning_all_of_it_down(tmp_path):
    """Without the limit, the same programme has its loudest three seconds far above it."""
    work = peaks(tmp_path)
    free, _ = delivered(work, tmp_path, "ebu")
    assert measured(free.mix)["short-term"] > -17.5
    for path in (tmp_path / "out").iterdir():
        path.unlink()
    (tmp_path / "out").rmdir()
    ridden, warnings = delivered(work, tmp_path, "ebu-s1")
    assert_met(ridden, "ebu-s1", warnings)
    assert ridden.gain_db > free.gain_db + 0.5


def test_dialogue_is_what_is_brought_to_the_target(tmp_path):
    """Loud effects beside soft speech: ffmpeg's own momentary values, within the speech alone, lie at the target."""
    voice = np.tile(voice_at_48k(6, 3), (2, 1)) * 0.2
    own = np.concatenate((voice, np.zeros((2, 6 * RATE), np.float32)), axis=1)
    loud = cue(1, tmp_path, noise(3, 0.2, 1), 8, 11, kind=Kind.CONTINUOUS)
    work = project(probe(film(tmp_path / "film.mov", own)), loud)
    sound, warnings = delivered(work, tmp_path, "netflix")
    report = sound.delivery
    assert (report.gate, warnings) == ("dialogue", [])
    assert report.speech == pytest.approx(0.45, abs=0.08)
    assert "silero-vad's estimate" in report.sentence()
    meter = ("-af", "ebur128=framelog=verbose", "-f", "null", "-")
    said = door.run(["-loglevel", "verbose", "-i", sound.mix, *meter], what="measuring")
    found = [(float(t), float(m)) for t, m in re.findall(r"t: ([\d.]+)\s+TARGET:.*?M:\s*(-?[\d.]+)", said)]
    spans = speech_of(work, RunSettings(), Progress()).spans
    ends = [(m, (t - 0.4) * SPEECH_RATE, t * SPEECH_RATE) for t, m in found]
    inside = [m for m, first, last in ends if any(start <= first and last <= end for start, end in spans)]
    assert len(inside) > 20
    power = 10 ** (np.array(inside) / 10)
    gated = power[power > power.mean() / 10].mean()
    assert 10 * np.log10(gated) == pytest.approx(-27, abs=0.3)
    assert measured(sound.mix)["integrated"] > -20


@pytest.mark.parametrize("choices", [{"original": "replace"}, {}])
def test_where_there_is_too_little_speech_the_programme_is_measured(tmp_path, choices):
    voice = np.tile(voice_at_48k(1.2, 3), (2, 1)) if not choices else np.tile(voice_at_48k(SECONDS, 3), (2, 1))
    own = np.zeros((2, SECONDS * RATE), np.float32)
    own[:, : voice.shape[1]] = voice[:, : own.shape[1]]
    work = project(probe(film(tmp_path / "film.mov", own)), bed(1, tmp_path, 0, SECONDS))
    sound, warnings = delivered(work, tmp_path, "netflix", **choices)
    assert sound.delivery.gate == "programme"
    assert sound.delivery.speech < 0.15
    assert_met(sound, "netflix", warnings)
    assert measured(sound.mix)["integrated"] == pytest.approx(-27, abs=0.2)


@pytest.mark.parametrize("place", ["lr", "c"])
def test_six_channels_are_delivered_and_the_low_ones_only_change_their_level(tmp_path, place):
    own = noise(6, 0.02, 6)
    own[3] = tone(6, 0.2, 45, 1)[0]
    shots = [cue(n, tmp_path, bang(n), n, n + 1, gain=6) for n in (1, 2)]
    work = project(probe(film(tmp_path / "six.mov", own)), *shots, bed(9, tmp_path, 0, 6))
    sound, warnings = delivered(work, tmp_path, "web", foley_to=place)
    assert_met(sound, "web", warnings)
    mix, original = read_wav(sound.mix)[0], soundfile.read(tmp_path / "six.wav")[0].T
    np.testing.assert_allclose(mix[3], original[3] * 10 ** (sound.gain_db / 20), atol=2e-6)
    new = sum(read_wav(sound.stems[layer])[0] for layer in ("BG", "FX", "FOLEY"))
    heard = new.any(axis=1).tolist()
    assert heard == ([True, True, False, False, False, False] if place == "lr" else [False, False, True] + [False] * 3)


def spikes(folder: Path) -> Project:
    sound = np.zeros((1, 4 * RATE), np.float32)
    sound[:, :: RATE // 4] = 0.9
    return project(facts(4), cue(1, folder, sound, 0, 4))


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda folder: project(facts(3)), "silent"),
        (lambda folder: project(facts("1/5"), bed(1, folder, 0, "1/5")), "0.4 s"),
        (lambda folder: project(facts(4), bed(1, folder, 0, 4, level=1e-5)), "gate"),
        (spikes, "peaks"),
    ],
    ids=["silence", "short", "below the gate", "nothing but peaks"],
)
@pytest.mark.parametrize("name", ["ebu-s1", "web"])
def test_what_cannot_be_met_is_said(tmp_path, work, words, name):
    sound, warnings = delivered(work(tmp_path), tmp_path, name)
    assert len(warnings) == 1
    assert words in warnings[0]
    assert DELIVERIES[name].title in warnings[0]
    assert not sound.delivery.passed
    assert "FAIL" in sound.delivery.sentence()
    assert sound.loudness.true_peak <= -1
    assert np.isfinite(read_wav(sound.mix)[0]).all()
