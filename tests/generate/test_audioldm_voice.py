import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.generate import tiny_voice
from tests.generate.library_sounds import COW, DOG, ENGINE, RAIN
from tests.generate.sounds import RATE, share
from tests.generate.tiny_voice import embedding, folder, model
from tests.tiny.clap import write_clap
from v2a_foley.compute import Compute
from v2a_foley.embed import Space
from v2a_foley.embed.clap_transformers import TransformersClap
from v2a_foley.errors import Cancelled, ModelDamaged, ModelMissing, OutOfMemory, SpaceMismatch, UsageError
from v2a_foley.generate import BatchGenerator, Sound, SoundRequest
from v2a_foley.generate.audioldm import AudioLdmVoice, VoiceOptions
from v2a_foley.generate.audioldm.card import UNKNOWN, licence_of, read_card
from v2a_foley.generate.audioldm.impulses import LONGEST, strikes_in
from v2a_foley.generate.audioldm.orders import candidate_seeds
from v2a_foley.progress import Progress, ProgressEvent

pytestmark = pytest.mark.usefixtures("calm")


def voice(listener=None, *, of=None, **options) -> AudioLdmVoice:
    return AudioLdmVoice(of or model(), Compute(), VoiceOptions(**{"steps": 3, **options}), listener=listener)


def wish(seconds: float = 1.5, event=RAIN, **how) -> SoundRequest:
    return SoundRequest(event, round(seconds * RATE), **{"seed": 7, **how})


def read(sound: Sound) -> np.ndarray:
    return np.concatenate(list(sound.blocks), axis=1)


def together(maker: AudioLdmVoice, requests: list[SoundRequest], progress: Progress | None = None) -> list[Sound]:
    made = dict(maker.make_all(requests, progress))
    assert sorted(made) == list(range(len(requests)))
    return [made[place] for place in range(len(requests))]


class Wrapped:
    """The tiny model with one of its abilities replaced."""

    def __init__(self, **abilities) -> None:
        self.__dict__.update(abilities)

    def __getattr__(self, name: str) -> object:
        return getattr(model(), name)


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
    assert np.abs(wave[RATE + 1 :]).max() == 0


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


# When things go wrong


@pytest.fixture(scope="module")
def delicate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model with a UNet whose first activations leave float16's range; in float32 it is as good as any."""
    made = tmp_path_factory.mktemp("delicate")
    shutil.copytree(folder(), made, dirs_exist_ok=True)
    weights = made / "unet" / "diffusion_pytorch_model.safetensors"
    state = load_file(weights)
    state["conv_in.weight"] *= 1e5
    save_file(state, weights, metadata={"format": "pt"})
    return made


def test_what_float16_cannot_hold_is_made_again_in_float32_and_said(delicate: Path):
    progress = Progress()
    half = AudioLdmVoice(delicate, Compute("cpu", "float16"), VoiceOptions(steps=2))
    full = AudioLdmVoice(delicate, Compute("cpu", "float32"), VoiceOptions(steps=2))
    requests = [wish(seed=seed, embedding=embedding(seed)) for seed in (1, 2)]
    for one, other in zip(together(half, requests, progress), together(full, requests), strict=True):
        assert np.array_equal(read(one), read(other))
    assert any("float32" in sentence for sentence in progress.warnings)


def test_only_the_lost_row_is_made_again():
    lost, asked = embedding(2), []

    def predictor(embeddings, negatives, guidance):
        predict = model().predictor(embeddings, negatives, guidance)
        bad = torch.from_numpy(np.isclose(embeddings, lost).all(axis=1))

        def spoiled(latents, timestep):
            found = predict(latents, timestep)
            return torch.where(bad[:, None, None, None], torch.nan, found)

        return spoiled

    def again():
        def counted(embeddings, negatives, guidance):
            asked.append(embeddings)
            return model().predictor(embeddings, negatives, guidance)

        return Wrapped(predictor=counted)

    half = Wrapped(predictor=predictor, compute=Compute("cpu", "bfloat16"), in_float32=again)
    requests = [wish(seed=seed, embedding=embedding(seed)) for seed in (1, 2, 3)]
    made, plain = together(voice(of=half), requests), together(voice(), requests)
    assert len(asked) == 1
    np.testing.assert_allclose(asked[0], lost[None], atol=1e-6)
    for one, other in zip(made, plain, strict=True):
        np.testing.assert_allclose(read(one), read(other), atol=1e-5)


def test_no_numbers_even_in_float32_is_an_error_that_says_so():
    def predictor(*_):
        return lambda latents, timestep: latents * torch.nan

    with pytest.raises(ModelDamaged, match="no numbers"):
        voice(of=Wrapped(predictor=predictor)).make(wish())


