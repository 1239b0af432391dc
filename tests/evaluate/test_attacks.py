"""When sounds strike."""

from fractions import Fraction

import numpy as np
import pytest
import soundfile

from v2a_foley.errors import Cancelled
from v2a_foley.evaluate.attacks import attacks_in, strikes
from v2a_foley.evaluate.listening import Length
from v2a_foley.progress import Progress

RATE = 32_000


def clicks(*seconds, length=2.0, rate=RATE):
    wave = np.random.default_rng(0).standard_normal(round(length * rate)) * 1e-3
    for at in seconds:
        start = round(at * rate)
        wave[start : start + rate // 50] += 0.5 * np.exp(-np.arange(rate // 50) / (rate / 200))
    return wave.astype(np.float32)


def test_strikes_are_found_to_within_five_milliseconds():
    found = strikes(clicks(0.3, 0.9, 1.501), RATE)
    assert [float(time) for time in found] == pytest.approx([0.3, 0.9, 1.501], abs=0.005)
    assert all(isinstance(time, Fraction) for time in found)


@pytest.mark.parametrize("wave", [np.zeros(RATE, np.float32), np.full(RATE, 1e-5, np.float32), np.zeros(0, np.float32)])
def test_silence_strikes_never(wave):
    assert strikes(wave, RATE) == []


def test_files_of_any_rate_are_heard_up_to_the_length(tmp_path):
    for number, rate in enumerate((8_000, 44_100, 48_000)):
        soundfile.write(tmp_path / f"{number}.wav", clicks(0.5, 1.5, rate=rate), rate)
    progress = Progress()
    found = attacks_in(sorted(tmp_path.iterdir()), progress, length=Length(Fraction(1)))
    assert [[float(time) for time in times] for times in found] == [[pytest.approx(0.5, abs=0.006)]] * 3
    progress.cancel()
    with pytest.raises(Cancelled):
        attacks_in(sorted(tmp_path.iterdir()), progress, length=Length())


def test_what_strikes_in_one_channel_alone_strikes(tmp_path):
    quiet = np.zeros(2 * RATE, np.float32)
    soundfile.write(tmp_path / "right.wav", np.stack([quiet, clicks(0.5)], axis=1), RATE)
    (found,) = attacks_in([tmp_path / "right.wav"], Progress(), length=Length())
    assert [float(time) for time in found] == pytest.approx([0.5], abs=0.006)
