import numpy as np
import pytest
import torch

from tests.generate import tiny_voice
from tests.generate.sounds import share
from tests.generate.tiny_voice import conditions, model, work
from v2a_foley.errors import Cancelled, UsageError
from v2a_foley.generate.audioldm import region
from v2a_foley.generate.audioldm.filling import RATE
from v2a_foley.generate.audioldm.passes import Ground, Steps, waveforms
from v2a_foley.generate.audioldm.region import CROSSFADE, Reworked, extend, loop, repair, vary

pytestmark = pytest.mark.usefixtures("calm")

STEPS = Steps(count=3)
FADE = round(CROSSFADE * RATE)


def noise(seconds: float, channels: int = 1, seed: int = 5) -> np.ndarray:
    """Bright noise: most of it above what the network can make."""
    return (0.1 * np.random.default_rng(seed).standard_normal((channels, round(seconds * RATE)))).astype(np.float32)


def tone(seconds: float) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * 200 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)[None]


def kept(result: Reworked) -> np.ndarray:
    untouched = np.ones(result.samples.shape[1], bool)
    for first, last in result.made:
        untouched[first:last] = False
    return untouched


def check(result: Reworked, length: int, channels: int) -> None:
    assert result.samples.shape == (channels, length)
    assert result.samples.dtype == np.float32
    assert np.isfinite(result.samples).all()
    assert result.native_rate == 16_000
    assert "8 kHz" in result.note


@pytest.mark.parametrize("channels", [1, 2])
def test_a_repair_touches_nothing_but_its_stretch_and_the_crossfades(channels: int):
    sound = noise(3.0, channels)
    start, end = 60_000, 80_001
    result = repair(work(), sound, start, end, conditions(1), STEPS)
    check(result, sound.shape[1], channels)
    assert result.made == ((start - FADE, end + FADE),)
    assert np.array_equal(result.samples[:, kept(result)], sound[:, kept(result)])
    filled = result.samples[0, start:end]
    assert np.sqrt(np.mean(filled**2)) > 0.005
    assert np.abs(filled - sound[0, start:end]).max() > 0.01
    assert share(filled, 8300, RATE / 2) < 1e-3
    assert share(result.samples[0, :start], 8300, RATE / 2) > 0.5


def test_what_lies_in_the_damaged_stretch_does_not_matter():
    sound = noise(2.0)
    broken = sound.copy()
    broken[:, 40_000:50_000] = 0.9
    whole, mended = (repair(work(), one, 40_000, 50_000, conditions(1), STEPS) for one in (sound, broken))
    assert np.array_equal(whole.samples, mended.samples)


@pytest.mark.parametrize(("start", "end"), [(0, 9600), (86_400, 96_000), (0, 96_000), (10, 95_990)])
def test_a_repair_may_lie_at_the_ends(start: int, end: int):
    sound = noise(2.0)
    result = repair(work(), sound, start, end, conditions(1), STEPS)
    check(result, 96_000, 1)
    assert np.array_equal(result.samples[:, kept(result)], sound[:, kept(result)])
    assert result.made == ((max(0, start - FADE), min(96_000, end + FADE)),)


def test_a_long_repair_is_filled_in_windows():
    sound = noise(36.0)
    result = repair(work(), sound, RATE, 34 * RATE, conditions(1), Steps(count=1))
    check(result, 36 * RATE, 1)
    assert np.array_equal(result.samples[:, kept(result)], sound[:, kept(result)])


@pytest.mark.parametrize("channels", [1, 2])
def test_an_extension_begins_with_the_sound_itself(channels: int):
    sound = noise(7.0, channels)
    result = extend(work(), sound, 1.234, conditions(1), STEPS)
    check(result, sound.shape[1] + round(1.234 * RATE), channels)
    untouched = sound.shape[1] - FADE
    assert np.array_equal(result.samples[:, :untouched], sound[:, :untouched])
    added = result.samples[0, sound.shape[1] :]
    assert np.sqrt(np.mean(added[-4800:] ** 2)) > 0.005
    assert share(added, 8300, RATE / 2) < 1e-3


def test_a_loop_joins_its_end_to_its_start():
    sound = np.concatenate([tone(2.0), 0.2 * tone(0.5)], axis=1)[:, : 2 * RATE + 3333]
    result = loop(work(), sound, conditions(1), STEPS, seam=0.5)
    check(result, sound.shape[1], 1)
    assert np.array_equal(result.samples[:, kept(result)], sound[:, kept(result)])
    filled = result.samples[0, -round(0.4 * RATE) :]
    assert np.sqrt(np.mean(filled**2)) > 0.01
    around = np.concatenate([filled[-2400:], result.samples[0, :2400]])
    steepest = np.abs(np.diff(around))
    assert steepest[2399] <= 1.5 * np.percentile(steepest, 99)
    bends = np.abs(np.diff(around, 2))
    assert bends[2397:2400].max() <= 1.5 * np.percentile(bends, 99)


