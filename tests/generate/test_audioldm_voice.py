from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.generate import tiny_voice
from tests.generate.library_sounds import COW, DOG, ENGINE, RAIN
from tests.generate.sounds import RATE, share
from tests.generate.tiny_voice import embedding, folder, model
from tests.generate.voices import Wrapped, read, together, voice, wish
from tests.tiny.clap import write_clap
from v2a_foley.embed import Space
from v2a_foley.embed.clap_transformers import TransformersClap
from v2a_foley.errors import SpaceMismatch, UsageError
from v2a_foley.generate import BatchGenerator, SoundRequest
from v2a_foley.generate.aligning import Fit
from v2a_foley.generate.audioldm import AudioLdmVoice
from v2a_foley.generate.audioldm.choosing import TIMING, Candidates
from v2a_foley.generate.audioldm.impulses import LONGEST, strikes_in
from v2a_foley.generate.audioldm.orders import candidate_seeds

pytestmark = pytest.mark.usefixtures("calm")


# Batches


def test_it_is_a_maker_of_batches():
    assert isinstance(voice(), BatchGenerator)


def test_sounds_of_like_length_share_a_batch_and_others_do_not():
    seen = []

    def predictor(embeddings, negatives, guidance):
        predict = model().predictor(embeddings, negatives, guidance)

        def spied(latents, timestep):
            seen.append(tuple(latents.shape))
            return predict(latents, timestep)

        return spied

    requests = [wish(length, seed=place) for place, length in enumerate((1.30, 4.01, 1.31, 4.1, 1.29))]
    sounds = together(voice(of=Wrapped(predictor=predictor), steps=2), requests)
    assert [read(sound).shape[1] for sound in sounds] == [request.samples for request in requests]
    assert {(rows, frames) for rows, _, frames, _ in seen} == {(3, 36), (2, 104)}
    assert len(seen) == 4
    assert [list(sound.details["batch"]) for sound in sounds] == [[3, 36], [2, 104], [3, 36], [2, 104], [3, 36]]


def test_every_sound_comes_once_even_of_nothing():
    assert together(voice(), []) == []


def test_the_same_batch_gives_the_same_bits():
    requests = [wish(seed=place, embedding=embedding(place)) for place in range(3)]
    for one, again in zip(together(voice(), requests), together(voice(), requests), strict=True):
        assert np.array_equal(read(one), read(again))


@pytest.mark.parametrize("scheduler", ["ddim", "dpm++", "unipc"])
def test_the_neighbours_in_a_batch_change_rounding_alone(scheduler: str):
    requests = [wish(seed=place, embedding=embedding(place)) for place in range(5)]
    maker = voice(scheduler=scheduler)
    batch = [read(sound) for sound in together(maker, requests)]
    for request, among in zip(requests, batch, strict=True):
        alone = read(maker.make(request))
        assert np.abs(alone).max() > 0.1
        np.testing.assert_allclose(among, alone, atol=1e-5 * np.abs(alone).max())
    assert np.abs(batch[0] - batch[1]).max() > 0.05


def test_a_seed_and_an_embedding_each_change_the_sound():
    maker = voice()
    one = read(maker.make(wish(seed=1, embedding=embedding(1))))
    assert np.abs(one - read(maker.make(wish(seed=2, embedding=embedding(1))))).max() > 0.01
    assert np.abs(one - read(maker.make(wish(seed=1, embedding=embedding(2))))).max() > 1e-3


@pytest.mark.parametrize("seed", [0, -5, 2**31, 2**70])
def test_any_seed_is_taken(seed: int):
    assert np.abs(read(voice().make(wish(seed=seed)))).max() > 0.1


def test_a_long_sound_is_made_and_is_exact():
    sound = voice(steps=1).make(wish(33.3, channels=2))
    assert sound.details["latent_frames"] == 836
    wave = read(sound)
    assert wave.shape == (2, round(33.3 * RATE))
    assert all(np.abs(part).max() > 0.01 for part in np.array_split(wave[0], 10))


# What is asked for


