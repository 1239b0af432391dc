from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.audio.voices import voice
from v2a_foley.embed import speech
from v2a_foley.embed.speech import CHUNK, RATE, SPEECH_WEIGHTS, Speech, find_speech, probabilities
from v2a_foley.embed.weights import verified
from v2a_foley.errors import DependencyMissing, ModelDamaged


def whole(blocks) -> np.ndarray:
    return np.concatenate(list(probabilities(blocks)))


def test_it_says_what_silero_vads_own_network_says():
    sound = voice(6)
    sound = np.concatenate((sound, np.random.default_rng(1).normal(0, 0.05, 2 * RATE).astype(np.float32)))
    sound = sound[: len(sound) // CHUNK * CHUNK]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        oracle = torch.jit.load(str(verified(SPEECH_WEIGHTS)))
    wanted = [oracle(torch.from_numpy(piece[None]), RATE).item() for piece in sound.reshape(-1, CHUNK)]
    np.testing.assert_allclose(whole([sound]), wanted, atol=1e-4)
    assert max(wanted) > 0.9
    assert min(wanted) < 0.1


@pytest.mark.parametrize("pieces", [2, 17, 400])
@pytest.mark.parametrize("seconds", [4, 20])
def test_no_bit_depends_on_how_the_sound_is_cut(pieces, seconds):
    sound = voice(seconds)[:-100]
    together = whole([sound])
    assert len(together) == -(-len(sound) // CHUNK)
    np.testing.assert_array_equal(whole(np.array_split(sound, pieces)), together)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_voice_is_speech_and_its_pauses_are_not(seed):
    silence = np.zeros(4 * RATE, np.float32)
    found = find_speech([silence, voice(6, seed), silence])
    assert found.samples == 14 * RATE
    assert 0.7 * 6 / 14 < found.share < 6.5 / 14
    assert found.spans[0][0] > 3.8 * RATE
    assert found.spans[-1][1] < 10.3 * RATE
    assert all(end > start for start, end in found.spans)
    assert found.at(48_000) == tuple((3 * start, 3 * end) for start, end in found.spans)


def test_noise_and_tones_and_silence_are_no_speech():
    time = np.arange(5 * RATE) / RATE
    noise = np.random.default_rng(0).normal(0, 0.1, len(time))
    chord = sum(0.1 * np.sin(2 * np.pi * tone * time) for tone in (220, 277.2, 329.6))
    for sound in (np.zeros(len(time)), noise, chord):
        assert find_speech([sound.astype(np.float32)]).share < 0.05
    assert find_speech([]) == Speech((), 0)
    assert find_speech([]).share == 0


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(speech, "SPEECH_WEIGHTS", replace(SPEECH_WEIGHTS, package="no_such_package"))
    with pytest.raises(DependencyMissing, match="pip install silero-vad=="):
        find_speech([np.zeros(CHUNK, np.float32)])


def test_other_weights_are_refused(monkeypatch):
    monkeypatch.setattr(speech, "SPEECH_WEIGHTS", replace(SPEECH_WEIGHTS, sha256="0" * 64))
    with pytest.raises(ModelDamaged):
        find_speech([np.zeros(CHUNK, np.float32)])
