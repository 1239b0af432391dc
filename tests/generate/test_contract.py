"""What every sound maker promises, run over every one of them. A new maker adds itself to ``MAKERS``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.generate import tiny_voice
from tests.generate.library_sounds import COW, DOG, ENGINE, RAIN, filled_library
from tests.generate.sounds import RATE, event
from v2a_foley.compute import Compute
from v2a_foley.errors import Cancelled
from v2a_foley.generate import Generator, SoundRequest
from v2a_foley.generate.audioldm import AudioLdmVoice, VoiceOptions
from v2a_foley.generate.procedural import Procedural
from v2a_foley.progress import Progress
from v2a_foley.project import Event, Kind

pytestmark = pytest.mark.usefixtures("calm")


@dataclass(frozen=True)
class Maker:
    """A maker under test, with one event of each kind that it can make, and one that it cannot."""

    generator: Generator
    ambience: Event
    continuous: Event
    impulse: Event
    impossible: Event


def procedural(folder: Path) -> Maker:
    return Maker(
        Procedural(),
        event("rain", Kind.AMBIENCE, density=0.5),
        event("engine", Kind.CONTINUOUS, kind="car"),
        event("impact", Kind.IMPULSE, material="wood"),
        event("nothing_of_the_kind"),
    )


def library(folder: Path) -> Maker:
    return Maker(filled_library(), RAIN, ENGINE, DOG, COW)


def audioldm(folder: Path) -> Maker:
    voice = AudioLdmVoice(tiny_voice.model(), Compute(), VoiceOptions(steps=2))
    return Maker(voice, RAIN, ENGINE, DOG, replace(COW, caption=""))


MAKERS: dict[str, Callable[[Path], Maker]] = {"procedural": procedural, "library": library, "audioldm": audioldm}
"""Builds a maker from an empty folder, by name."""


@pytest.fixture(params=list(MAKERS))
def maker(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    return MAKERS[request.param](tmp_path)


@pytest.fixture(params=["ambience", "continuous", "impulse"])
def wish(request: pytest.FixtureRequest, maker: Maker) -> SoundRequest:
    what = getattr(maker, request.param)
    hits = ((4000, 0.9), (30_000, 0.5)) if what.kind is Kind.IMPULSE else ()
    return SoundRequest(what, 2 * RATE, before=2000, after=3000, channels=2, seed=7, hits=hits)


def read(maker: Maker, wish: SoundRequest) -> np.ndarray:
    return np.concatenate(list(maker.generator.make(wish).blocks), axis=1)


def test_has_a_name(maker: Maker):
    assert maker.generator.name in MAKERS


def test_knows_what_it_can_make(maker: Maker, wish: SoundRequest):
    assert maker.generator.can_make(wish)
    assert not maker.generator.can_make(replace(wish, event=maker.impossible))


@pytest.mark.parametrize("samples", [1, 4800, 65_535, 65_537, 100_003])
@pytest.mark.parametrize("channels", [1, 2])
def test_length_is_exact(maker: Maker, wish: SoundRequest, samples: int, channels: int):
    blocks = list(maker.generator.make(replace(wish, samples=samples, channels=channels, before=0, after=0)).blocks)
    assert all(block.dtype == np.float32 and block.shape[0] == channels for block in blocks)
    assert sum(block.shape[1] for block in blocks) == samples


def test_sound_is_finite_and_never_clips(maker: Maker, wish: SoundRequest):
    wave = read(maker, wish)
    assert np.all(np.isfinite(wave))
    assert 0.001 < np.max(np.abs(wave)) <= 1.0


def test_same_request_gives_same_bits(maker: Maker, wish: SoundRequest):
    assert np.array_equal(read(maker, wish), read(maker, wish))


def test_two_sounds_read_in_turn_do_not_disturb_each_other(maker: Maker, wish: SoundRequest):
    other = replace(wish, seed=8)
    one, two = maker.generator.make(wish).blocks, maker.generator.make(other).blocks
    pairs = list(zip(one, two, strict=True))
    assert np.array_equal(np.concatenate([a for a, _ in pairs], axis=1), read(maker, wish))
    assert np.array_equal(np.concatenate([b for _, b in pairs], axis=1), read(maker, other))


def test_says_what_it_is_made_of(maker: Maker, wish: SoundRequest):
    sound = maker.generator.make(wish)
    assert sound.source
    assert sound.licence
    assert 8000 <= sound.native_rate <= 192_000


def test_global_chance_is_neither_used_nor_disturbed(maker: Maker, wish: SoundRequest):
    np.random.seed(1)  # noqa: NPY002 - the global state is what is tested
    first, state = read(maker, wish), np.random.get_state()[1].copy()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert np.array_equal(state, np.random.get_state()[1])  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    assert np.array_equal(first, read(maker, wish))


def test_hits_sound_where_they_are_asked_for(maker: Maker):
    hits = ((5000, 1.0), (40_000, 1.0))
    wave = read(maker, SoundRequest(maker.impulse, 70_000, before=5000, channels=1, seed=3, hits=hits))[0]
    assert np.max(np.abs(wave[:5000])) == 0
    for (at, _), (end, _) in pairwise((*hits, (70_000, 0))):
        part = np.abs(wave[at - 200 : end - 400])
        assert abs(int(np.argmax(part > 0.01 * part[200:].max())) - 200) <= 1


def test_hits_outside_the_sound_are_left_out(maker: Maker):
    wave = read(maker, SoundRequest(maker.impulse, 9600, channels=1, hits=((-50, 1.0), (9600, 1.0), (20_000, 1.0))))
    assert np.max(np.abs(wave)) == 0


def test_stops_when_it_is_cancelled(maker: Maker, wish: SoundRequest):
    progress = Progress()
    blocks = maker.generator.make(replace(wish, samples=20 * RATE), progress).blocks
    next(blocks)
    progress.cancel()
    with pytest.raises(Cancelled):
        list(blocks)
    with pytest.raises(Cancelled):
        list(maker.generator.make(wish, progress).blocks)


@pytest.mark.parametrize("name", MAKERS)
def test_a_maker_says_what_decides_its_sounds(name, tmp_path):
    from v2a_foley.generate import Identified

    one, other = (MAKERS[name](tmp_path).generator for _ in range(2))
    assert isinstance(one, Identified)
    assert one.identity == other.identity
    assert one.name in one.identity