def test_without_an_embedding_the_words_are_read():
    maker = voice()
    caption, prompted, given = (
        read(maker.make(request))
        for request in (
            wish(event=RAIN),
            wish(event=COW, prompt=RAIN.caption),
            wish(event=COW, embedding=model().words.encode_texts([RAIN.caption])[0]),
        )
    )
    assert np.array_equal(caption, replaced(maker, wish(event=RAIN)))
    np.testing.assert_allclose(given, replaced(maker, wish(event=COW, prompt=RAIN.caption)), atol=1e-6)
    assert np.array_equal(given, prompted)
    assert np.abs(prompted - read(maker.make(wish(event=COW)))).max() > 1e-3


def replaced(maker: AudioLdmVoice, request: SoundRequest) -> np.ndarray:
    return read(maker.make(request))


def test_a_negative_prompt_takes_the_place_of_the_empty_one():
    maker = voice(guidance=4.0)
    plain, pushed = read(maker.make(wish())), read(maker.make(wish(negative="a man speaks")))
    assert np.abs(plain - pushed).max() > 1e-3
    unguided = voice(guidance=1.0)
    assert np.array_equal(read(unguided.make(wish())), read(unguided.make(wish(negative="a man speaks"))))


def test_an_embedding_is_brought_to_unit_length():
    maker = voice()
    long = read(maker.make(wish(embedding=7 * embedding(1))))
    np.testing.assert_allclose(long, read(maker.make(wish(embedding=embedding(1)))), atol=1e-5)


def test_an_embedding_of_another_size_is_refused():
    with pytest.raises(SpaceMismatch, match="32"):
        voice().make(wish(embedding=np.ones(512, np.float32)))


def test_nothing_said_is_nothing_made():
    nothing = wish(event=replace(COW, caption=" "))
    assert not voice().can_make(nothing)
    with pytest.raises(UsageError, match="cow"):
        voice().make(nothing)
    assert voice().can_make(replace(nothing, embedding=embedding(1)))


@pytest.mark.parametrize("wrong", [{"samples": 0}, {"channels": 6}, {"sample_rate": 0}])
def test_the_impossible_is_refused_before_anything_is_made(wrong: dict):
    with pytest.raises(UsageError):
        list(voice().make_all([wish(), replace(wish(), **wrong)]))


def test_ambiences_are_wide_and_the_rest_lies_in_the_middle():
    wide, narrow = read(voice().make(wish(channels=2))), read(voice().make(wish(event=ENGINE, channels=2)))
    assert np.abs(wide[0] - wide[1]).max() > 0.01
    assert np.array_equal(narrow[0], narrow[1])


