import numpy as np
import pytest
from scipy import stats

from tests.generate.library_sounds import ENGINE, filled_library
from tests.generate.sounds import RATE, event, rms, share
from tests.generate.voices import voice
from v2a_foley.generate import SoundRequest
from v2a_foley.generate.following import evened, followed, softened
from v2a_foley.generate.procedural import Procedural

pytestmark = pytest.mark.usefixtures("calm")
SECONDS = 6
RISE = ((0, 0.45), (SECONDS * RATE, 1.0))
MAKERS = {
    "library": lambda: (filled_library(), ENGINE),
    "audioldm": lambda: (voice(steps=1), ENGINE),
    "procedural": lambda: (Procedural(), event("fan")),
    "procedural engine": lambda: (Procedural(), event("engine", kind="car")),
}


def noise(seconds: float, seed: int = 1) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal((1, round(seconds * RATE)))).astype(np.float32)


def whole(blocks) -> np.ndarray:
    return np.concatenate(list(blocks), axis=1)


def pieces(wave: np.ndarray, *cuts: int):
    return iter(np.split(wave, cuts or range(30_000, wave.shape[1], 30_000), axis=1))


@pytest.mark.parametrize(
    "maker", [pytest.param(maker, marks=pytest.mark.long if maker == "audioldm" else ()) for maker in MAKERS]
)
def test_level_follows_the_curve_whoever_makes_the_sound(maker: str):
    generator, what = MAKERS[maker]()
    wave = whole(generator.make(SoundRequest(what, SECONDS * RATE, seed=3, intensity=RISE)).blocks)[0]
    levels = [rms(part) for part in np.split(wave[RATE // 2 : -RATE // 2], 2 * SECONDS - 2)]
    assert stats.spearmanr(levels, np.arange(len(levels))).statistic >= 0.95


def test_swells_of_the_sound_itself_do_not_hide_the_curve():
    time = np.arange(12 * RATE) / RATE
    wave = noise(12.0) * (1 + 0.6 * np.sin(2 * np.pi * time / 5)).astype(np.float32)
    levels = [rms(part) for part in np.split(whole(followed(pieces(wave), ((0, 0.45), (12 * RATE, 1.0)), RATE))[0], 12)]
    assert stats.spearmanr(levels, np.arange(12)).statistic >= 0.95


def test_colour_follows_the_curve():
    wave = whole(followed(pieces(noise(4.0)), ((0, 0.3), (4 * RATE, 1.0)), RATE))[0]
    assert share(wave[:RATE], 0, 1000) > 1.7 * share(wave[-RATE:], 0, 1000)


def test_attacks_are_kept():
    """A knock a second, which an envelope over a second could smear, rises as steeply as before."""
    time = np.arange(6 * RATE) % RATE / RATE
    wave = (0.4 * np.exp(-time * 30) * np.cos(2 * np.pi * 300 * time))[None].astype(np.float32)
    out = whole(followed(pieces(wave), ((0, 1.0), (6 * RATE, 0.5)), RATE))[0]
    for at in range(RATE, 5 * RATE, RATE):
        part = np.abs(out[at - 480 : at + 4800])
        assert int(np.argmax(part > 0.7 * part.max())) - 480 <= 48


def test_it_does_not_depend_on_the_pieces_and_keeps_its_length():
    wave, points = noise(14.0), ((0, 0.4), (14 * RATE, 1.0))
    one = whole(followed(pieces(wave, 7, 900, 200_003), points, RATE))
    np.testing.assert_allclose(one, whole(followed(pieces(wave), points, RATE)), atol=1e-6)
    assert one.shape == wave.shape


def test_without_a_curve_nothing_changes():
    wave = noise(1.0)
    assert np.array_equal(whole(followed(pieces(wave), (), RATE)), wave)


def test_what_is_evened_stays_below_its_peak_and_silence_stays_silent():
    wave = np.concatenate([noise(3.0), 0.02 * noise(3.0), np.zeros((1, RATE), np.float32)], axis=1)
    wave[0, 4 * RATE] = 0.45
    out = whole(evened(pieces(wave), RATE))
    assert np.abs(out).max() <= 0.5 + 1e-6
    assert not out[:, -RATE // 2 :].any()


def test_softer_is_duller_and_as_tall():
    burst = noise(0.3)
    soft = softened(burst, 0.25, RATE)
    assert share(soft[0], 0, 1000) > 1.7 * share(burst[0], 0, 1000)
    assert np.abs(soft).max() == pytest.approx(np.abs(burst).max())
    assert np.array_equal(softened(burst, 1.0, RATE), burst)
