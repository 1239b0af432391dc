"""Our loop against the stock ``AudioLDMPipeline``: the same waveform from the same noise, and no other."""

from functools import cache

import numpy as np
import pytest
import torch

from v2a_foley.compute import Compute
from v2a_foley.generate.audioldm.denoise import denoise
from v2a_foley.generate.audioldm.folder import hushed
from v2a_foley.generate.audioldm.parts import AudioLdm
from v2a_foley.generate.audioldm.schedule import ladder

from . import tiny_voice

pytestmark = pytest.mark.usefixtures("calm")
STEPS, GUIDANCE = 6, 2.5


@cache
def pipeline():
    from diffusers import AudioLDMPipeline

    with hushed():
        made = AudioLDMPipeline.from_pretrained(tiny_voice.folder())
    made.set_progress_bar_config(disable=True)
    return made


def stock(seeds, frames, guidance=GUIDANCE):
    model = tiny_voice.model()
    rows = np.stack([tiny_voice.embedding(seed) for seed in seeds])
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    return pipeline()(
        prompt_embeds=torch.from_numpy(rows),
        negative_prompt_embeds=torch.from_numpy(np.repeat(model.unconditional[None], len(seeds), 0)),
        audio_length_in_s=model.sizes.samples(frames) / model.sizes.sample_rate,
        num_inference_steps=STEPS,
        guidance_scale=guidance,
        generator=generators if len(seeds) > 1 else generators[0],
    ).audios


def ours(seeds, frames, *, embeddings=None, steps=STEPS, guidance=GUIDANCE, model=None):
    model = model or tiny_voice.model()
    rows = np.stack([tiny_voice.embedding(seed) for seed in embeddings or seeds])
    nothing = np.repeat(model.unconditional[None], len(seeds), 0)
    latents = denoise(
        model.noise(seeds, frames),
        ladder(model.schedule, solver="ddim", steps=steps),
        model.predictor(rows, nothing, [guidance] * len(seeds)),
        solver="ddim",
    )
    return model.vocode(model.decode(latents), model.sizes.samples(frames))


def distance(one, other):
    """Return the largest difference, as a share of the peak."""
    return float(np.abs(one - other).max() / np.abs(other).max())


@pytest.mark.parametrize("frames", [4, 12, 28])
def test_one_shot_has_the_bits_of_the_stock_pipeline(frames):
    theirs = stock([7], frames)
    assert np.abs(theirs).max() > 0.1
    made = ours([7], frames)
    assert made.shape == theirs.shape == (1, frames * 640)
    assert np.array_equal(made, theirs)


def test_without_guidance_too():
    assert np.array_equal(ours([7], 12, guidance=1.0), stock([7], 12, guidance=1.0))


@pytest.mark.parametrize("rows", [2, 3, 4])
def test_a_batch_equals_the_stock_pipelines(rows):
    seeds = list(range(20, 20 + rows))
    made, theirs = ours(seeds, 12), stock(seeds, 12)
    assert distance(made, theirs) < 1e-4
    assert min(distance(made[row], theirs[(row + 1) % rows]) for row in range(rows)) > 1e-2, "rows are told apart"


@pytest.mark.parametrize(
    "changed", [{"embeddings": [8]}, {"seeds": [8], "embeddings": [7]}, {"steps": 7}, {"guidance": 2.4}]
)
def test_the_comparison_notices_what_is_wrong(changed):
    made = ours(**({"seeds": [7], "frames": 12} | changed))
    assert distance(made, stock([7], 12)) > 1e-3


def test_the_unconditional_embedding_is_that_of_the_stock_pipeline():
    """Which reads the empty text padded to the size of the embedding, where ours does not pad at all."""
    model, row = tiny_voice.model(), torch.from_numpy(tiny_voice.embedding(7)[None])
    both = pipeline()._encode_prompt(None, "cpu", 1, True, prompt_embeds=row)
    theirs = both[0].detach().numpy()
    assert np.allclose(model.unconditional, theirs, atol=1e-5)
    assert np.linalg.norm(model.unconditional) == pytest.approx(1, abs=1e-5)
    assert not np.allclose(model.unconditional, 0)


def test_words_are_read_as_the_stock_pipeline_reads_them():
    texts = ["a dog barks in the yard", "rain"]
    with torch.no_grad():
        theirs = pipeline()._encode_prompt(texts, "cpu", 1, False).numpy()
    assert np.allclose(tiny_voice.model().words.encode_texts(texts), theirs, atol=1e-5)


def test_the_same_batch_gives_the_same_bits_and_another_one_only_rounding():
    alone, again = ours([3], 12), ours([3], 12)
    assert np.array_equal(alone, again)
    together = ours([5, 3, 9], 12)
    assert np.array_equal(together, ours([5, 3, 9], 12))
    assert distance(together[1:2], alone) < 1e-5


def test_noise_depends_on_a_rows_own_seed_alone():
    model = tiny_voice.model()
    assert torch.equal(model.noise([1, 2, 3], 8)[1], model.noise([2], 8)[0])
    assert not torch.equal(model.noise([1], 8), model.noise([2], 8))
    before = torch.random.get_rng_state()
    model.noise([1], 8)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_bfloat16_stays_close_and_its_draft_vocoder_too():
    exact = ours([7], 12)
    for draft in (False, True):
        model = AudioLdm.load(tiny_voice.folder(), Compute("cpu", "bfloat16"), draft=draft)
        assert 0 < distance(ours([7], 12, model=model), exact) < 0.2


def test_in_float32_is_the_same_model():
    half = AudioLdm.load(tiny_voice.folder(), Compute("cpu", "bfloat16"))
    assert np.array_equal(ours([7], 12, model=half.in_float32()), ours([7], 12))


def test_guidance_is_a_rows_own():
    model = tiny_voice.model()
    rows = np.stack([tiny_voice.embedding(seed) for seed in (1, 2)])
    nothing = np.repeat(model.unconditional[None], 2, 0)
    latents = model.noise([1, 2], 8)
    both = model.predictor(rows, nothing, [1.0, 4.0])(latents, 500.0)
    plain = model.predictor(rows, nothing, [1.0, 1.0])(latents, 500.0)
    strong = model.predictor(rows, nothing, [4.0, 4.0])(latents, 500.0)
    assert torch.allclose(both[0], plain[0], atol=1e-5)
    assert torch.allclose(both[1], strong[1], atol=1e-5)
    assert not torch.allclose(plain[1], strong[1], atol=1e-2)