def test_intensity_is_followed():
    loud = ((0, 1.0), (RATE, 1.0), (RATE + 1, 0.0), (3 * RATE, 0.0))
    wave = read(voice().make(wish(3.0, event=ENGINE, intensity=loud)))[0]
    assert np.abs(wave[:RATE]).max() > 0.05
    assert np.abs(wave[RATE + RATE // 5 :]).max() == 0


# Impulses


def test_hits_are_struck_to_the_sample_at_their_strength_and_all_else_is_silent():
    hits = ((10_000, 1.0), (50_000, 0.3), (90_001, 1.0))
    wave = read(voice().make(wish(4.0, event=DOG, hits=hits, before=10_000)))[0]
    assert np.abs(wave[:10_000]).max() == 0
    for at, _ in hits:
        assert np.abs(wave[at - 150 : at]).max() == 0
        assert abs(wave[at]) > 0.001
    loud, soft = np.abs(wave[10_000:49_000]).max(), np.abs(wave[50_000:89_000]).max()
    assert -14.5 < 20 * np.log10(soft / loud) < -6.5
    assert np.abs(wave[90_001 + round(LONGEST * RATE) :]).max() == 0
    assert share(wave, 8300, RATE / 2) < 0.02


def test_an_impulse_without_hits_sounds_between_its_handles():
    wave = read(voice().make(wish(3.0, event=DOG, before=RATE, after=RATE)))[0]
    assert np.abs(wave[:RATE]).max() == 0
    assert np.abs(wave[2 * RATE :]).max() == 0
    assert np.abs(wave[RATE : 2 * RATE]).max() > 0.1


def test_hits_outside_need_no_network():
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    sound = voice(of=Wrapped(predictor=refuse)).make(wish(event=DOG, hits=((-1, 1.0),)))
    assert np.abs(read(sound)).max() == 0


@pytest.mark.parametrize("pitch", [150.0, 900.0])
def test_strikes_are_cut_at_their_attacks(pitch: float):
    time = np.arange(4 * RATE) / RATE
    sound = np.zeros(4 * RATE)
    for at, level in ((0.5, 0.5), (1.7, 0.4), (2.9, 0.45)):
        after = np.maximum(time - at, 0)
        sound += level * (time >= at) * np.exp(-after * 12) * np.cos(2 * np.pi * pitch * after)
    sound += 1e-4 * np.random.default_rng(1).standard_normal(len(sound))
    strikes = strikes_in(sound[None].astype(np.float32), RATE, 5)
    assert len(strikes) == 3
    for strike, at in zip(strikes, (0.5, 2.9, 1.7), strict=True):
        assert abs(strike.frame / RATE - at) <= 0.006
        assert int(np.argmax(np.abs(strike.sound[0]))) < 0.01 * RATE


def test_where_nothing_strikes_the_steepest_climb_is_taken():
    time = np.arange(3 * RATE) / RATE
    swell = np.exp(-(((time - 1.5) / 0.25) ** 2)) * np.random.default_rng(2).standard_normal(len(time)) * 0.2
    (strike,) = strikes_in(swell[None].astype(np.float32), RATE, 3)
    assert 0.9 < strike.frame / RATE < 1.55


def test_silence_has_no_strikes():
    assert strikes_in(np.zeros((1, RATE), np.float32), RATE, 3) == []


# From a sound


def test_a_sound_to_start_from_is_left_the_farther_the_higher_the_strength():
    init = (0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)).astype(np.float32)
    heard = read(voice(init=init, strength=0.0).make(wish()))
    near, far = (read(voice(init=init, strength=strength).make(wish())) for strength in (0.1, 0.9))
    assert 0 < np.mean((near - heard) ** 2) < np.mean((far - heard) ** 2)
    other = read(voice(init=init[::-1].copy() ** 2, strength=0.1).make(wish()))
    assert np.abs(other - near).max() > 0.01


def test_each_row_of_a_batch_starts_from_the_sound_at_its_own_cue():
    init = np.random.default_rng(1).standard_normal(RATE).astype(np.float32) * 0.1
    maker = voice(init=init, strength=0.3)
    requests = [wish(seed=1), wish(seed=1, before=RATE // 2)]
    batch = [read(sound) for sound in together(maker, requests)]
    for request, among in zip(requests, batch, strict=True):
        np.testing.assert_allclose(among, read(maker.make(request)), atol=1e-5)
    assert np.abs(batch[0] - batch[1]).max() > 1e-3


def test_a_long_sound_can_start_from_a_short_one():
    init = np.random.default_rng(1).standard_normal(RATE).astype(np.float32) * 0.1
    assert read(voice(init=init, strength=0.3, steps=2).make(wish(31.0))).shape == (1, 31 * RATE)


# The best of several


@pytest.fixture(scope="module")
def ears(tmp_path_factory: pytest.TempPathFactory) -> TransformersClap:
    return TransformersClap(write_clap(tmp_path_factory.mktemp("clap"), size=tiny_voice.SIZE))


def test_the_best_of_several_is_the_one_that_ears_place_nearest(ears: TransformersClap):
    request = wish(embedding=embedding(3))
    best = voice(ears, best_of=3).make(request)
    scores, seeds = best.details["scores"], best.details["seeds"]
    assert len(scores) == 3
    assert seeds[0] == request.seed
    assert len(set(scores)) == 3
    chosen = int(np.argmax(scores))
    assert best.details["seed"] == seeds[chosen]
    np.testing.assert_allclose(read(best), read(voice().make(replace(request, seed=seeds[chosen]))), atol=1e-5)


def test_a_lasting_sound_moves_to_its_hits_within_its_handles_and_says_so():
    request = wish(4.0, event=ENGINE, before=RATE, after=RATE)
    plain, timed = voice().make(request), voice().make(replace(request, hits=((80_000, 1.0), (120_000, 0.7))))
    one, other, shift = read(plain)[0], read(timed)[0], timed.details["shift"] * RATE // 16_000
    assert "shift" not in plain.details
    assert 0 < abs(shift) <= RATE // 2
    inner = slice(RATE, 3 * RATE)
    assert np.corrcoef(other[inner], one[RATE + shift : 3 * RATE + shift])[0, 1] > 0.999
    assert one.shape == other.shape
    tight = voice().make(replace(request, before=0, hits=((80_000, 1.0),)))
    assert tight.details["shift"] == 0


def test_the_best_of_several_is_also_the_one_in_time(ears: TransformersClap):
    request = wish(3.0, event=ENGINE, before=RATE, after=RATE, hits=((60_000, 1.0), (90_000, 1.0)))
    details = voice(ears, best_of=3).make(replace(request, embedding=embedding(3))).details
    sums = np.array(details["likenesses"]) + TIMING * np.array(details["agreements"])
    np.testing.assert_allclose(details["scores"], sums, atol=1e-5)
    assert len(set(details["agreements"])) == 3
    assert details["seed"] == details["seeds"][int(np.argmax(sums))]


def test_timing_can_outweigh_likeness():
    found, wave = Candidates(), np.zeros(4, np.float32)
    found.add(wave, seed=1, rows=1, score=0.40, fit=Fit(0, 0.1))
    found.add(wave, seed=2, rows=1, score=0.35, fit=Fit(5, 0.6))
    found.add(wave, seed=3, rows=1, score=0.10, fit=Fit(0, 0.9))
    assert (found.seed, found.shift) == (2, 5)


def test_candidates_of_several_requests_do_not_mix(ears: TransformersClap):
    requests = [wish(seed=1), wish(2.5, seed=1), wish(seed=2)]
    maker = voice(ears, best_of=2, most=3)
    for request, sound in zip(requests, together(maker, requests), strict=True):
        np.testing.assert_allclose(read(sound), read(maker.make(request)), atol=1e-5)


def test_candidates_have_seeds_of_their_own():
    assert candidate_seeds(5, 1) == (5,)
    many = candidate_seeds(5, 32)
    assert many[:4] == candidate_seeds(5, 4)
    assert len({*many, *candidate_seeds(6, 32)}) == 64
    assert all(0 <= seed < 2**63 for seed in many)


def test_choosing_without_ears_is_refused_at_once():
    with pytest.raises(UsageError, match="ears"):
        voice(best_of=2)


def test_ears_of_another_space_are_refused_by_name():
    deaf = SimpleNamespace(space=Space("another CLAP", 32, f"32-{'0' * 64}"), sample_rate=48_000)
    with pytest.raises(SpaceMismatch, match="another CLAP"):
        voice(deaf, best_of=2, of=folder()).make(wish())


def test_what_is_there_already_is_skipped_and_the_others_keep_their_bits():
    """Batches of one length, planned over all: only those with something wanting run."""
    requests = [wish(1.5, seed=seed) for seed in range(5)] + [wish(2.6, seed=9)]
    maker = voice(most=2)
    whole = [read(sound) for sound in together(maker, requests)]
    runs = []
    true = maker._together
    maker._together = lambda chosen, *more: (runs.append([made.place for made, _ in chosen]), true(chosen, *more))[1]
    found = dict(maker.make_all(requests, skip={0, 1, 3, 5}))
    assert sorted(found) == [2, 4]
    assert all(np.array_equal(read(sound), whole[place]) for place, sound in found.items())
    assert sorted(place for run in runs for place in run) in ([2, 3, 4], [1, 2, 3, 4], [1, 2, 4])
    assert dict(maker.make_all(requests, skip=range(6))) == {}
    assert len(runs) == 2


def test_what_decides_a_voices_sounds_is_in_its_identity():
    one = voice().identity
    assert voice().identity == one
    start = np.ones(480, np.float32)
    others = [
        voice(steps=4), voice(guidance=3.0), voice(scheduler="ddim"), voice(init=start), voice(init=start * 2),
        voice(init=start, strength=0.7), voice(draft=True),
    ]  # fmt: skip
    assert len({one, *(each.identity for each in others)}) == 8
    assert voice(most=3).identity == one  # how many run together is rounding alone


def test_a_steady_voice_asks_nobody_how_much_memory_is_free(monkeypatch):
    from v2a_foley.generate.audioldm import passes

    monkeypatch.setattr(passes, "free_memory", lambda _: 1000)
    assert voice()._rooms.steps.rows(100) == 1
    assert voice(steady=True)._rooms.steps.rows(100) == 4