def test_a_lack_of_memory_halves_the_batch_and_goes_on():
    sizes = []

    def predictor(embeddings, negatives, guidance):
        predict = model().predictor(embeddings, negatives, guidance)

        def small(latents, timestep):
            sizes.append(len(latents))
            if len(latents) > 1:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return predict(latents, timestep)

        return small

    requests = [wish(seed=seed, embedding=embedding(seed)) for seed in range(4)]
    made = together(voice(of=Wrapped(predictor=predictor)), requests)
    for one, other in zip(made, together(voice(), requests), strict=True):
        np.testing.assert_allclose(read(one), read(other), atol=1e-5)
    assert sizes[:3] == [4, 2, 1]
    assert set(sizes[3:]) == {1}
    assert made[0].details["batch"] == [1, made[0].details["latent_frames"]]


def test_a_lack_of_memory_for_one_sound_is_our_error():
    def predictor(*_):
        def none(latents, timestep):
            raise torch.OutOfMemoryError("CUDA out of memory.")

        return none

    with pytest.raises(OutOfMemory) as caught:
        voice(of=Wrapped(predictor=predictor)).make(wish())
    assert "1.5 s" in caught.value.message
    assert caught.value.hint


def test_progress_counts_steps_and_batches():
    events: list[ProgressEvent] = []
    together(voice(steps=5), [wish(1.5), wish(3.0), wish(1.55)], Progress(events.append))
    told = [event.done for event in events if event.stage == "voice"]
    assert {event.total for event in events if event.stage == "voice"} == {10}
    assert told[0] == 0
    assert told[-1] == 10
    assert told == sorted(told)
    assert len(told) >= 11


def test_it_stops_at_the_next_step():
    asked = []

    def listen(event: ProgressEvent) -> None:
        asked.append(event.done)
        if event.done == 2:
            progress.cancel()

    progress = Progress(listen)
    with pytest.raises(Cancelled):
        voice(steps=50).make(wish(), progress)
    assert max(asked) == 2


def test_a_voice_that_is_not_there_says_how_to_get_it(tmp_path: Path):
    maker = AudioLdmVoice(tmp_path / "none", Compute())
    assert maker.can_make(wish())
    with pytest.raises(ModelMissing) as caught:
        maker.make(wish())
    assert "models" in caught.value.hint


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"steps": 1001},
        {"guidance": 0.5},
        {"best_of": 0},
        {"strength": 1.1},
        {"scheduler": "euler"},
        {"most": -1},
        {"init": np.zeros(0, np.float32)},
        {"init": np.zeros((2, 9), np.float32)},
    ],
)
def test_options_out_of_range_are_refused(wrong: dict):
    with pytest.raises(UsageError):
        VoiceOptions(**wrong)


# The record


def test_the_record_makes_the_sound_again():
    request = wish(prompt="a kettle sings", negative="speech")
    maker = voice()
    sound = maker.make(request)
    record = json.loads(json.dumps(dict(sound.details)))
    placed = np.frombuffer(bytes.fromhex(record["embedding"]), "<f4").astype(np.float32)
    again = voice(steps=record["steps"], guidance=record["guidance"], scheduler=record["scheduler"]).make(
        wish(event=COW, embedding=placed, negative=record["negative"], seed=record["seed"])
    )
    np.testing.assert_allclose(read(again), read(sound), atol=1e-6)
    assert record["compute"]["threads"] == torch.get_num_threads()
    assert record["compute"]["precision"] == "float32"
    assert record["batch"] == [1, record["latent_frames"]]
    assert record["weights"] == read_card(folder()).weights
    assert record["peak_memory"] > 1e6
    assert "a kettle sings" in sound.source
    assert sound.native_rate == 16_000


def test_other_weights_have_another_hash(delicate: Path):
    assert read_card(delicate).weights != read_card(folder()).weights


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: cc-by-nc-sa-4.0\ntags:\n- audio\n---\n# A model", "CC-BY-NC-SA-4.0"),
        ('---\nlicense: "mit"\n---\n', "MIT"),
        ("---\ntags: [audio]\n---\nlicense: none of it", UNKNOWN),
        ("# A model\nlicense: mit", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_the_licence_is_the_cards(tmp_path: Path, card: str | None, licence: str):
    if card is not None:
        (tmp_path / "README.md").write_text(card)
    assert licence_of(tmp_path) == licence
    assert "CC BY-NC-SA" in UNKNOWN


@pytest.mark.parametrize("samples", [1, 2])
def test_a_sound_to_start_from_may_be_a_sample_long(samples):
    made = read(voice(init=np.full(samples, 0.3, np.float32)).make(wish(0.5)))
    assert made.shape == (1, RATE // 2)
    assert np.isfinite(made).all()


def test_a_long_sound_remembers_how_many_windows_ran_together():
    short, long = (voice(steps=1).make(wish(seconds)).details for seconds in (1.0, 32.0))
    assert "windows" not in short
    assert (long["windows"], long["batch"][0]) == ([3, 256], 1) or long["windows"] == [4, 256]
