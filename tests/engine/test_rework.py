"""Working on a sound file with a tiny voice: what is kept, what is made, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.cli.program import Program
from v2a_foley import Progress, RunSettings
from v2a_foley.engine.rework import Wish, rework, span
from v2a_foley.errors import MediaUnreadable, UsageError

RATE = 48_000
FAST = {"device": "cpu", "precision": "float32", "steps": 3}


@pytest.fixture
def sound(tmp_path) -> Path:
    rng = np.random.default_rng(0)
    soundfile.write(
        tmp_path / "in.wav", rng.uniform(-0.3, 0.3, (3 * RATE, 2)).astype(np.float32), RATE, subtype="FLOAT"
    )
    return tmp_path / "in.wav"


def wave(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="float32", always_2d=True)[0].T


def worked(tiny, sound, wish, prompt="", **more):
    progress = Progress()
    made = rework(
        sound, sound.with_name("out.wav"), wish, prompt, RunSettings(profile=str(tiny), **FAST, **more), progress
    )
    return wave(sound.with_name("out.wav")), made, progress


@pytest.mark.parametrize(
    ("wish", "length"),
    [
        (Wish(extend=Fraction(2)), 5 * RATE),
        (Wish(repair=(Fraction(1), Fraction(3, 2))), 3 * RATE),
        (Wish(loop=Fraction(1, 2)), 3 * RATE),
        (Wish(vary=0.5), 3 * RATE),
    ],
)  # fmt: skip
def test_what_is_not_made_anew_stays_the_original_to_the_bit(tiny, sound, wish, length):
    out, made, progress = worked(tiny, sound, wish, "rain")
    before = wave(sound)
    assert out.shape == (2, length)
    assert np.isfinite(out).all()
    kept = np.ones(length, bool)
    for start, end in made.made:
        kept[start:end] = False
        assert np.abs(out[:, start:end]).max() > 1e-3
    kept = kept[: before.shape[1]]
    assert np.array_equal(out[:, : len(kept)][:, kept], before[:, kept])
    assert kept.any() or wish.vary is not None
    assert any("8 kHz" in warning for warning in progress.warnings)


def test_words_and_seeds_change_what_is_made(tiny, sound):
    wish = Wish(extend=Fraction(1))
    plain, again = worked(tiny, sound, wish, "rain")[0], worked(tiny, sound, wish, "rain", overwrite=True)[0]
    assert np.array_equal(plain, again)
    others = [
        worked(tiny, sound, wish, "a dog", overwrite=True)[0],
        worked(tiny, sound, wish, "rain", seed=4, overwrite=True)[0],
        worked(tiny, sound, wish, "rain", negative="wind", overwrite=True)[0],
        worked(tiny, sound, wish, overwrite=True)[0],  # heard by the listener
    ]
    assert all(np.abs(plain - other).max() > 1e-4 for other in others)


def test_without_ears_the_network_hears_only_what_is_kept(tiny, sound, tmp_path):
    (tmp_path / "profile.toml").write_text(f"[ears]\nlistener='gone'\n[voice]\nmodel='{tiny / 'voice'}'")
    out, _, progress = worked(tmp_path, sound, Wish(extend=Fraction(1)))
    assert out.shape == (2, 4 * RATE)
    assert any("hears only what is kept" in warning for warning in progress.warnings)


@pytest.mark.parametrize("wishes", [{}, {"vary": 0.5, "loop": Fraction(1)}])
def test_one_thing_at_a_time(wishes):
    with pytest.raises(UsageError, match="one thing"):
        Wish(**wishes)


@pytest.mark.parametrize("text", ["", "1", "2-1", "1-1", "a-b", "-1-2", "1:2"])
def test_what_is_no_stretch_is_refused(text):
    with pytest.raises(UsageError):
        span(text)
    assert span("0.5 - 2") == (Fraction(1, 2), Fraction(2))


def test_what_cannot_be_worked_on_is_refused(tiny, sound, tmp_path):
    soundfile.write(tmp_path / "six.wav", np.zeros((RATE, 6)), RATE)
    settings = RunSettings(profile=str(tiny), **FAST)
    with pytest.raises(MediaUnreadable, match="6 channels"):
        rework(tmp_path / "six.wav", tmp_path / "o.wav", Wish(vary=0.5), "", settings, Progress())
    with pytest.raises(UsageError, match="WAV"):
        rework(sound, tmp_path / "o.mp3", Wish(vary=0.5), "", settings, Progress())
    with pytest.raises(UsageError, match="2-4 s does not lie inside"):
        rework(sound, tmp_path / "o.wav", Wish(repair=(Fraction(2), Fraction(4))), "x", settings, Progress())
    with pytest.raises(UsageError, match="no neural voice"):
        rework(sound, tmp_path / "o.wav", Wish(vary=0.5), "", RunSettings(profile="pocket"), Progress())
    assert not (tmp_path / "o.wav").exists()


def test_from_the_command_line(tiny, sound, capfd, monkeypatch):
    program = Program(capfd, monkeypatch)
    out = sound.with_name("cli.wav")
    done = program("rework", sound, "-o", out, "--extend", 0.5, "--prompt", "rain", "--profile", tiny, "--steps", 2,
                   "--device", "cpu", "--json")  # fmt: skip
    assert done.code == 0, done.err
    assert done.json["made"][0][1] == 3.5
    assert wave(out).shape == (2, RATE * 7 // 2)
    assert program("rework", sound, "-o", out, "--profile", tiny).code == 2


@pytest.mark.parametrize("option", ["--extend", "--loop"])
def test_no_end_is_no_length(tiny, sound, option, capfd, monkeypatch):
    done = Program(capfd, monkeypatch)(
        "rework", sound, "-o", sound.with_name("o.wav"), option, "inf", "--profile", tiny
    )
    assert done.code == UsageError.exit_code
    assert "no length" in done.err