def test_without_the_seam_the_same_join_would_jump():
    sound = np.concatenate([tone(2.0), tone(0.5)], axis=1)[:, : 2 * RATE + 60]
    result = loop(work(), sound, conditions(1), STEPS)
    assert abs(float(sound[0, -1] - sound[0, 0])) > 0.25
    assert abs(float(result.samples[0, -1] - result.samples[0, 0])) < 0.1


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("how", "around"),
    [
        (lambda sound: repair(work(), sound, 30_000, 40_000, conditions(1), STEPS), False),
        (lambda sound: extend(work(), sound, 0.5, conditions(1), STEPS), False),
        (lambda sound: loop(work(), sound, conditions(1), STEPS, seam=0.5), True),
    ],
    ids=["repair", "extend", "loop"],
)
def test_nothing_jumps_where_original_and_fill_meet(how, around: bool, channels: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(region, "remade", lambda work, given, *more: np.full_like(given, 0.25))
    out = how(np.full((channels, 2 * RATE), -0.5, np.float32)).samples
    assert set(np.unique(np.round(out[:, [RATE // 2, 35_000, -100]], 6))) >= {-0.5, 0.25}
    following = np.roll(out, -1, axis=1) if around else np.append(out[:, 1:], out[:, -1:], axis=1)
    assert np.abs(following - out).max() < 0.001


def test_a_faint_sound_varies_into_a_faint_sound():
    quiet = vary(work(), 0.001 * tone(1.0), 0.5, conditions(1), STEPS).samples
    assert 0 < np.abs(quiet).max() < 0.005


@pytest.mark.parametrize("channels", [1, 2])
def test_a_variation_has_the_length_and_the_level_of_the_sound(channels: int):
    sound = noise(1.7, channels)
    result = vary(work(), sound, 0.5, conditions(1), STEPS)
    check(result, sound.shape[1], channels)
    low = np.sqrt(np.mean(sound**2))
    assert 0.2 < np.sqrt(np.mean(result.samples**2)) / low < 5


def test_strength_says_how_far_a_variation_goes():
    sound = np.concatenate([tone(1.0), noise(1.0)], axis=1)
    heard = vary(work(), sound, 0.0, conditions(1), STEPS).samples
    away = [
        float(np.sqrt(np.mean((vary(work(), sound, strength, conditions(1), STEPS).samples - heard) ** 2)))
        for strength in (0.0, 0.1, 0.9)
    ]
    assert away[0] == 0
    assert 0 < away[1] < away[2]


def test_strength_zero_hears_the_sound_and_no_condition():
    sound = noise(1.0)
    one, other = (vary(work(), sound, 0.0, conditions(seed), STEPS).samples for seed in (1, 2))
    assert np.array_equal(one, other)


def test_kept_latents_are_the_originals_at_the_end():
    clean = model().noise([9], 32)
    fill = torch.zeros(32)
    fill[12:20] = 1
    seen = []

    class Looking:
        def __getattr__(self, name: str) -> object:
            return getattr(model(), name)

        def decode(self, latents: torch.Tensor, *_) -> torch.Tensor:
            seen.append(latents.clone())
            return model().decode(latents)

    busy = work()
    busy.model = Looking()
    waveforms(busy, conditions(1), 32, 20_000, STEPS, ground=Ground(clean, fill))
    torch.testing.assert_close(seen[0][:, :, fill == 0], clean[:, :, fill == 0], atol=1e-5, rtol=1e-5)
    assert (seen[0] - clean)[:, :, fill == 1].abs().max() > 0.1


def test_wide_sounds_stay_wide_and_others_lie_in_the_middle():
    wide = repair(work(), noise(2.0, 2), 30_000, 60_000, conditions(1), STEPS).samples[:, 30_000:60_000]
    narrow = repair(work(), np.repeat(noise(2.0), 2, axis=0), 30_000, 60_000, conditions(1), STEPS).samples
    assert np.abs(wide[0] - wide[1]).max() > 0.001
    assert np.array_equal(narrow[0], narrow[1])


def test_the_same_wish_gives_the_same_bits_and_another_seed_another_sound():
    sound = noise(1.5)
    one, again = (extend(work(), sound, 1.0, conditions(1), STEPS).samples for _ in range(2))
    moved = conditions(1)
    other = extend(work(), sound, 1.0, type(moved)(moved.embeddings, moved.negatives, (2,)), STEPS).samples
    assert np.array_equal(one, again)
    assert np.abs(one - other).max() > 1e-3


def test_the_record_holds_what_is_needed_to_do_it_again():
    details = vary(work(), noise(1.0), 0.3, conditions(1), STEPS).details
    assert details["seed"] == 1
    assert details["strength"] == 0.3
    assert np.array_equal(
        np.frombuffer(bytes.fromhex(details["embedding"]), "<f4"), tiny_voice.embedding(1).astype("<f4")
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda sound: vary(work(), sound, 1.5, conditions(1), STEPS),
        lambda sound: vary(work(), sound, 0.5, conditions(1, 2), STEPS),
        lambda sound: vary(work(), np.zeros((1, 0), np.float32), 0.5, conditions(1), STEPS),
        lambda sound: vary(work(), np.zeros((6, 100), np.float32), 0.5, conditions(1), STEPS),
        lambda sound: vary(work(), sound * np.nan, 0.5, conditions(1), STEPS),
        lambda sound: extend(work(), sound, 0.0, conditions(1), STEPS),
        lambda sound: repair(work(), sound, 5, 5, conditions(1), STEPS),
        lambda sound: repair(work(), sound, -1, 5, conditions(1), STEPS),
        lambda sound: repair(work(), sound, 0, sound.shape[1] + 1, conditions(1), STEPS),
        lambda sound: loop(work(), sound[:, :2], conditions(1), STEPS),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(wrong):
    with pytest.raises(UsageError) as caught:
        wrong(noise(0.5))
    assert caught.value.hint or "condition" in caught.value.message


def test_it_stops_when_it_is_cancelled():
    busy = work()
    busy.progress.cancel()
    with pytest.raises(Cancelled):
        extend(busy, noise(1.0), 1.0, conditions(1), STEPS)
